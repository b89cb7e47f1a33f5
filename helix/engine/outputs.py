"""Large values of a run: kept once, compressed, beside the rows; the rows hold a pointer and the value's beginning.

    data --keep--> Kept(text of the row, blob or none) --save--> database          row --load--> data, or a stand-in that reads as asked
                                                                                   row --whole--> data that is all in memory

A small value costs one serialisation and nothing else. A blob's id is drawn from its run and content, so equal values of a run
share one, and nothing has to be looked up. What looks like a pointer but came from outside is kept in a blob, never in a row:
no payload can point to what is another's.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum

from helix.engine.chunks import CHUNKS, Chunked
from helix.engine.memory import memory
from helix.engine.models import Blob, Chunk
from helix.engine.outcomes import Trouble
from helix.engine.packing import FAST, NotFast, packed, read, written, written_fast
from helix.engine.previews import beginning_of, kind_of, preview_of
from helix.expressions.kept import KEPT, KeptList, KeptObject, KeptText, LargeList, Unread

INLINE_BYTES = 64 * 1024
"""What a row holds itself; more goes into a blob."""
ITEM_BYTES = 256 * 1024
RUN_BYTES = 50_000_000
LOAD_BYTES = 20_000_000
"""The most that is read into memory of one value."""
BLOB = "$blob"
"""The mark of a pointer: {"$blob": id, "size": bytes of its JSON, "kind": …, "count": …, "preview": its beginning as text}."""
POINTER_NAMES = frozenset({"size", "kind", "count", "preview"})
"""What every pointer tells of the value."""
_MARKS = (b'"$blob"', b'"$chunks"')


class CannotKeep(Exception):
    """A step cannot go on with its data. `trouble` says why to a person; the step fails with it."""

    kind = "internal"

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.trouble = Trouble(self.kind, message, hint)


class TooLarge(CannotKeep):
    """A value is larger than may be kept or read."""

    kind = "too_large"


class Gone(Exception):
    """A pointer leads to nothing: the run's data were removed."""


@dataclass(frozen=True)
class Kept:
    """A value as its row holds it: `text` is JSON; `blob` must be saved in the row's transaction, unless it is None."""

    text: str
    blob: Blob | None = None

    @property
    def stored(self) -> Any:
        """What the row holds, as JSON data."""
        return json.loads(self.text)

    def save(self) -> None:
        save([self])


def keep(run_id: UUID, team_id: UUID, data: Any, *, item: bool = False) -> Kept:
    """The value as a row of this run holds it. TooLarge when it is an `item` of a loop and too large for one, or when the run
    would hold too much. Asks the database only when there is a blob."""
    text, encoding, odd = _written(run_id, data)
    if item and len(text) > ITEM_BYTES:
        raise TooLarge(
            f"What this step gave for one item is {size_words(len(text))}; an item may hold {size_words(ITEM_BYTES)}.",
            "Keep less of it: let a “Set” step inside the loop pick the fields that later steps need.",
        )
    if len(text) <= INLINE_BYTES and not odd:
        return Kept(text.decode())
    digest = hashlib.sha256(text).hexdigest()
    blob_id = _id_of(run_id, digest)
    pointer = {BLOB: str(blob_id), "size": len(text), **kind_of(data), "preview": preview_of(data)}
    check_room(run_id, len(text), blob_id)
    blob = Blob(
        id=blob_id, team_id=team_id, run_id=run_id, sha256=digest, size=len(text), encoding=encoding, data=packed(text)
    )
    if type(data) in (dict, list, str) and len(text) <= LOAD_BYTES:
        memory.add((team_id, blob_id), _carrying(data, pointer, run_id), len(text))
    return Kept(json.dumps(pointer), blob)


def save(values: Iterable[Kept]) -> None:
    """Write the blobs of these values; one that is there already stays as it is."""
    blobs = [value.blob for value in values if value.blob is not None]
    if blobs:
        Blob.objects.bulk_create(blobs, ignore_conflicts=True)


def check_room(run_id: UUID, more: int, blob_id: UUID | None = None) -> None:
    """TooLarge when a run with so many bytes more would hold more than a run may."""
    blobs = Blob.objects.filter(run_id=run_id)
    if blob_id is not None:
        blobs = blobs.exclude(pk=blob_id)
    held = sum(rows.aggregate(sum=Sum("size"))["sum"] or 0 for rows in (blobs, Chunk.objects.filter(run_id=run_id)))
    if held + more > RUN_BYTES:
        raise TooLarge(
            f"With the {size_words(more)} of this step the run would hold {size_words(held + more)}; "
            f"a run may hold {size_words(RUN_BYTES)}.",
            "Ask for fewer rows, keep fewer fields in a “Set” step, or split the work over several runs.",
        )


def load(stored: Any, team_id: UUID) -> Any:
    """The value of a row: blobs are read (from this process's memory when they were lately), lists of pages become LargeLists,
    and what is too large for memory an Unread. Changes `stored` in place; the values themselves must not be changed."""
    if isinstance(stored, dict):
        if is_pointer(stored):
            return Chunked(stored, team_id) if CHUNKS in stored else _read(stored, team_id)
        for name, part in stored.items():
            if isinstance(part, (dict, list)):
                stored[name] = load(part, team_id)
    elif isinstance(stored, list):
        for index, part in enumerate(stored):
            if isinstance(part, (dict, list)):
                stored[index] = load(part, team_id)
    return stored


