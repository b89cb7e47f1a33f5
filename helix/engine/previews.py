"""The beginning of a large value, for a person to read: at most 2 KB, and it says what it leaves out. Pure."""

import json
from typing import Any

PREVIEW_BYTES = 2048
_TRIES = ((8, 3, 160), (6, 2, 80), (4, 1, 40), (2, 1, 20), (1, 1, 10))
"""Names of an object, items of a list and characters of a text that are shown; the first that fits is taken."""
_DEPTH = 4


def kind_of(data: Any) -> dict[str, Any]:
    """What it is and how much of it: {"kind": "list", "count": 500}."""
    if isinstance(data, dict):
        return {"kind": "object", "count": len(data)}
    if isinstance(data, (list, tuple)):
        return {"kind": "list", "count": len(data)}
    return {"kind": "text", "count": len(data)} if isinstance(data, str) else {"kind": "value", "count": 1}


def preview_of(data: Any) -> str:
    """The beginning of it as text: JSON with “… 497 more items” where something is left out."""
    for names, items, characters in _TRIES:
        text = json.dumps(_short(data, names, items, characters, _DEPTH), ensure_ascii=False, indent=1, default=str)
        text = text.encode("utf-8", "replace").decode()
        if len(text.encode()) <= PREVIEW_BYTES:
            return text
    return words_for(kind_of(data))


def beginning_of(text: str, characters: int) -> str:
    """The preview of a text of so many characters of which only the beginning is at hand."""
    shown = text[:160]
    return preview_of(shown)[:-1] + f'… ({characters - len(shown):,} more characters)"'


def words_for(kind: dict[str, Any]) -> str:
    """A list of 500 items, an object of 3 names, a text of 90,000 characters."""
    count = int(kind.get("count", 1))
    one = {"list": ("A list of", "item"), "object": ("An object of", "name"), "text": ("A text of", "character")}
    start, unit = one.get(str(kind.get("kind")), ("A value of", "part"))
    return f"{start} {count:,} {unit}{'' if count == 1 else 's'}"


def _short(data: Any, names: int, items: int, characters: int, depth: int) -> Any:
    if isinstance(data, str):
        left = len(data) - characters
        return data if left <= 0 else f"{data[:characters]}… ({left:,} more characters)"
    if isinstance(data, (dict, list, tuple)) and depth == 0 and data:
        return f"… {words_for(kind_of(data)).lower()}"
    if isinstance(data, dict):
        shown = {
            str(name)[:80]: _short(part, names, items, characters, depth - 1)
            for name, part, _ in zip(data, data.values(), range(names), strict=False)
        }
        return shown | ({"…": f"{len(data) - names:,} more names"} if len(data) > names else {})
    if isinstance(data, (list, tuple)):
        some = [_short(part, names, items, characters, depth - 1) for part in data[:items]]
        return [*some, f"… {len(data) - items:,} more items"] if len(data) > items else some
    return data
