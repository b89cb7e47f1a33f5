"""The banner of every page of a team that is paused."""

from django import template

from helix.engine.models import Pause
from helix.engine.pauses import pause_of
from helix.teams.models import Team

register = template.Library()


@register.simple_tag
def paused(team: Team | None) -> Pause | None:
    """The team's pause; None when all goes on, and outside a team's pages."""
    return pause_of(team.pk) if isinstance(team, Team) else None
