"""An action on many runs begins: which runs it is about is written down at that moment, by the database itself."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.bulk.models import ANSWERS, BulkAction, BulkItem, BulkKind
from helix.engine.models import Run, StepRun
from helix.engine.states import FINAL_RUN_STATES, LIVE_RUN_STATES, RunState, StepState
from helix.teams.models import Team, User

MOST = 50_000
"""Runs of one action at most; whoever wants more asks again."""
BADLY_SQL = "\"engine_run\".\"state\" IN ('failed', 'cancelled', 'timed_out')"
LIVE_SQL = "\"engine_run\".\"state\" IN ('queued', 'running', 'waiting')"
"""The conditions of two partial indexes, word for word: SQLite takes such an index only when it finds them so."""
WAYS = {
    BulkKind.RETRY: sorted(FINAL_RUN_STATES - {RunState.SUCCEEDED}),
    BulkKind.CANCEL: sorted(LIVE_RUN_STATES),
}


def candidates(kind: BulkKind, runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those of the runs that this can be done to, by their state now."""
    telling = RawSQL(BADLY_SQL if kind == BulkKind.RETRY else LIVE_SQL, [], output_field=BooleanField())
    return runs.filter(telling, state__in=WAYS[kind])


def freeze_runs(team: Team, by: User, kind: BulkKind, runs: QuerySet[Run], *, words: str, key: str) -> BulkAction:
    """An action on these runs as they are listed now, the newest first; what joins the list later is not part of it."""
    chosen = runs.filter(team=team).order_by("-created_at", "-id").values_list("id")[:MOST]
    return _begin(BulkAction(team=team, by=by, kind=kind, words=words, key=key), chosen, "picked.id, NULL")


def freeze_doubts(
    team: Team, by: User, answer: BulkKind, steps: QuerySet[StepRun], *, words: str, key: str
) -> BulkAction:
    """The same answer for each of these steps that is in doubt now."""
    assert answer in ANSWERS
    chosen = (
        steps.filter(team=team, state=StepState.UNKNOWN).order_by("sent_at", "id").values_list("run_id", "id")[:MOST]
    )
    return _begin(BulkAction(team=team, by=by, kind=answer, words=words, key=key), chosen, "picked.run_id, picked.id")


def _begin(action: BulkAction, chosen: QuerySet[Any, Any], picked: str) -> BulkAction:
    action.created_at = timezone.now()
    try:
        with transaction.atomic():
            action.save(force_insert=True)
            action.total = _insert(action, chosen, picked)
            action.save(update_fields=["total"])
            noted(
                action.team_id,
                Act.BULK_BEGUN,
                action,
                name=f"{action.kind} {action.words}",
                after=f"{action.total} runs",
            )
    except IntegrityError:
        known = BulkAction.objects.filter(team=action.team, key=action.key).first()
        if known is None:
            raise
        return known
    return action


def _insert(action: BulkAction, chosen: QuerySet[Any, Any], picked: str) -> int:
    """One statement, however many there are; nothing of them travels here and back."""
    inside, values = chosen.query.sql_with_params()
    identity = BulkAction._meta.pk.get_db_prep_value(action.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {BulkItem._meta.db_table} (action_id, run_id, step, position, state, message) "
            f"SELECT %s, {picked}, row_number() OVER (), 'planned', '' FROM ({inside}) AS picked",
            [identity, *values],
        )
        return int(cursor.rowcount)
