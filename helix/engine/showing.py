"""Kept values for a person: rows with pointers as a page shows them, and in full as a download gives them, piece by piece."""

import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Literal, get_args
from uuid import UUID

from django.http import Http404, StreamingHttpResponse

from helix.engine.chunks import CHUNKS, Chunked
from helix.engine.models import Blob, StepRun
from helix.engine.outputs import BLOB, Gone, is_pointer, size_words
from helix.engine.previews import words_for

Part = Literal["input", "output"]
PARTS: tuple[Part, ...] = get_args(Part)
PIECE_BYTES = 64 * 1024


def larges(stored: Any, path: str = "") -> list[dict[str, Any]]:
    """The large values that a row points to: {path, words, size, preview} each."""
    if isinstance(stored, dict) and is_pointer(stored):
        return [
            {"path": path, "words": words_for(stored), "size": size_words(stored["size"]), "preview": stored["preview"]}
        ]
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(stored, (dict, list)):
        parts = stored.items() if isinstance(stored, dict) else enumerate(stored)
    return [found for name, part in parts for found in larges(part, f"{path}.{name}" if path else f"{name}")]


def shown(stored: Any) -> Any:
    """The row with a few words in the place of each large value."""
    if is_pointer(stored):
        return f"… {words_for(stored).lower()}, {size_words(stored['size'])}: too large to be shown here"
    if isinstance(stored, dict):
        return {name: shown(part) for name, part in stored.items()}
    return [shown(part) for part in stored] if isinstance(stored, list) else stored


def told(stored: Any, url: str) -> Any:
    """The row as the API gives it: {"$large": {kind, count, size, preview, url}} in the place of each large value."""
    if is_pointer(stored):
        facts = {name: stored[name] for name in ("kind", "count", "size", "preview")}
        return {"$large": {**facts, "url": url}}
    if isinstance(stored, dict):
        return {name: told(part, url) for name, part in stored.items()}
    return [told(part, url) for part in stored] if isinstance(stored, list) else stored


def in_full(stored: Any, team_id: UUID) -> Iterator[bytes]:
    """The whole value as JSON text; a piece of it is in memory at a time. Gone when its data were removed meanwhile."""
    if is_pointer(stored):
        yield from _pages(Chunked(stored, team_id)) if CHUNKS in stored else _blob(stored, team_id)
    elif isinstance(stored, dict):
        for index, (name, part) in enumerate(stored.items()):
            yield f"{',' if index else '{'}{json.dumps(name)}:".encode()
            yield from in_full(part, team_id)
        yield b"}" if stored else b"{}"
    elif isinstance(stored, list):
        for index, part in enumerate(stored):
            yield b"," if index else b"["
            yield from in_full(part, team_id)
        yield b"]" if stored else b"[]"
    else:
        yield json.dumps(stored, ensure_ascii=False).encode()


def as_file(step: StepRun, part: Part, team_id: UUID) -> StreamingHttpResponse:
    """A step's whole input or output as a file to be stored; 404 when there is none any more."""
    stored = getattr(step, part)
    pieces = in_full(stored, team_id)
    try:
        first = next(pieces)
    except Gone:
        stored = None
    if stored is None:
        raise Http404("There is no such value; it may have been removed by the team's retention.")
    answer = StreamingHttpResponse(chain([first], pieces), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="run-{str(step.run_id)[:8]}-{step.node}-{part}.json"'
    return answer


def _blob(pointer: dict[str, Any], team_id: UUID) -> Iterator[bytes]:
    data = Blob.objects.filter(pk=pointer[BLOB], team_id=team_id).values_list("data", flat=True).first()
    if data is None:
        raise Gone(f"The value {pointer[BLOB]} was removed.")
    yield from _inflated(data)


def _pages(pages: Chunked) -> Iterator[bytes]:
    """The pages as one list: the brackets of each are taken off."""
    yield b"["
    first = True
    for position in range(pages.pointer["chunks"]):
        data = pages.rows.filter(position=position).values_list("data", flat=True).first()
        if data is None:
            raise Gone("A page of this list was removed.")
        inside = zlib.decompress(bytes(data))[1:-1]
        if inside:
            yield inside if first else b"," + inside
            first = False
    yield b"]"


def _inflated(data: bytes | memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    piece = inflate.decompress(bytes(data), PIECE_BYTES)
    while piece:
        yield piece
        piece = inflate.decompress(inflate.unconsumed_tail, PIECE_BYTES)
