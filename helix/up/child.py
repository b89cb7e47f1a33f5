"""One child process: its lines go to the terminal, it is started again when it ends, and it never outlives its parent."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helix.up.words import is_noise, say

ROOT = Path(__file__).resolve().parents[2]
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between an end and the next start
STEADY_SECONDS = 60.0  # a child that lived so long begins its pauses anew
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with(parent: int) -> None:
    """In the child, before its program: be told to end when the parent dies, also by kill -9 (Linux)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Child:
    """A program that is to run for as long as Helix does. All its methods belong to the main thread:
    Linux ends a child with the *thread* that started it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    hears: Callable[[str], bool] | None = None  # True for a line that was for the supervisor, not for the terminal
    starts: int = 0
    process: subprocess.Popen[str] | None = None
    _started_at: float = 0.0
    _next_start: float = 0.0
    _pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        parent = os.getpid()
        self.starts += 1
        self._started_at, self._next_start = time.monotonic(), 0.0
        # A session of its own: the terminal's Ctrl-C reaches the supervisor only, which ends the children in order.
        self.process = subprocess.Popen(
            list(self.command),
            cwd=ROOT,
            env=dict(self.environment),
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent),  # noqa: PLW1509 - one system call, no lock is taken
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def look(self, now: float) -> None:
        """Start it again if it ended, each time after a longer pause."""
        if self.process is None or (code := self.process.poll()) is None:
            return
        if not self._next_start:
            if now - self._started_at > STEADY_SECONDS:
                self._pause = SHORTEST_PAUSE
            self._next_start = now + self._pause
            say(f"ended ({_how(code)}); it is started again in {self._pause:g} s", self.name)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif now >= self._next_start:
            self.start()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        if self.process is not None and self.is_running:
            self.process.terminate()

    def kill(self) -> None:
        if self.process is not None and self.is_running:
            self.process.kill()

    def end(self, patience: float) -> None:
        """Wait so many seconds for its end, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(patience, 0.01))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                text = line.rstrip()
                if not is_noise(text) and not (self.hears and self.hears(text)):
                    say(text, self.name)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
