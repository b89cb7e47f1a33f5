"""Opened connections, kept by the process for a few seconds: a run of many steps opens its connection once."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from integrations.kit.auth import Credentials

KEPT_SECONDS = 2.0
MOST = 256


class NoConnection(Exception):
    """The team has no connection of this name (any more)."""

    hint = "Create it again under this name, or choose another in the flow."


@dataclass(frozen=True)
class Opened:
    """A connection with its keys."""

    id: UUID
    credentials: Credentials


_kept: dict[tuple[UUID, str], tuple[float, Opened]] = {}
_lock = threading.Lock()


def opened(team_id: UUID, name: str) -> Opened:
    """The team's connection of this name, as it was a few seconds ago or less."""
    place = (team_id, name)
    kept = _kept.get(place)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    connection = Connection.objects.prefetch_related("secrets").filter(team_id=team_id, name=name).first()
    if connection is None:
        raise NoConnection(f"The connection “{name}” is gone.")
    found = Opened(connection.id, open_credentials(connection))
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[place] = (time.monotonic() + KEPT_SECONDS, found)
    return found
