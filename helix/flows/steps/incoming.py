"""What begins a run from outside: a webhook, an event of Customer.io, a failure of another flow, a call by another flow."""

from typing import Any, Literal

from pydantic import JsonValue

from helix.expressions.types import ANY, MOMENT, TEXT, Schema
from helix.flows.steps.step import Config, StepType, TypeOf
from helix.flows.steps.triggers import FormField, form_type
from integrations.customerio.hooks import EVENTS
from integrations.kit.shape import Shape, Whole, may, need


class WebhookInput(Shape):
    verify: Literal["customerio", "standard_webhooks", "hmac", "bearer", "none"] = may(
        "Proof", "How a call proves that it comes from the sender.", default="bearer",
        more={"x-labels": {
            "customerio": "Customer.io's signature", "standard_webhooks": "Standard Webhooks", "hmac": "HMAC-SHA256 in a header",
            "bearer": "Bearer token", "none": "no proof: anyone who knows the address",
        }},
    )  # fmt: skip
    fields: list[FormField] = may(
        "Fields",
        "What the body must hold; more is allowed. Steps read it as trigger.body.<name>.",
        default=[],
        max_length=100,
    )
    sample: JsonValue = may("Sample", "A body as it comes; it tells later steps what there is.")
    dedupe_field: str = may(
        "Told apart by", "Path in the body, such as order.id: a second call with the same value begins nothing.", default="",
        max_length=200, advanced=True,
    )  # fmt: skip
    dedupe_minutes: Whole = may(
        "Repeats within", "So long a repeat is known.", default=11_520, ge=1, le=43_200, unit="minutes", advanced=True
    )


class EventInput(Shape):
    events: list[Literal[tuple(EVENTS)]] = need("Events", "What must happen.", min_length=1)  # type: ignore[valid-type]
    campaign_ids: list[Whole] = may("Campaigns", "Only of these campaigns.", default=[])
    newsletter_ids: list[Whole] = may("Newsletters", "Only of these newsletters.", default=[])
    recipient_domains: list[str] = may(
        "Recipients at", "Only for addresses at these domains.", default=[], examples=[["example.com"]]
    )


class FailedInput(Shape):
    flows: list[str] = may("Flows", "Ids of the flows; empty: any other flow of the team.", default=[])


class CalledInput(Shape):
    fields: list[FormField] = may("Fields", "What the calling flow gives.", default=[], max_length=100)


def _object(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _webhook(config: Config, type_of: TypeOf) -> Schema:
    texts: Schema = {"type": "object", "additionalProperties": TEXT}
    body = {**form_type(config, type_of), "additionalProperties": True} if config.get("fields") else ANY
    return _object(body=body, headers=texts, query=texts, received_at=MOMENT, delivery=TEXT)


def _event(config: Config, type_of: TypeOf) -> Schema:
    return _object(
        event_id=TEXT, object_type=TEXT, metric=TEXT, timestamp={"type": "integer"}, data=ANY, received_at=MOMENT
    )


def _failure(config: Config, type_of: TypeOf) -> Schema:
    return _object(run_id=TEXT, flow_id=TEXT, flow_name=TEXT, message=TEXT, step=TEXT, failed_at=MOMENT)


def _trigger(
    key: str, title: str, help: str, icon: str, input: type[Shape], output: Any, **defaults: JsonValue
) -> StepType:
    return StepType(
        key=key,
        title=title,
        help=help,
        family="triggers",
        kind="trigger",
        icon=icon,
        input=input,
        output=output,
        defaults=defaults,
    )


INCOMING = (
    _trigger("trigger.webhook", "Webhook", "Starts a run when another program calls an address.", "webhook", WebhookInput, _webhook, verify="bearer"),
    _trigger(
        "trigger.customerio_event", "Customer.io event", "Starts a run when a message was sent, opened or bounced, or a person unsubscribed.", "mail-check", EventInput,
        _event, events=["email_bounced"],
    ),
    _trigger("trigger.flow_failed", "Another flow failed", "Starts a run when a run of another flow fails.", "circle-alert", FailedInput, _failure),
    _trigger("trigger.called", "Called by a flow", "Starts when a step of another flow calls this one.", "phone", CalledInput, form_type),
)  # fmt: skip
