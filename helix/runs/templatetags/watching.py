"""What the frame of every page shows of the runs: how many things wait for the viewer."""

from django import template

from helix.runs.attention import attention_count
from helix.teams.models import Member

register = template.Library()


@register.simple_tag
def waiting_for(member: Member | None) -> int:
    """How many things wait for this member; 0 outside a team's pages."""
    return attention_count(member) if member else 0
