"""`manage.py up` as a person starts it: ready, again, asked to end, and killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from helix.up.ports import any_free
from tests.house.files import ROOT

PARTS = {"up", "redis", "sandbox", "web", "worker", "scheduler"}
pytestmark = pytest.mark.xdist_group("up")


class Started:
    """A supervisor that was started, with its lines."""

    def __init__(self, data: Path, *arguments: str, **more: str) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HELIX_", "DJANGO_", "DATABASE_", "REDIS_"))
        }
        self.data, self.lines = data, list[str]()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *arguments],
            cwd=ROOT,
            env={**kept, "HELIX_DATA_DIR": str(data), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.lines.extend(iter(lines.readline, ""))

    def ready(self) -> dict[str, Any]:
        """What up.json says, once it is there."""
        until(lambda: (self.data / "up.json").exists() or self.process.poll() is not None, 60)
        assert self.process.poll() is None, "".join(self.lines)
        found: dict[str, Any] = json.loads((self.data / "up.json").read_text())
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.reader.join(10)
        return code

    @property
    def text(self) -> str:
        return "".join(self.lines)


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """True while the process runs (one that ended and was not yet fetched by its parent does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def started(data: Path, *arguments: str, **more: str) -> Iterator[Started]:
    helix = Started(data, *arguments, **more)
    try:
        yield helix
    finally:
        if helix.process.poll() is None:
            helix.end()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: the second start is one on a folder that was used."""
    return tmp_path_factory.mktemp("helix") / "data"


def test_it_starts_every_part_prints_one_link_and_ends_them_all(data: Path) -> None:
    port = any_free()
    with started(data, "--port", str(port)) as helix:
        facts = helix.ready()
        until(lambda: "Ctrl-C" in helix.text, 5)
        assert facts["web"] == f"http://localhost:{port}"
        assert set(facts["pids"]) == PARTS
        ready = helix.lines.index("Helix is ready:\n")
        assert helix.lines[ready + 1].startswith(f"  http://localhost:{port}/sign-in/")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        redis_url = data / "redis-url"
        assert redis_url.stat().st_mode & 0o777 == 0o600
        assert helix.end() == 0
    assert [name for name, pid in facts["pids"].items() if alive(pid)] == []
    assert not (data / "up.json").exists()
    assert not redis_url.exists()
    assert "Traceback" not in helix.text


def test_a_second_start_on_the_same_folder_is_refused_with_the_address_of_the_first(data: Path) -> None:
    with started(data, "--port", str(any_free())) as helix:
        address = helix.ready()["web"]
        second = Started(data, "--port", str(any_free()))
        assert second.process.wait(20) == 1
        second.reader.join(5)
        assert f"already: {address}. Stop that one first" in second.text
        assert "Traceback" not in second.text


def test_nothing_is_left_over_when_the_supervisor_is_killed_and_the_next_start_works(data: Path) -> None:
    with started(data, "--port", str(any_free())) as helix:
        facts = helix.ready()
        helix.process.kill()
        helix.process.wait(5)
        until(lambda: not any(alive(pid) for pid in facts["pids"].values()), 15)
        (data / "up.json").unlink()
    with started(data, "--port", str(any_free())) as helix:
        assert helix.ready()["sandbox"] == facts["sandbox"]  # its port is kept


def test_a_part_that_dies_is_started_again(data: Path) -> None:
    with started(data, "--port", str(any_free())) as helix:
        facts = helix.ready()
        os.kill(facts["pids"]["sandbox"], signal.SIGKILL)
        os.kill(facts["pids"]["redis"], signal.SIGKILL)
        until(lambda: helix.text.count("it is started again in") >= 2, 5)
        until(lambda: answers(str(facts["sandbox"])), 15)
        assert "sandbox   | ended (signal SIGKILL); it is started again in 0.5 s\n" in helix.text


def answers(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex((host, int(port))) == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "The Redis of REDIS_URL does not answer"),
        ({"DATABASE_URL": "postgres://helix@127.0.0.1:1/helix"}, "The database of DATABASE_URL cannot be reached"),
        ({"HELIX_DATA_DIR": "/proc/helix"}, "The data folder /proc/helix cannot be written"),
        ({"HELIX_PORT": "many"}, "HELIX_PORT"),
    ],
)
def test_what_stops_the_start_is_said_in_a_sentence(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    helix = Started(tmp_path, **{"HELIX_PORT": str(any_free()), **settings})
    assert helix.process.wait(20) == 1
    helix.reader.join(5)
    assert sentence in helix.text
    assert "Traceback" not in helix.text


def test_a_used_port_is_said_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        helix = Started(tmp_path, "--port", str(other.getsockname()[1]))
        assert helix.process.wait(20) == 1
    helix.reader.join(5)
    assert "is used by another program" in helix.text
    assert "manage.py up --port 8080" in helix.text


def test_an_end_asked_for_while_it_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    with started(tmp_path, "--port", str(any_free())) as helix:
        until((tmp_path / "redis.conf").exists, 20)
        assert helix.end(signal.SIGTERM) == 0
    assert "Traceback" not in helix.text
    mine = [path for path in Path("/proc").glob("[0-9]*/environ") if str(tmp_path).encode() in readable(path)]
    assert mine == []


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
