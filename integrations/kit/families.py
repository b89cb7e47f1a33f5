"""Kinds of keys a connection can hold, and how trying them fared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from integrations.kit.auth import Region


@dataclass(frozen=True)
class Family:
    """A kind of key. `secrets` are the fields it needs, with the words a person knows them by; `optional` may be empty."""

    key: str
    title: str
    help: str
    secrets: Mapping[str, str]
    optional: frozenset[str] = frozenset()

    def is_whole(self, held: Collection[str]) -> bool:
        """Whether these secrets are all that it needs."""
        return all(name in held for name in self.secrets if name not in self.optional)


@dataclass(frozen=True)
class ProbeResult:
    """How one kind of key fared. `region` is where it works, when that is known."""

    family: str
    ok: bool
    message: str
    hint: str
    region: Region | None = None
