"""Events of Customer.io as boxes to tick, under the kind of thing they happen to. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from pydantic import JsonValue

from helix.editor.fields import Option
from helix.editor.forms.words import humanize
from integrations.customerio.hooks import EVENTS

GROUPS = {
    "customer": "People", "email": "E-mail", "sms": "SMS", "push": "Push", "in_app": "In-app messages", "whatsapp": "WhatsApp",
    "slack": "Slack", "webhook": "Webhooks",
}  # fmt: skip
OTHER = "Not known here"


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[str, str, str, str], ...]:
    """name, words, summary, group of every event, people first, groups together."""
    order = list(GROUPS.values())
    found = []
    for name, event in EVENTS.items():
        group = GROUPS.get(event.object_type) or humanize(event.object_type) or "Other"
        found.append((name, humanize(event.metric), event.summary, group))
    return tuple(sorted(found, key=lambda each: order.index(each[3]) if each[3] in order else len(order)))


def event_options(chosen: Sequence[JsonValue]) -> tuple[Option, ...]:
    """Every event; what is chosen and unknown here has a box of its own, so that it is not lost."""
    options = [
        Option(name, words, summary, chosen=name in chosen, group=group) for name, words, summary, group in _known()
    ]
    more = [Option(str(name), str(name), chosen=True, group=OTHER) for name in chosen if name not in EVENTS]
    return (*options, *more)
