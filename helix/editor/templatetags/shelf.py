"""The strip of a flow's last outcomes. It is put together here and not by a template: a page of the list draws a thousand bars."""

from uuid import UUID

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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
    blank = '<rect class="blank" x="{}" y="18" width="5" height="2"/>'
    blanks = format_html_join("", blank, ((at * STEP,) for at in range(STRIP - len(row.strip))))
    bars = format_html_join("", "{}", ((_bar(bar, address.format(bar.run.pk)),) for bar in row.strip))
    return format_html(
        '<svg class="strip" viewBox="0 0 140 20" preserveAspectRatio="xMinYMid" role="group" aria-label="The last {} runs; the latest: {}">{}{}</svg>',
        len(row.strip), state_word(row.strip[-1].state), blanks, bars,
    )  # fmt: skip


def _bar(bar: Outcome, address: str) -> SafeString:
    at = timezone.localtime(bar.run.created_at)
    took = f" · took {duration(bar.seconds)}" if bar.seconds is not None else ""
    return format_html(
        '<a href="{}" tabindex="-1"><rect class="bar-{}" x="{}" y="{}" width="5" height="{}"/>'
        '<rect class="bar-hit" x="{}" width="7" height="20"><title>{} · {} {}{}</title></rect></a>',
        address, bar.state, bar.x, bar.y, bar.height, bar.x, state_word(bar.state), at.day, f"{at:%b %H:%M}", took,
    )  # fmt: skip
