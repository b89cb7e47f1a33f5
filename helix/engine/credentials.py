"""Opened connections, kept by the process for a few seconds: a run of many steps opens its connection once."""

import threading
import time
from uuid import UUID

from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from integrations.kit.auth import Credentials

KEPT_SECONDS = 2.0
MOST = 256


class NoConnection(Exception):
    """The team has no connection of this name (any more)."""

    hint = "Create it again under this name, or choose another in the flow."


_kept: dict[tuple[UUID, str], tuple[float, Credentials]] = {}
_lock = threading.Lock()


def credentials_for(team_id: UUID, name: str) -> Credentials:
    """The keys of the team's connection of this name, not older than a few seconds."""
    place = (team_id, name)
    kept = _kept.get(place)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    connection = Connection.objects.prefetch_related("secrets").filter(team_id=team_id, name=name).first()
    if connection is None:
        raise NoConnection(f"The connection “{name}” is gone.")
    opened = open_credentials(connection)
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[place] = (time.monotonic() + KEPT_SECONDS, opened)
    return opened
