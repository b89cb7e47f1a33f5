"""The sandbox's own door and its manners: log, faults, state over restarts, rates, strictness, webhooks."""

import http.server
import json
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.customerio.hooks import Event, read_event
from integrations.customerio.sandbox.http import Request
from integrations.customerio.sandbox.server import Sandbox
from integrations.kit.auth import basic
from integrations.kit.errors import CallError
from tests.fakes.sandbox import SandboxProcess, start_sandbox
from tests.integration.sandbox.conftest import SECRETS, Send

WHO = {"userId": "u-1"}


def raw(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_the_log_keeps_method_path_body_and_answer_but_no_key(helix: Send, sandbox: SandboxProcess) -> None:
    helix("track_event", **WHO, event="ordered")

    (entry,) = sandbox.requests()
    assert (entry["method"], entry["path"], entry["body"]["event"], entry["answer"]["status"]) == (
        "POST",
        "/v1/track",
        "ordered",
        200,
    )
    assert "sandbox-pipelines-key" not in json.dumps(entry)


def test_a_repeat_with_the_same_message_id_is_one_event(helix: Send, sandbox: SandboxProcess) -> None:
    helix("track_event", **WHO, event="ordered")
    helix("track_event", **WHO, event="ordered")

    assert sandbox.state()["counts"]["events"] == 1


def test_the_app_api_refuses_the_eleventh_call_of_a_second_and_says_when(helix: Send, sandbox: SandboxProcess) -> None:
    sandbox.settings(enforce_rates=True)

    with pytest.raises(CallError) as refused:
        for _ in range(15):
            helix("get_segments")

    assert (refused.value.kind, refused.value.status) == ("rate_limited", 429)
    assert refused.value.retry_after is not None


def test_a_broadcast_is_refused_when_the_last_was_less_than_ten_seconds_ago(
    helix: Send, sandbox: SandboxProcess
) -> None:
    sandbox.settings(enforce_rates=True)
    helix("trigger_broadcast", broadcast_id=12)

    with pytest.raises(CallError) as refused:
        helix("trigger_broadcast", broadcast_id=12)

    assert refused.value.status == 429
    assert len(sandbox.state()["triggers"]) == 1


def test_pipelines_says_yes_to_a_wrong_key_and_drops_the_call_unless_strict(sandbox: SandboxProcess) -> None:
    body = json.dumps({**WHO, "event": "x"}).encode()

    assert raw(f"{sandbox.url}/v1/track", "POST", body, Authorization="Basic d3Jvbmc6") == (200, {})
    assert (
        raw(f"{sandbox.url}/v1/track", "POST", body, Authorization="Basic d3Jvbmc6", **{"X-Strict-Mode": "1"})[0] == 401
    )

    state = sandbox.state()
    assert (state["counts"]["events"], state["counts"]["invalid"]) == (0, 2)


def test_reads_lag_behind_writes_when_told_to(helix: Send, sandbox: SandboxProcess) -> None:
    sandbox.settings(lag_ms=60_000)
    helix("identify_person", userId="late", traits={})

    assert "late" not in [person["id"] for person in sandbox.state()["people"]]


def test_an_unknown_fault_is_refused_with_a_sentence(sandbox: SandboxProcess) -> None:
    status, answer = raw(f"{sandbox.url}/_sandbox/faults", "PUT", b'[{"do": "explode"}]')

    assert status == 400
    assert "commit_then_reset" in answer["error"]


def test_the_control_door_does_not_open_for_other_names(sandbox: SandboxProcess) -> None:
    assert raw(f"{sandbox.url}/_sandbox/state", Host="evil.example")[0] == 404
    assert raw(f"{sandbox.url}/_sandbox/reset", "POST", b"", Origin="https://evil.example")[0] == 404


def test_the_workspace_survives_a_restart(tmp_path: Path) -> None:
    first = start_sandbox(tmp_path)
    key = basic(SECRETS["pipelines_key"], "")
    raw(f"{first.url}/v1/identify", "POST", json.dumps({"userId": "kept"}).encode(), Authorization=key)
    first.stop()

    second = start_sandbox(tmp_path)
    people = [person["id"] for person in second.state()["people"]]
    second.stop()

    assert "kept" in people


def test_a_webhook_is_sent_signed(sandbox: SandboxProcess) -> None:
    received: list[tuple[dict[str, str], bytes]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.append((headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    order = {
        "url": f"http://127.0.0.1:{server.server_port}/h",
        "key": "whsec",
        "event": "email_bounced",
        "overrides": {"event_id": "E1"},
    }
    answer = sandbox.call("POST", "webhooks", order)
    server.shutdown()
    server.server_close()

    ((headers, body),) = received
    event = read_event(headers, body, ["whsec"], int(headers["x-cio-timestamp"]))
    assert answer["status"] == 202
    assert isinstance(event, Event)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "http://[", "https://x.example/"]
)
def test_a_webhook_goes_to_this_machine_only(url: str, sandbox: SandboxProcess) -> None:
    body = json.dumps({"url": url, "key": "whsec", "event": "email_sent"}).encode()

    assert raw(f"{sandbox.url}/_sandbox/webhooks", "POST", body)[0] == 400


PARTS = st.sampled_from(
    [
        "v1",
        "api",
        "v2",
        "track",
        "segments",
        "1",
        "membership",
        "customers",
        "%2F",
        "..",
        "triggers",
        "campaigns",
        "batch",
        "",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
    path=st.lists(PARTS, max_size=6).map(lambda parts: "/" + "/".join(parts)),
    body=st.one_of(
        st.binary(max_size=50), st.sampled_from([b"[]", b"{}", b"null", b'{"batch": [1]}', b'{"ids": 3, "device": []}'])
    ),
    query=st.dictionaries(st.sampled_from(["limit", "start", "metric", "start_ts"]), st.text(max_size=5)),
    key=st.sampled_from(
        [
            "",
            "Bearer sandbox-app-key",
            "Basic c2FuZGJveC1waXBlbGluZXMta2V5Og==",
            "Basic c2FuZGJveC1zaXRlOnNhbmRib3gtdHJhY2sta2V5",
        ]
    ),
)
def test_no_garbage_makes_it_fail(method: str, path: str, body: bytes, query: dict[str, str], key: str) -> None:
    sandbox = Sandbox()
    sandbox.world.settings["enforce_rates"] = False
    headers = {"authorization": key, "x-strict-mode": "1"}

    answer = sandbox.ask(Request(method, "127.0.0.1", path, query, headers, body))

    assert 200 <= answer.status < 500
    answer.content()
