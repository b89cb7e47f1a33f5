"""The workspace that the sandbox begins with: small, believable, the same every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

EPOCH = 1_760_000_000
"""Unix seconds at which the seeded workspace was made (October 2025)."""
FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Dennis", "Radia", "Ken")
LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra")
PLANS = ("free", "team", "business")
SEGMENTS: tuple[tuple[str, str, Callable[[int], bool]], ...] = (
    ("Everyone", "dynamic", lambda n: True),
    ("Paying customers", "dynamic", lambda n: n % 3 != 0),
    ("Business plan", "dynamic", lambda n: n % 3 == 2),
    ("Beta testers", "manual", lambda n: n % 5 == 0),
    ("Inactive for 30 days", "dynamic", lambda n: n % 7 == 0),
    ("Imported, nobody yet", "manual", lambda n: False),
)
METRICS = ("sent", "delivered", "opened", "clicked", "bounced")


def person(number: int) -> dict[str, Any]:
    name = f"{FIRST[number % 10]} {LAST[number // 10]}"
    return {
        "id": str(number + 1),
        "email": f"{name.lower().replace(' ', '.')}@example.com",
        "cio_id": f"a3{number + 1:06x}",
        "attributes": {"name": name, "plan": PLANS[number % 3], "created_at": EPOCH + number * 86_400},
        "devices": [],
    }


def message(number: int) -> dict[str, Any]:
    """A delivery: mostly newsletters and one campaign; every tenth bounced."""
    sent = EPOCH + 86_400 * 40 + number * 3_600
    reached = METRICS[: 2 + number % 3] if number % 10 else ("sent", "bounced")
    return {
        "id": f"RPILAgUBcRhIBq{number:04d}IwdIYJKxTY=",
        "deduplicate_id": f"RPILAgUBcRhIBq{number:04d}IwdIYJKxTY=:{sent}",
        "msg_template_id": 40 + number % 4,
        "action_id": 200 + number % 5,
        "parent_action_id": None,
        "customer_id": str(number % 40 + 1),
        "recipient": person(number % 40)["email"],
        "subject": ("Welcome aboard", "Your weekly numbers", "What is new")[number % 3],
        "metrics": {metric: sent + step * 60 for step, metric in enumerate(reached)},
        "created": sent - 1,
        "failure_message": "550 mailbox unavailable" if "bounced" in reached else None,
        "newsletter_id": 10 + number % 3 if number % 2 else None,
        "content_id": None,
        "campaign_id": None if number % 2 else 23,
        "broadcast_id": None,
        "trigger_event_id": None,
        "type": "email" if number % 6 else "push",
        "forgotten": False,
    }


def workspace() -> dict[str, Any]:
    """The whole seeded state, as JSON."""
    people = [person(number) for number in range(40)]
    segments = [
        {
            "id": number,
            "deduplicate_id": f"{number}:{EPOCH}",
            "name": name,
            "description": f"{name}, as the demo workspace has it.",
            "state": "finished",
            "progress": None,
            "type": kind,
            "tags": None,
            "created_at": EPOCH,
            "updated_at": EPOCH,
            "members": [who["id"] for index, who in enumerate(people) if belongs(index)],
        }
        for number, (name, kind, belongs) in enumerate(SEGMENTS, start=1)
    ]
    newsletters = [
        {"id": 10 + n, "deduplicate_id": f"{10 + n}:{EPOCH}", "type": "email", "content_ids": [45 + n], "name": name,
         "sent_at": EPOCH + n * 604_800, "created": EPOCH, "updated": EPOCH, "recipient_segment_ids": [1],
         "tags": ["Product"], "subscription_topic_id": None}
        for n, name in enumerate(("Weekly product update", "October digest", "Black Friday preview"))
    ]  # fmt: skip
    transactional = [
        {"id": n, "name": name, "description": what, "send_to_unsubscribed": True, "link_tracking": False, "open_tracking": True,
         "hide_message_body": False, "queue_drafts": False, "created_at": EPOCH, "updated_at": EPOCH}
        for n, name, what in ((2, "Password reset", "A link to choose a new password."), (3, "Receipt", "What was paid."))
    ]  # fmt: skip
    return {
        "people": {who["id"]: who for who in people},
        "groups": {"1/acme-inc": {"id": "acme-inc", "type": "1", "attributes": {"name": "ACME, Inc."}, "people": ["1", "2"]}},
        "segments": segments,
        "events": [],
        "broadcasts": [
            {"id": 1, "name": "Flash sale", "state": "running", "type": "triggered_broadcast", "created": EPOCH, "updated": EPOCH},
            {"id": 12, "name": "Roadrunner alert", "state": "running", "type": "triggered_broadcast", "created": EPOCH, "updated": EPOCH},
        ],
        "triggers": [],
        "messages": [message(number) for number in range(60)],
        "snippets": [{"name": "address", "value": "<strong>Demo Ltd</strong><br/>1 Fake St", "updated_at": EPOCH}],
        "collections": [
            {"id": 1, "name": "upcoming events", "rows": 2, "bytes": 296, "schema": ["eventDate", "eventName"], "created_at": EPOCH,
             "updated_at": EPOCH}
        ],
        "newsletters": newsletters,
        "transactional": transactional,
        "reporting_webhooks": [],
        "integrations": [
            {"id": "slack", "name": "Slack", "enabled": True, "account_id": None, "settings": None, "created_at": EPOCH, "updated_at": EPOCH}
        ],
        "suppressed": [],
        "unsubscribed": {},
        "push_events": [],
        "seen": {},
        "invalid": [],
        "counters": {"trigger": 0, "webhook": 3, "delivery": 0},
    }  # fmt: skip
