"""`send`: one action, carried out. The only file that makes outgoing calls; connections are kept, nothing is retried.

given -> settings (checked) -> requests (sized) -> signed, sent, read (bounded) -> data, or a CallError in words
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
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
    NetworkError,
    Refused,
    TooLarge,
)
from integrations.kit.exchange import TEXT_BYTES, Exchange, kept_text, masked_headers, without_userinfo
from integrations.kit.limits import over_limits
from integrations.kit.pages import Paged, Resume, SamePage, Sink, follow, stream
from integrations.kit.refusals import refusal
from integrations.kit.shape import Shape
from integrations.kit.wire import Flight, Transport

ANSWER_BYTES = 5_000_000
"""The largest answer that is read, after decompression."""
KEPT_BYTES = 4 * TEXT_BYTES
"""The most that is kept of all answers of one call; later ones keep only their first kilobyte."""
SHOWN_PAGES = 10
"""Of a list that is given page by page, so many exchanges at its beginning and at its end are kept."""
REDIRECTS = 3
AGENT = "Helix/1 (+workflow builder)"


def noop() -> None:
    """Nothing to do before sending."""


@dataclass(frozen=True)
class Reply:
    """How a call ended well. `data` has the shape of the action's output."""

    data: dict[str, JsonValue]
    exchanges: tuple[Exchange, ...]


class Client:
    """Kept connections to every host. One per process; safe to share between threads."""

    def __init__(self) -> None:
        self.transport = Transport()

    def close(self) -> None:
        """Close every connection."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_client() -> Client:
    """A client for this process. It reads nothing from the environment and follows no proxy."""
    return Client()


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
        return Reply(call.tidy(data), tuple(call.exchanges))
    except CallError as error:
        error.message, error.hint = call.mask(error.message), call.mask(error.hint)
        error.args = (error.message,)
        error.faults = tuple(replace(fault, message=call.mask(fault.message)) for fault in error.faults)
        error.exchanges = tuple(call.exchanges)
        error.accepted = call.accepted
        error.sent = error.sent or call.flight.sent
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


class _Sending:
    """One `send` on its way: its deadline, its mask, and what was exchanged so far."""

    def __init__(
        self, action: Action, credentials: Credentials, client: Client, seconds: float, before_send: Callable[[], None]
    ) -> None:
        self.action, self.credentials, self.client = action, credentials, client
        self.flight = Flight(time.monotonic() + seconds, before_send)
        self.seconds = seconds
        self.exchanges: list[Exchange] = []
        self.accepted = 0
        self.kept = 0
        self.authorization: str | None = None
        self.mask = Masker(credentials)

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
            self.flight = Flight(time.monotonic() + self.seconds, noop, sent=False)
            del self.exchanges[SHOWN_PAGES:-SHOWN_PAGES]
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
        start = httpx.URL(url)
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
        message = httpx.Request(request.method, url, headers=asked, content=content)
        record = Exchange(
            request.method,
            without_userinfo(self.mask(str(url))),
            masked_headers(message.headers.items(), self.mask),
            kept_text(content or None, self.mask),
            None,
            {},
            None,
            datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            0,
        )
        began = time.monotonic()
        status: int | None = None
        answered: dict[str, str] = {}
        body = b""
        try:
            response = self.client.transport.fly(message, self.flight)
            status = response.status_code
            answered = {name.lower(): value for name, value in response.headers.items()}
            try:
                body = self._body(response, status)
            except httpx.HTTPError:
                if status < 400:  # a refusal stays one, however its text arrives
                    raise
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise self._broken(error, status) from None
        finally:
            room = TEXT_BYTES if self.kept < KEPT_BYTES else 1024
            text = kept_text(body, self.mask, room) if status is not None else None
            self.kept += min(len(body), room)
            self.exchanges.append(
                replace(
                    record,
                    status=status,
                    response_headers=masked_headers(answered.items(), self.mask),
                    response_body=text,
                    duration_ms=round((time.monotonic() - began) * 1000),
                )
            )
        return status, answered, body

    def _body(self, response: httpx.Response, status: int) -> bytes:
        """Read a body, never more than `ANSWER_BYTES` of it, whatever its compression. Errors: its first 64 KB."""
        most = ANSWER_BYTES if status < 300 else TEXT_BYTES
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        inflate = zlib.decompressobj(47) if coding in ("gzip", "x-gzip", "deflate") else None
        if inflate is None and coding not in ("identity", ""):
            raise BadAnswer(
                "The answer is compressed in a way nobody asked for.", "Try again later.", status=status, sent=True
            )
        found = bytearray()
        try:
            for part in self.client.transport.body(response, self.flight):
                found += inflate.decompress(part, most + 1 - len(found)) if inflate else part
                if len(found) > most:
                    break
        except zlib.error:
            raise BadAnswer("The answer arrived damaged.", "Try again.", status=status, sent=True) from None
        if len(found) > most and status < 300:
            words = f"The answer is larger than {ANSWER_BYTES // 1_000_000} MB, which is all a step may hold."
            raise TooLarge(words, "Ask for fewer rows at a time (limit), or fewer in all.", status=status, sent=True)
        return bytes(found[:most])

    def _broken(self, error: httpx.HTTPError, status: int | None) -> CallError:
        host = self.credentials.base_url or self.action.api.hosts[self.credentials.region]
        sent = self.flight.sent
        if isinstance(error, httpx.PoolTimeout):
            words, hint = (
                "All connections were busy for too long.",
                "Try again; let fewer steps run at once if it stays so.",
            )
        elif isinstance(error, httpx.TimeoutException):
            what = "did not answer" if sent else "could not be reached"
            words = f"{self.action.api.service} {what} within {self.seconds:g} seconds."
            hint = "Try again later, or give this step more time."
        elif isinstance(error, httpx.ConnectError):
            words = f"No connection to {host}: {_reason(error)}."
            hint = "Check that this machine can reach it (network, DNS, firewall, certificates)."
        elif status is not None:
            words, hint = f"The answer of {self.action.api.service} broke off.", "Try again."
        else:
            words = f"The connection to {self.action.api.service} broke{'' if sent else ' before anything was sent'}."
            hint = "Try again."
        if sent and self.action.method != "GET":
            hint += " Whether the call was carried out is not known."
        return NetworkError(words, hint, status=status, sent=sent)

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


def _reason(error: Exception) -> str:
    text = str(error).split("] ", 1)[-1].strip().rstrip(".")
    return text[:200] or type(error).__name__
