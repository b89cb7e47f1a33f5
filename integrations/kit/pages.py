"""Lists that come in pages: `limit` and `start` in, `next` out (an opaque cursor), followed to the end on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from integrations.kit.shape import Shape, Whole, may

MOST_ITEMS = 100_000


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
