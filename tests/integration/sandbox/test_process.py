"""The sandbox as a program: it starts, keeps its workspace, breaks connections for real, and ends when it is told to."""

import http.client
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.customerio.hooks import Event, read_event
from integrations.customerio.sandbox.auth import PIPELINES_KEY
from integrations.kit.auth import basic
from tests.fakes.sandbox import ROOT, SandboxProcess, start_sandbox

SIGNED = {"Authorization": basic(PIPELINES_KEY, ""), "X-Strict-Mode": "1"}


def identify(sandbox: SandboxProcess, user: str) -> int:
    return sandbox.send("POST", "/v1/identify", {"userId": user}, SIGNED)[0]


def ids(sandbox: SandboxProcess) -> list[str]:
    return [person["id"] for person in sandbox.state()["people"]]


def test_it_ends_in_order_when_asked_keeps_its_workspace_and_tells_no_secret(tmp_path: Path) -> None:
    first = start_sandbox(tmp_path, output=subprocess.PIPE)
    assert identify(first, "kept") == 200

    code = first.stop()
    printed = first.process.communicate()
    second = start_sandbox(tmp_path)
    found = ids(second)
    second.stop()

    assert code == 0
    assert printed == (b"", b"")
    assert found[0] == "kept"


def test_a_power_cut_loses_a_moment_at_most(tmp_path: Path) -> None:
    first = start_sandbox(tmp_path)
    identify(first, "early")
    file, until = tmp_path / "sandbox.json", time.monotonic() + 10
    while not (file.exists() and "early" in file.read_text()) and time.monotonic() < until:
        time.sleep(0.05)

    first.kill()
    second = start_sandbox(tmp_path)
    found = ids(second)
    second.stop()

    assert "early" in found


def test_an_open_connection_and_a_slow_answer_do_not_keep_it_from_ending(tmp_path: Path) -> None:
    sandbox = start_sandbox(tmp_path, output=subprocess.PIPE)
    sandbox.faults([{"do": "delay", "seconds": 60}])
    idle = socket.create_connection(("127.0.0.1", sandbox.port))
    waiting = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=30)
    waiting.request("GET", "/v1/info/ip_addresses")
    began = time.monotonic()

    time.sleep(0.1)  # the call has arrived
    code = sandbox.stop()

    assert (code, time.monotonic() - began < 4) == (0, True)
    assert sandbox.process.communicate() == (b"", b"")
    idle.close()
    waiting.close()


def test_a_port_that_is_taken_ends_it_with_a_sentence(sandbox: SandboxProcess, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "integrations.customerio.sandbox", "--port", str(sandbox.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20, check=False, text=True)

    assert done.returncode != 0
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_reset_is_a_reset_and_nobody_complains(scheme: str, request: pytest.FixtureRequest) -> None:
    sandbox: SandboxProcess = request.getfixturevalue("sandbox" if scheme == "http" else "tls")
    sandbox.faults([{"do": "reset"}, {"do": "commit_then_reset"}])

    for user in ("not there", "there"):
        with pytest.raises((ConnectionError, OSError)):
            identify(sandbox, user)

    assert identify(sandbox, "after") == 200
    found = ids(sandbox)
    assert "there" in found and "not there" not in found
    assert [entry["note"] for entry in sandbox.requests()] == ["fault: reset", "fault: commit_then_reset", ""]


def test_a_truncated_answer_ends_in_the_middle(sandbox: SandboxProcess) -> None:
    sandbox.faults([{"do": "truncate"}])
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
    connection.request("GET", "/v1/info/ip_addresses")
    answer = connection.getresponse()

    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()

    connection.close()
    whole = int(answer.headers["content-length"])
    assert (answer.status, len(broken.value.partial)) == (200, whole // 2)


def test_a_delay_is_a_delay_of_that_call_only(sandbox: SandboxProcess) -> None:
    sandbox.faults([{"do": "delay", "seconds": 0.5, "match": {"path": "/v1/identify"}}])
    took: list[float] = []

    def slow() -> None:
        began = time.monotonic()
        identify(sandbox, "slow")
        took.append(time.monotonic() - began)

    thread = threading.Thread(target=slow)
    thread.start()
    began = time.monotonic()
    sandbox.send("GET", "/v1/info/ip_addresses")
    quick = time.monotonic() - began
    thread.join()

    assert quick < 0.4 <= took[0]


def test_many_callers_at_once_lose_nothing(sandbox: SandboxProcess) -> None:
    def work(worker: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=20)
        for number in range(50):
            body = json.dumps({"userId": f"w{worker}", "event": "e", "messageId": f"{worker}-{number}"})
            connection.request("POST", "/v1/track", body, SIGNED)
            assert connection.getresponse().read() == b"{}"
            if number % 10 == 0:
                sandbox.state()
        connection.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sandbox.state()["counts"]["events"] == 200
    assert [entry["n"] for entry in sandbox.requests()][-1] - sandbox.requests()[0]["n"] == 199


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An address that takes webhooks, and what came."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.append((headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302 if self.path.startswith("/away") else 202)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_is_sent_signed_and_the_receivers_status_told(sandbox: SandboxProcess, receiver: Any) -> None:
    url, received = receiver
    order = {
        "url": f"{url}/h?x=1",
        "key": "whsec",
        "event": "email_bounced",
        "overrides": {"data": {"recipient": "zoë@example.com"}},
    }

    answers = [sandbox.call("POST", "webhooks", order) for _ in range(2)]

    events = [read_event(headers, body, ["whsec"], time.time()) for headers, body in received]
    assert [answer["status"] for answer in answers] == [202, 202]
    assert all(isinstance(event, Event) and event.known for event in events)
    assert len({answer["payload"]["event_id"] for answer in answers}) == 2
    assert json.loads(received[0][1]) == answers[0]["payload"]
    assert answers[0]["payload"]["data"]["recipient"] == "zoë@example.com"


def test_a_webhook_follows_no_redirect(sandbox: SandboxProcess, receiver: Any) -> None:
    url, received = receiver

    answer = sandbox.call("POST", "webhooks", {"url": f"{url}/away", "key": "k", "event": "email_sent"})

    assert answer["status"] == 302
    assert len(received) == 1


def test_nobody_at_the_other_end_is_status_0_and_a_reason(sandbox: SandboxProcess) -> None:
    answer = sandbox.call("POST", "webhooks", {"url": "http://127.0.0.1:1/", "key": "k", "event": "email_sent"})

    assert answer["status"] == 0
    assert "refused" in answer["answer"].lower()


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "http://[", "https://x.example/"]
)
def test_a_webhook_goes_to_this_machine_only(url: str, sandbox: SandboxProcess) -> None:
    status, answer, _ = sandbox.send("POST", "/_sandbox/webhooks", {"url": url, "key": "whsec", "event": "email_sent"})

    assert status == 400
    assert "this machine" in answer["error"]


def test_the_control_door_does_not_open_for_other_names_nor_for_web_pages(sandbox: SandboxProcess) -> None:
    assert sandbox.send("GET", "/_sandbox/state", headers={"Host": "evil.example"})[0] == 404
    assert sandbox.send("POST", "/_sandbox/reset", headers={"Origin": "https://evil.example"})[0] == 404
