"""Following a path of an expression into data, to show what was there in the last run."""

import re
from typing import Any

from helix.editor.fields import ABSENT, Given


def value_at(path: str, scope: Any) -> Given:
    """What a path such as `steps.a.data.items[0].id` leads to; ABSENT when it leads nowhere."""
    now = scope
    for part in re.findall(r"[^.\[\]\"']+", path):
        if isinstance(now, dict) and part in now:
            now = now[part]
        elif isinstance(now, list) and part.isdigit() and int(part) < len(now):
            now = now[int(part)]
        else:
            return ABSENT
    found: Given = now
    return found
