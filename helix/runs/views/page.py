"""The page of one run, its timeline and state, and the fragment of one step."""

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from helix.engine.awaiting import ability_to_approve
from helix.engine.models import Awaited, Run, StepRun
from helix.engine.outputs import Gone, load
from helix.engine.plans import plan_of
from helix.engine.showing import larges, shown
from helix.engine.states import FINAL_RUN_STATES, LIVE_STEP_STATES, StepState
from helix.flows.access import barred, visible
from helix.flows.plan import Plan, PlanNode
from helix.flows.steps import STEP_TYPES
from helix.ids import new_id
from helix.runs.paging import cursor_of, newer, older
from helix.runs.picture import picture, run_state
from helix.runs.timeline import LEGEND, Stepped, Tried
from helix.runs.timeline import timeline as draw
from helix.runs.views.finding import run_or_404, step_or_404
from helix.runs.words import cause_icon, cause_words, seconds
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.newest import newest_for

OF_THE_LIST = (
    "id",
    "node",
    "item_key",
    "state",
    "run_id",
    "started_at",
    "claimed_at",
    "ended_at",
    "due_at",
    "attempts_made",
    "port",
)
MOST_TURN_ROWS = 50
WORTH_A_LOOK = (StepState.UNKNOWN, StepState.FAILED, StepState.RUNNING, StepState.WAITING)


@require_GET
@needs(Ability.SEE)
def run(request: TeamRequest, run_id: UUID) -> HttpResponse:
    found = run_or_404(request, run_id)
    steps = _in_order(found, list(_light(found)))
    chosen = _chosen(steps, request.GET.get("step", ""), request.GET.get("item", ""))
    page = {
        **_timeline(request, found, steps, _first_turn(request, steps, chosen)),
        "editor_data": picture(found, steps, request.team.slug),
        "chosen": chosen,
        **(_step(request, found, chosen) if chosen else {}),
    }
    return render(request, "runs/run.html", page)


@require_GET
@needs(Ability.SEE)
def timeline(request: TeamRequest, run_id: UUID) -> HttpResponse:
    found = run_or_404(request, run_id)
    steps = _in_order(found, list(_light(found)))
    return render(request, "runs/_timeline.html", _timeline(request, found, steps, _first_turn(request, steps, None)))


@require_GET
@needs(Ability.SEE)
def state(request: TeamRequest, run_id: UUID) -> HttpResponse:
    found = run_or_404(request, run_id)
    return JsonResponse(run_state(found, found.steps.all()))


@require_GET
@needs(Ability.SEE)
def step(request: TeamRequest, run_id: UUID, step_id: UUID) -> HttpResponse:
    found = step_or_404(request, run_id, step_id)
    return render(request, "runs/_step.html", _step(request, found.run, found))


def _light(run: Run) -> Any:
    """The steps without their inputs and outputs."""
    return run.steps.only(*OF_THE_LIST).prefetch_related("attempts")


def _in_order(run: Run, steps: list[StepRun]) -> list[StepRun]:
    place = {key: index for index, key in enumerate(plan_of(run.version_id).order)}
    return sorted(steps, key=lambda step: (_turn(step.item_key), place.get(step.node, len(place))))


def _turn(item_key: str) -> tuple[int, ...]:
    return tuple(map(int, item_key.split("."))) if item_key else ()


def _shown(steps: list[StepRun], first: int) -> list[StepRun]:
    """The steps that the page lists: all outside of loops, and after each loop a page of its turns, of which those worth a look are
    always there. `first` is the place of the first one shown."""
    outside = [step for step in steps if not step.item_key]
    inside = [step for step in steps if step.item_key]
    telling = {step.id for step in [step for step in inside if step.state in WORTH_A_LOOK][:MOST_TURN_ROWS]}
    page = {step.id for step in inside[first : first + MOST_TURN_ROWS]}
    kept = [step for step in inside if step.id in telling | page]
    return [*outside, *kept]


