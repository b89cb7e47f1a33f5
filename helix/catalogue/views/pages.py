"""The catalogue: every step type and every Customer.io event, documented from the schemas that Helix works with."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helix.catalogue.describe import example_of, fields, rule_words
from helix.flows.steps import STEP_TYPES
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from integrations.catalog import ACTIONS, CUSTOMERIO, INTEGRATIONS
from integrations.customerio.hooks import EVENTS, HookEvent
from integrations.kit.action import Action, Rate, Repeat

FAMILIES = {
    "triggers": ("Triggers", "What begins a run."),
    "people": ("People", "Create, update, merge and suppress people and their groups."),
    "events": ("Events", "Tell Customer.io what a person did."),
    "segments": ("Segments", "Read segments and who is in them."),
    "messages": ("Messages", "Read messages and newsletters; unsubscribe."),
    "broadcasts": ("Broadcasts", "Trigger a broadcast and see what became of it."),
    "workspace": ("Workspace", "Read what the workspace holds."),
    "logic": ("Logic", "Decide, repeat, join, wait, stop: steps that call nobody."),
    "http": ("HTTP and e-mail", "Any other service, and word to your own people."),
}
OWN = {key: (each.title, each.help) for key, each in INTEGRATIONS.items() if key not in FAMILIES and each.actions}
"""Groups of integrations whose actions stand by themselves."""
OBJECTS = {
    "customer": "People",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "in_app": "In-app messages",
    "inbox_message": "Inbox messages",
}
REPEATS = {
    Repeat.SAFE: (
        "Safe to repeat",
        "A second call ends in the same state. After a lost answer Helix sends it again by itself.",
    ),
    Repeat.KEYED: (
        "Repeated with the same key",
        "Each call carries a key of its own, and a repeat carries the same one.",
    ),
    Repeat.UNSAFE: (
        "Never repeated by itself",
        "A second call does it twice. After a lost answer the run waits for a person's decision.",
    ),
}
GENERAL = {429: "Too many calls. Helix waits as long as Customer.io asks, and tries again."}
ASKS_FIRST = (
    "If the answer to a call is lost on the way, the run waits for a person's decision instead of risking a second one."
)


@require_GET
@needs(Ability.SEE)
def catalogue(request: TeamRequest) -> HttpResponse:
    families = [
        {
            "key": key,
            "title": title,
            "help": help,
            "steps": [s for s in STEP_TYPES.values() if s.family == key and not s.hidden],
        }
        for key, (title, help) in {**FAMILIES, **OWN}.items()
    ]
    kinds: dict[str, list[HookEvent]] = {}
    for event in EVENTS.values():
        kinds.setdefault(OBJECTS.get(event.object_type, event.object_type.capitalize()), []).append(event)
    page = {"families": families, "kinds": kinds, "actions": len(CUSTOMERIO.actions), "events": len(EVENTS)}
    return render(request, "catalogue/list.html", page)


@require_GET
@needs(Ability.SEE)
def step(request: TeamRequest, key: str) -> HttpResponse:
    kind = STEP_TYPES.get(key)
    if kind is None:
        raise Http404
    action = ACTIONS.get(key)
    example = example_of(kind.input_schema)
    page = {
        "kind": kind,
        "family": {**FAMILIES, **OWN}.get(kind.family, (kind.family, ""))[0],
        "inputs": fields(kind.input_schema),
        "outputs": fields(kind.output_schema(kind.defaults)),
        "rules": rule_words(kind.input_schema.get("x-rules", ())),
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example else "",
        "action": action,
        **(_of_action(action) if action else {}),
    }
    return render(request, "catalogue/step.html", page)


def _of_action(action: Action) -> dict[str, Any]:
    title, words = REPEATS[action.repeat]
    return {
        "rate": rate_words(action.pace),
        "repeat_title": title,
        "repeat_words": words if action.effect in "AB" else ASKS_FIRST,
        "api_key": next(
            (
                family.title
                for family in INTEGRATIONS[action.api.integration].families
                if family.key == action.key_family
            ),
            "none needed",
        ),
        "host": action.api.hosts["us"].removeprefix("https://"),
        "advice": sorted({**GENERAL, **action.api.advice, **action.advice}.items()),
        "call_bytes": action.limits.call_bytes,
        "item_bytes": action.limits.item_bytes,
    }


def rate_words(rate: Rate) -> str:
    """A pace in words: "10 calls a second, more are refused (shared by …)"."""
    calls = f"{rate.calls:,} call{'' if rate.calls == 1 else 's'}"
    span = "a second" if rate.seconds == 1 else f"in {rate.seconds:g} seconds"
    manner = "more are refused with 429, and tried again later" if rate.hard else "more are slowed down"
    return f"{calls} {span}; {manner}" + (f" ({rate.scope})" if rate.scope else "")


@require_GET
@needs(Ability.SEE)
def event(request: TeamRequest, name: str) -> HttpResponse:
    found = EVENTS.get(name)
    if found is None:
        raise Http404
    page = {
        "event": found,
        "fields": fields(found.payload),
        "example": json.dumps(found.example, indent=2, ensure_ascii=False),
    }
    return render(request, "catalogue/event.html", page)
