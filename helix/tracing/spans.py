"""Where spans begin. A run is one trace, whose id is the run's: so attempts by any worker come together without being told."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Span:
    """Something that took time in a run; `whole`: the run itself, which the others belong to."""

    run: UUID
    name: str
    attributes: Mapping[str, Any]
    whole: bool = False


class Sink(Protocol):
    """What makes spans go out."""

    def during(self, span: Span, do: Callable[[], T], said: Callable[[T], str]) -> T:
        """Do it within the span; `said` puts what came of it into a word."""
        ...

    def past(self, span: Span, begun: datetime, ended: datetime, *, failed: bool) -> None:
        """Tell of something that is over."""
        ...


class Tracing:
    """Whether spans are made, and by what. `sink` is None while it is off: looking costs nothing."""

    sink: Sink | None = None

    def begin(self, process: str) -> None:
        """Begin to make spans in this process, if the environment asks for it."""
        if not any(os.environ.get(name) for name in ENDPOINTS) or os.environ.get("OTEL_SDK_DISABLED") == "true":
            return
        try:
            from helix.tracing.otel import make_sink
        except ImportError as error:
            log.warning(
                "%s is set, but OpenTelemetry is not installed (%s): no spans are made. "
                "Install requirements-otel.txt, or unset the variable.",
                ENDPOINTS[0],
                error,
            )
            return
        self.sink = make_sink(process)


tracing = Tracing()


def run_ended(run: UUID, flow: UUID, team: UUID, state: str, begun: datetime | None, ended: datetime) -> None:
    """Tell of a run that has ended."""
    if tracing.sink is not None:
        attributes = {"helix.run": run, "helix.flow": flow, "helix.team": team, "helix.state": state}
        span = Span(run, "run", attributes, whole=True)
        tracing.sink.past(span, begun or ended, ended, failed=state not in ("succeeded", "cancelled"))
