"""`send`: one action, carried out. Connections are kept, nothing is retried; how a request travels is `talk.py` and `wire.py`.

given -> settings (checked) -> requests (sized) -> signed, sent, read (bounded) -> data, or a CallError in words
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import JsonValue, ValidationError

from integrations.kit.action import Action, Request
from integrations.kit.answers import BrokenPromise, tidy
from integrations.kit.auth import Credentials, Masker
from integrations.kit.errors import (
    BadAnswer,
    CallError,
    InvalidInput,
    MissingKey,
    Refused,
    TooLarge,
)
from integrations.kit.exchange import Exchange, kept_text
from integrations.kit.guard import Allowed, Guard
from integrations.kit.limits import over_limits
from integrations.kit.pages import Paged, Resume, SamePage, Sink, follow, stream
from integrations.kit.refusals import refusal
from integrations.kit.shape import Shape
from integrations.kit.talk import AGENT, Talk, in_record
from integrations.kit.wire import STRICT, Flight, Transport

SHOWN_PAGES = 10
"""Of a list that is given page by page, so many exchanges at its beginning and at its end are kept."""
REDIRECTS = 3


def noop() -> None:
    """Nothing to do before sending."""


@dataclass(frozen=True)
class Reply:
    """How a call ended well. `data` has the shape of the action's output."""

    data: dict[str, JsonValue]
    exchanges: tuple[Exchange, ...]


