"""Spans by OpenTelemetry's SDK, sent to OTEL_EXPORTER_OTLP_ENDPOINT; its other OTEL_ variables hold as well. Loaded only when on."""

import atexit
import random
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags, set_span_in_context

from helix.tracing.spans import Sink, Span
from helix.version import VERSION

T = TypeVar("T")
_LOW = 2**64 - 1


class _Ids(IdGenerator):  # type: ignore[misc,unused-ignore]  # the SDK is there only where it is wanted
    """Ids by chance, but those of a whole run are the run's own."""

    def __init__(self) -> None:
        self.own = threading.local()

    def generate_span_id(self) -> int:
        return self._own()[1] or random.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        return self._own()[0] or random.getrandbits(128) or 1

    def _own(self) -> tuple[int, int]:
        found: tuple[int, int] = getattr(self.own, "ids", (0, 0))
        return found


class OtelSink:
    """Spans of this process."""

    def __init__(self, provider: TracerProvider, ids: _Ids) -> None:
        self.provider, self._ids = provider, ids
        self._tracer = provider.get_tracer("helix", VERSION)

    def during(self, span: Span, do: Callable[[], T], said: Callable[[T], str]) -> T:
        with self._tracer.start_as_current_span(
            span.name, context=_within(span.run), attributes=_texts(span), record_exception=False
        ) as made:
            result = do()
            word = said(result)
            made.set_attribute("helix.outcome", word)
            if word in ("failed", "doubted"):
                made.set_status(Status(StatusCode.ERROR))
            return result

    def past(self, span: Span, begun: datetime, ended: datetime, *, failed: bool) -> None:
        self._ids.own.ids = (span.run.int, span.run.int & _LOW)
        try:
            made = self._tracer.start_span(
                span.name, context=set_span_in_context(NonRecordingSpan(SpanContext(0, 0, is_remote=False))),
                attributes=_texts(span), start_time=_nanoseconds(begun),
            )  # fmt: skip
        finally:
            self._ids.own.ids = (0, 0)
        if failed:
            made.set_status(Status(StatusCode.ERROR))
        made.end(_nanoseconds(ended))


def make_sink(process: str) -> Sink:
    """A sink that sends its spans in the background, and what is left when the process ends."""
    ids = _Ids()
    resource = Resource.create({"service.name": f"helix-{process}", "service.version": VERSION})
    provider = TracerProvider(resource=resource, id_generator=ids)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    atexit.register(provider.shutdown)
    return OtelSink(provider, ids)


def _within(run: UUID) -> object:
    """The context of a run's trace: below the span of the whole run, which is told of when it has ended."""
    whole = SpanContext(run.int, run.int & _LOW, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(whole))


def _texts(span: Span) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in span.attributes.items()}


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
