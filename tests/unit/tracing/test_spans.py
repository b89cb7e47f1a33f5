"""Spans: off unless asked for; one trace a run. What needs OpenTelemetry's SDK runs where requirements-otel.txt is installed."""

import importlib
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from helix.ids import new_id
from helix.tracing import spans
from helix.tracing.spans import Span, Tracing, run_ended
from tests.house.files import ROOT


def test_without_an_endpoint_nothing_of_it_is_loaded() -> None:
    code = (
        "import os, sys\n"
        "for name in [name for name in os.environ if name.startswith('OTEL_')]: del os.environ[name]\n"
        "from helix.tracing.spans import tracing\n"
        "tracing.begin('worker')\n"
        "sys.exit(tracing.sink is not None or 'opentelemetry' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_endpoint_without_the_library_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "helix.tracing.otel", None)
    tracing = Tracing()

    with caplog.at_level(logging.WARNING):
        tracing.begin("worker")

    assert tracing.sink is None
    assert "Install requirements-otel.txt, or unset the variable." in caplog.text


class Collector(BaseHTTPRequestHandler):
    """Takes what OpenTelemetry sends."""

    taken: "list[bytes]" = []  # noqa: RUF012 - emptied by the fixture

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[str]:
    Collector.taken.clear()
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_attempts_of_a_run_are_one_trace_below_the_run(collector: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.sdk")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
    otel = importlib.import_module("helix.tracing.otel")
    sink: Any = otel.make_sink("worker")
    monkeypatch.setattr(spans.tracing, "sink", sink)
    run, now = new_id(), datetime.now(UTC)

    for attempt, outcome in ((1, "failed"), (2, "succeeded")):
        ids = {"helix.run": run, "helix.attempt": attempt}
        assert sink.during(Span(run, "step send", ids), lambda: outcome, str) == outcome  # noqa: B023
    run_ended(run, new_id(), new_id(), "succeeded", now - timedelta(seconds=3), now)
    sink.provider.shutdown()

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    found = [
        span
        for body in Collector.taken
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {span.trace_id for span in found} == {run.bytes}
    assert [(span.name, span.status.code) for span in found] == [("step send", 2), ("step send", 0), ("run", 0)]
    steps, whole = found[:2], found[2]
    assert {span.parent_span_id for span in steps} == {whole.span_id} == {run.bytes[8:]}
    assert whole.end_time_unix_nano - whole.start_time_unix_nano == 3_000_000_000
