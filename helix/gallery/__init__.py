"""The gallery: ready flows that become drafts of a team."""
