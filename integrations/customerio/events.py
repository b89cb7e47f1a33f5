"""Events: what people did, seen by your systems, your pages, your apps and their devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, JsonValue

from integrations.customerio.apis import BATCH, CALL, DOCS, PIPELINES, TRACK
from integrations.customerio.identity import WHO, Envelope, Ids, Person
from integrations.kit.action import Action, Repeat, Request
from integrations.kit.call import Custom, Post
from integrations.kit.limits import split
from integrations.kit.rules import AtLeastOne, AtMostOne, Guarded, PerItem, Rule
from integrations.kit.shape import (
    Accepted,
    Id,
    Instant,
    MaxBytes,
    Object,
    Output,
    Shape,
    Text,
    Whole,
    may,
    need,
    size_of,
)

# Names that are commands: https://docs.customer.io/integrations/data-in/semantic-events/
COMMANDS = {
    "User Deleted": "An event named “User Deleted” deletes the person from Customer.io.",
    "User Suppressed": "An event named “User Suppressed” deletes the person and blocks them for good.",
    "Object Deleted": "An event named “Object Deleted” deletes the group from Customer.io.",
}

EventName = Annotated[Text, AfterValidator(str.strip), MaxBytes(100)]


class TrackEventInput(Envelope, Person):
    rules: ClassVar[tuple[Rule, ...]] = (AtLeastOne(WHO), Guarded("event", COMMANDS))

    event: EventName = need(
        "Event name",
        "Name that campaigns and segments listen for.",
        examples=["order_placed"],
    )
    properties: Object = may(
        "Event data",
        "Anything else worth knowing; campaigns can use it in messages.",
        examples=[{"order_id": "A-1001", "total": 49.9}],
    )


track_event = Action(
    key="customerio.track_event",
    slug="CUSTOMERIO_TRACK_EVENT",
    title="Track event",
    help="Records something a person did, so that campaigns and segments can react.",
    family="events",
    icon="zap",
    api=PIPELINES,
    call=Post("/v1/track"),
    input=TrackEventInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    repeat=Repeat.KEYED,  # as both official clients do: again with the same messageId, though no page promises it is dropped
    effect="B",
    docs=f"{DOCS}/cdp/tag/default/track/",
)


class TrackPageInput(Envelope, Person):
    name: Text = may("Page name", "Name of the page.", examples=["Home"])
    properties: Object = may(
        "Page data",
        "url, title, path, referrer, search, category and anything else.",
        examples=[{"url": "https://www.example.com", "title": "Welcome"}],
    )


track_page = Action(
    key="customerio.track_page",
    slug="CUSTOMERIO_TRACK_PAGE",
    title="Track page view",
    help="Records that a person viewed a web page.",
    family="events",
    icon="globe",
    api=PIPELINES,
    call=Post("/v1/page"),
    input=TrackPageInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    repeat=Repeat.KEYED,
    effect="B",
    docs=f"{DOCS}/cdp/tag/default/page/",
)

_BY_SERVER = "Customer.io sets this itself; accepted for compatibility, never sent."


class TrackScreenInput(Envelope, Person):
    # Customer.io takes both ids; the product's own page for this action says either, which both accept.
    rules: ClassVar[tuple[Rule, ...]] = (AtLeastOne(WHO), AtMostOne(WHO, empty_counts=True))

    name: Text = need("Screen name", "Name of the screen.", examples=["feed"])
    properties: Object = may("Screen data", "Data about the view.", examples=[{"subscriptions": ["baseball"]}])
    sentAt: Instant = may("Sent at", "When the app sent the call (ISO 8601).", advanced=True)
    type: Literal["screen"] = may("Type", _BY_SERVER, advanced=True, local=True, more={"readOnly": True})
    version: float = may("API version", _BY_SERVER, advanced=True, local=True, more={"readOnly": True})
    receivedAt: Instant = may("Received at", _BY_SERVER, advanced=True, local=True, more={"readOnly": True})
    strict_mode: bool = may(
        "Strict checking",
        "Let Customer.io refuse a wrong key or a bad call. Without it such calls are answered “fine” and dropped.",
        default=True,
        advanced=True,
        local=True,
    )


def _screen(call: Custom, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
    """Odd: the header that all Pipelines calls carry is a setting here, and a person may take it away."""
    plain = call.plain(settings, key, message_key)
    lenient = settings.given().get("strict_mode") is False
    return (Request(plain.method, plain.path, body=plain.body, headers={"X-Strict-Mode": None} if lenient else {}),)


track_screen = Action(
    key="customerio.track_screen",
    slug="CUSTOMERIO_TRACK_SCREEN",
    title="Track screen view",
    help="Records that a person viewed a screen of a mobile app.",
    family="events",
    icon="smartphone",
    api=PIPELINES,
    call=Custom("/v1/screen", _screen),
    input=TrackScreenInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    repeat=Repeat.KEYED,
    effect="B",
    docs=f"{DOCS}/cdp/tag/default/screen/",
)


class BatchItem(Envelope, Ids):
    """One call of a batch: the body of the single call, and its type. Names we do not know are passed on."""

    model_config = ConfigDict(extra="allow")

    type: Literal["identify", "track", "page", "screen", "group", "alias"] = need("Type", "Which call this is.")
    event: EventName = may("Event name", "For track.", examples=["order_placed"], more={"x-when": {"type": ["track"]}})
    name: str = may("Name", "For page and screen.", examples=["Home"], more={"x-when": {"type": ["page", "screen"]}})
    groupId: Id = may("Group id", "For group.", more={"x-when": {"type": ["group"]}})
    previousId: Id = may("Id to merge away", "For alias.", more={"x-when": {"type": ["alias"]}})
    traits: Object = may("Attributes", "For identify and group.", more={"x-when": {"type": ["identify", "group"]}})
    properties: Object = may(
        "Data", "For track, page and screen.", more={"x-when": {"type": ["track", "page", "screen"]}}
    )


def _all(*names: str) -> tuple[Rule, ...]:
    return tuple(AtLeastOne((name,)) for name in names)


class SendBatchInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (
        PerItem(
            "batch",
            {
                "identify": (AtLeastOne(WHO),),
                "track": (*_all("event"), AtLeastOne(WHO), Guarded("event", COMMANDS)),
                "page": (AtLeastOne(WHO),),
                "screen": (AtLeastOne(WHO),),
                "group": (*_all("groupId"), AtLeastOne(WHO)),
                "alias": _all("userId", "previousId"),
            },
            by="type",
        ),
    )

    batch: Annotated[list[BatchItem], Field(min_length=1)] = need(
        "Calls",
        "The calls, each with its type. As many as you like: Helix splits them into requests of 500 KB.",
        examples=[[{"type": "track", "userId": "97980cfea0067", "event": "Course Started"}]],
        unit="calls",
    )
    context: Object = may("Context", "Circumstances of all calls that have none of their own.", advanced=True)


class BatchAccepted(Output):
    requests: int = need("Requests", "How many requests it took.")
    items: int = need("Calls", "How many calls were handed over.")


def _batch(call: Custom, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
    """Odd: the limit is on bytes, so one step may need several requests; and each item has a message id of its own."""
    given: dict[str, Any] = settings.sending()
    shared: dict[str, JsonValue] = {name: value for name, value in given.items() if name != "batch"}
    items: list[JsonValue] = [{message_key: f"{key}-{n}"} | item for n, item in enumerate(given["batch"])]
    sized = [(item, size_of(item)) for item in items]
    envelope = size_of({"batch": [], **shared})
    runs = split(sized, envelope, BATCH.call_bytes or 0)
    return tuple(Request("POST", call.path, body={"batch": run, **shared}, items=len(run)) for run in runs)


def _counted(requests: Sequence[Request], answers: Sequence[JsonValue]) -> JsonValue:
    return {"requests": len(requests), "items": sum(request.items for request in requests)}


send_batch = Action(
    key="customerio.send_batch",
    slug="CUSTOMERIO_SEND_BATCH",
    title="Send batch of calls",
    help="Sends many identify, track, page, screen, group and alias calls at once. There is no result per call.",
    family="events",
    icon="package",
    api=PIPELINES,
    call=Custom("/v1/batch", _batch, _counted),
    input=SendBatchInput,
    output=BatchAccepted,
    limits=BATCH,
    message_key="messageId",
    repeat=Repeat.KEYED,
    effect="B",
    docs=f"{DOCS}/cdp/tag/default/batch/",
)


class ReportPushEventsInput(Shape):
    event: Literal["opened", "converted", "delivered"] = need("What happened", "What happened on the device.")
    delivery_id: Text = need(
        "Delivery id", "The CIO-Delivery-ID of the notification.", examples=["RPILAgUBcRhIBqSfeiIwdIYJKxTY"]
    )
    device_id: Text = need("Device token", "The CIO-Delivery-Token of the notification.")
    timestamp: Whole = need(
        "When it happened",
        "In seconds since 1970 (not milliseconds).",
        examples=[1613063089],
        unit="Unix seconds",
        ge=1_000_000_000,
        le=99_999_999_999,
    )


report_push_events = Action(
    key="customerio.report_push_events",
    slug="CUSTOMERIO_REPORT_PUSH_EVENTS",
    title="Report push event",
    help="Reports that a push notification was delivered, opened, or led to a conversion.",
    family="events",
    icon="bell",
    api=TRACK,
    call=Post("/api/v1/push/events"),
    input=ReportPushEventsInput,
    output=Accepted,
    needs_key=False,
    deprecated="Customer.io replaced this call with POST /api/v1/metrics, which covers all channels; it still works.",
    docs=f"{DOCS}/track/",
)

EVENTS = (track_event, track_page, track_screen, send_batch, report_push_events)
