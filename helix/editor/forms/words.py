"""Plain words for names, lengths of time and lists. Types have theirs in helix.expressions.words."""

import re

_SMALL = {"id": "id", "ids": "ids", "url": "URL", "ip": "IP", "ts": "time"}


def humanize(name: str) -> str:
    """A field's name as a person would write it: `userId` and `user_id` become “User id”."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ").split()
    lowered = [_SMALL.get(word.lower(), word.lower() if not word.isupper() else word) for word in words]
    text = " ".join(lowered)
    return text[:1].upper() + text[1:] if text else name


def pause_words(seconds: float) -> str:
    """A length of time in short: "2 s", "90 s", "5 min", "1 h 30 min", "2 days"."""
    if seconds < 120:
        return f"{round(seconds, 1):g} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(minutes / 1440, 1):g} days"


def listed(words: list[str], last: str = "and") -> str:
    """ "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
