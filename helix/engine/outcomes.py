"""What an attempt may come to. Expected ends are values; nothing here is raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Trouble:
    """Why an attempt did not succeed, in words for a person. `kind` is one of the catalogue's error kinds or our own."""

    kind: str
    message: str
    hint: str = ""
    status: int | None = None
    sent: bool = False  # the call may have reached the service
    retry_after: float | None = None  # seconds, as the service asked

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "message": self.message, "hint": self.hint, "status": self.status}


@dataclass(frozen=True)
class Told:
    """What every outcome carries for the record: the resolved input and the exchanges over the wire, masked."""

    input: Any = None
    exchanges: tuple[dict[str, Any], ...] = ()
    explanation: str = ""


@dataclass(frozen=True)
class Succeeded:
    data: Any
    port: str = "next"
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Failed:
    trouble: Trouble
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Deferred:
    """Again at `until`: a wait step, or a retry (then with the trouble that made it necessary)."""

    until: datetime
    trouble: Trouble | None = None
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Doubted:
    """Sent, and nobody knows whether it arrived; a repeat could do harm. A person decides."""

    trouble: Trouble
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Postponed:
    """Not tried at all: the service's pace, a paused connection or a busy loop lets it begin at `until`. Counts as no attempt."""

    until: datetime
    why: str
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Probing:
    """Sent, and the answer was lost; at `until` the service is asked whether it arrived. The `sent` mark stays."""

    until: datetime
    trouble: Trouble
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Parked:
    """Asleep until something outside happens (an answer, an event, the end of another run), or until `until`."""

    until: datetime | None = None
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Fanned:
    """A loop begins: one turn of its body for each item, `concurrency` of them at a time."""

    items: Sequence[Any]
    concurrency: int = 1
    told: Told = field(default_factory=Told)


@dataclass(frozen=True)
class Stopped:
    """A stop step: the run ends here, well or not, with a message."""

    well: bool
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    told: Told = field(default_factory=Told)


Outcome = Succeeded | Failed | Deferred | Doubted | Postponed | Probing | Parked | Fanned | Stopped
