"""Removing the data of ended runs, or the runs themselves: a few statements for many runs, nothing loaded, no ORM cascade."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Model

from helix.engine.below import below, loosened
from helix.engine.bulk.models import BulkItem
from helix.engine.models import Attempt, Awaited, Blob, Chunk, Item, Run, RunPerson, StepRun, Trial

Why = Literal["retention", "erasure"]
BATCH = 500
"""Runs that one transaction touches at most."""

EMPTIED: dict[type[Model], tuple[str, dict[str, Any]]] = {
    Run: ("pk", {"payload": {}, "message": "", "result": None}),
    StepRun: ("run", {"input": None, "output": None, "explanation": "", "counts": None}),
    Attempt: ("step__run", {"exchanges": [], "error": None}),
    Item: ("run", {"value": None}),
    Trial: ("run", {"samples": {}, "item": None}),
    Awaited: ("step__run", {"asked": {}, "answer": None, "match": ""}),
    BulkItem: ("run", {"message": ""}),
}
"""Fields that hold data of a run: table, path to the run, what is left of them. Everything else (states, times, counts) stays."""
DROPPED: dict[type[Model], str] = {Blob: "run", Chunk: "run", RunPerson: "run"}
"""Tables that hold nothing but data."""


def wipe(run_ids: Sequence[UUID], why: Why, now: datetime) -> Counter[str]:
    """Remove the data of these runs, all or nothing; how many rows of each table were emptied or dropped."""
    counts: Counter[str] = Counter()
    if not run_ids:
        return counts
    with transaction.atomic():
        for model, (path, fields) in EMPTIED.items():
            more: dict[str, Any] = {"wiped_at": now, "wiped_by": why, "seq": F("seq") + 1} if model is Run else {}
            rows = model._base_manager.filter(**{f"{path}__in": run_ids})
            counts[model.__name__] += rows.update(**fields, **more)
        for model, path in DROPPED.items():
            counts[model.__name__] += _delete(model, path, run_ids)
    return counts


def remove(run_ids: Sequence[UUID]) -> int:
    """Delete these runs with everything below them, all or nothing; how many."""
    with transaction.atomic():
        for model, name in loosened():
            model._base_manager.filter(**{f"{name}__in": run_ids}).update(**{name: None})
        Run._base_manager.filter(parent__run__in=run_ids).update(parent=None)
        for model, path in below():
            _delete(model, path, run_ids)
        return _delete(Run, "pk", run_ids)


def _delete(model: type[Model], path: str, run_ids: Sequence[UUID]) -> int:
    """One DELETE; Django's own would first load the rows that hang on these."""
    rows = model._base_manager.filter(**{f"{path}__in": run_ids})
    return int(rows._raw_delete(rows.db))
