"""A step of a run as a worker holds it in memory: everything but what it took in and gave out."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from helix.engine.reading import read_rows
from helix.engine.states import StepState


@dataclass(slots=True)
class Row:
    """The columns of StepRun that decide what happens next, under their names there."""

    id: UUID
    node: str
    item_key: str
    state: StepState
    port: str
    token: int
    worker: str
    lease_until: datetime | None
    due_at: datetime | None
    attempts_made: int
    claims: int
    effect: str
    sent_at: datetime | None
    idempotency_key: str
    started_at: datetime | None
    claimed_at: datetime | None
    ended_at: datetime | None
    counts: dict[str, Any] | None

    @property
    def pk(self) -> UUID:
        """Its id, as Django calls it."""
        return self.id


COLUMNS = tuple(field.name for field in fields(Row))


def rows_of(run_id: UUID, *item_keys: str) -> list[Row]:
    """The rows of these turns of a run's loops; of what is outside loops for ""."""
    rows = [Row(*values) for values in read_rows(run_id, item_keys, COLUMNS)]
    for row in rows:
        row.state = StepState(row.state)
    return rows
