"""What every template knows of the viewer: the team of the page, their role in it, and what they may do."""

from django.http import HttpRequest

from helix.teams.roles import Ability
from helix.teams.sharing import of_role


def viewer(request: HttpRequest) -> dict[str, object]:
    """`team`, `member` and `may` ({"edit": bool, …}) of this request; empty outside a team's pages."""
    member = getattr(request, "member", None)
    if member is None:
        return {}
    here = getattr(request, "abilities", None) or of_role(member.role)
    return {
        "team": member.team,
        "member": member,
        "may": {ability.value: ability in here for ability in Ability},
    }
