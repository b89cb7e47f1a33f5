"""Template words of the editor."""
