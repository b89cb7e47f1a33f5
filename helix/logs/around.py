"""What a thread is at: the run and step, or the request, that its lines belong to.

What is set is a function that gives the facts; it is called only when a line is written. So the hot path pays for one
ContextVar, whatever the level.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from typing import Any

Facts = Callable[[], Mapping[str, Any]]
"""Gives ids, never payload: {"run": …, "step": …}."""

AROUND: ContextVar[Facts | None] = ContextVar("helix_around", default=None)
_process = ["command"]


def name_process(kind: str) -> None:
    """Say what this process is: web, worker, scheduler."""
    _process[0] = kind


def process() -> str:
    return _process[0]


class About:
    """Lines written from `with` to its end carry these facts."""

    __slots__ = ("_before", "_facts")

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __enter__(self) -> None:
        self._before: Token[Facts | None] = AROUND.set(self._facts)

    def __exit__(self, *_: object) -> None:
        AROUND.reset(self._before)
