"""Lists that come in pages: `limit` and `start` in, `next` out (an opaque cursor), followed to the end on request.

`follow` gathers them into one answer. `stream` hands each page on as it comes and holds one at a time; it can go on where an earlier
call stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from integrations.kit.shape import Shape, Whole, may

MOST_ITEMS = 500_000


@dataclass(frozen=True)
class Paging:
    """Names of a paged list. `lists` run side by side; the first is the one that is counted."""

    lists: tuple[str, ...]
    follow_size: int
    """Rows asked for at a time when following pages and the person gave no `limit`."""
    start: str = "start"
    limit: str = "limit"
    next: str = "next"


class Paged(Shape):
    """The settings every paged list shares."""

    start: str = may(
        "Page token",
        "Where to go on: the “next” value of an earlier answer. Leave empty for the first page.",
        advanced=True,
        min_length=1,
    )
    follow_pages: bool = may(
        "All pages",
        "Follow the pages to the end and give all rows as one list.",
        default=False,
        local=True,
    )
    max_items: Whole = may(
        "At most",
        "Stop after so many rows when following pages; “next” then holds where to go on.",
        default=10_000,
        ge=1,
        le=MOST_ITEMS,
        unit="rows",
        advanced=True,
        local=True,
    )


@dataclass(frozen=True)
class Page:
    """One page as it came: its rows by list, what else the answer holds, and the cursor of the next page (empty: none)."""

    rows: dict[str, list[Any]]
    rest: dict[str, Any]
    next: str


Sink = Callable[[Page], None]
"""Receives each page, in order. What it raises ends the call and passes through."""


@dataclass(frozen=True)
class Resume:
    """Where to go on: the cursor of the first page that is missing, and how many rows are there already."""

    cursor: str
    taken: int


class SamePage(Exception):
    """The service gave a cursor it had given before: following it would never end."""


def follow(
    query: Mapping[str, JsonValue],
    paging: Paging,
    max_items: int,
    fetch: Callable[[dict[str, JsonValue]], dict[str, Any]],
) -> dict[str, Any]:
    """Fetch pages until the last or until `max_items`, and give one page that holds them all.

    Never asks for more rows than are still wanted, so that the cursor left in `next` skips nothing.
    SamePage when a cursor repeats.
    """
    size = query.get(paging.limit)
    size = size if isinstance(size, int) else paging.follow_size
    merged: dict[str, Any] = {}
    seen: set[str] = set()
    asked = dict(query)
    while True:
        left = max_items - len(merged.get(paging.lists[0]) or ())
        page = fetch(asked | {paging.limit: min(size, left)})
        for name in paging.lists if merged else ():
            page[name] = [*(merged.get(name) or ()), *(page.get(name) or ())]
        merged = {**merged, **page}
        cursor = page.get(paging.next)
        if not cursor or len(merged.get(paging.lists[0]) or ()) >= max_items:
            merged[paging.next] = cursor or None
            return merged
        if str(cursor) in seen:
            raise SamePage
        seen.add(str(cursor))
        asked[paging.start] = str(cursor)


def stream(
    query: Mapping[str, JsonValue],
    paging: Paging,
    max_items: int,
    fetch: Callable[[dict[str, JsonValue]], dict[str, Any]],
    sink: Sink,
    resume: Resume | None = None,
) -> dict[str, Any]:
    """Fetch pages as `follow` does, but give each to `sink`; returns the last page with its lists emptied."""
    size = query.get(paging.limit)
    size = size if isinstance(size, int) else paging.follow_size
    asked = dict(query) | ({paging.start: resume.cursor} if resume else {})
    taken = resume.taken if resume else 0
    seen = {resume.cursor} if resume else set()
    while True:
        answer = fetch(asked | {paging.limit: min(size, max_items - taken)})
        rows = {name: list(answer.pop(name, None) or ()) for name in paging.lists}
        cursor = str(answer.pop(paging.next, None) or "")
        if cursor and cursor in seen:
            raise SamePage
        seen.add(cursor)
        taken += len(rows[paging.lists[0]])
        sink(Page(rows, answer, cursor))
        if not cursor or taken >= max_items:
            return {**answer, **{name: [] for name in paging.lists}, paging.next: cursor or None}
        asked[paging.start] = cursor
