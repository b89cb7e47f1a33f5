"""What a step's expressions see: the trigger, the outputs they mention, the item of the loop, the run and the flow."""

from typing import Any

from django.conf import settings
from django.db.models import Q

from helix.engine.claim import Held
from helix.engine.keys import answer_token
from helix.engine.models import Item, Run, StepRun
from helix.engine.outputs import load
from helix.engine.plans import mentioned
from helix.engine.segment import AROUND, ITEM
from helix.engine.states import FINAL_STEP_STATES


def scope_of(held: Held) -> dict[str, Any]:
    """The names and values of this step, in this turn of its loop."""
    run, names = held.run, mentioned(held.run.version_id, held.step.node)
    around = held.segment.known("")
    if AROUND not in around:
        around[AROUND] = _around(run)
    scope: dict[str, Any] = {**around[AROUND], "steps": _outputs(held, names.steps) if names.steps else {}}
    if held.step.item_key and names.item:
        scope |= item_of(held)
    return scope


def _around(run: Run) -> dict[str, Any]:
    """What is the same for every step of the run."""
    return {
        "trigger": load(run.payload, run.team_id),
        "run": {
            "id": str(run.id),
            "started_at": (run.started_at or run.created_at).isoformat(),
            "answer_url": f"{settings.HELIX.HELIX_BASE_URL}/h/_/{answer_token(run.id)}",
        },
        "flow": {"name": run.flow.name},
    }


def item_of(held: Held) -> dict[str, Any]:
    """`item` and `index` of the innermost loop around the step."""
    turn, loop = held.step.item_key, held.segment.plan.loop_of[held.step.node]
    known = held.segment.known(turn)
    if ITEM not in known:
        value = Item.objects.values_list("value", flat=True).get(run_id=held.run.id, loop=loop, item_key=turn)
        known[ITEM] = {"item": load(value, held.run.team_id), "index": int(turn.rpartition(".")[2])}
    return dict(known[ITEM])


def _outputs(held: Held, names: frozenset[str]) -> dict[str, Any]:
    """Outputs of the steps of these names, each of the turn of the loops that this step shares with it."""
    segment = held.segment
    wanted = {(_turn_of(held, name), name) for name in names if name in segment.plan.nodes}
    found = {name: segment.known(place)[name] for place, name in wanted if name in segment.known(place)}
    missing = [(place, name) for place, name in wanted if name not in found]
    if missing:
        here = Q()
        for place, name in missing:
            here |= Q(node=name, item_key=place)
        rows = StepRun.objects.filter(here, run_id=held.run.id, state__in=FINAL_STEP_STATES, output__isnull=False)
        for node, place, output in rows.values_list("node", "item_key", "output"):
            found[node] = segment.known(place)[node] = load(output, held.run.team_id)
    return found


def _turn_of(held: Held, name: str) -> str:
    """The turn in which a step before this one has run: this one's own, or one around it."""
    depth = len(held.segment.plan.loops(name))
    return ".".join(held.step.item_key.split(".")[:depth]) if depth else ""
