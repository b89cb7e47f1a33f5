"""The workspace that the sandbox begins with: small, believable, the same every time but for the day it is made."""

from __future__ import annotations

from typing import Any

DAY = 86_400
FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Dennis", "Radia", "Ken")
LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra")
PLANS = ("free", "team", "business")
SEGMENTS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("Everyone", "dynamic", None),
    ("Paying customers", "dynamic", {"field": "plan", "among": ["team", "business"]}),
    ("Business plan", "dynamic", {"field": "plan", "among": ["business"]}),
    ("Beta testers", "manual", None),
    ("Inactive for 30 days", "dynamic", {"field": "inactive", "among": [True]}),
    ("Imported, nobody yet", "manual", None),
)
METRICS = ("sent", "delivered", "opened", "clicked")
SUBJECTS = ("Welcome aboard", "Your weekly numbers", "What is new")


def _person(number: int, made: int) -> dict[str, Any]:
    name = f"{FIRST[number % 10]} {LAST[number // 10]}"
    attributes: dict[str, Any] = {"name": name, "plan": PLANS[number % 3], "created_at": made + number * DAY}
    if number % 7 == 0:
        attributes["inactive"] = True
    email = f"{name.lower().replace(' ', '.')}@example.com"
    return {
        "id": str(number + 1),
        "email": email,
        "cio_id": f"a3{number + 1:06x}",
        "attributes": attributes,
        "devices": [],
    }


def _message(number: int, people: list[dict[str, Any]], sent: int) -> dict[str, Any]:
    """A delivery: by turns of a newsletter and of one campaign; every tenth bounced."""
    reached = METRICS[: 2 + number % 3] if number % 10 else ("sent", "bounced")
    who = people[number % len(people)]
    delivery_id = f"RPILAgUBcRhIBq{number:06d}IwdIYJKxTY="
    return {
        "id": delivery_id,
        "deduplicate_id": f"{delivery_id}:{sent}",
        "msg_template_id": 40 + number % 4,
        "action_id": 200 + number % 5,
        "parent_action_id": None,
        "customer_id": who["id"],
        "customer_identifiers": {name: who[name] for name in ("id", "email", "cio_id")},
        "recipient": who["email"],
        "subject": SUBJECTS[number % 3],
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


def workspace(now: int) -> dict[str, Any]:
    """The whole seeded state, as JSON. It was made 60 days before the day of `now`; deliveries are of the last days."""
    today = now - now % DAY
    made = today - 60 * DAY
    people = [_person(number, made) for number in range(40)]
    segments = [
        {
            "id": number,
            "deduplicate_id": f"{number}:{made}",
            "name": name,
            "description": f"{name}, as the demo workspace has it.",
            "state": "finished",
            "progress": None,
            "type": kind,
            "tags": None,
            "created_at": made,
            "updated_at": made,
            "where": where,
            "members": [who["cio_id"] for who in people[::5]] if name == "Beta testers" else [],
        }
        for number, (name, kind, where) in enumerate(SEGMENTS, start=1)
    ]
    newsletters = [
        {"id": 10 + n, "deduplicate_id": f"{10 + n}:{made}", "type": "email", "content_ids": [45 + n], "name": name,
         "sent_at": today - (14 - 7 * n) * DAY if n < 2 else None, "created": made, "updated": made,
         "recipient_segment_ids": [1], "tags": ["Product"], "subscription_topic_id": None}
        for n, name in enumerate(("Weekly product update", "October digest", "Black Friday preview"))
    ]  # fmt: skip
    transactional = [
        {"id": n, "name": name, "description": what, "send_to_unsubscribed": True, "link_tracking": False, "open_tracking": True,
         "hide_message_body": False, "queue_drafts": False, "created_at": made, "updated_at": made}
        for n, name, what in ((2, "Password reset", "A link to choose a new password."), (3, "Receipt", "What was paid."))
    ]  # fmt: skip
    broadcasts = [
        {"id": number, "name": name, "state": "running", "type": "triggered_broadcast", "created": made, "updated": made,
         "audience": {"segment": {"id": segment}}}
        for number, name, segment in ((1, "Flash sale", 2), (12, "Roadrunner alert", 4))
    ]  # fmt: skip
    acme = {"id": "acme-inc", "type": "1", "cio_object_id": "ob000001", "attributes": {"name": "ACME, Inc."}}
    return {
        "people": {who["cio_id"]: who for who in people},
        "groups": {"1/acme-inc": {**acme, "people": {who["cio_id"]: {} for who in people[:2]}}},
        "segments": segments,
        "events": [],
        "broadcasts": broadcasts,
        "triggers": [],
        "messages": [_message(number, people, today - 20 * DAY + number * 6 * 3600) for number in range(60)],
        "snippets": [{"name": "address", "value": "<strong>Demo Ltd</strong><br/>1 Fake St", "updated_at": made}],
        "collections": [
            {"id": 1, "name": "upcoming events", "rows": 2, "bytes": 296, "schema": ["eventDate", "eventName"], "created_at": made,
             "updated_at": made}
        ],
        "newsletters": newsletters,
        "transactional": transactional,
        "reporting_webhooks": [],
        "integrations": [
            {"id": "slack", "name": "Slack", "enabled": True, "account_id": None, "settings": None, "created_at": made, "updated_at": made}
        ],
        "suppressed": {},
        "unsubscribed": {},
        "push_events": [],
        "seen": {},
        "anonymous": {},
        "invalid": [],
        "counters": {"person": 40, "group": 1, "event": 0, "trigger": 0, "webhook": 3, "delivery": 60, "repeat": 0},
    }  # fmt: skip
