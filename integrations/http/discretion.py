"""Which names of headers and query values stand for keys, and a request's settings as a person may see them. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from integrations.kit.auth import MASK
from integrations.kit.exchange import without_userinfo

_SECRETIVE = re.compile(
    r"(api|access|private|subscription)[-_]?key|token|secret|passw|auth(?!ors?$|or[-_])|cookie|session|signature|credential"
    r"|^(x-)?(key|pwd|sig|jwt|bearer)$"
)
_PLACE_IN_A_LIST = re.compile(r"(page|next|prev|previous|continuation|sync|start)[-_]?token$")
_IN_ADDRESS = re.compile(r"([?&])([^=&#{}]+)=([^&#]*)")


def is_secretive(name: str) -> bool:
    """Whether a header or query value of this name is likely to hold a key: Authorization, X-Api-Key, Cookie, access_token."""
    small = name.strip().lower()
    return bool(_SECRETIVE.search(small)) and not _PLACE_IN_A_LIST.search(small)


def discreet(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of an HTTP request with the keys in headers, query and address blotted out: what may be stored and shown."""
    found = dict(given)
    for place in ("headers", "query"):
        if isinstance(held := given.get(place), Mapping):
            found[place] = {name: MASK if _holds(name, value) else value for name, value in held.items()}
    if isinstance(url := given.get("url"), str):
        found["url"] = without_userinfo(_IN_ADDRESS.sub(_blotted, url))
    return found


def secrets_of(given: Mapping[str, Any]) -> Iterator[str]:
    """The keys that the settings hold themselves, so that they can be blotted out wherever they come back."""
    for place in ("headers", "query"):
        held = given.get(place)
        for name, value in held.items() if isinstance(held, Mapping) else ():
            if _holds(name, value):
                yield from dict.fromkeys((str(value), str(value).split(" ", 1)[-1]))
    if isinstance(url := given.get("url"), str):
        for _, name, value in _IN_ADDRESS.findall(url):
            if is_secretive(unquote_plus(name)):
                yield value
                yield unquote_plus(value)


def _holds(name: str, value: Any) -> bool:
    return is_secretive(name) and value not in ("", None)


def _blotted(found: re.Match[str]) -> str:
    front, name, value = found.groups()
    return f"{front}{name}={MASK if value and is_secretive(unquote_plus(name)) else value}"
