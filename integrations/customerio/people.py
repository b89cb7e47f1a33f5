"""People: who they are, what they belong to, and how they are forgotten."""

from __future__ import annotations

from typing import Annotated, ClassVar

from integrations.customerio.apis import CALL, DOCS, PIPELINES, TRACK
from integrations.customerio.identity import Envelope, Person
from integrations.kit.action import Action
from integrations.kit.call import Post, PostNothing
from integrations.kit.rules import Different, Rule
from integrations.kit.shape import Accepted, Id, MaxBytes, Object, PathId, Shape, may, need


class IdentifyPersonInput(Envelope, Person):
    traits: Object = may(
        "Attributes",
        "What to remember about the person, by name. Names left out stay as they are. email, name, createdAt, "
        "unsubscribed and cio_subscription_preferences have a meaning to Customer.io.",
        examples=[{"email": "cool.person@example.com", "name": "Cool Person", "games_attended": 5}],
    )


identify_person = Action(
    key="customerio.identify_person",
    slug="CUSTOMERIO_IDENTIFY_PERSON",
    title="Identify person",
    help="Creates a person, or updates their attributes. Suppressed people are passed over without an error.",
    family="people",
    icon="user-plus",
    api=PIPELINES,
    call=Post("/v1/identify"),
    input=IdentifyPersonInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    docs=f"{DOCS}/cdp/tag/default/identify/",
)


class AddPersonToGroupInput(Envelope):
    groupId: Id = need("Group id", "Id of the company, account or other group in your system.", examples=["acme-inc"])
    userId: Id = need("User id", "Id of the person to link; may be an email address.", examples=["97980cfea0067"])
    traits: Object = may(
        "Group attributes",
        "What to remember about the group. objectTypeId says which type of object it is (a number as text, “1” when "
        "left out); relationshipAttributes belong to the link between person and group.",
        examples=[{"objectTypeId": "2", "name": "ACME, Inc.", "industry": "Technology"}],
    )
    anonymousId: Id = may("Anonymous id", "Anonymous id of the same person, when there is one.", advanced=True)


add_person_to_group = Action(
    key="customerio.add_person_to_group",
    slug="CUSTOMERIO_ADD_PERSON_TO_GROUP",
    title="Add person to group",
    help="Links a person to a company, account or other group; creates the group, and the person, where needed.",
    family="people",
    icon="users",
    api=PIPELINES,
    call=Post("/v1/group"),
    input=AddPersonToGroupInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    docs=f"{DOCS}/cdp/tag/default/group/",
)


class CreateAliasInput(Envelope):
    rules: ClassVar[tuple[Rule, ...]] = (Different(("userId", "previousId")),)

    userId: Id = need("Id to keep", "The person that remains.", examples=["97980cfea0067"])
    previousId: Id = need(
        "Id to merge away",
        "An earlier user id or an anonymous id; its profile is merged into the other.",
        examples=["23adfd82-aa0f-45a7-a756-24f2a7a4c895"],
    )


create_alias = Action(
    key="customerio.create_alias",
    slug="CUSTOMERIO_CREATE_ALIAS",
    title="Create profile alias",
    help="Says that two ids are one person. Customer.io promises this for some destinations only; to be sure that two "
    "Customer.io profiles become one, use its own merge (POST /api/v1/merge_customers). Identify the person afterwards.",
    family="people",
    icon="merge",
    api=PIPELINES,
    call=Post("/v1/alias"),
    input=CreateAliasInput,
    output=Accepted,
    limits=CALL,
    message_key="messageId",
    destructive="Merges one profile into another for good; a merge cannot be undone.",
    docs=f"{DOCS}/cdp/tag/default/alias/",
)


class SuppressPersonInput(Shape):
    identifier: Annotated[PathId, MaxBytes(150)] = need(
        "Person",
        "The person's id, email address, or cio_ followed by the cio_id. Not a phone number.",
        examples=["person@example.com", "cio_d9c106000001"],
    )


suppress_person = Action(
    key="customerio.customer_io_suppress_person",
    slug="CUSTOMERIO_CUSTOMER_IO_SUPPRESS_PERSON",
    title="Suppress person",
    help="Deletes a person for good and keeps the identifier from being added again, as privacy requests ask. "
    "Also accepted for an identifier that nobody has.",
    family="people",
    icon="user-x",
    api=TRACK,
    call=PostNothing("/api/v1/customers/{identifier}/suppress"),
    input=SuppressPersonInput,
    output=Accepted,
    destructive="Deletes the person and their history for good; only the block on the identifier can be lifted.",
    docs=f"{DOCS}/track/tag/track-customers/suppress/",
)

PEOPLE = (identify_person, add_person_to_group, create_alias, suppress_person)
