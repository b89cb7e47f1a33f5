"""Who calls: the keys of a connection, and how a request is signed with them. Keys never appear in `repr` or errors."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

Region = Literal["us", "eu"]


@dataclass(frozen=True)
class Credentials:
    """The keys of one connection. `base_url` (a sandbox) replaces every host; `name` is for sentences only; `options` is
    what the connection holds besides and is no secret."""

    integration: str
    region: Region
    secrets: Mapping[str, SecretStr] = field(repr=False)
    base_url: str | None = None
    name: str = ""
    options: Mapping[str, JsonValue] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """A secret as it is sent: without the line ends and blanks that copying adds. Empty when absent."""
        held = self.secrets.get(name)
        return held.get_secret_value().strip() if held is not None else ""

    def has(self, *names: str) -> bool:
        """Whether every one of these secrets is there."""
        return all(self.secret(name) for name in names)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Every form in which a key of these may show up, the longest first; worked out once."""
        values = [self.secret(name) for name in self.secrets]
        shown = {*values, *(held.get_secret_value() for held in self.secrets.values())}
        texts = {*values, *(f"{value}:" for value in values), *(f":{value}" for value in values)}
        texts |= {f"{user}:{value}" for user in values for value in values if user != value}
        encoded = (b64encode(text.encode()).decode() for text in texts)
        return _longest_first({form for text in (*shown, *encoded) for form in _forms(text) if len(form) >= SHORTEST})


class Sign(Protocol):
    """A way to prove who calls."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets it needs."""
        ...

    def header(self, credentials: Credentials) -> str:
        """The value of `Authorization`."""
        ...


def basic(user: str, password: str) -> str:
    """The value of a Basic `Authorization` header (RFC 7617, UTF-8)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass(frozen=True)
class Basic:
    """HTTP Basic: the first secret is the user, the second the password; without a second it is empty."""

    user: str
    password: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.user, self.password) if self.password else (self.user,)

    def header(self, credentials: Credentials) -> str:
        return basic(credentials.secret(self.user), credentials.secret(self.password) if self.password else "")


@dataclass(frozen=True)
class Bearer:
    """HTTP Bearer with one secret."""

    token: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.token,)

    def header(self, credentials: Credentials) -> str:
        return "Bearer " + credentials.secret(self.token)


@dataclass(frozen=True)
class ByPrefix:
    """Signs in the `special` way when the key looks like `pattern`, else in the `usual` way."""

    usual: Basic
    special: Bearer
    pattern: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.usual.secrets

    def header(self, credentials: Credentials) -> str:
        looks_special = re.match(self.pattern, credentials.secret(self.special.token))
        return (self.special if looks_special else self.usual).header(credentials)


MASK = "•••"
SHORTEST = 6
"""Characters of the shortest text that is taken for a key."""


class Masker:
    """Blots out the keys of a connection wherever they show up, plain or encoded."""

    def __init__(self, credentials: Credentials) -> None:
        self._forms = credentials.forms

    def add(self, *secrets: str) -> None:
        """Blot out these, too, in every form they can take in a URL, a header or JSON."""
        fresh = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}.difference(self._forms)
        if fresh:
            self._forms = _longest_first({*self._forms, *fresh})

    def __call__(self, text: str) -> str:
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text


def _longest_first(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=len, reverse=True))


_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")


def _forms(secret: str) -> Iterator[str]:
    secret = secret.rstrip("=")  # the padding of base64 may be left out
    yield secret
    if not _UNRESERVED.fullmatch(secret):
        yield quote(secret, safe="")
    if not (secret.isascii() and secret.isprintable()) or '"' in secret or "\\" in secret:
        yield json.dumps(secret)[1:-1]
        yield json.dumps(secret, ensure_ascii=False)[1:-1]
