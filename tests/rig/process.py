"""Processes that we start, stop and measure. Each has a session of its own and ends with us."""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helix.up.child import ROOT, end_with

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """A program under way. Its lines go to a file, which is named when it must be read."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def code(self) -> int | None:
        """Its exit code (negative: the signal that ended it), or None while it runs."""
        return self.popen.poll()

    def signal(self, number: signal.Signals) -> None:
        if self.code is None:
            os.kill(self.pid, number)

    def is_frozen(self) -> bool:
        """Whether it was stopped by SIGSTOP."""
        try:
            return _stat(self.pid)[0] == "T"
        except OSError:
            return False

    def kill(self) -> None:
        """End it and what it started at once, as a power cut does."""
        if self.code is None:  # once it was waited for, its number may be another's
            os.killpg(self.pid, signal.SIGKILL)
            self.popen.wait()

    def stop(self, patience: float = 8.0) -> None:
        """Ask it to end, then make it."""
        if self.code is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(patience)
        self.kill()

    def last_lines(self, number: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-number:])


def start(
    name: str, command: Sequence[object], log: Path, environment: Mapping[str, str] | None = None, root: Path = ROOT
) -> Process:
    """Start a program in the repository's folder, or that of another version. What is left of it when we die is ended by the kernel."""
    parent = os.getpid()
    with log.open("ab") as file:
        popen = subprocess.Popen(
            [str(part) for part in command],
            cwd=root,
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent),  # noqa: PLW1509 - one system call, no lock is taken
        )
    return Process(name, popen, log)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all that descend from them."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(int(_stat(int(entry))[1]), []).append(int(entry))
            except OSError:
                continue
    found, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of these processes so far, that of their ended children with it."""
    total = 0
    for pid in pids:
        try:
            total += sum(map(int, _stat(pid)[11:15]))
        except OSError:
            continue
    return total / TICKS


def memory_mb(pids: Iterable[int]) -> float:
    """Memory of these processes (proportional set size: a shared page counts once over all that share it)."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1024, 1)
