"""A table of calls: `METHOD path/with/*` -> what answers it. A `*` stands for one segment, which the handler gets decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.customerio.sandbox.http import Answer, Request
from integrations.customerio.sandbox.world import World

Handler = Callable[..., Answer]
"""Called with the world, the request, and a text for each `*`."""


class Routes:
    def __init__(self, table: Mapping[str, Handler]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[tuple[str, ...], Handler]]] = {}
        for call, handler in table.items():
            method, _, path = call.partition(" ")
            parts = tuple(path.split("/"))
            self._by_shape.setdefault((method, len(parts)), []).append((parts, handler))

    def answer(self, world: World, request: Request) -> Answer | None:
        """The answer of the first call in the table that fits; None when none does."""
        for wanted, handler in self._by_shape.get((request.method, len(request.parts)), ()):
            if all(want in ("*", part) for want, part in zip(wanted, request.parts, strict=True)):
                return handler(
                    world, request, *(part for want, part in zip(wanted, request.parts, strict=True) if want == "*")
                )
        return None