def _turns_after_loops(plan: Plan, steps: list[StepRun]) -> list[StepRun]:
    """The same steps, the turns of a loop right after the loop."""
    turns: dict[str, list[StepRun]] = {}
    for step in steps:
        if step.item_key:
            turns.setdefault(plan.loops(step.node)[0], []).append(step)
    return [one for step in steps if not step.item_key for one in (step, *turns.get(step.node, ()))]


def _turn_pages(steps: list[StepRun], first: int) -> list[dict[str, Any]]:
    """Which turns can be listed, when they are too many for one page."""
    inside = [step for step in steps if step.item_key]
    if len(inside) <= MOST_TURN_ROWS:
        return []
    places = range(0, len(inside), MOST_TURN_ROWS)
    return [
        {
            "first": place,
            "words": f"{inside[place].item_key} – {inside[min(place + MOST_TURN_ROWS, len(inside)) - 1].item_key}",
            "here": place == first,
        }
        for place in places
        if abs(place - first) <= 5 * MOST_TURN_ROWS or place in (places[0], places[-1])
    ]


def _chosen(steps: list[StepRun], key: str, item: str) -> StepRun | None:
    """The step asked for, else the one most worth a look: in doubt, failed, under way; else the last that did something."""
    asked = next((step for step in steps if step.node == key and step.item_key == item), None)
    if asked is not None:
        return asked
    for state in WORTH_A_LOOK:
        for step in steps:
            if step.state == state:
                return step
    done = [step for step in steps if step.state == StepState.SUCCEEDED and not step.item_key]
    return done[-1] if done else next(iter(steps), None)


def _first_turn(request: TeamRequest, steps: list[StepRun], chosen: StepRun | None) -> int:
    """The place of the first turn that is listed: as the address says, or so that the chosen one is among them."""
    asked = request.GET.get("turns", "")
    inside = [step.id for step in steps if step.item_key]
    if asked.isdecimal():
        place = min(int(asked[:9]), max(0, len(inside) - 1))
    else:
        place = inside.index(chosen.id) if chosen is not None and chosen.id in inside else 0
    return place - place % MOST_TURN_ROWS


def _timeline(request: TeamRequest, run: Run, steps: list[StepRun], first: int) -> dict[str, Any]:
    now, plan = timezone.now(), plan_of(run.version_id)
    nodes = plan.nodes
    listed, ready = _turns_after_loops(plan, _shown(steps, first)), ready_times(run, plan, steps)
    began = min([run.started_at or run.created_at, *(step.started_at for step in steps if step.started_at)])
    stepped = [_stepped(step, nodes[step.node], ready.get((step.node, step.item_key))) for step in listed]
    drawn = draw(stepped, began, run.ended_at, now)
    return {
        "run": run,
        "is_final": run.state in FINAL_RUN_STATES,
        "cause": cause_words(run, barred(request.member)),
        "cause_icon": cause_icon(run),
        "seconds": seconds(run, now),
        "timeline": drawn,
        "legend": [(kind, LEGEND[kind]) for kind in drawn.kinds],
        **_neighbours(run),
        "newest": newest_for(run) if run.flow.published_id != run.version_id else None,
        "gone_on_with": run.retries.only("id", "state").order_by("created_at")[:3],
        "all_steps": len(steps),
        "not_shown": len(steps) - len(listed),
        "turns": first,
        "turn_pages": _turn_pages(steps, first),
        "in_doubt": [step for step in steps if step.state == StepState.UNKNOWN],
        "failed": next((step for step in steps if step.state == StepState.FAILED and not step.port), None),
        "again_key": str(new_id()),
        "live_steps": any(step.state in LIVE_STEP_STATES for step in steps),
    }


def ready_times(run: Run, plan: Plan, steps: list[StepRun]) -> dict[tuple[str, str], datetime]:
    """When each step could have begun: once the steps that lead to it had ended. Of the first steps of a loop's turn it is not
    known; of a step of a run that goes on with another it is the new run's beginning at the earliest."""
    rows = {(step.node, step.item_key): step for step in steps}
    found: dict[tuple[str, str], datetime] = {}
    for node, turn in rows:
        before = [(rows[source, turn], port) for source, port in plan.into.get(node, ()) if (source, turn) in rows]
        ends = [step.ended_at for step, port in before if step.port == port and step.ended_at]
        if not ends:
            continue
        first = plan.nodes[node].type == "logic.join" and plan.nodes[node].config.get("mode") == "any"
        found[node, turn] = max(min(ends) if first else max(ends), run.created_at)
    return found


