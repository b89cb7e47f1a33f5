"""Messages to single people: made, and how far they came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.customerio.sandbox.people import Person

KEPT = 10_000
ID = re.compile(r"[A-Za-z0-9_=+/-]{4,200}")
METRICS = ("attempted", "sent", "delivered", "opened", "clicked", "converted", "bounced", "spammed", "unsubscribed",
           "dropped", "deferred", "failed", "undeliverable")  # fmt: skip


def deliver(data: dict[str, Any], who: Person | None, now: int, kind: str, **origin: Any) -> str:
    """Make a delivery, sent and delivered at once; give its id. `origin`: broadcast_id, subject, recipient …"""
    data["counters"]["delivery"] += 1
    delivery_id = f"RPILAgUBcRhIBq{data['counters']['delivery']:06d}IwdIYJKxTY="
    row: dict[str, Any] = {
        "id": delivery_id,
        "deduplicate_id": f"{delivery_id}:{now}",
        "msg_template_id": None,
        "action_id": None,
        "parent_action_id": None,
        "customer_id": who["id"] if who else None,
        "customer_identifiers": {name: who[name] for name in ("id", "email", "cio_id")} if who else None,
        "recipient": who["email"] if who else None,
        "subject": None,
        "metrics": {"sent": now, "delivered": now},
        "created": now,
        "failure_message": None,
        "newsletter_id": None,
        "content_id": None,
        "campaign_id": None,
        "broadcast_id": None,
        "trigger_event_id": None,
        "type": kind,
        "forgotten": False,
        **origin,
    }
    data["messages"].append(row)
    del data["messages"][:-KEPT]
    return delivery_id


def find_delivery(data: Mapping[str, Any], delivery_id: str) -> dict[str, Any] | None:
    return next((row for row in reversed(data["messages"]) if row["id"] == delivery_id), None)


def reach(data: Mapping[str, Any], delivery_id: str, metric: str, at: int) -> None:
    """Note that a delivery came so far; a delivery that nobody knows is passed over, as the vendor does."""
    row = find_delivery(data, delivery_id)
    if row is not None and metric in METRICS:
        row["metrics"].setdefault(metric, at)
        row["deduplicate_id"] = f"{delivery_id}:{at}"
