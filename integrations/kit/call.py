"""How settings become requests: fields named in the path go there, escaped; the rest is the query or the body."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote

from pydantic import JsonValue

from integrations.kit.shape import Shape, as_bytes

_NAME = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Request:
    """One request, not yet addressed to a host nor signed. `body` None: no body at all.

    `headers` come on top of those of the API; None takes one away. `items` counts what a batch carries.
    """

    method: str
    path: str
    query: str = ""
    body: JsonValue = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    items: int = 0

    @cached_property
    def content(self) -> bytes | None:
        """The body as it is sent. ValueError when it cannot be written as JSON in UTF-8."""
        return None if self.body is None else as_bytes(self.body)


@dataclass(frozen=True)
class Call(ABC):
    """A path, and a way to make requests of settings."""

    path: str
    method: ClassVar[str] = "POST"

    @property
    def path_fields(self) -> tuple[str, ...]:
        """The fields that are part of the path, in order."""
        return tuple(_NAME.findall(self.path))

    @abstractmethod
    def requests(self, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
        """The requests these settings become. `message_key` names the field that takes `key` when it is not given."""

    @abstractmethod
    def body(self, shape: type[Shape], given: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
        """Of raw settings, what would be in the body; None when there is none."""

    def data(self, requests: Sequence[Request], answers: Sequence[JsonValue]) -> JsonValue:
        """The data of the step, from the answers to its requests."""
        return answers[-1]


@dataclass(frozen=True)
class Get(Call):
    """A read: settings are the query. Only what was given is sent."""

    method: ClassVar[str] = "GET"

    def requests(self, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
        values = settings.sending()
        path = filled(self.path, values)
        return (Request("GET", path, query_of({k: v for k, v in values.items() if k not in self.path_fields})),)

    def body(self, shape: type[Shape], given: Mapping[str, JsonValue]) -> None:
        return None


@dataclass(frozen=True)
class Post(Call):
    """A write: settings are a JSON body. `empty` sends no body when the path holds all there is to say."""

    def requests(self, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
        values = settings.sending()
        return (Request("POST", filled(self.path, values), body=self._body(values, key, message_key)),)

    def _body(self, values: dict[str, JsonValue], key: str, message_key: str) -> JsonValue:
        body = {name: value for name, value in values.items() if name not in self.path_fields}
        if message_key:
            body.setdefault(message_key, key)
        return body

    def body(self, shape: type[Shape], given: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
        aside = {*self.path_fields, *shape.local_fields()}
        return {name: value for name, value in given.items() if name not in aside}


@dataclass(frozen=True)
class PostNothing(Post):
    """A write whose path says it all: no body."""

    def _body(self, values: dict[str, JsonValue], key: str, message_key: str) -> JsonValue:
        return None


Build = Callable[["Custom", Shape, str, str], tuple[Request, ...]]
Gather = Callable[[Sequence[Request], Sequence[JsonValue]], JsonValue]


@dataclass(frozen=True)
class Custom(Post):
    """A write of a service that is odd here: `build` makes the requests, `gather` the data. Say beside it what is odd."""

    build: Build
    gather: Gather | None = None

    def requests(self, settings: Shape, key: str, message_key: str) -> tuple[Request, ...]:
        return self.build(self, settings, key, message_key)

    def plain(self, settings: Shape, key: str, message_key: str) -> Request:
        """The request that `Post` would make, to build on."""
        return super().requests(settings, key, message_key)[0]

    def data(self, requests: Sequence[Request], answers: Sequence[JsonValue]) -> JsonValue:
        return self.gather(requests, answers) if self.gather else answers[-1]


def filled(path: str, values: Mapping[str, JsonValue]) -> str:
    """The path with its fields filled in, each escaped as one segment."""
    return _NAME.sub(lambda name: segment(values[name[1]]), path)


def segment(value: JsonValue) -> str:
    """One segment of a path: all but `A-Z a-z 0-9 - _ . ~` percent-encoded as UTF-8. Never trimmed.

    ValueError for a blank one and for "." and "..", which URL libraries fold into another path.
    """
    text = str(value)
    if not text.strip() or text in (".", ".."):
        raise ValueError("An id in a path cannot be blank, “.” or “..”.")
    return quote(text, safe="")


def query_of(values: Mapping[str, JsonValue]) -> str:
    """The query of these values, escaped as ids are; booleans are `true` and `false`."""
    pairs = ((name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in values.items())
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
