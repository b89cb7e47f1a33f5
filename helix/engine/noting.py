"""Noting whom a run is about, so that their runs can be found and erased: digests only (helix/connections/blinding.py)."""

from typing import Any
from uuid import UUID

from helix.connections.blinding import blind
from helix.engine.models import RunPerson
from helix.engine.outputs import Kept
from helix.engine.persons import persons_in

BEGINNING_PARTS = 200


def persons_of(team_id: UUID, *values: tuple[Any, Kept], payload: bool = False) -> set[str]:
    """Digests of the people in these values, each given with how it is kept. Of a large value only its beginning is gone through:
    erasing searches all of it."""
    people: set[str] = set()
    for data, kept in values:
        people |= persons_in(data, payload=payload, most_parts=None if kept.blob is None else BEGINNING_PARTS)
    return blind(team_id, people)


def note(run_id: UUID, digests: set[str]) -> None:
    """Note that the run is about these people. Asks the database only when there are any. Call it in the transaction that writes the
    values down."""
    if digests:
        rows = [RunPerson(run_id=run_id, digest=digest) for digest in sorted(digests)]
        RunPerson.objects.bulk_create(rows, ignore_conflicts=True)
