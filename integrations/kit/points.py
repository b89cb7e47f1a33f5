"""Failpoints: named lines at which a process can be told to die or to freeze, so that a test can watch what others make of it.

`HELIX_FAILPOINT=name[:nth][=kill|freeze]` at the start of a process, and `HELIX_ALLOW_FAILPOINTS=1` beside it: the nth time (the
first unless said) that any thread reaches the line, the whole process ends as by kill -9, or stops until SIGCONT. Without both
variables `reach` does nothing.
"""

import os
import re
import signal
import threading
from collections.abc import Mapping

POINTS = (
    "after_claim",  # the claim is committed, nothing else has happened
    "before_sent_mark",  # class C and D: the mark that a call begins is about to be committed
    "after_sent_mark",
    "before_connect",  # reached only when a connection is opened
    "after_headers_sent",  # the head and, with it, the first part of the body
    "after_body_sent",
    "after_status_line",
    "after_body_read",
    "before_result_commit",
    "inside_result_commit",  # written, not committed
    "after_result_commit",
    "before_hint",
    "during_heartbeat",
)
"""Every failpoint there is, in the order in which a step reaches them."""

KILLED = 137
"""The exit code of a process that died at a failpoint: what a shell reports for kill -9."""

_WORDS = re.compile(r"(?P<name>[a-z_]+)(?::(?P<nth>[1-9][0-9]*))?(?:=(?P<deed>kill|freeze))?")


class Failpoint:
    """One line to fail at."""

    def __init__(self, name: str, nth: int, deed: str) -> None:
        self.name, self.nth, self.deed = name, nth, deed
        self._reached, self._lock = 0, threading.Lock()

    def reach(self) -> None:
        """Count, and fail when it is time."""
        with self._lock:
            self._reached += 1
            due = self._reached == self.nth
        if due and self.deed == "freeze":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif due:
            os._exit(KILLED)


def read_failpoint(environment: Mapping[str, str]) -> Failpoint | None:
    """The failpoint that the environment asks for and allows; ValueError with a sentence when there is none of that name."""
    wanted = environment.get("HELIX_FAILPOINT", "")
    if not wanted or environment.get("HELIX_ALLOW_FAILPOINTS") != "1":
        return None
    words = _WORDS.fullmatch(wanted)
    if words is None or words["name"] not in POINTS:
        raise ValueError(
            f"HELIX_FAILPOINT={wanted!r} is no failpoint. Write name[:nth][=kill|freeze], with one of the names {', '.join(POINTS)}."
        )
    return Failpoint(words["name"], int(words["nth"] or 1), words["deed"] or "kill")


_armed = read_failpoint(os.environ)


def reach(name: str) -> None:
    """This line was reached: fail here if this process was told to."""
    if _armed is not None and _armed.name == name:
        _armed.reach()
