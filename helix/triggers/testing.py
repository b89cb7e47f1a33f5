"""Testing a draft: whole, up to a step, or one step; with pinned samples, and dry if wanted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from helix.engine.models import Item, Run, StepRun, Trial
from helix.engine.outputs import Gone, load, whole
from helix.engine.pauses import why_paused
from helix.engine.plans import mentioned, plan_of
from helix.engine.start import entry_for, start
from helix.engine.states import Cause, StepState
from helix.flows.drafts import as_json, check_text
from helix.flows.models import Flow, FlowVersion
from helix.flows.part import only, up_to
from helix.flows.pins import pins_of
from helix.flows.plan import Plan, compile_plan
from helix.flows.versions import freeze_draft
from helix.ids import new_id
from helix.teams.models import User
from helix.triggers.byhand import NotRunnable, need_sandbox
from helix.triggers.manual import payload_for

What = Literal["whole", "upto", "only"]


@dataclass(frozen=True)
class Wanted:
    """A test as a person asks for it. `payload`: what the trigger gives, as it is; else `values` for its form."""

    what: What = "whole"
    step: str = ""
    entry: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] | None = None
    dry: bool = False


def start_test(flow: Flow, wanted: Wanted, by: User | None) -> Run:
    """Begin a run of the draft as asked; NotRunnable or BadInput with a sentence when it cannot be."""
    if paused := why_paused(flow.team_id):
        raise NotRunnable(paused)
    if wanted.dry:
        need_sandbox(flow, by)
    version, entry = _version(flow, wanted, by)
    plan = plan_of(version.id)
    payload = wanted.payload if wanted.payload is not None else payload_for(plan, wanted.values)
    samples = {node: sample for node, sample in pins_of(flow).items() if node in plan.nodes}
    item = None
    if wanted.what == "only":
        samples.pop(wanted.step, None)  # the step that is tested is carried out
        samples, item = _given(flow, version, plan, wanted.step, samples)
    trial = Trial(samples=samples, item=item) if samples or item else None
    return start(
        version, cause=Cause.TEST, key=str(new_id()), payload=payload, by=by, entry=entry, dry=wanted.dry, trial=trial
    )


def _version(flow: Flow, wanted: Wanted, by: User | None) -> tuple[FlowVersion, str]:
    """The frozen draft, or the part of it that is tested, and the trigger that it begins at."""
    text = flow.draft
    if wanted.what != "whole":
        graph = up_to(json.loads(text), wanted.step)
        if not any(node.get("key") == wanted.step for node in graph["nodes"]):
            raise NotRunnable("This step is not in the saved draft. Wait until the draft is saved, then test again.")
        text = json.dumps(graph, ensure_ascii=False)
    checked = check_text(flow.team, text)
    if not checked.ok:
        first = checked.errors[0]
        raise NotRunnable(f"This cannot be tested yet: {first.message}", as_json(checked))
    plan = compile_plan(checked)
    entry = wanted.entry if wanted.entry in plan.triggers else entry_for(plan, Cause.TEST)
    if wanted.what == "only":
        plan = only(plan, wanted.step, entry)
        return freeze_draft(flow, checked, text, by, plan), entry
    return freeze_draft(flow, checked, text, by), entry


def _given(
    flow: Flow, version: FlowVersion, plan: Plan, step: str, samples: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What a step that is tested alone reads: samples, else what the last run gave; NotRunnable names what is missing."""
    reads = mentioned(version.id, step)
    names = {name for name in reads.steps if name in plan.nodes and name != step and name not in plan.triggers}
    found = {name: samples[name] for name in names if name in samples}
    for name in sorted(names - found.keys()):
        last = last_output(flow, name)
        if last is None:
            title = plan.nodes[name].name or name
            raise NotRunnable(
                f"This step uses what “{title}” gives, and nothing is known of that yet. Pin a sample of “{title}”, or run a "
                "test up to this step first."
            )
        found[name] = last.data
    return found, _item(flow, json.loads(version.graph), step) if reads.item else None


def _item(flow: Flow, graph: dict[str, Any], step: str) -> dict[str, Any]:
    """The first item that the loop around the step had lately."""
    leads = {edge["target"]: edge["source"] for edge in graph["edges"]}
    loops = {node["key"] for node in graph["nodes"] if node["type"] == "logic.for_each"}
    loop, seen = leads.get(step), set[str]()
    while loop is not None and loop not in loops and loop not in seen:
        seen.add(loop)
        loop = leads.get(loop)
    last = Item.objects.filter(run__flow=flow, loop=loop).order_by("-run__created_at", "position").first()
    if last is None:
        raise NotRunnable(
            "This step works on an item of its loop, and no item is known yet. Run a test up to this step first."
        )
    return {"item": whole(load(last.value, flow.team_id)), "index": last.position}


@dataclass(frozen=True)
class LastOutput:
    data: Any
    run: Run


def last_output(flow: Flow, node: str) -> LastOutput | None:
    """What this step gave when it last succeeded, whole; None when it never did, or its data are gone."""
    row = (
        StepRun.objects.filter(run__flow=flow, node=node, state=StepState.SUCCEEDED, output__isnull=False)
        .select_related("run")
        .order_by("-run__created_at", "-run_id", "item_key")
        .first()
    )
    if row is None or not isinstance(row.output, dict):
        return None
    try:
        return LastOutput(whole(load(row.output, flow.team_id)).get("data"), row.run)
    except Gone:
        return None
