"""The strip of a flow's last outcomes. It is put together here and not by a template: a page of the list draws a thousand bars."""

from uuid import UUID

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from helix.editor.flow_rows import STRIP, Outcome, Row
from helix.teams.models import Team
from helix.teams.templatetags.words import duration, state_word

register = template.Library()
NOBODY = UUID(int=0)
STEP = 7
"""Bars are 5 wide and stand 7 apart."""


@register.simple_tag
def strip(row: Row, team: Team) -> SafeString:
    """The last runs as bars, the oldest on the left; each says its state, when it was and how long it took, and leads to its run."""
    address = reverse("runs:run", kwargs={"team": team.slug, "run_id": NOBODY}).replace(str(NOBODY), "{}")
    blanks = "".join(
        f'<rect class="blank" x="{at * STEP}" y="18" width="5" height="2"/>' for at in range(STRIP - len(row.strip))
    )
    bars = "".join(_bar(bar, address.format(bar.run.pk)) for bar in row.strip)  # nothing in there was typed by anybody
    return format_html(
        '<svg class="strip" viewBox="0 0 140 20" preserveAspectRatio="xMinYMid" role="group" aria-label="The last {} runs; the latest: {}">{}</svg>',
        len(row.strip), state_word(row.strip[-1].state), mark_safe(blanks + bars),
    )  # fmt: skip


def _bar(bar: Outcome, address: str) -> str:
    at = timezone.localtime(bar.run.created_at)
    took = f" · took {duration(bar.seconds)}" if bar.seconds is not None else ""
    return (
        f'<a href="{address}" tabindex="-1"><rect class="bar-{bar.state}" x="{bar.x}" y="{bar.y}" width="5" height="{bar.height}"/>'
        f'<rect class="bar-hit" x="{bar.x}" width="7" height="20"><title>{state_word(bar.state)} · {at.day} {at:%b %H:%M}{took}</title></rect></a>'
    )
