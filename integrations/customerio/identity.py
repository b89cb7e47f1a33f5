"""Fields that the calls to Pipelines share: who it is about, and how the call is to be treated."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import model_validator

from integrations.kit.rules import AtLeastOne, Rule
from integrations.kit.shape import Id, Instant, Object, Shape, Text, may

WHO = ("userId", "anonymousId")


class Envelope(Shape):
    """When it happened, and how to treat the call."""

    timestamp: Instant = may(
        "When it happened",
        "Date and time with a time zone (ISO 8601). The time Customer.io receives it, when left empty.",
        examples=["2026-01-31T12:00:00Z"],
        advanced=True,
    )
    context: Object = may(
        "Context",
        "Circumstances of the call: ip, locale, userAgent, channel, campaign, page, device, app, os, network …",
        examples=[{"ip": "203.0.113.7", "locale": "en-GB"}],
        advanced=True,
    )
    integrations: dict[str, bool] = may(
        "Destinations",
        "Which connected destinations get the call, by name. {“All”: false} leaves out all that are not named.",
        examples=[{"All": False, "Customer.io Data Pipelines": True}],
        advanced=True,
    )
    messageId: Text = may(
        "Message id",
        "Unique id of this call. Leave empty: Helix gives one and keeps it when it tries again.",
        examples=["01J8ZK3Q5A16NDYYKAZMQKQR0N"],
        advanced=True,
    )


class Ids(Shape):
    """The two ids a person may be called by. An empty one is as good as none, and never sent."""

    userId: Id = may(
        "User id",
        "Id of a known person in your system; may be an email address. Text, also when it is a number.",
        examples=["97980cfea0067", "person@example.com"],
    )
    anonymousId: Id = may(
        "Anonymous id",
        "Id of a person who is not known yet, such as a cookie or device id.",
        examples=["23adfd82-aa0f-45a7-a756-24f2a7a4c895"],
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_missing(cls, given: Any) -> Any:
        """Empty text, or nothing, is no id (https://docs.customer.io/integrations/api/cdp/): it is never sent."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if name not in WHO or value not in ("", None)}


class Person(Ids):
    """Who the call is about: a known or an anonymous person, or both."""

    rules: ClassVar[tuple[Rule, ...]] = (AtLeastOne(WHO),)