def is_pointer(stored: Any) -> bool:
    """Whether this part of a row points to a large value."""
    return isinstance(stored, dict) and (BLOB in stored or CHUNKS in stored) and stored.keys() >= POINTER_NAMES


def whole(value: Any) -> Any:
    """The value with all of it in memory, as a call needs it. TooLarge when that is too much."""
    if isinstance(value, Unread) or (isinstance(value, LargeList) and value.pointer["size"] > LOAD_BYTES):
        raise TooLarge(
            f"This value is {size_words(value.pointer['size'])}; a step may read {size_words(LOAD_BYTES)} at once.",
            "Go through it with a “For each” or “CSV” step, or take a part of it.",
        )
    if isinstance(value, LargeList):
        return list(value)
    if isinstance(value, KEPT):
        return value
    if isinstance(value, dict):
        return {name: whole(part) for name, part in value.items()}
    if isinstance(value, list):
        return [whole(part) for part in value]
    return value


def iterate(value: Any) -> Iterator[Any]:
    """The items of a list, however it is kept; of a LargeList one page is in memory at a time."""
    if isinstance(value, Unread):
        whole(value)
    return iter(value)


def keep_text(run_id: UUID, team_id: UUID, pieces: Iterable[str]) -> str | Unread:
    """A text that is made piece by piece, such as a CSV of many rows: kept at once, never whole in memory, unless it is short.
    What comes back is a step's value like any other. TooLarge when the run would hold too much."""
    pressed, digest = zlib.compressobj(1), hashlib.sha256()
    size, characters, start, data = 2, 0, "", bytearray(pressed.compress(b'"'))
    digest.update(b'"')
    encoding = FAST
    for piece in pieces:
        text, by = written(piece, _plain)
        encoding = encoding if by == FAST else by
        if characters <= INLINE_BYTES:
            start += piece
        size, characters = size + len(text) - 2, characters + len(piece)
        if size > RUN_BYTES:
            check_room(run_id, size)
        data += pressed.compress(text[1:-1])
        digest.update(text[1:-1])
    if size <= INLINE_BYTES:
        return start
    data += pressed.compress(b'"') + pressed.flush()
    digest.update(b'"')
    blob_id = _id_of(run_id, digest.hexdigest())
    pointer = {
        BLOB: str(blob_id),
        "size": size,
        "kind": "text",
        "count": characters,
        "preview": beginning_of(start, characters),
    }
    check_room(run_id, size, blob_id)
    blob = Blob(
        id=blob_id,
        team_id=team_id,
        run_id=run_id,
        sha256=digest.hexdigest(),
        size=size,
        encoding=encoding,
        data=bytes(data),
    )
    save([Kept("", blob)])
    return Unread(pointer, run_id)


def _id_of(run_id: UUID, digest: str) -> UUID:
    """Of a blob: drawn from its run and content."""
    return UUID(hashlib.sha256(f"{run_id}:{digest}".encode()).hexdigest()[:32])


def _read(pointer: dict[str, Any], team_id: UUID) -> Any:
    blob_id, size = UUID(pointer[BLOB]), int(pointer["size"])
    found = memory.get((team_id, blob_id))
    if found is not None:
        return found
    rows = Blob.objects.filter(pk=blob_id, team_id=team_id)
    if size > LOAD_BYTES:
        run_id = rows.values_list("run_id", flat=True).first()
        if run_id is not None:
            return Unread(pointer, run_id)
    blob = rows.first()
    if blob is None:
        raise Gone(f"The value {blob_id} was removed.")
    value = _carrying(read(blob.data, blob.encoding), pointer, blob.run_id)
    memory.add((team_id, blob_id), value, size)
    return value


def _carrying(data: Any, pointer: dict[str, Any], run_id: UUID) -> Any:
    """The value as one that knows where it is kept."""
    if not isinstance(data, (dict, list, str)):
        return data
    made: Any = (
        KeptObject(data) if isinstance(data, dict) else KeptList(data) if isinstance(data, list) else KeptText(data)
    )
    made.pointer, made.run_id = pointer, run_id
    return made


def _written(run_id: UUID, data: Any) -> tuple[bytes, str, bool]:
    """The value as compact JSON with pointers where they serve; its encoding; and whether no row may hold that text: it would be
    taken for a pointer, or has a character that PostgreSQL refuses."""
    pointers = 0

    def pointer(value: Any) -> Any:
        nonlocal pointers
        if isinstance(value, KEPT) and value.run_id == run_id:
            pointers += 1
            return value.pointer
        return _plain(value)

    try:
        text, encoding = written_fast(data, pointer), FAST
    except NotFast:
        text, encoding = written(data, _plain)
        pointers = 0
    odd = sum(text.count(mark) for mark in _MARKS) != pointers or b"\\u0000" in text or b"\\ud" in text
    if pointers and (odd or len(text) > INLINE_BYTES):
        text, encoding = written(data, _plain)  # a blob holds no pointers
    return text, encoding, odd


def _plain(value: Any) -> Any:
    """What carries a pointer, without it."""
    if isinstance(value, (Unread, LargeList)):
        return list(whole(value))
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def size_words(size: int) -> str:
    """A number of bytes for a person: 312 bytes, 4.2 KB, 5.1 MB."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
