"""The ends a call can come to, other than well. Each says what happened, what to do, and never a secret.

CallError
├── nothing was sent ── InvalidInput   the settings are wrong
│                       TooLarge       the call (or the answer) is over a limit
│                       MissingKey     the connection lacks the key this step needs
│                       Blocked        the guard of outgoing calls refuses the address
├── on the way ──────── NetworkError   no connection, or it broke
└── an answer came ──── Unauthorized   401, 403: the key, its region, its scope
                        NotFound       404, 410
                        RateLimited    429
                        Refused        any other 4xx, and a redirect we do not follow
                        ServerError    5xx, 408
                        BadAnswer      2xx, but not what was promised
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import JsonValue

from integrations.kit.exchange import Exchange
from integrations.kit.faults import Fault


class CallError(Exception):
    """A call that did not end well.

    `sent` is False only when certainly nothing left this machine. `retry_after` is in seconds (0 to 3600).
    `accepted` counts requests of this call that the service took before the one that failed.
    """

    kind: ClassVar[str] = "refused"

    def __init__(
        self,
        message: str,
        hint: str,
        *,
        status: int | None = None,
        sent: bool = False,
        retry_after: float | None = None,
        exchanges: tuple[Exchange, ...] = (),
        accepted: int = 0,
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.sent = sent
        self.retry_after = retry_after
        self.exchanges = exchanges
        self.accepted = accepted
        self.faults = faults

    @property
    def may_have_happened(self) -> bool:
        """Whether the service may have carried out (a part of) the call.

        False when nothing was sent, and when the service certainly refused: any 4xx but 408.
        """
        refused = self.status is not None and 300 <= self.status < 500 and self.status != 408
        return self.accepted > 0 or (self.sent and not refused)

    def as_json(self) -> dict[str, JsonValue]:
        """The error as JSON, without its exchanges."""
        return {
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
            "status": self.status,
            "sent": self.sent,
            "retry_after": self.retry_after,
            "faults": [fault.as_json() for fault in self.faults],
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, status={self.status}, sent={self.sent})"


class InvalidInput(CallError):
    """The settings of the step are wrong; `faults` names each place."""

    kind = "invalid_input"


class TooLarge(CallError):
    """The call is over a size limit of the service and was not sent; or its answer is over ours."""

    kind = "too_large"


class MissingKey(CallError):
    """The connection lacks the key that this step needs."""

    kind = "missing_key"


class Blocked(CallError):
    """The guard of outgoing calls refuses the address: a private network, another port, an odd form."""

    kind = "blocked"


class NetworkError(CallError):
    """There was no connection, or it broke, or time ran out. `sent` tells which."""

    kind = "network"


class Unauthorized(CallError):
    """The service does not know the key, or the key may not do this."""

    kind = "unauthorized"


class NotFound(CallError):
    """What the call names does not exist there."""

    kind = "not_found"


class RateLimited(CallError):
    """Too many calls for now; `retry_after` when the service said how long."""

    kind = "rate_limited"


class Refused(CallError):
    """The service refused the call for good."""

    kind = "refused"


class ServerError(CallError):
    """The service failed; whether it carried out the call is unknown."""

    kind = "server_error"


class BadAnswer(CallError):
    """The service said yes, but its answer is not what it promises."""

    kind = "bad_answer"
