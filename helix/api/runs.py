"""Runs over the REST API: start, wait for, list, look into, cancel, resolve."""

import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.params import functions as params

from helix.api.auth import ApiRequest
from helix.api.cursor import page
from helix.api.errors import ApiError
from helix.api.flows import flow_of
from helix.api.shapes import EventsOut, ResolveIn, RetryIn, RunIn, RunOut, RunPage, StepOut
from helix.engine.again import NotAgain, go_on
from helix.engine.awaiting import ability_to_approve, approve
from helix.engine.cancel import cancel as cancel_run
from helix.engine.models import Run, StepRun
from helix.engine.outputs import load
from helix.engine.resolve import resolve as resolve_step
from helix.engine.showing import PARTS, Part, as_file, told
from helix.engine.start import NoTrigger
from helix.engine.states import FINAL_RUN_STATES, Cause, RunState
from helix.ids import new_id
from helix.teams.roles import Ability
from helix.triggers.byhand import Crowded, NotRunnable, start_by_hand
from helix.triggers.manual import BadInput

router = Router(tags=["runs"])
LOOK_AGAIN_SECONDS = 0.05


def runs(request: ApiRequest) -> QuerySet[Run]:
    return Run.objects.select_related("version").filter(team=request.auth.team)


def row(run: Run) -> dict[str, Any]:
    names = ("id", "state", "attention", "message", "created_at", "started_at", "ended_at")
    return {
        **{name: getattr(run, name) for name in names},
        "flow": run.flow_id,
        "version": run.version.number,
        "cause": run.cause_kind,
        "dry": run.dry,
    }


def whole(run: Run) -> dict[str, Any]:
    steps = list(run.steps.prefetch_related("attempts").order_by("started_at", "id"))
    entry = next((step for step in steps if step.node == run.entry), None)
    return {
        **row(run),
        "removed_at": run.wiped_at,
        "payload": told(run.payload, _full_url(entry, "output") if entry else ""),
        "steps": [_step(run, step) for step in steps],
    }


def _step(run: Run, step: StepRun) -> dict[str, Any]:
    names = ("id", "state", "port", "explanation", "due_at")
    attempts = list(step.attempts.all())
    for attempt in attempts:
        attempt.exchanges = load(attempt.exchanges, run.team_id)
    return {
        **{name: getattr(step, name) for name in names},
        **{part: told(getattr(step, part), _full_url(step, part)) for part in PARTS},
        "key": step.node,
        "item": step.item_key,
        "attempts": attempts,
    }


def _full_url(step: StepRun, part: str) -> str:
    return f"/api/v1/runs/{step.run_id}/steps/{step.id}/values/{part}"


@router.get("/runs/{uuid:run_id}/steps/{uuid:step_id}/values/{part}")
def read_part(request: ApiRequest, run_id: UUID, step_id: UUID, part: Part) -> StreamingHttpResponse:
    """A step's whole input or output as a file, however large it is."""
    request.auth.must(Ability.OPERATE)
    step = get_object_or_404(get_object_or_404(runs(request), pk=run_id).steps, pk=step_id)
    return as_file(step, part, request.auth.team.pk)


@router.post("/flows/{uuid:flow_id}/runs", response={202: RunOut, 200: RunOut})
def start(
    request: ApiRequest,
    flow_id: UUID,
    body: RunIn,
    idempotency_key: str | None = params.Header(None, alias="Idempotency-Key", min_length=1, max_length=100),
) -> Status[dict[str, Any]]:
    """Start a run: 202 at once, or 200 with the finished run when it ends within `wait_seconds`."""
    request.auth.must(Ability.OPERATE)
    flow = flow_of(request, flow_id)
    version = None
    if isinstance(body.version, int):
        version = get_object_or_404(flow.versions, number=body.version)
    key = idempotency_key if idempotency_key else str(new_id())
    try:
        run = start_by_hand(
            flow,
            body.input,
            draft=body.version == "draft",
            by=request.auth.user,
            cause=Cause.API,
            key=key,
            version=version,
            dry=body.mode == "dry",
        )
    except BadInput as bad:
        raise ApiError(422, "bad_input", str(bad), place="/input", fields=bad.problems) from None
    except Crowded as crowded:
        hint = f"Send the same request, with the same Idempotency-Key, again after {crowded.seconds} s."
        raise ApiError(429, "crowded", str(crowded), hint, headers={"Retry-After": str(crowded.seconds)}) from None
    except NotRunnable as refused:
        raise ApiError(422, "not_runnable", str(refused), problems=refused.problems) from None
    except NoTrigger as refused:
        raise ApiError(422, "no_trigger", str(refused)) from None
    until = time.monotonic() + body.wait_seconds
    while run.state not in FINAL_RUN_STATES and time.monotonic() < until:
        time.sleep(LOOK_AGAIN_SECONDS)
        run.refresh_from_db()
    return Status(200 if run.state in FINAL_RUN_STATES and body.wait_seconds else 202, whole(run))


