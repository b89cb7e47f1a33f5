"""What begins a run from outside: a message, an event of Customer.io, a flow that failed, a flow that calls."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import MOMENT, TEXT, Schema, union
from helix.flows.steps.samples import object_of, type_of_sample
from helix.flows.steps.step import Config, StepType, TypeOf
from helix.flows.steps.triggers import FormField, form_type, time_limit
from integrations.customerio.hooks import EVENTS
from integrations.kit.shape import Shape, Whole, may, need

LONGEST_MEMORY_MINUTES = 60 * 24 * 8
WEBHOOK, EVENT, FLOW_FAILED, CALLED = (
    "trigger.webhook",
    "trigger.customerio_event",
    "trigger.flow_failed",
    "trigger.called",
)


class WebhookInput(Shape):
    verify: Literal["hmac", "customerio", "standard_webhooks", "bearer", "none"] = may(
        "Proof", "How a sender shows that it may begin runs.", default="bearer",
        more={"x-labels": {"hmac": "a signature in a header (HMAC-SHA256)", "customerio": "Customer.io's signature",
                           "standard_webhooks": "Standard Webhooks", "bearer": "a secret token", "none": "none: anybody with the address"}},
    )  # fmt: skip
    fields: list[FormField] = may("Fields", "What the body holds; other names are kept too.", default=[], max_length=100)  # fmt: skip
    sample: JsonValue = may(
        "Sample",
        "A body as it will come; it gives “body” its type when no fields are named.",
        more={"contentMediaType": "application/json"},
    )
    dedupe_field: str = may(
        "Same message when", "Path of a name in the body that is equal in repeats, such as order.id; empty: when the whole body is equal.",
        default="", examples=["event_id"], max_length=200, advanced=True,
    )  # fmt: skip
    dedupe_minutes: Annotated[Whole, Field(ge=1, le=LONGEST_MEMORY_MINUTES)] = may(
        "Remembered for",
        "How long a repeat is known as one.",
        default=LONGEST_MEMORY_MINUTES,
        unit="minutes",
        advanced=True,
    )
    limit_minutes: Whole = time_limit()


class EventInput(Shape):
    events: list[str] = need(
        "Events",
        "Any of these begins a run.",
        min_length=1,
        max_length=73,
        examples=[["email_bounced"]],
        more={"x-events": True},
    )
    campaign_ids: list[Whole] = may("Campaigns", "Only of these; all when left out.", max_length=200)
    newsletter_ids: list[Whole] = may("Newsletters", "Only of these; all when left out.", max_length=200)
    recipient_domains: list[str] = may(
        "Recipients at",
        "Only addresses at these domains; all when left out.",
        max_length=200,
        examples=[["example.com"]],
    )
    limit_minutes: Whole = time_limit()


class FlowFailedInput(Shape):
    flows: list[str] = may("Flows", "Ids of the flows that are watched; every flow of the team when left out.", default=[], max_length=200, choices="all_flows")  # fmt: skip
    limit_minutes: Whole = time_limit()


class CalledInput(Shape):
    fields: list[FormField] = may(
        "Fields", "What the calling flow gives. Later steps read it as trigger.<name>.", default=[], max_length=100
    )
    limit_minutes: Whole = time_limit()


def _webhook(config: Config, type_of: TypeOf) -> Schema:
    fields: Any = config.get("fields")
    body = (
        {**form_type(config, type_of), "additionalProperties": True} if fields else type_of_sample(config.get("sample"))
    )
    texts: Schema = {"type": "object", "additionalProperties": TEXT}
    return object_of(
        body={**body, "title": "Body"},
        headers={**texts, "title": "Headers"},
        query={**texts, "title": "Query"},
        received_at={**MOMENT, "title": "Received"},
        delivery={**TEXT, "title": "Id of the delivery"},
    )


def _event(config: Config, type_of: TypeOf) -> Schema:
    listed: Any = config.get("events")
    names = [name for name in (listed if isinstance(listed, list) else ()) if isinstance(name, str) and name in EVENTS]
    if not names:
        return {"type": "object"}
    return union([_received(EVENTS[name].payload) for name in dict.fromkeys(names)])


def _received(payload: Schema) -> Schema:
    """One event's payload with the moment when it came in."""
    plain = {key: part for key, part in payload.items() if key != "$schema"}
    properties = {**payload["properties"], "received_at": {**MOMENT, "title": "Received"}}
    return {**plain, "properties": properties, "required": [*payload["required"], "received_at"]}


def _failed(config: Config, type_of: TypeOf) -> Schema:
    return object_of(
        run_id={**TEXT, "title": "Id of the run"},
        flow_id={**TEXT, "title": "Id of the flow"},
        flow_name={**TEXT, "title": "Name of the flow"},
        message={**TEXT, "title": "Why it failed"},
        step={**TEXT, "title": "Key of the step that failed"},
        failed_at={**MOMENT, "title": "When"},
    )


HOOKS = (
    StepType(
        key=WEBHOOK,
        title="Webhook",
        help="Starts a run for every message that another system sends to this trigger's address.",
        family="triggers",
        kind="trigger",
        icon="webhook",
        input=WebhookInput,
        defaults={"verify": "bearer", "fields": []},
        output=_webhook,
    ),
    StepType(
        key=EVENT,
        title="Customer.io event",
        help="Starts a run when something happens to a message or person in Customer.io: delivered, opened, bounced, unsubscribed.",
        family="triggers",
        kind="trigger",
        icon="radio",
        input=EventInput,
        defaults={"events": []},
        output=_event,
    ),
    StepType(
        key=FLOW_FAILED,
        title="Flow failed",
        help="Starts a run when a run of another flow has failed.",
        family="triggers",
        kind="trigger",
        icon="triangle-alert",
        input=FlowFailedInput,
        defaults={"flows": []},
        output=_failed,
    ),
    StepType(
        key=CALLED,
        title="Called by another flow",
        help="Starts a run when a step “Run a flow” of another flow names this one.",
        family="triggers",
        kind="trigger",
        icon="workflow",
        input=CalledInput,
        defaults={"fields": []},
        output=form_type,
    ),
)