class Client:
    """Kept connections to every host, and the guard of where calls may go. One per process; safe to share between threads."""

    def __init__(self, guard: Guard = STRICT, transport: Transport | None = None) -> None:
        self.guard = guard
        self.transport = transport or Transport()

    def close(self) -> None:
        """Close every connection."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_client(guard: Guard = STRICT) -> Client:
    """A client for this process. It reads nothing from the environment and follows no proxy."""
    return Client(guard)


def send(
    action: Action,
    given: Mapping[str, JsonValue],
    credentials: Credentials,
    *,
    client: Client,
    idempotency_key: str,
    timeout_seconds: float,
    before_send: Callable[[], None] = noop,
    sink: Sink | None = None,
    resume: Resume | None = None,
) -> Reply:
    """Carry out an action once, within `timeout_seconds` of wall clock in all, or raise a CallError.

    `before_send` is called once, right before the first byte leaves; what it raises passes through, and nothing is sent.
    With a `sink`, a list whose pages are followed is given to it page by page and the reply's lists are empty; then the
    time is that of each page, and of the exchanges the first and the last are kept.
    """
    call = _Sending(action, credentials, client, timeout_seconds, before_send)
    try:
        settings = _settings(action, given)
        requests = _requests(action, settings, idempotency_key)
        call.sign()
        data: JsonValue
        if isinstance(settings, Paged) and action.pagination and settings.follow_pages:
            data = call.pages(settings, sink, resume)
        else:
            answers = [call.one(request) for request in requests]
            data = action.call.data(requests, answers)
        return Reply(call.tidy(data), tuple(call.talk.exchanges))
    except CallError as error:
        in_record(error, call.talk)
        error.accepted = call.accepted
        raise


def _settings(action: Action, given: Mapping[str, JsonValue]) -> Shape:
    try:
        return action.input.model_validate(dict(given))
    except (ValidationError, RecursionError):
        faults = tuple(fault for fault in action.check(dict(given)) if fault.severity == "error")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    kind = TooLarge if all(fault.code == "too_many_bytes" for fault in faults) else InvalidInput
    raise kind(f"{action.title}: {faults[0].message}{more}", faults[0].hint, faults=faults)


def _requests(action: Action, settings: Shape, key: str) -> tuple[Request, ...]:
    """The requests of a call, each within the limits of the service (else TooLarge, nothing sent)."""
    try:
        requests = action.requests(settings, key)
        faults = [fault for request in requests for fault in over_limits(action.limits, request.body, request.content)]
    except (ValueError, RecursionError) as error:
        reason = "it holds characters that are no text." if isinstance(error, UnicodeError) else str(error)
        raise InvalidInput(f"{action.title}: {reason}", "Correct that value in this step.") from None
    if faults:
        raise TooLarge(f"{action.title}: {faults[0].message}", faults[0].hint, faults=tuple(faults))
    return requests


@lru_cache(maxsize=512)
def _url(text: str) -> httpx.URL:
    """Parsed once: most calls of a flow go to one address."""
    return httpx.URL(text)


@lru_cache(maxsize=64)
def _with_sandbox(guard: Guard, base_url: str) -> Guard:
    return guard.also(Allowed.of_url(base_url))


class _Sending:
    """One `send` on its way: its deadline, its mask, and what was exchanged so far."""

    def __init__(
        self, action: Action, credentials: Credentials, client: Client, seconds: float, before_send: Callable[[], None]
    ) -> None:
        self.action, self.credentials, self.client = action, credentials, client
        self.accepted = 0
        self.authorization: str | None = None
        self.mask = Masker(credentials)
        guard = _with_sandbox(client.guard, credentials.base_url) if credentials.base_url else client.guard
        flight = Flight(time.monotonic() + seconds, before_send, guard)
        host = credentials.base_url or action.api.hosts[credentials.region]
        self.talk = Talk(
            client.transport, flight, self.mask,
            service=action.api.service, host=host, seconds=seconds, reads=action.method == "GET",
        )  # fmt: skip

    def sign(self) -> None:
        """Work out the `Authorization` of the call; MissingKey when the connection cannot give one that is needed."""
        api, held = self.action.api, self.credentials
        if held.integration != api.integration:
            words = f"“{self.action.title}” needs a connection to {api.service}, not to {held.integration}."
            raise MissingKey(words, f"Choose a connection to {api.service} for this step.")
        if held.region not in api.hosts:
            raise MissingKey("The connection names no region.", "Choose the US or the EU region in the connection.")
        if not held.has(*api.sign.secrets):
            if not self.action.needs_key:
                return
            place = f"“{held.name}”" if held.name else "The connection"
            raise MissingKey(
                f"{place} has no {api.key_family} key, which “{self.action.title}” needs.",
                f"Add {api.key_words} to the connection.",
            )
        value = api.sign.header(held)
        if not all(" " <= character <= "~" for character in value):
            raise MissingKey(
                f"The {api.key_family} key holds characters no key has.", "Copy the key again, without extras."
            )
        self.authorization = value
        self.mask.add(value.split(" ", 1)[-1])

    def pages(self, settings: Paged, sink: Sink | None, resume: Resume | None) -> dict[str, Any]:
        """Follow the pages of a list, not faster than the service allows."""
        paging = self.action.pagination
        assert paging is not None
        gap = self.action.pace.gap
        started = 0.0

        def fetch(query: dict[str, JsonValue]) -> dict[str, Any]:
            nonlocal started
            time.sleep(max(0.0, started + gap - time.monotonic()))
            started = time.monotonic()
            page = settings.model_copy(update=query)
            answer = self.object(self.one(self.action.requests(page, "")[0]))
            if sink is None:
                return answer
            self.talk.renew()
            del self.talk.exchanges[SHOWN_PAGES:-SHOWN_PAGES]
            return self.tidy(answer)

        first = settings.given()
        try:
            if sink is not None:
                return stream(first, paging, settings.max_items, fetch, sink, resume)
            return follow(first, paging, settings.max_items, fetch)
        except SamePage:
            words = f"{self.action.api.service} gave the same page twice, so the list has no end."
            raise BadAnswer(words, "Try again; fetch single pages if it stays so.", status=200, sent=True) from None

    def one(self, request: Request) -> JsonValue:
        """Send one request and give its answer as JSON ({} when the service says no more than yes)."""
        api = self.action.api
        base = (self.credentials.base_url or api.hosts[self.credentials.region]).rstrip("/")
        url = f"{base}{request.path}" + (f"?{request.query}" if request.query else "")
        status, headers, body = self._redirected(request, url)
        if status >= 400:
            text = kept_text(body, self.mask) or ""
            raise refusal(self.action, self.credentials, status, headers, text)
        self.accepted += 1 if request.method != "GET" else 0
        return self._read(status, headers, body)

    def _redirected(self, request: Request, url: str) -> tuple[int, dict[str, str], bytes]:
        """Follow redirects as Customer.io's own client does: same method, same body, key only to its own hosts.

        https://github.com/customerio/customerio-node (README section 2 of the facts). With a sandbox address, only
        that very address is followed: sandbox keys and data must not reach a real host.
        """
        start = _url(url)
        target = start
        for _ in range(REDIRECTS + 1):
            status, headers, body = self._exchange(request, target)
            if status not in (301, 302, 303, 307, 308):
                if 300 <= status < 400:
                    break
                return status, headers, body
            place = headers.get("location", "")
            try:
                target = target.join(place)
            except (httpx.InvalidURL, ValueError):
                break
            same = (target.scheme, target.host, target.port) == (start.scheme, start.host, start.port)
            ours = target.scheme == "https" and f".{target.host}".endswith(f".{self.action.api.own_domain}")
            if not place or status == 303 or not (same or (ours and not self.credentials.base_url)):
                break
        other = "EU" if self.credentials.region == "us" else "US"
        words = f"{self.action.api.service} sent this call elsewhere ({status}), as it does for a wrong region."
        hint = (
            f"Check the region of the connection: it says {self.credentials.region.upper()}; it may have to be {other}."
        )
        raise Refused(words, hint, status=status, sent=True)

    def _exchange(self, request: Request, url: httpx.URL) -> tuple[int, dict[str, str], bytes]:
        content = request.content
        headers: dict[str, str | None] = {"accept": "application/json", "user-agent": AGENT, "accept-encoding": "gzip"}
        headers |= {name.lower(): value for name, value in self.action.api.headers.items()}
        if content is not None:
            headers["content-type"] = "application/json"
        elif request.method != "GET":
            content = b""
        headers |= {name.lower(): value for name, value in request.headers.items()}
        headers["authorization"] = self.authorization
        asked = {name: value for name, value in headers.items() if value is not None}
        answer = self.talk.exchange(httpx.Request(request.method, url, headers=asked, content=content))
        return answer.status, answer.headers, answer.body

    def _read(self, status: int, headers: Mapping[str, str], body: bytes) -> JsonValue:
        """A good answer as JSON. APIs that only say yes may say it in any form; reads must keep their word."""
        try:
            found = json.loads(body.decode("utf-8")) if body.strip() else None
        except (ValueError, RecursionError):
            found = None
            if self.action.api.must_answer_json:
                seen = kept_text(body[:200], self.mask)
                words = f"{self.action.api.service} answered {status}, but not with JSON: {seen!r}."
                hint = "A proxy or a maintenance page may have answered in its place. Try again later."
                raise BadAnswer(words, hint, status=status, sent=True) from None
        if isinstance(found, dict):
            return found
        if not self.action.api.must_answer_json:
            return {}
        words = f"{self.action.api.service} answered {status}, but with no data in it."
        raise BadAnswer(words, "Try again later.", status=status, sent=True)

    def object(self, answer: JsonValue) -> dict[str, Any]:
        """A page as a mutable object."""
        assert isinstance(answer, dict)
        return dict(answer)

    def tidy(self, data: JsonValue) -> dict[str, JsonValue]:
        """Give data the promised shape: null lists become empty ones, required names are there (else BadAnswer)."""
        assert isinstance(data, dict)
        try:
            return tidy(self.action.output, data, self.action.private_urls)
        except BrokenPromise as broken:
            words = f"{self.action.api.service} answered, but {broken} in its answer."
            raise BadAnswer(words, "Try again; if it stays so, their API has changed.", status=200, sent=True) from None
