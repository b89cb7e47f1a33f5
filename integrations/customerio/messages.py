"""Messages: what was sent to whom, the templates it came from, and the way out of them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from integrations.customerio.apis import APP, DOCS, TRACK
from integrations.kit.action import Action
from integrations.kit.call import Get, Post
from integrations.kit.pages import Paged, Paging
from integrations.kit.rules import Ordered, Rule
from integrations.kit.shape import Accepted, Listed, Output, PathId, Shape, Whole, may, need

MessageType = Literal["email", "webhook", "twilio", "whatsapp", "slack", "push", "in_app", "live_notification"]
Metric = Literal[
    "attempted",
    "sent",
    "delivered",
    "opened",
    "clicked",
    "converted",
    "bounced",
    "spammed",
    "unsubscribed",
    "dropped",
    "failed",
    "undeliverable",
]


class GetMessagesInput(Paged):
    rules: ClassVar[tuple[Rule, ...]] = (Ordered(("start_ts", "end_ts")),)

    type: MessageType = may("Kind of message", "All kinds when left empty. SMS is called twilio.")
    metric: Metric = may("Reached", "Only messages that came so far.", examples=["delivered"])
    start_ts: Whole = may(
        "Created after",
        "Start of the window, in seconds since 1970. Customer.io looks back six months at most, without saying so.",
        examples=[1613063089],
        unit="Unix seconds",
        ge=0,
    )
    end_ts: Whole = may(
        "Created before",
        "End of the window, in seconds since 1970.",
        examples=[1613149489],
        unit="Unix seconds",
        ge=0,
    )
    campaign_id: Whole = may("Campaign", "Only messages of this campaign (number).", examples=[23], ge=1)
    newsletter_id: Whole = may(
        "Newsletter", "Only messages of this newsletter.", examples=[10], choices="newsletters", ge=1
    )
    limit: Whole = may(
        "Messages per page",
        "How many to fetch at a time.",
        unit="messages",
        more={"default": 50},
        ge=1,
        le=1000,
    )
    action_id: Whole = may("Campaign action", "Only messages of this step of a campaign (number).", advanced=True, ge=1)
    drafts: bool = may("Drafts", "Drafts instead of sent messages.", advanced=True)
    get_tracked_responses: bool = may(
        "Survey answers", "Also give the tracked answers of in-app surveys.", advanced=True, more={"default": False}
    )


class CustomerIdentifiers(Output):
    id: str | None = may("Id", "Id in your system.")
    email: str | None = may("Email", "Email address.")
    cio_id: str | None = may("cio_id", "Customer.io's own id.")


class Message(Output):
    id: str = need("Delivery id", "Id of the delivery.")
    deduplicate_id: str = may("Deduplicate id", "Changes whenever the delivery changes.")
    type: str = may("Kind", "email, push, twilio …")
    customer_id: str | None = may("Customer id", "Id of the person.")
    customer_identifiers: CustomerIdentifiers = may("Person", "The person, by identifiers.")
    recipient: str | None = may("Recipient", "Address it went to.")
    subject: str | None = may("Subject", "Subject line.")
    metrics: dict[str, int | None] | None = may("Metrics", "When each metric happened, in Unix seconds.")
    created: int = may("Created", "In Unix seconds.")
    failure_message: str | None = may("Failure", "Why it failed.")
    campaign_id: int | None = may("Campaign", "Campaign it belongs to.")
    action_id: int | None = may("Action", "Step of the campaign.")
    parent_action_id: int | None = may("Parent action", "Step that holds this one.")
    newsletter_id: int | None = may("Newsletter", "Newsletter it belongs to.")
    content_id: int | None = may("Content", "Variant of the newsletter.")
    broadcast_id: int | None = may("Broadcast", "Broadcast it belongs to.")
    trigger_event_id: str | None = may("Trigger event", "Event that started the campaign.")
    msg_template_id: int | None = may("Template", "Template it was made from.")
    message_template_id: int | None = may("Template (older name)", "The same, as the schema calls it.")
    forgotten: bool = may("Forgotten", "Whether its data was erased.")
    tracked_responses: dict[str, object] | None = may("Survey answers", "Tracked answers of in-app surveys.")


class Messages(Output):
    messages: Annotated[list[Message], Listed] = need("Messages", "The deliveries.")
    next: str | None = may("Next page", "Where to go on; empty after the last page.")


get_messages = Action(
    key="customerio.get_messages",
    slug="CUSTOMERIO_GET_MESSAGES",
    title="List messages",
    help="Gives deliveries (messages to single people) and how far each came; a page at a time or all.",
    family="messages",
    icon="mail",
    api=APP,
    call=Get("/v1/messages"),
    input=GetMessagesInput,
    output=Messages,
    pagination=Paging(lists=("messages",), follow_size=1000),
    docs=f"{DOCS}/app/tag/messages/listMessages/",
)


class ListNewslettersInput(Paged):
    limit: Whole = may("Newsletters per page", "How many to fetch at a time.", unit="newsletters", ge=1)
    sort: Literal["asc", "desc"] = may("Order", "asc for oldest first, desc for newest first.")


class Newsletter(Output):
    id: int = need("Newsletter number", "Number of the newsletter.")
    deduplicate_id: str = may("Deduplicate id", "Changes whenever the newsletter changes.")
    type: str | None = may("Channel", "email, push …")
    name: str | None = may("Name", "Name of the newsletter.")
    content_ids: Annotated[list[int], Listed] = may("Contents", "Its variants.")
    sent_at: int | None = may("Sent", "In Unix seconds; empty for drafts.")
    created: int = may("Created", "In Unix seconds.")
    updated: int = may("Updated", "In Unix seconds.")
    recipient_segment_ids: Annotated[list[int], Listed] = may("Segments", "Segments it goes to.")
    tags: Annotated[list[str], Listed] = may("Tags", "Its tags.")
    subscription_topic_id: int | None = may("Topic", "Subscription topic.")


class Newsletters(Output):
    newsletters: Annotated[list[Newsletter], Listed] = need("Newsletters", "The newsletters.")
    next: str | None = may("Next page", "Where to go on; empty after the last page.")


list_newsletters = Action(
    key="customerio.list_newsletters",
    slug="CUSTOMERIO_LIST_NEWSLETTERS",
    title="List newsletters",
    help="Gives newsletters (one-time sends) with their dates, channel and target segments.",
    family="messages",
    icon="newspaper",
    api=APP,
    call=Get("/v1/newsletters"),
    input=ListNewslettersInput,
    output=Newsletters,
    pagination=Paging(lists=("newsletters",), follow_size=100),
    docs=f"{DOCS}/app/tag/newsletters/listNewsletters/",
)


class TransactionalMessage(Output):
    id: int = need("Message number", "Number of the template.")
    name: str = may("Name", "Name of the template.")
    description: str | None = may("Description", "What it is for.")
    send_to_unsubscribed: bool = may("Also to unsubscribed", "Whether unsubscribed people get it.")
    link_tracking: bool = may("Link tracking", "Whether clicks are counted.")
    open_tracking: bool = may("Open tracking", "Whether opens are counted.")
    hide_message_body: bool = may("Hidden body", "Whether the text is kept out of Customer.io.")
    queue_drafts: bool = may("Queued as draft", "Whether sends wait for a person.")
    created_at: int = may("Created", "In Unix seconds.")
    updated_at: int = may("Updated", "In Unix seconds.")


class TransactionalMessages(Output):
    messages: Annotated[list[TransactionalMessage], Listed] = need("Templates", "The transactional messages.")


list_transactional_messages = Action(
    key="customerio.list_transactional_messages",
    slug="CUSTOMERIO_LIST_TRANSACTIONAL_MESSAGES",
    title="List transactional messages",
    help="Gives the transactional message templates of the workspace.",
    family="messages",
    icon="receipt",
    api=APP,
    call=Get("/v1/transactional"),
    input=Shape,
    output=TransactionalMessages,
    docs=f"{DOCS}/app/tag/transactional/listTransactional/",
)


class UnsubscribeDeliveryInput(Shape):
    delivery_id: PathId = need(
        "Delivery id",
        "Id of a message: from “List messages”, or data.delivery_id of a webhook.",
        examples=["dgOq6QWq6QUBAAF4_CGoeVX7mFkDbRFu7ek="],
    )
    unsubscribe: bool = may(
        "Unsubscribe",
        "Yes unsubscribes the person from everything. No is said to undo it, which Customer.io does not promise.",
        default=True,
    )


unsubscribe_delivery = Action(
    key="customerio.unsubscribe_delivery",
    slug="CUSTOMERIO_UNSUBSCRIBE_DELIVERY",
    title="Unsubscribe from delivery",
    help="Unsubscribes the recipient of a message from everything, and credits the choice to that message. "
    "Topic preferences stay as they are.",
    family="messages",
    icon="mail-x",
    api=TRACK,
    call=Post("/unsubscribe/{delivery_id}"),  # this path has no /api/v1
    input=UnsubscribeDeliveryInput,
    output=Accepted,
    needs_key=False,
    destructive="The person gets no email, SMS, WhatsApp or push any more, until they subscribe again.",
    docs=f"{DOCS}/track/tag/track-customers/unsubscribe/",
)

MESSAGES = (get_messages, list_newsletters, list_transactional_messages, unsubscribe_delivery)
