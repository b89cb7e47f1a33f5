"""Opened connections, kept by the process for a few seconds: a run of many steps opens its connection once."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from helix.logs import blotting
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


_kept: dict[tuple[UUID, str, bool], tuple[float, Opened]] = {}
_lock = threading.Lock()
blotting.ask(lambda: [form for _, held in list(_kept.values()) for form in held.credentials.forms])


def opened(team_id: UUID, name: str, *, dry: bool = False) -> Opened:
    """The team's connection of this name, as it was a few seconds ago or less. A dry run gets the team's connection to the
    sandbox instead, whatever the name: there is no way from it to another key or host."""
    place = (team_id, "" if dry else name, dry)
    kept = _kept.get(place)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    wanted = {"sandbox": True, "integration": "customerio"} if dry else {"name": name}
    connection = Connection.objects.prefetch_related("secrets").filter(team_id=team_id, **wanted).order_by("pk").first()
    if connection is None and dry:
        raise NoConnection("A dry run calls the sandbox, and this team has no connection to it any more.")
    if connection is None:
        raise NoConnection(f"The connection “{name}” is gone.")
    found = Opened(connection.id, open_credentials(connection))
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[place] = (time.monotonic() + KEPT_SECONDS, found)
    return found
