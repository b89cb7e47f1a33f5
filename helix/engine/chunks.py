"""Lists of pages: each page is a row, read when one of its items is asked for."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from helix.engine.memory import memory
from helix.engine.models import Chunk
from helix.engine.packing import read
from helix.expressions.kept import LargeList

CHUNKS = "$chunks"
"""The mark of a pointer to such a list: {"$chunks": step, "list": name, "run": …, "count": items, "size": bytes, "chunks": pages}."""


class Chunked(LargeList):
    """The list that a pointer leads to. Going through it holds one page in memory."""

    def __init__(self, pointer: dict[str, Any], team_id: UUID) -> None:
        self.pointer, self.run_id, self.team_id = pointer, UUID(pointer["run"]), team_id

    def __iter__(self) -> Iterator[Any]:
        for position in range(self.pointer["chunks"]):
            yield from self._page(position, remember=False)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if not isinstance(index, int):
            raise TypeError("a list is asked for items by number")
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError("index out of range")
        position = bisect_right(self._ends, place)
        return self._page(position)[place - (self._ends[position - 1] if position else 0)]

    @property
    def rows(self) -> QuerySet[Chunk]:
        """Its pages, first to last."""
        return Chunk.objects.filter(
            step_id=self.pointer[CHUNKS], name=self.pointer["list"], team_id=self.team_id
        ).order_by("position")

    @cached_property
    def _ends(self) -> list[int]:
        """How many items there are up to the end of each page."""
        return list(accumulate(self.rows.values_list("count", flat=True)))

    def _page(self, position: int, *, remember: bool = True) -> list[Any]:
        key = (self.team_id, self.pointer[CHUNKS], self.pointer["list"], position)
        found = memory.get(key)
        if found is None:
            size, encoding, data = self.rows.values_list("size", "encoding", "data").get(position=position)
            found = read(data, encoding)
            if remember:
                memory.add(key, found, size)
        items: list[Any] = found
        return items
