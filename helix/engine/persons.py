"""Whom the data of a run are about: ids and e-mail addresses in a payload, an input or an output. Pure.

An e-mail address counts wherever it stands. A name that only people have (userId, cio_id, …) counts anywhere. A bare “id” counts at
the top of a payload, beside an e-mail address or a cio_id, and inside an object that is named as a person is; elsewhere it may be
anybody's (of a segment, of a message). What is kept apart (blobs, pages of lists) is not gone through here: erasing searches it.
"""

import re
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
EMAIL = re.compile(r"[^\s@<>,;:\"']+@[^\s@<>,;:\"']+\.[^\s@<>,;:\"'.]+")
LONGEST = 200
_DEPTH = 12


def persons_in(data: Any, *, payload: bool = False) -> set[str]:
    """Ids and addresses of people, as they are written. `payload`: an “id” at its top is a person's."""
    found: set[str] = set()
    _gather(data, found, payload, _DEPTH)
    return found


def _gather(data: Any, found: set[str], is_person: bool, depth: int) -> None:
    if isinstance(data, KEPT) or depth == 0:
        return
    if isinstance(data, str):
        if "@" in data and len(data) <= 10_000:
            found.update(EMAIL.findall(data))
    elif isinstance(data, dict):
        lower = {str(name).lower() for name in data}
        mine = is_person or not lower.isdisjoint({"email", "cio_id"})
        for name, part in data.items():
            word = str(name).lower()
            if (word in OF_PEOPLE or (word == "id" and mine)) and _is_id(part):
                found.add(str(part))
            _gather(part, found, word in HOLD_PEOPLE, depth - 1)
    elif isinstance(data, (list, tuple)):
        for part in data:
            if is_person and _is_id(part):
                found.add(str(part))
            _gather(part, found, is_person, depth - 1)


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
