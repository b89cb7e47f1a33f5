"""E-mails to one person or a few, from the team's own domain.

Facts: https://resend.com/docs/api-reference/emails/send-email · /docs/api-reference/rate-limit · /docs/dashboard/emails/idempotency-keys
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue

from integrations.kit.action import Action, Api, Rate, Repeat, Request
from integrations.kit.auth import Bearer
from integrations.kit.call import Custom, Get, Post
from integrations.kit.rules import AtLeastOne, Rule
from integrations.kit.shape import Output, Shape, Text, may, need

HOST = "https://api.resend.com"
RESEND = Api(
    name="resend",
    integration="resend",
    service="Resend",
    key_family="resend",
    key_words="a Resend API key (it begins with re_)",
    hosts={"us": HOST, "eu": HOST},
    sign=Bearer("api_key"),
    rate=Rate(2, 1, hard=True, scope="the Resend account"),
    own_domain="resend.com",
    advice={403: "Verify the domain of “From” in Resend, or use a key that may send from it."},
)
Address = Annotated[Text, Field(max_length=320)]


class SendEmailInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (AtLeastOne(("text", "html")),)

    from_: Address = need("From", "An address of a domain that is verified in Resend.", alias="from", examples=["Shop <orders@example.com>"])  # fmt: skip
    to: list[Address] = need("To", "At most 50 addresses; each sees the others.", min_length=1, max_length=50, examples=[["ada@example.com"]])  # fmt: skip
    subject: Text = need("Subject", "One line.", max_length=500, examples=["Your order has been sent"])
    text: str = may("Text", "The message as plain text.", more={"x-multiline": True})
    html: str = may("HTML", "The message as HTML.", more={"x-multiline": True})
    reply_to: list[Address] = may("Answers to", "Where answers go, when not to “From”.", max_length=50, advanced=True)


class Sent(Output):
    id: str = need("Id", "Resend's id of the e-mail.")


def _with_key(call: Post, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
    """The key goes into a header, not into the body: Resend drops a repeat with the same one for 24 hours."""
    (plain,) = Post.requests(call, settings, "", "")
    return (replace(plain, headers={"Idempotency-Key": key}) if key else plain,)


def _people(given: Mapping[str, JsonValue]) -> int | None:
    to = given.get("to")
    return len(to) if isinstance(to, list) else 1


send_email = Action(
    key="resend.send_email",
    slug="RESEND_SEND_EMAIL",
    title="Send transactional e-mail",
    help="Sends one e-mail to a few people, at once. For campaigns and newsletters use a marketing service.",
    family="resend",
    icon="mail",
    api=RESEND,
    call=Custom("/emails", _with_key),
    input=SendEmailInput,
    output=Sent,
    message_key="Idempotency-Key",
    repeat=Repeat.KEYED,
    people=_people,
    effect="B",
    docs="https://resend.com/docs/api-reference/emails/send-email",
)


class Domain(Output):
    id: str = need("Id", "Resend's id of the domain.")
    name: str = need("Name", "The domain.")
    status: str = may("State", "verified, pending, failed or not_started.")


class Domains(Output):
    data: list[Domain] = need("Domains", "The domains of the account.")


list_domains = Action(
    key="resend.list_domains",
    slug="RESEND_LIST_DOMAINS",
    title="List sending domains",
    help="Gives the domains that e-mails may be sent from.",
    family="resend",
    icon="globe",
    api=RESEND,
    call=Get("/domains"),
    input=Shape,
    output=Domains,
    docs="https://resend.com/docs/api-reference/domains/list-domains",
)
