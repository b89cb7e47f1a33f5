"""What is asked of the budget and what it answers. Pure."""

from dataclasses import dataclass
from uuid import UUID

from integrations.kit.action import Action
from integrations.kit.limits import Rate

SHORT = 1.0
"""Seconds that a worker may sleep for its turn; for longer it gives the step back."""
BROADCASTS = "app.broadcasts"
"""The limit class of broadcast triggers, which have a daily cap of their own."""


@dataclass(frozen=True)
class Calling:
    """One call that a step is about to make. Calls of one connection and `limit_class` share the allowance `rate`;
    the part of `limit_class` before a point names the key that signs them. `priority`: the lower, the more urgent."""

    team_id: UUID
    connection_id: UUID
    limit_class: str
    rate: Rate
    flow_id: UUID
    priority: int = 0
    people: int | None = 0
    """To how many people it sends a message; None when only the service knows."""

    @property
    def family(self) -> str:
        """The key family that signs the call."""
        return self.limit_class.partition(".")[0]

    @property
    def place(self) -> str:
        """The bucket's name."""
        return f"{self.connection_id}:{self.limit_class}"


class Never(Exception):
    """The call can never be let through as things stand; the text says why, `hint` what to do."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.hint = hint


@dataclass(frozen=True)
class Later:
    """Not yet. Up to `SHORT` seconds: the place is reserved; sleep so long, then call without asking again.
    Longer: nothing is reserved; the step gives its worker back, waits and asks again."""

    seconds: float
    why: str

    @property
    def reserved(self) -> bool:
        return self.seconds <= SHORT


@dataclass(frozen=True)
class Reported:
    """What a call's end means for its step. With `wait`, the step shall wait so long and be tried again, and not fail."""

    wait: Later | None = None
    paused: bool = False  # this very report paused the connection


def limit_class(action: Action) -> str:
    """Whose allowance an action shares: that of its API, or of its family within it when it has a rate of its own."""
    return f"{action.api.name}.{action.family}" if action.rate else action.api.name