def _neighbours(run: Run) -> dict[str, Any]:
    """The flow's runs before and after this one, in the order of the list."""
    flow, here = Run.objects.filter(flow_id=run.flow_id).only("id"), cursor_of(run)
    return {
        "older_run": older(flow, here).first(),
        "newer_run": newer(flow, here).order_by("created_at", "id").first(),
    }


def _stepped(step: StepRun, node: PlanNode, ready_at: datetime | None) -> Stepped:
    kind = STEP_TYPES.get(node.type)
    return Stepped(
        id=str(step.id),
        key=step.node,
        item=step.item_key,
        ready_at=ready_at,
        name=node.name or (kind.title if kind else step.node),
        icon=kind.icon if kind else "box",
        family=kind.family if kind else "logic",
        state=step.state,
        started_at=step.started_at,
        claimed_at=step.claimed_at,
        ended_at=step.ended_at,
        due_at=step.due_at,
        attempts=tuple(
            Tried(attempt.number, attempt.outcome, attempt.started_at, attempt.ended_at)
            for attempt in step.attempts.all()
        ),
    )


def _step(request: TeamRequest, run: Run, step: StepRun) -> dict[str, Any]:
    """What the fragment of a step shows; payloads only to those who may see them."""
    node = plan_of(run.version_id).nodes[step.node]
    attempts = list(step.attempts.all())
    sees = Ability.OPERATE in request.abilities
    if sees:
        for attempt in attempts:
            attempt.exchanges = _exchanges(attempt.exchanges, run)
    for earlier, attempt in pairwise(attempts):
        attempt.waited = attempt.started_at - earlier.ended_at  # type: ignore[attr-defined]
    last = attempts[-1] if attempts else None
    return {
        "run": run,
        "step": step,
        "node": node,
        "kind": STEP_TYPES.get(node.type),
        "attempts": attempts[::-1],
        "error": last.error
        if last and last.error and step.state not in (StepState.SUCCEEDED, StepState.RUNNING)
        else None,
        "is_trigger": node.type.startswith("trigger."),
        "sees_payloads": sees,
        "parts": _parts(step) if sees else [],
        "step_live": step.state in LIVE_STEP_STATES,
        "run_final": run.state in FINAL_RUN_STATES,
        "most_attempts": (node.retry or {}).get("max_attempts"),
        "port_words": _port_words(step, node),
        "question": _question(request, step),
        "again_key": str(new_id()),
        "children": visible(request.member, step.children.select_related("flow")).order_by("created_at")[:5],
    }


def _question(request: TeamRequest, step: StepRun) -> dict[str, Any] | None:
    """What a waiting step asks people, and whether this one may answer; what address it listens at."""
    asked = Awaited.objects.filter(step=step, answered_at=None).first()
    if asked is None or step.state != StepState.WAITING:
        return None
    question = {"kind": asked.kind, "text": asked.asked.get("question", ""), "may": False, "address": ""}
    if asked.kind == "approval":
        question["may"] = ability_to_approve(step) in request.abilities
    return question


def _parts(step: StepRun) -> list[dict[str, Any]]:
    """The step's input and output: what of them is shown, and what is so large that it is offered as a file."""
    found = []
    for name, stored in (("input", step.input), ("output", step.output)):
        if stored is not None:
            found.append({"name": name, "value": shown(stored), "larges": larges(stored)})
    return found


def _exchanges(stored: Any, run: Run) -> Any:
    try:
        return load(stored, run.team_id)
    except Gone:
        return []


def _port_words(step: StepRun, node: PlanNode) -> str:
    """By which way the run went on, where there was a choice."""
    if node.type == "logic.branch" and step.port:
        labels = {choice["port"]: choice.get("label") or choice["port"] for choice in node.config.get("branches", [])}
        return str(labels.get(step.port, step.port))
    return "error" if step.port == "error" else ""
