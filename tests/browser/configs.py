"""Settings for every step type: as its schema shows them, mapped, and the hardest texts that a person may paste."""

from collections.abc import Iterator
from typing import Any

from helix.editor.forms.output import sample
from helix.flows.steps import STEP_TYPES

HARD = (
    "👩‍👩‍👧‍👦 naïve ﷽ \u202eright to left\u202c שלום <img src=x onerror=alert(1)> & “quotes” \"'` {{ half {% \\n a/b~c "
    + "long " * 2_000
)
MAPPED = {"$liquid": "{{ trigger.received_at | date: '%s' }} and <b>more</b>"}
SPECIAL: dict[str, list[dict[str, Any]]] = {
    "logic.wait": [
        {"seconds": 0.5}, {"seconds": 5400}, {"until": "2026-03-29T02:30:00+02:00"}, {"until": "soon"},
        {"window": {"days": ["sun", "mon"], "from": "22:00", "to": "06:00", "timezone": "Europe/Paris"}},
        {"window": {"days": ["sun", "sun"], "from": "late", "to": "06:00", "timezone": "Mars"}}, {"seconds": {"$liquid": "{{ trigger.n }}"}},
    ],
    "logic.wait_for": [
        {"for": "approval", "question": HARD[:2000], "expires_seconds": 86400, "approvers": "admin"},
        {"for": "webhook", "expires_seconds": 90, "sample": {"a": [1, {"b": None}]}},
        {"for": "customerio_event", "expires_seconds": 3600, "events": ["email_opened", "email_sent", "of_tomorrow"], "person": MAPPED},
    ],
    "http.request": [
        {"method": "POST", "url": "https://example.com/", "body_type": "json", "json": {"who": MAPPED, "plain": "{{ half", "n": [1.5, True, None]},
         "headers": {"X-Api-Key": "k", HARD[:60]: ""}, "accept_statuses": [404, 410], "sample": "just text"},
        {"method": "POST", "url": "https://example.com/", "body_type": "form", "form": {"a": HARD}, "text": "has no effect"},
    ],
    "logic.branch": [
        {"branches": [
            {"port": "a", "label": HARD, "when": {"all": [
                {"left": MAPPED, "op": "in", "right": ["a", 1, None, True]}, {"left": 3, "op": "gt", "right": 2.5},
                {"any": [{"left": "x", "op": "is_empty"}, {"all": [{"left": MAPPED, "op": "of_tomorrow", "right": {"x": [1]}}]}]},
                {"not": "known"}, "text"]}},
            {"port": "b", "when": {"left": True, "op": "eq", "right": False}}, {"port": "c", "when": {"any": []}}, {"port": "d", "when": "text"},
        ], "else": "no"},
    ],
    "logic.filter": [{"when": {"any": [{"left": MAPPED, "op": "matches", "right": HARD}, {"left": MAPPED, "op": "eq", "right": MAPPED}]}}],
    "customerio.send_batch": [{"batch": [{"type": "track", "event": HARD, "properties": {"a": {"b": [1]}}}, {"type": "identify", "traits": {HARD[:50]: 1}}, MAPPED]}],
    "trigger.schedule": [{"cron": "*/7 3 1 * 2", "timezone": "Asia/Kathmandu"}, {"every_minutes": 7}, {"at": "2027-01-01T00:00:00Z"}, {"cron": HARD, "timezone": HARD}],
    "trigger.manual": [{"fields": [{"name": "a", "type": "json", "default": {"x": 1}, "help": HARD}, {"name": HARD, "type": "number", "default": 0, "required": True}]}],
    "trigger.customerio_event": [{"events": ["email_opened", "customer_subscribed"], "campaign_ids": [1, 2]}],
}  # fmt: skip


def hardened(value: Any, schema: Any) -> Any:
    """The value with every free text in it as hard as it can be."""
    if isinstance(value, str):
        free = not {"enum", "const", "format", "pattern"} & schema.keys() if isinstance(schema, dict) else True
        return HARD if free else value
    if isinstance(value, list):
        return [hardened(each, schema.get("items", {})) for each in value]
    if isinstance(value, dict):
        parts = schema.get("properties", {}) if isinstance(schema, dict) else {}
        return {name: hardened(part, parts.get(name, {})) for name, part in value.items()}
    return value


def every_config() -> Iterator[tuple[str, dict[str, Any]]]:
    """(step type, config), many for each type."""
    for step_type, step in STEP_TYPES.items():
        schema = step.input_schema
        shown: Any = sample(schema)
        names = schema.get("properties", {})
        yield step_type, dict(step.defaults)
        yield step_type, {}
        yield step_type, shown
        yield step_type, hardened(shown, schema)
        yield step_type, dict.fromkeys(names, MAPPED)
        for odd in ("text", 7, -0.5, True, None, [1, {"a": []}], {"x": {"y": None}}, [], {}):
            yield step_type, dict.fromkeys(names, odd)
        for config in SPECIAL.get(step_type, []):
            yield step_type, config
