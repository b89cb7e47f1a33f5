"""Tests: samples stand in for steps, and a dry run sends nothing out. Ordinary runs never come here.

A dry run reaches the outside at two places only: a call of Customer.io, for which `opened` gives the sandbox's connection and
no other, and the steps that are answered here without being sent. What is neither is refused.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from helix.engine.claim import Held
from helix.engine.models import Run, Trial
from helix.engine.outcomes import Failed, Outcome, Succeeded, Told, Trouble
from helix.engine.outputs import whole
from helix.engine.steps import LOGIC, WITNESSED
from helix.expressions import resolve
from helix.flows.plan import PlanNode
from integrations.catalog import ACTIONS

PINNED = "Pinned: this step was not carried out, its sample was used."
DRY_REQUEST = "Dry run: {what} was not sent. This answer is simulated; pin a sample to test with a real one."
DRY_MAIL = "Dry run: no e-mail was sent. This answer is simulated."


@lru_cache(maxsize=16)
def _trial(run_id: UUID) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The samples and the item of a test; they never change after its start."""
    trial = Trial.objects.filter(run_id=run_id).first()
    return (trial.samples, trial.item) if trial is not None else ({}, None)


def trial_again(run: Run) -> Trial | None:
    """A copy of the run's samples for a run that does it again; None when it had none."""
    trial = Trial.objects.filter(run=run).first() if run.pinned else None
    return None if trial is None else Trial(samples=trial.samples, item=trial.item)


def pinned_steps(run: Run) -> frozenset[str]:
    """The steps of the run that samples stand in for."""
    samples = Trial.objects.filter(run=run).values_list("samples", flat=True).first() if run.pinned else None
    return frozenset(samples or ())


def with_samples(held: Held, scope: dict[str, Any]) -> dict[str, Any]:
    """The scope, with samples where a step before has not run; and the item of a loop's step that is tested alone."""
    samples, item = _trial(held.run.id)
    given = {node: {"data": data, "error": None, "successful": True} for node, data in samples.items()}
    return {**(item or {}), **scope, "steps": {**given, **scope["steps"]}}


def stand_in(held: Held, node: PlanNode, scope: dict[str, Any]) -> Outcome | None:
    """What comes of a step of a test without carrying it out: its sample, or in a dry run a simulated answer. None: carry it out."""
    if held.run.pinned:
        samples, _ = _trial(held.run.id)
        if node.key in samples:
            return Succeeded(samples[node.key], told=Told(explanation=PINNED))
    return _simulated(node, scope) if held.run.dry else None


def _simulated(node: PlanNode, scope: dict[str, Any]) -> Outcome | None:
    if node.type == "http.request":
        given = whole(resolve(node.config, scope))
        settings = given if isinstance(given, dict) else {}
        what = f"{settings.get('method') or 'GET'} {settings.get('url') or 'the request'}"
        return Succeeded(
            {"status": 200, "headers": {}, "body": {}}, told=Told(given, explanation=DRY_REQUEST.format(what=what))
        )
    if node.type == "notify.email":
        given = whole(resolve(node.config, scope))
        to = given.get("to") if isinstance(given, dict) else None
        return Succeeded(
            {"sent_to": to if isinstance(to, list) else [], "message_id": "<dry-run@localhost>"},
            told=Told(given, explanation=DRY_MAIL),
        )
    if node.type in LOGIC or node.type in WITNESSED or ACTIONS[node.type].key.startswith("customerio."):
        return None
    return Failed(Trouble("dry_run", "A dry run cannot carry out this kind of step.", "Pin a sample of what it gives."))
