"""Graphs of older formats, made graphs of this one: a function for each step from one format to the next. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
UPGRADES: Mapping[int, Upgrade] = {}
"""Format → what makes a document of the next format of it. There was no format before 1."""


def upgraded(document: dict[str, Any], wanted: int, upgrades: Mapping[int, Upgrade] = UPGRADES) -> dict[str, Any]:
    """The document in the wanted format, as far as upgrades lead there; one of another format is left as it is."""
    found = document
    while isinstance(number := found.get("format", wanted), int) and not isinstance(number, bool) and number < wanted:
        if number not in upgrades:
            return found
        found = {**upgrades[number](found), "format": number + 1}
    return found
