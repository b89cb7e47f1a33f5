"""Steps that sleep: for a time, until a moment, until working hours, or until something happens."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import ANY, MOMENT, TEXT, Schema, union
from helix.flows.steps.samples import object_of, type_of_sample
from helix.flows.steps.step import Config, Port, StepType, TypeOf
from integrations.customerio.hooks import EVENTS
from integrations.kit.rules import ExactlyOne, NeededWhen, Rule
from integrations.kit.shape import Instant, Shape, Text, may, need

LONGEST_WAIT_SECONDS = 400 * 24 * 3600
WAIT_FOR = "logic.wait_for"
EXPIRED = Port("expired", "Not in time")
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Window(Shape):
    """Hours of days in which the run may go on."""

    days: list[Day] = need("Days", "On which days.", min_length=1, max_length=7, examples=[["mon", "tue", "wed", "thu", "fri"]])  # fmt: skip
    from_: Clock = need("From", "Time of day, such as 09:00.", alias="from", examples=["09:00"])
    to: Clock = need("To", "Time of day, such as 17:00; before “From”: over midnight.", examples=["17:00"])
    timezone: Text = need(
        "Time zone", "The zone whose clock counts.", examples=["Europe/Paris"], more={"format": "time-zone"}
    )


class WaitInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (ExactlyOne(("seconds", "until", "window")),)

    seconds: float = may(
        "For", "How long to wait, in seconds, at most 400 days.", unit="seconds", ge=0, le=LONGEST_WAIT_SECONDS
    )
    until: Instant = may(
        "Until", "Date and time with a time zone. One in the past does not wait.", examples=["2026-01-31T12:00:00Z"]
    )
    window: Window = may("Until it is within", "Goes on at once inside these hours, else when they begin.")


class WaitForInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (
        NeededWhen("events", "for", "customerio_event"),
        NeededWhen("person", "for", "customerio_event"),
    )

    for_: Literal["approval", "webhook", "customerio_event"] = need(
        "Wait for", "What has to happen before the run goes on.", alias="for",
        more={"x-labels": {"approval": "a person's approval", "webhook": "a message to the run's own address",
                           "customerio_event": "an event of Customer.io about a person"}, "x-literal": True},
    )  # fmt: skip
    expires_seconds: float = need(
        "At most", "After this time the run goes on by “Not in time”.", unit="seconds", gt=0, le=LONGEST_WAIT_SECONDS, examples=[86400],
    )  # fmt: skip
    question: str = may("Question", "What is asked of the person who approves.", max_length=2000, examples=["Send it to 1,200 people?"], more={"x-when": {"for": "approval"}})  # fmt: skip
    approvers: Literal["operator", "editor", "admin", "owner"] = may(
        "Who may approve", "The least role that may answer.", default="operator",
        more={"x-literal": True, "x-when": {"for": "approval"},
              "x-labels": {"operator": "operators and above", "editor": "editors and above", "admin": "admins and owners", "owner": "owners"}},
    )  # fmt: skip
    sample: JsonValue = may(
        "Sample", "A message as it will come; it gives “body” its type.",
        more={"x-literal": True, "contentMediaType": "application/json", "x-when": {"for": "webhook"}},
    )  # fmt: skip
    events: list[str] = may(
        "Events",
        "Any of these goes on.",
        examples=[["email_delivered"]],
        max_length=20,
        more={"x-events": True, "x-literal": True},
    )
    person: Text = may("Person", "Id or e-mail address of the person whose event is waited for.")


def _waits_for(config: Config) -> str:
    found = config.get("for")
    return found if isinstance(found, str) else "approval"


def _exits(config: Config) -> tuple[Port, ...]:
    if _waits_for(config) == "approval":
        return (Port("approved", "Approved"), Port("rejected", "Rejected"), EXPIRED)
    return (Port("received", "Received"), EXPIRED)


def event_type(names: Any) -> Schema:
    """The type of an event of one of these names."""
    known = [
        EVENTS[name].payload
        for name in (names if isinstance(names, list) else ())
        if isinstance(name, str) and name in EVENTS
    ]
    plain = [{key: part for key, part in schema.items() if key != "$schema"} for schema in known]
    return union(plain) if plain else ANY


def _output(config: Config, type_of: TypeOf) -> Schema:
    match _waits_for(config):
        case "approval":
            return object_of(
                answer={"type": "string", "enum": ["approved", "rejected"], "title": "Answer"},
                by={**TEXT, "title": "By"},
                comment={**TEXT, "title": "Comment"},
                answered_at={**MOMENT, "title": "When"},
            )
        case "webhook":
            return object_of(body={**type_of_sample(config.get("sample")), "title": "Body"}, received_at=MOMENT)
        case _:
            return object_of(event={**event_type(config.get("events")), "title": "Event"}, received_at=MOMENT)


WAITING = (
    StepType(
        key="logic.wait",
        title="Wait",
        help="Waits for a time, until a moment, or until working hours. A waiting run costs nothing.",
        family="logic",
        kind="logic",
        icon="hourglass",
        input=WaitInput,
        defaults={"seconds": 60},
        output=lambda config, type_of: object_of(until={**MOMENT, "title": "Waited until"}),
    ),
    StepType(
        key=WAIT_FOR,
        title="Wait for",
        help="Waits for an approval, a message or an event of Customer.io; or goes on another way when it does not come in time.",
        family="logic",
        kind="logic",
        icon="hand",
        input=WaitForInput,
        defaults={"for": "approval", "question": "", "expires_seconds": 86400},
        output=_output,
        exits=_exits,
    ),
)
