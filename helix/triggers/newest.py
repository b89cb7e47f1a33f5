"""A run begun again on the newest version: with the values it began with, if those still fit what that version's trigger takes."""

from dataclasses import dataclass, field
from typing import Any

from helix.engine.models import Run
from helix.engine.outputs import Gone, load, whole
from helix.engine.pauses import why_paused
from helix.engine.plans import plan_of
from helix.engine.start import NoTrigger, entry_for, start
from helix.engine.states import Cause
from helix.flows.given import BadInput, read_fields
from helix.flows.models import FlowVersion
from helix.flows.plan import Plan
from helix.teams.models import User
from helix.triggers.manual import FORMS


@dataclass(frozen=True)
class Newest:
    """Where the run would begin again, and with what. `problems` say why it cannot, one sentence each."""

    version: FlowVersion | None
    entry: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return self.version is not None and not self.problems


class DoesNotFit(Exception):
    """The newest version does not take what this run began with; the text says why."""


def newest_for(run: Run) -> Newest:
    """How the run's beginning fits the version that is published now."""
    flow, version = run.flow, run.flow.published
    if flow.deleted_at is not None or version is None:
        why = "The flow was deleted." if flow.deleted_at else "The flow has no published version."
        return Newest(None, problems=(why,))
    if run.wiped_at is not None:
        return Newest(version, problems=("What this run began with was removed.",))
    plan = plan_of(version.pk)
    try:
        entry = _entry(plan, run)
        payload = whole(load(run.payload, run.team_id))
    except (NoTrigger, Gone) as error:
        return Newest(version, problems=(str(error),))
    node = plan.nodes[entry]
    if node.type not in FORMS:
        return Newest(version, entry, payload)
    try:
        return Newest(version, entry, read_fields(node.config.get("fields", []), payload))
    except BadInput as bad:
        return Newest(version, entry, payload, tuple(bad.problems.values()))


def run_newest(run: Run, by: User, key: str) -> Run:
    """Begin it; the same key begins one run. DoesNotFit when the newest version does not take these values."""
    if paused := why_paused(run.team_id):
        raise DoesNotFit(paused)
    newest = newest_for(run)
    if newest.version is None or newest.problems:
        raise DoesNotFit(" ".join(newest.problems))
    return start(
        newest.version,
        cause=Cause.MANUAL,
        key=f"newest:{key}"[:128],
        payload=newest.payload,
        by=by,
        entry=newest.entry,
    )


def _entry(plan: Plan, run: Run) -> str:
    """The trigger of the newest version that stands for the one this run began at: the same step, or the only one of its kind."""
    kind = plan_of(run.version_id).nodes[run.entry].type
    same = [key for key in plan.triggers if plan.nodes[key].type == kind]
    if run.entry in same:
        return run.entry
    if same:
        return same[0]
    if kind in FORMS:
        return entry_for(plan, Cause.MANUAL)
    raise NoTrigger("The newest version has no trigger of the kind that began this run.")
