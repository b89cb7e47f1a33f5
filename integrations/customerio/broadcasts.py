"""API-triggered broadcasts: start one, and see what became of it. Paths say campaigns or broadcasts: both as documented."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from integrations.customerio.apis import APP, DOCS
from integrations.kit.action import Action, Rate, Repeat, Request
from integrations.kit.call import Custom, Get
from integrations.kit.limits import Limits
from integrations.kit.rules import AtLeastOne, AtMostOne, NeededWhen, OneKey, OnlyWith, PerItem, Rule
from integrations.kit.shape import Listed, MaxBytes, Object, Output, Shape, Text, Whole, may, need

AUDIENCES = ("recipients", "ids", "emails", "per_user_data", "data_file_url")
BY_ID = ("ids", "per_user_data", "data_file_url")
BY_EMAIL = ("emails", "per_user_data", "data_file_url")
MOST_PEOPLE = 10_000

_NEVER_EMPTY = "An empty list is refused: it never means “everybody”. "


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SegmentIs(_Part):
    id: Whole = need("Segment", "Number of the segment.", choices="segments", ge=1)


class AttributeIs(_Part):
    field: Text = need("Attribute", "Name of the attribute.", examples=["plan"])
    operator: Literal["eq", "exists"] = need("Comparison", "eq: has this value. exists: has any value.")
    value: str | int | float | bool = may("Value", "The value, for eq.")


class Filter(_Part):
    """Exactly one of these (the rule `OneKey` says so), nested at will."""

    all_: list[Filter] = may("All of", "Every one of these holds.", alias="and", min_length=1)
    any_: list[Filter] = may("Any of", "At least one of these holds.", alias="or", min_length=1)
    not_: Filter = may("Not", "This does not hold.", alias="not")
    segment: SegmentIs = may("In segment", "The person is in this segment.")
    attribute: AttributeIs = may("Attribute", "An attribute of the person.")


class ForPerson(_Part):
    id: Text = may("Person id", "Id of the person.")
    email: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")] = may("Email", "Email address of the person.")
    data: Object = may("Data", "Values for the templates, for this person.")


Email = Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$", json_schema_extra={"format": "email"})]


class BroadcastInput(Shape):
    broadcast_id: Whole = need(
        "Broadcast",
        "Number of the API-triggered broadcast, shown in its triggering details.",
        examples=[12],
        choices="broadcasts",
        ge=1,
    )


class TriggerBroadcastInput(BroadcastInput):
    rules: ClassVar[tuple[Rule, ...]] = (
        # An audience that is set but empty counts: it must never turn into the broadcast's default audience.
        AtMostOne(
            AUDIENCES, empty_counts=True, hint="Choose one audience; without any, the one set in Customer.io is used."
        ),
        OneKey(
            "recipients",
            ("and", "or", "not", "segment", "attribute"),
            deeper=("and", "or", "not"),
            parts={"attribute": (NeededWhen("value", "operator", "eq"),)},
        ),
        PerItem("per_user_data", {"": (AtLeastOne(("id", "email")),)}),
        OnlyWith("id_ignore_missing", BY_ID),
        OnlyWith("email_ignore_missing", BY_EMAIL),
        OnlyWith("email_add_duplicates", BY_EMAIL),
    )

    data: Annotated[Object, MaxBytes(50_000)] = may(
        "Data",
        "Values for {{ trigger.<name> }} in the message, the same for everybody.",
        examples=[{"headline": "Roadrunner spotted in Albuquerque!"}],
    )
    recipients: Filter = may(
        "Audience: filter",
        "People in segments or with attributes. Leave all audiences empty to use the one set in Customer.io.",
        examples=[{"segment": {"id": 7}}],
    )
    ids: list[Text] = may(
        "Audience: ids",
        _NEVER_EMPTY + "Ids of people who exist already, as text. Not in workspaces that identify by email only.",
        examples=[["97980cfea0067", "42"]],
        unit="people",
        min_length=1,
        max_length=MOST_PEOPLE,
    )
    emails: list[Email] = may(
        "Audience: emails",
        _NEVER_EMPTY + "Email addresses of people who exist already.",
        examples=[["recipient1@example.com"]],
        unit="people",
        min_length=1,
        max_length=MOST_PEOPLE,
    )
    per_user_data: list[ForPerson] = may(
        "Audience: people with data",
        _NEVER_EMPTY + "One entry a person: id or email, and their own values for the message.",
        examples=[[{"id": "42", "data": {"voucher": "FOO-123"}}]],
        unit="people",
        min_length=1,
        max_length=MOST_PEOPLE,
    )
    data_file_url: Annotated[str, Field(pattern=r"^https?://\S+$", json_schema_extra={"format": "uri"})] = may(
        "Audience: file",
        "Address of a file with one JSON object a line: id or email, and data.",
        examples=["https://example.com/audience.ndjson"],
    )
    id_ignore_missing: bool = may(
        "Skip unknown ids",
        "Otherwise one unknown id fails the whole broadcast.",
        advanced=True,
        more={"default": False},
    )
    email_ignore_missing: bool = may(
        "Skip unknown emails", "Otherwise one unknown address fails it all.", advanced=True, more={"default": False}
    )
    email_add_duplicates: bool = may(
        "Send to all who share an address",
        "Otherwise an address that several people have is an error.",
        advanced=True,
        more={"default": False},
    )


def _trigger(call: Custom, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
    """Odd: the API refuses a switch beside an audience it does not apply to, so it is left out (as the Go client does)."""
    plain = call.plain(settings, key, message_key)
    body: dict[str, Any] = dict(plain.body) if isinstance(plain.body, dict) else {}
    idle = {rule.field for rule in settings.rules if isinstance(rule, OnlyWith) and not rule.applies(body)}
    return (Request(plain.method, plain.path, body={name: value for name, value in body.items() if name not in idle}),)


class Triggered(Output):
    id: int | str = need("Trigger id", "Id of this trigger, for “Get broadcast trigger”.")


_NO_BROADCAST = {404: "Choose an API-triggered broadcast of this workspace: this number belongs to none."}


def _people(given: Mapping[str, JsonValue]) -> int | None:
    """How many people are named; an audience by filter or file, or the one set in Customer.io, has a size that only it knows."""
    named = next((given[name] for name in ("ids", "emails", "per_user_data") if given.get(name)), None)
    return len(named) if isinstance(named, Sized) and not isinstance(named, str) else None


trigger_broadcast = Action(
    key="customerio.trigger_broadcast",
    slug="CUSTOMERIO_TRIGGER_BROADCAST",
    title="Trigger broadcast",
    help="Starts an API-triggered broadcast, for the audience given here or the one set in Customer.io. "
    "“Done” means queued: “Get broadcast trigger” tells when it was processed.",
    family="broadcasts",
    icon="megaphone",
    api=APP,
    call=Custom("/v1/campaigns/{broadcast_id}/triggers", _trigger),
    input=TriggerBroadcastInput,
    output=Triggered,
    repeat=Repeat.UNSAFE,  # no key: a second call sends to everybody again
    effect="C",
    limits=Limits(call_bytes=25_000_000),
    rate=Rate(1, 10, hard=True, scope="trigger calls of the key; at most 5 may wait"),
    people=_people,
    destructive="Sends real messages to everybody in the audience; they cannot be recalled.",
    advice=_NO_BROADCAST
    | {
        422: "Correct the audience or data it names. A trigger number in the text has its errors in Customer.io.",
        429: "A broadcast can be triggered once in ten seconds, and five may wait. It was refused: nothing was sent.",
    },
    docs=f"{DOCS}/app/tag/send-messages/triggerBroadcast/",
)

Number = int | str
TriggerId = Annotated[
    str,
    # Officially a number, on the product's page also 5-37: digits are passed on as they are.
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
    Field(pattern=r"^[0-9]+(-[0-9]+)?$"),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^[0-9]+(-[0-9]+)?$"}),
]


class GetTriggerInput(BroadcastInput):
    trigger_id: TriggerId = need(
        "Trigger id", "What “Trigger broadcast” answered: a number, or one like 5-37.", examples=["3"]
    )


class Trigger(Output):
    id: Number = need("Trigger id", "Id of the trigger.")
    broadcast_id: int = may("Broadcast", "Number of the broadcast.")
    campaign_id: int = may("Campaign", "The same number, in some answers.")
    created_at: int = may("Created", "In Unix seconds.")
    processed_at: int | None = may("Processed", "In Unix seconds; empty or 0 while it waits.")
    recipients_filter: JsonValue = may("Filter", "The audience, when it is told.")
    data: JsonValue = may("Data", "The data, when it is told.")


get_trigger = Action(
    key="customerio.get_trigger",
    slug="CUSTOMERIO_GET_TRIGGER",
    title="Get broadcast trigger",
    help="Shows one trigger of a broadcast, and whether it has been processed.",
    family="broadcasts",
    icon="radio",
    api=APP,
    call=Get("/v1/campaigns/{broadcast_id}/triggers/{trigger_id}"),
    input=GetTriggerInput,
    output=Trigger,
    advice={404: "This broadcast has no such trigger, or the key is of another workspace."},
    docs=f"{DOCS}/app/tag/broadcasts/broadcastStatus/",
)


class Triggers(Output):
    triggers: Annotated[list[Trigger], Listed] = need("Triggers", "Every trigger of the broadcast.")


get_triggers = Action(
    key="customerio.get_triggers",
    slug="CUSTOMERIO_GET_TRIGGERS",
    title="List broadcast triggers",
    help="Gives every trigger of a broadcast, with the times it was made and processed.",
    family="broadcasts",
    icon="list-checks",
    api=APP,
    call=Get("/v1/broadcasts/{broadcast_id}/triggers"),
    input=BroadcastInput,
    output=Triggers,
    advice=_NO_BROADCAST,
    docs=f"{DOCS}/app/tag/broadcasts/listBroadcastTriggers/",
)

BROADCASTS = (trigger_broadcast, get_trigger, get_triggers)
