"""Values that are kept somewhere and carry a pointer to it. An expression reads them like any other value; a step that passes one on
unchanged passes the pointer, so nothing is copied. Never change one in place: threads share them."""

from collections.abc import Iterator, Sequence
from typing import Any, overload
from uuid import UUID


class KeptObject(dict[str, Any]):
    """An object that is kept as a whole."""

    pointer: dict[str, Any]
    run_id: UUID


class KeptList(list[Any]):
    """A list that is kept as a whole, and is in memory."""

    pointer: dict[str, Any]
    run_id: UUID


class KeptText(str):
    """A text that is kept as a whole."""

    pointer: dict[str, Any]
    run_id: UUID


class Unread:
    """A value that is too large to be read into memory: it can be passed on and downloaded, and nothing else."""

    def __init__(self, pointer: dict[str, Any], run_id: UUID) -> None:
        self.pointer, self.run_id = pointer, run_id


class LargeList(Sequence[Any]):
    """A list whose items are read as they are asked for: one page of them is in memory at a time."""

    pointer: dict[str, Any]
    run_id: UUID

    def __len__(self) -> int:
        return int(self.pointer["count"])

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


KEPT = (KeptObject, KeptList, KeptText, LargeList, Unread)
"""What carries a pointer."""
Kept = KeptObject | KeptList | KeptText | LargeList | Unread
