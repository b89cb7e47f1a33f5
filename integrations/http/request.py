"""`request`: one request to any service, with the same guard, deadline, records and errors as every other call.

settings -> address, headers, body -> signed (when the key may go there) -> sent, followed (3 times at most) -> data
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import httpx
from pydantic import JsonValue

from integrations.http import answer as answers
from integrations.http import building
from integrations.http.discretion import is_secretive, secrets_of
from integrations.http.signing import must_go_to, signature
from integrations.kit.auth import Credentials, Masker
from integrations.kit.client import REDIRECTS, Client, Reply, noop
from integrations.kit.errors import CallError, Refused
from integrations.kit.talk import Answer, Talk, in_record
from integrations.kit.wire import Flight

MOVED = (301, 302, 303, 307, 308)
_HARMLESS = ("accept", "accept-encoding", "accept-language", "content-type", "user-agent")


def request(
    given: Mapping[str, JsonValue],
    credentials: Credentials | None,
    *,
    client: Client,
    idempotency_key: str,
    timeout_seconds: float,
    before_send: Callable[[], None] = noop,
) -> Reply:
    """Send the request that these settings describe, within `timeout_seconds` of wall clock in all, or raise a CallError.

    `before_send` is called once, right before the first byte leaves; what it raises passes through, and nothing is sent.
    """
    held = credentials or Credentials("http", "us", {})
    flight = Flight(time.monotonic() + timeout_seconds, before_send, client.guard)
    talk = Talk(
        client.transport, flight, Masker(held), service="The service", host="the service", seconds=timeout_seconds,
        reads=str(given.get("method", "GET")) in ("GET", "HEAD"),
    )  # fmt: skip
    try:
        return Reply(_Sending(talk, client, credentials).data(given, idempotency_key), tuple(talk.exchanges))
    except CallError as error:
        in_record(error, talk)
        raise


class _Sending:
    """One `request` on its way."""

    def __init__(self, talk: Talk, client: Client, credentials: Credentials | None) -> None:
        self.talk, self.client, self.credentials = talk, client, credentials
        self.secret_headers: set[str] = set()
        self.own_secrets: tuple[str, ...] = ()

    def data(self, given: Mapping[str, JsonValue], key: str) -> dict[str, JsonValue]:
        """The data of the step."""
        settings = building.read_settings(given)
        name, value = signature(self.credentials) if self.credentials else ("", "")
        url = building.address(settings)
        headers = building.headers(settings, key, name)
        content = building.body(settings)
        self._meet(url)
        self.own_secrets = tuple(secrets_of(given))
        self.talk.mask.add(*self.own_secrets)
        self.secret_headers = {each for each in headers if is_secretive(each)} | ({name} if name else set())
        if self.credentials:
            private = self.client.guard.lists(url.raw_host.decode("ascii"), building.port_of(url))
            must_go_to(self.credentials, url, building.port_of(url), private=private)
            self.talk.mask.add(value, value.split(" ", 1)[-1])
            headers[name] = value
        accepted = frozenset(settings.accept_statuses)
        answer = self._followed(settings.method, url, headers, content, accepted)
        if not answers.is_well(answer.status, accepted):
            connection = self.credentials.name if self.credentials else None
            raise answers.refusal(answer, self.talk.service, connection, self.talk.mask)
        return answers.data(answer, self.talk.service, self._mask_of_data())

    def _meet(self, url: httpx.URL) -> None:
        """What a person knows the other side by."""
        self.talk.service = self.talk.host = url.host

    def _mask_of_data(self) -> Masker:
        """Blots out keys, but not a user beside a password: that name may be plain data elsewhere."""
        held = self.credentials or Credentials("http", "us", {})
        kept = {name: secret for name, secret in held.secrets.items() if name != "user" or not held.has("password")}
        mask = Masker(replace(held, secrets=kept))
        mask.add(*self.own_secrets)
        if self.credentials:
            value = signature(self.credentials)[1]
            mask.add(value, value.split(" ", 1)[-1])
        return mask

    def _followed(
        self, method: str, url: httpx.URL, headers: dict[str, str], content: bytes | None, accepted: frozenset[int]
    ) -> Answer:
        """Follow redirects as browsers do, three at most; another origin gets no key, and nothing goes back to http."""
        whole = frozenset(range(300)) | accepted
        for hop in range(REDIRECTS + 1):
            sent = [(name.encode(), value.encode()) for name, value in headers.items()]
            body = content if content is not None or method in ("GET", "HEAD", "DELETE") else b""
            message = httpx.Request(method, url, headers=sent, content=body)
            try:
                answer = self.talk.exchange(message, whole=whole, secret_headers=self.secret_headers)
            except CallError as error:
                if hop and error.kind == "blocked":
                    error.hint = f"A redirect led there. {error.hint}"
                raise
            if answer.status not in MOVED or answer.status in accepted:
                return answer
            onward = self._onward(url, answer)
            if not _same_origin(url, onward):
                headers = {name: value for name, value in headers.items() if name in _HARMLESS}
            if method not in ("GET", "HEAD") and (answer.status == 303 or (answer.status < 303 and method == "POST")):
                method, content = "GET", None
                headers = {name: value for name, value in headers.items() if name != "content-type"}
            url = onward
            self._meet(url)
        words = f"The service sent this call elsewhere more than {REDIRECTS} times."
        raise Refused(words, "Put the last address into this step.", status=answer.status, sent=True)

    def _onward(self, url: httpx.URL, answer: Answer) -> httpx.URL:
        """Where a redirect leads. Refused when that is no address, holds a password, or gives encryption up."""
        place = answer.headers.get("location", "")
        words = ""
        try:
            onward = url.join(place).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError, UnicodeError):
            onward, words = url, "to no address"
        if not place or "\\" in place or onward.scheme not in ("http", "https") or not onward.host:
            words = "to no web address"
        elif onward.userinfo:
            words = "to an address with a password in it"
        elif url.scheme == "https" and onward.scheme != "https":
            words = "to an address without encryption (http://)"
        if words:
            hint = "Put the address that is meant into this step."
            message = f"{self.talk.service} sent this call on ({answer.status}) {words}, which is not followed."
            raise Refused(message, hint, status=answer.status, sent=True)
        return onward


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.raw_host, building.port_of(one)) == (other.scheme, other.raw_host, building.port_of(other))
