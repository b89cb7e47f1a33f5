"""A child of the supervisor: shown, started again, and ended."""

import os
import sys
import threading
import time
from collections.abc import Callable

import pytest

from helix.up import child as module
from helix.up.child import Child
from helix.up.words import is_noise


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def python(code: str, name: str = "part", hears: Callable[[str], bool] | None = None) -> Child:
    return Child(name, [sys.executable, "-uc", code], os.environ, hears=hears)


def test_its_lines_carry_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    child = python("print('hello')", name="web")
    child.start()
    child.end(5)
    until(lambda: threading.active_count() == before)
    assert "web       | hello\n" in capsys.readouterr().out


def test_a_line_for_the_supervisor_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []

    def hear(line: str) -> bool:
        heard.append(line)
        return True

    child = python("print('secret link')", hears=hear)
    child.start()
    until(lambda: bool(heard))
    child.end(5)
    assert heard == ["secret link"]
    assert "secret link" not in capsys.readouterr().out


def test_one_that_ended_is_started_again_after_growing_pauses() -> None:
    child = python("raise SystemExit(3)")
    child.start()
    pauses = []
    for _ in range(3):
        until(lambda: not child.is_running)
        now = time.monotonic()
        child.look(now)
        pauses.append(child._next_start - now)
        starts = child.starts
        child.look(now + pauses[-1] - 0.01)
        assert child.starts == starts  # not before its time
        child.look(now + pauses[-1] + 0.01)
        assert child.starts == starts + 1
    child.end(5)
    assert pauses == [0.5, 1.0, 2.0]


def test_one_that_lived_long_begins_its_pauses_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEADY_SECONDS", -1.0)
    child = python("raise SystemExit(3)")
    child._pause = 30.0
    child.start()
    until(lambda: not child.is_running)
    now = time.monotonic()
    child.look(now)
    assert child._next_start - now == 0.5


def test_one_that_does_not_listen_is_killed_when_patience_ends() -> None:
    child = python("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)")
    child.start()
    time.sleep(0.5)
    child.ask_to_end()
    begun = time.monotonic()
    child.end(0.3)
    assert not child.is_running
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "line",
    [
        "",
        "WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail",
        "SecurityWarning: You're running the worker with superuser privileges: this is",
        "  warnings.warn(SecurityWarning(ROOT_DISCOURAGED.format(",
        "12:M 23 Nov 2026 05:00:59.222 # Valkey is now ready to exit, bye bye...",
    ],
)
def test_lines_that_nobody_can_act_on_are_left_out(line: str) -> None:
    assert is_noise(line)


@pytest.mark.parametrize(
    "line", ["Traceback (most recent call last):", "ERROR helix.engine a step failed", "disk full"]
)
def test_what_went_wrong_is_shown(line: str) -> None:
    assert not is_noise(line)