@router.get("/runs", response=RunPage)
def list_runs(
    request: ApiRequest,
    flow: UUID | None = None,
    state: RunState | None = None,
    since: datetime | None = None,
    cursor: str | None = None,
) -> dict[str, Any]:
    request.auth.must(Ability.SEE)
    found = runs(request)
    for name, value in (("flow", flow), ("state", state), ("created_at__gte", since)):
        if value is not None:
            found = found.filter(**{name: value})
    rows, following = page(found, "created_at", cursor)
    return {"items": [row(run) for run in rows], "next": following}


@router.get("/runs/{uuid:run_id}", response=RunOut)
def read(request: ApiRequest, run_id: UUID) -> dict[str, Any]:
    """A run with its steps, their inputs and outputs, and every attempt."""
    request.auth.must(Ability.OPERATE)
    return whole(get_object_or_404(runs(request), pk=run_id))


@router.get("/runs/{uuid:run_id}/steps", response=list[StepOut])
def steps(request: ApiRequest, run_id: UUID) -> list[dict[str, Any]]:
    """The steps of a run with their attempts."""
    request.auth.must(Ability.OPERATE)
    found: list[dict[str, Any]] = whole(get_object_or_404(runs(request), pk=run_id))["steps"]
    return found


@router.get("/runs/{uuid:run_id}/steps/{uuid:step_id}", response=StepOut)
def read_step(request: ApiRequest, run_id: UUID, step_id: UUID) -> dict[str, Any]:
    """One step with its attempts."""
    request.auth.must(Ability.OPERATE)
    run = get_object_or_404(runs(request), pk=run_id)
    return _step(run, get_object_or_404(run.steps, pk=step_id))


@router.get("/runs/{uuid:run_id}/events", response=EventsOut)
def events(request: ApiRequest, run_id: UUID, after: int = params.Query(0, ge=0, lt=2**63)) -> dict[str, Any]:
    """The steps that changed after this number, in order; 0 gives all. The answer's `seq` is the next `after`."""
    request.auth.must(Ability.SEE)
    run = get_object_or_404(runs(request), pk=run_id)
    changed = run.steps.filter(seq__gt=after).order_by("seq", "id")
    steps_told = [
        {"id": step.id, "seq": step.seq, "key": step.node, "item": step.item_key, "state": step.state}
        for step in changed[:1000]
    ]
    return {
        "seq": steps_told[-1]["seq"] if len(steps_told) == 1000 else run.seq,
        "state": run.state,
        "steps": steps_told,
    }


@router.post("/runs/{uuid:run_id}/cancel", response=RunOut)
def cancel(request: ApiRequest, run_id: UUID) -> dict[str, Any]:
    request.auth.must(Ability.OPERATE)
    run = get_object_or_404(runs(request), pk=run_id)
    if not cancel_run(run, request.auth.user):
        raise ApiError(409, "ended", "This run has ended already.")
    return whole(get_object_or_404(runs(request), pk=run_id))


@router.post("/runs/{uuid:run_id}/retry", response={202: RunOut})
def retry(
    request: ApiRequest,
    run_id: UUID,
    body: RetryIn,
    idempotency_key: str | None = params.Header(None, alias="Idempotency-Key", min_length=1, max_length=100),
) -> Status[dict[str, Any]]:
    """Go on with a run that has ended: a new run that takes over what went well and does the rest, or all from a step on."""
    request.auth.must(Ability.OPERATE)
    run = get_object_or_404(runs(request), pk=run_id)
    key = idempotency_key
    try:
        return Status(202, whole(go_on(run, request.auth.user, start_at=body.start_at, key=key)))
    except NotAgain as refused:
        raise ApiError(409, "cannot_go_on", str(refused)) from None


@router.post("/runs/{uuid:run_id}/steps/{uuid:step_id}/resolve", response=RunOut)
def resolve(request: ApiRequest, run_id: UUID, step_id: UUID, body: ResolveIn) -> dict[str, Any]:
    """Answer for a step whose call may or may not have arrived, or that waits for an approval."""
    request.auth.must(Ability.OPERATE)
    run = get_object_or_404(runs(request), pk=run_id)
    step = get_object_or_404(run.steps, pk=step_id)
    match body.answer:
        case "approve" | "reject" as said:
            request.auth.must(ability_to_approve(step))
            if not approve(step, said == "approve", request.auth.user, body.comment):
                raise ApiError(409, "not_asked", "This step waits for no approval (any more).")
        case "arrived" | "again" | "skip" as said:
            if not resolve_step(step, said, request.auth.user):
                raise ApiError(409, "not_in_doubt", "This step is not in doubt, so there is nothing to decide.")
    return whole(get_object_or_404(runs(request), pk=run_id))
