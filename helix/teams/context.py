"""What every template knows of the viewer: the team of the page, their role in it, and what they may do."""

from django.http import HttpRequest

from helix.teams.roles import Ability, may


def viewer(request: HttpRequest) -> dict[str, object]:
    """`team`, `member` and `may` ({"edit": bool, …}) of this request; empty outside a team's pages."""
    member = getattr(request, "member", None)
    if member is None:
        return {}
    return {
        "team": member.team,
        "member": member,
        "may": {ability.value: may(member.role, ability) for ability in Ability},
    }
