"""Who has a draft open: a row per page, refreshed by its heartbeat and gone after half a minute of silence."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from helix.flows.models import Flow, Presence
from helix.teams.models import User

GONE_AFTER = timedelta(seconds=30)
MOST_TABS = 40


def here(flow: Flow, user: User, tab: str, node: str) -> list[dict[str, Any]]:
    """Note that this page is open at this step; the others that are, each person once, the longest name first known."""
    now = timezone.now()
    flow.presences.filter(seen_at__lt=now - GONE_AFTER).delete()
    Presence.objects.update_or_create(
        flow=flow, tab=tab[:36], defaults={"user": user, "node": node[:64], "seen_at": now}
    )
    rows = flow.presences.exclude(tab=tab[:36]).select_related("user").order_by("user_id", "-seen_at")[:MOST_TABS]
    return [
        {
            "tab": row.tab,
            "name": str(row.user),
            "initials": initials(str(row.user)),
            "node": row.node,
            "you": row.user_id == user.pk,
        }
        for row in rows
    ]


def left(flow: Flow, tab: str) -> None:
    """The page was closed."""
    flow.presences.filter(tab=tab[:36]).delete()


def initials(name: str) -> str:
    """Two letters for a person: of the first and the last word, or of an address."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 and "@" not in name else list((words or ["?"])[0][:2])
    return "".join(letters).upper()
