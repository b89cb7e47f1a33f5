"""Secrets in lines are blotted out: those that this process knows, by value; others by their look. Applied to a finished line."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from integrations.http.discretion import is_secretive
from integrations.kit.auth import MASK
from integrations.kit.exchange import without_userinfo

SHORTEST = 6
_LOOKS = (
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\b(hlx_|whsec_)[A-Za-z0-9_-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"(/(?:sign-in|join)/)[A-Za-z0-9_-]{16,}"), rf"\1{MASK}"),
    (re.compile(r"(/h/[\w-]+/)[A-Za-z0-9_-]{8,}"), rf"\1{MASK}"),
)
_NAMED = re.compile(r"""([?&;\s"'{,]|^)([A-Za-z][\w-]{1,40})(["']?\s*[=:](?!//)\s*["']?)([^\s&;,"'{}<>]{4,})""")
_known: set[str] = set()
_sources: list[Callable[[], Iterable[str]]] = []


def know(*values: str) -> None:
    """Remember secrets of the installation for as long as the process lives."""
    for value in values:
        _known.update(part for part in (value, *_parts(value)) if len(part) >= SHORTEST)


def ask(source: Callable[[], Iterable[str]]) -> None:
    """Ask this, each time a line is written, for secrets that the process holds at the moment."""
    _sources.append(source)


def blotted(text: str) -> str:
    """The text without any secret."""
    for value in sorted({*_known, *(each for source in _sources for each in source())}, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return _NAMED.sub(_named, without_userinfo(text))


def _named(found: re.Match[str]) -> str:
    front, name, between, value = found.groups()
    return f"{front}{name}{between}{MASK if is_secretive(name) and MASK not in value else value}"


def _parts(value: str) -> Iterable[str]:
    """The password of an address, the keys of a key ring."""
    if "://" in value:
        yield urlsplit(value).password or ""
    elif ":" in value:
        for part in value.split(","):
            yield part.partition(":")[2].strip()
