"""What an action is: frozen data. How its settings become requests is `call.py`; how they are sent is `client.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, JsonValue

from integrations.kit.auth import Region, Sign
from integrations.kit.call import Call, Request
from integrations.kit.faults import Fault, Unknown, never
from integrations.kit.limits import Limits, Rate, size_faults
from integrations.kit.pages import Paging
from integrations.kit.schema import clean_schema
from integrations.kit.shape import Shape

Family = str
"""The place in the palette: one that is there, or the key of the integration for a place of its own."""
Effect = Literal["A", "B", "C", "D"]
"""A: repeating ends in the same state. B: the service drops a repeat with the same key. C: only looking afterwards
tells whether it happened. D: nothing tells."""


class Repeat(StrEnum):
    """What becomes of a call whose end nobody saw."""

    SAFE = "safe"  # goes again by itself
    KEYED = "keyed"  # goes again with the same key
    UNSAFE = "unsafe"  # waits for a person


@dataclass(frozen=True)
class Api:
    """What is true of a whole API of a service: hosts by region, key, pace, what a refusal means to a person."""

    name: str
    integration: str
    service: str
    """The service as a person knows it."""
    key_family: str
    key_words: str
    """The key as a person knows it, with its article: "a Track API key (with its Site ID)"."""
    hosts: Mapping[Region, str]
    sign: Sign
    rate: Rate
    own_domain: str
    """Redirects are followed, with the key, only to hosts under this domain."""
    headers: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[int, str] = field(default_factory=dict)
    must_answer_json: bool = True
    """False: any 2xx is good news, whatever its body."""

    @property
    def has_regions(self) -> bool:
        """Whether the region of the connection decides which host is called."""
        return len(set(self.hosts.values())) > 1


@dataclass(frozen=True)
class Action:
    """One thing a step can do. See the fields of `Api` for what all actions of one API share."""

    key: str
    title: str
    help: str
    family: Family
    icon: str
    api: Api
    call: Call
    input: type[Shape]
    output: type[BaseModel]
    slug: str
    docs: str
    repeat: Repeat = Repeat.SAFE
    effect: Effect = "A"
    destructive: str | None = None
    deprecated: str | None = None
    pagination: Paging | None = None
    limits: Limits = field(default_factory=Limits)
    needs_key: bool = True
    """False: the endpoint is public; it is signed when the connection happens to have the key."""
    message_key: str | None = None
    """The field that makes a call unique; filled with the idempotency key when the person gave none."""
    advice: Mapping[int, str] = field(default_factory=dict)
    """What a status means for this action, where it is more than for the API."""
    rate: Rate | None = None
    people: Callable[[Mapping[str, JsonValue]], int | None] | None = None
    """To how many people a call with these settings sends a message; None when only the service knows. No function: to nobody."""
    private_urls: tuple[str, ...] = ()
    """Fields of the answer whose URLs may hold a password; it is blotted out."""

    @property
    def key_family(self) -> str | None:
        """The keys that a connection must hold for this action, or None when it works without."""
        return self.api.key_family if self.needs_key else None

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.call.method

    @property
    def path(self) -> str:
        """The path with its fields in braces."""
        return self.call.path

    @property
    def pace(self) -> Rate:
        """The rate the service allows for this call."""
        return self.rate or self.api.rate

    def input_schema(self) -> dict[str, Any]:
        """The settings as JSON Schema (draft 2020-12), the rules between fields as data under `x-rules`."""
        schema = clean_schema(self.input)
        fields = schema["properties"]  # rarely used ones last, as a form shows them
        schema["properties"] = dict(sorted(fields.items(), key=lambda field: bool(field[1].get("x-advanced"))))
        if self.input.rules:
            schema["x-rules"] = [rule.as_json() for rule in self.input.rules]
        return schema

    def output_schema(self) -> dict[str, Any]:
        """The data of a good answer as JSON Schema (draft 2020-12)."""
        return clean_schema(self.output)

    def check(self, given: JsonValue, unknown: Unknown = never) -> tuple[Fault, ...]:
        """Everything certainly wrong with these settings (warnings too): fields, rules between fields, sizes."""
        faults = self.input.faults(given, unknown)
        if not isinstance(given, dict) or any(fault.severity == "error" for fault in faults):
            return faults
        return (*faults, *size_faults(self.limits, self.call.body(self.input, given), unknown))

    def requests(self, settings: Shape, key: str) -> tuple[Request, ...]:
        """The requests that these settings become; `key` is the idempotency key of the call."""
        return self.call.requests(settings, key if self.message_key else "", self.message_key or "")


__all__ = [
    "Action",
    "Api",
    "Effect",
    "Family",
    "Limits",
    "Paging",
    "Rate",
    "Repeat",
    "Request",
    "Shape",
]
