"""Noting whom a run is about, so that their runs can be found and erased: digests only (helix/connections/blinding.py)."""

from typing import Any
from uuid import UUID

from helix.connections.blinding import blind
from helix.engine.models import RunPerson
from helix.engine.persons import persons_in


def note_persons(run_id: UUID, team_id: UUID, *data: Any, payload: bool = False) -> int:
    """Note the people in these data; how many. Asks the database only when there are any. Call it in the transaction that writes
    the data down."""
    people: set[str] = set()
    for one in data:
        people |= persons_in(one, payload=payload)
    digests = blind(team_id, people)
    if digests:
        rows = [RunPerson(run_id=run_id, digest=digest) for digest in sorted(digests)]
        RunPerson.objects.bulk_create(rows, ignore_conflicts=True)
    return len(digests)
