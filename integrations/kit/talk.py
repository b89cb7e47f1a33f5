"""`Talk`: requests of one call and their answers, each recorded, bounded and masked; trouble on the way becomes a `CallError`.

Knows no action and no service: what an answer means is for its caller.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx

from integrations.kit.auth import Masker
from integrations.kit.errors import BadAnswer, CallError, NetworkError, TooLarge
from integrations.kit.exchange import TEXT_BYTES, Exchange, kept_text, masked_headers, without_userinfo
from integrations.kit.wire import Flight, Transport

ANSWER_BYTES = 5_000_000
"""The largest answer that is read, after decompression."""
HEAD_BYTES = 64 * 1024
RATIO, RATIO_FROM = 100, 100_000
"""A larger answer that unpacks to more than so many times its size was made to do harm."""
KEPT_BYTES = 4 * TEXT_BYTES
"""The most that is kept of all answers of one call; later ones keep only their first kilobyte."""
AGENT = "Helix/1 (+workflow builder)"


@dataclass(frozen=True)
class Answer:
    """One answer: names of headers in small letters, the body unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes


class Talk:
    """The exchanges of one call. `service` and `host` are what a person knows the other side by; `reads` is a call that
    changes nothing there."""

    def __init__(
        self,
        transport: Transport,
        flight: Flight,
        mask: Masker,
        *,
        service: str,
        host: str,
        seconds: float,
        reads: bool,
    ) -> None:
        self.transport, self.flight, self.mask = transport, flight, mask
        self.service, self.host, self.seconds, self.reads = service, host, seconds, reads
        self.exchanges: list[Exchange] = []
        self._kept = 0

    def renew(self) -> None:
        """Give what follows a time of its own, as if nothing had been sent; the guard stays."""
        self.flight = Flight(time.monotonic() + self.seconds, lambda: None, self.flight.guard)

    def exchange(
        self, message: httpx.Request, *, whole: Collection[int] = range(300), secret_headers: Collection[str] = ()
    ) -> Answer:
        """Send one request and read its answer. Answers of a status in `whole` are read to their end, or the call fails
        (TooLarge, BadAnswer, NetworkError); of others the first 64 KB count. `secret_headers` are not recorded."""
        record = Exchange(
            message.method,
            without_userinfo(self.mask(str(message.url))),
            masked_headers(message.headers.items(), self.mask, secret_headers),
            kept_text(message.content or None, self.mask),
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
            response = self.transport.fly(message, self.flight)
            status = response.status_code
            try:
                answered = self._head(response, status)
                body = self._body(response, status, status in whole)
            except httpx.HTTPError:
                if status in whole:  # a refusal stays one, however its text arrives
                    raise
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise self._broken(error, status) from None
        finally:
            room = TEXT_BYTES if self._kept < KEPT_BYTES else 1024
            text = kept_text(body, self.mask, room) if status is not None else None
            self._kept += min(len(body), room)
            self.exchanges.append(
                replace(
                    record,
                    status=status,
                    response_headers=masked_headers(answered.items(), self.mask),
                    response_body=text,
                    duration_ms=round((time.monotonic() - began) * 1000),
                )
            )
        return Answer(status, answered, body)

    def _head(self, response: httpx.Response, status: int) -> dict[str, str]:
        if sum(len(name) + len(value) + 4 for name, value in response.headers.raw) > HEAD_BYTES:
            raise self._long_head(status)
        return {name.lower(): value for name, value in response.headers.items()}

    def _long_head(self, status: int | None) -> TooLarge:
        words = f"The head of the answer of {self.service} is larger than {HEAD_BYTES // 1024} KB."
        return TooLarge(words, "Check the address: hardly any service answers so.", status=status, sent=True)

    def _body(self, response: httpx.Response, status: int, whole: bool) -> bytes:
        """Read a body, never more than `ANSWER_BYTES` of it, whatever its compression; if not `whole`, its first 64 KB."""
        most = ANSWER_BYTES if whole else TEXT_BYTES
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        inflate = zlib.decompressobj(47) if coding in ("gzip", "x-gzip", "deflate") else None
        if inflate is None and coding not in ("identity", ""):
            words = "The answer is compressed in a way nobody asked for."
            raise BadAnswer(words, "Try again later.", status=status, sent=True)
        found, raw = bytearray(), 0
        try:
            for part in self.transport.body(response, self.flight):
                raw += len(part)
                found += inflate.decompress(part, most + 1 - len(found)) if inflate else part
                if len(found) > max(RATIO_FROM, RATIO * raw) and whole:
                    words = f"The answer unpacks to more than {RATIO} times its size, which no honest answer does."
                    raise TooLarge(
                        words, "Check the address; ask the service for less at a time.", status=status, sent=True
                    )
                if len(found) > most:
                    break
        except zlib.error:
            raise BadAnswer("The answer arrived damaged.", "Try again.", status=status, sent=True) from None
        if len(found) > most and whole:
            words = f"The answer is larger than {ANSWER_BYTES // 1_000_000} MB, which is all a step may hold."
            raise TooLarge(words, "Ask for fewer rows at a time (limit), or fewer in all.", status=status, sent=True)
        if inflate and raw and whole and not inflate.eof:
            raise BadAnswer("The answer arrived damaged: its end is missing.", "Try again.", status=status, sent=True)
        return bytes(found[:most])

    def _broken(self, error: httpx.HTTPError, status: int | None) -> CallError:
        sent = self.flight.sent
        if isinstance(error, httpx.PoolTimeout):
            words, hint = (
                "All connections were busy for too long.",
                "Try again; let fewer steps run at once if it stays so.",
            )
        elif isinstance(error, httpx.TimeoutException):
            what = "did not answer" if sent else "could not be reached"
            words = f"{self.service} {what} within {self.seconds:g} seconds."
            hint = "Try again later, or give this step more time."
        elif isinstance(error, httpx.ConnectError):
            words = f"No connection to {self.host}: {_reason(error)}."
            hint = "Check that this machine can reach it (network, DNS, firewall, certificates)."
        elif isinstance(error, httpx.RemoteProtocolError) and "buffer too long" in str(error):
            return self._long_head(status)
        elif status is not None:
            words, hint = f"The answer of {self.service} broke off.", "Try again."
        else:
            words = f"The connection to {self.service} broke{'' if sent else ' before anything was sent'}."
            hint = "Try again."
        if sent and not self.reads:
            hint += " Whether the call was carried out is not known."
        return NetworkError(words, hint, status=status, sent=sent)


def _reason(error: Exception) -> str:
    text = str(error).split("] ", 1)[-1].strip().rstrip(".")
    return text[:200] or type(error).__name__


def in_record(error: CallError, talk: Talk) -> None:
    """Complete an error that ends a call: masked, with its exchanges, and whether anything was sent."""
    mask = talk.mask
    error.message, error.hint = mask(error.message), mask(error.hint)
    error.args = (error.message,)
    error.faults = tuple(replace(fault, message=mask(fault.message)) for fault in error.faults)
    error.exchanges = tuple(talk.exchanges)
    error.sent = error.sent or talk.flight.sent
