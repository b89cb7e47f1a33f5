"""Whom the data of a run are about: ids and e-mail addresses in a payload, an input or an output. Pure.

An e-mail address counts wherever it stands. A name that only people have (userId, cio_id, …) counts anywhere. A bare “id” counts at
the top of a payload, beside an e-mail address or a cio_id, and inside an object that is named as a person is; elsewhere it may be
anybody's (of a segment, of a message). What is kept apart (blobs, pages of lists) is not gone through here: erasing searches it.
"""

import re
from collections import deque
from itertools import islice
from typing import Any

from helix.expressions.kept import KEPT

OF_PEOPLE = frozenset(
    {"userid", "user_id", "cio_id", "cioid", "customer_id", "customerid", "person_id", "personid", "anonymous_id",
     "anonymousid", "person", "email"}
)  # fmt: skip
HOLD_PEOPLE = frozenset(
    {"person", "people", "customer", "customers", "user", "users", "identifiers", "customer_identifiers", "member", "members", "recipient",
     "recipients", "profile", "contact", "contacts"}
)  # fmt: skip
_WORD = r"[^\s@<>,;:\"'.]"
EMAIL = re.compile(rf"(?:{_WORD}|\.){{1,64}}@{_WORD}{{1,63}}(?:\.{_WORD}{{1,63}}){{1,8}}")
"""An address in a text. Every part is bounded, so that no text makes it slow."""
LONGEST = 200
LONGEST_TEXT = 100_000


def persons_in(data: Any, *, payload: bool = False, most_parts: int | None = None) -> set[str]:
    """Ids and addresses of people, as they are written. `payload`: an “id” at its top is a person's. With `most_parts`, only so
    many parts are looked at, those at the top first."""
    found: set[str] = set()
    waiting: deque[tuple[Any, bool]] = deque([(data, payload)])
    left = most_parts
    while waiting and left != 0:
        left = None if left is None else left - 1
        part, is_person = waiting.popleft()
        if isinstance(part, KEPT):
            continue
        if isinstance(part, str):
            if "@" in part:
                found.update(EMAIL.findall(part[:LONGEST_TEXT]))
        elif isinstance(part, dict):
            _of_object(part, is_person, found, waiting, left)
        elif isinstance(part, (list, tuple)):
            some = part[:left]
            if is_person:
                found.update(str(one) for one in some if _is_id(one))
            waiting.extend((one, is_person) for one in some if isinstance(one, (dict, list, tuple, str)))
    return found


def _of_object(
    part: dict[Any, Any], is_person: bool, found: set[str], waiting: deque[tuple[Any, bool]], most: int | None
) -> None:
    words = {str(name).lower(): value for name, value in islice(part.items(), most)}
    mine = is_person or "email" in words or "cio_id" in words
    for word, value in words.items():
        if (word in OF_PEOPLE or (word == "id" and mine)) and _is_id(value):
            found.add(str(value))
        if isinstance(value, (dict, list, tuple, str)):
            waiting.append((value, word in HOLD_PEOPLE))


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and 0 < len(value.strip()) <= LONGEST) or (
        isinstance(value, int) and not isinstance(value, bool)
    )


def search_of(person: str) -> re.Pattern[str]:
    """What finds the person in JSON text: an address as a word of its own; an id as the value of a name that people have, and a
    long one as any whole text."""
    bare = re.escape(person)
    if "@" in person:
        return re.compile(rf"(?<![\w.+-]){bare}(?![\w-]|\.\w)", re.IGNORECASE)
    names = "|".join(sorted(OF_PEOPLE | {"id"}))
    by_name = rf'"(?:{names})"\s*:\s*(?:"{bare}"|{bare}(?=\s*[,}}\]]))'
    return re.compile(by_name + (rf'|"{bare}"' if len(person) >= 6 else ""), re.IGNORECASE)
