"""Testing from the canvas: what a test can begin with, starting one, samples pinned to steps, and who else is here."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.editor.presence import here, left
from helix.editor.views.answers import BadBody, body, error, unreadable
from helix.editor.views.flow import flow_or_404
from helix.engine.models import Run
from helix.engine.outputs import Gone, load, whole
from helix.engine.showing import shown
from helix.engine.start import NoTrigger
from helix.engine.trial import pinned_steps
from helix.flows.graph import Node, UnreadableGraph, read_graph
from helix.flows.models import Flow
from helix.flows.pins import BadSample, pin, pins_of, unpin
from helix.flows.steps import STEP_TYPES
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers import endpoints
from helix.triggers.byhand import NotRunnable
from helix.triggers.manual import BadInput
from helix.triggers.models import Endpoint
from helix.triggers.payloads import Unfit, webhook_payload
from helix.triggers.testing import Wanted, last_output, start_test

FORMS = ("trigger.manual", "trigger.called")
MOST_SAMPLE = 100_000


@require_POST
@needs(Ability.OPERATE)
def test(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Begin a test of the saved draft."""
    flow = flow_or_404(request, flow_id)
    try:
        begun = start_test(flow, _wanted(body(request)), request.user)
    except (BadBody, json.JSONDecodeError) as bad:
        return error(400, "bad_body", str(bad))
    except BadInput as bad:
        return error(422, "bad_input", str(bad), fields=bad.problems)
    except NotRunnable as refused:
        more: dict[str, Any] = {"problems": refused.problems} if refused.problems else {}
        return error(422, "not_runnable", str(refused), **more)
    except NoTrigger as refused:
        return error(422, "no_trigger", str(refused))
    except UnreadableGraph as bad:
        return unreadable(bad)
    at = {"team": request.team.slug, "run_id": begun.id}
    told = {
        "id": str(begun.id),
        "url": reverse("runs:run", kwargs=at),
        "live_url": reverse("live_run", kwargs=at),
        "state_url": reverse("runs:state", kwargs=at),
        "dry": begun.dry,
        "steps": sorted(begun.steps.values_list("node", flat=True)),
        "pinned": sorted(pinned_steps(begun)),
    }
    return JsonResponse(told, status=202)


def _wanted(given: dict[str, Any]) -> Wanted:
    what, values, payload = given.get("what", "whole"), given.get("input") or {}, given.get("payload")
    if what not in ("whole", "upto", "only"):
        raise BadBody("“what” must be whole, upto or only.")
    if not isinstance(values, dict) or not (payload is None or isinstance(payload, dict)):
        raise BadBody("“input” and “payload” must be objects: {name: value}.")
    entry = given.get("entry")
    return Wanted(
        what,
        str(given.get("step") or ""),
        entry if isinstance(entry, str) else None,
        values,
        payload,
        given.get("dry") is True,
    )


@require_GET
@needs(Ability.OPERATE)
def samples(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """What each trigger of the draft can begin a test with: the fields of its form, or what it received lately."""
    flow = flow_or_404(request, flow_id)
    try:
        nodes = read_graph(flow.draft).nodes
    except UnreadableGraph as bad:
        return unreadable(bad)
    triggers = [node for node in nodes if node.type in STEP_TYPES and STEP_TYPES[node.type].kind == "trigger"]
    return JsonResponse({"triggers": [_trigger(flow, node) for node in triggers]})


def _trigger(flow: Flow, node: Node) -> dict[str, Any]:
    if node.type in FORMS:
        fields = node.config.get("fields")
        return {
            "node": node.key,
            "name": node.title,
            "fields": fields if isinstance(fields, list) else [],
            "samples": [],
        }
    found: list[dict[str, Any]] = []
    endpoint = Endpoint.objects.filter(flow=flow, node=node.key).first()
    for row in endpoints.deliveries(endpoint, 3) if endpoint else ():
        try:
            found.append({"words": "Received", "at": row.received_at.isoformat(), "payload": webhook_payload(row, {})})
        except Unfit:
            continue
    for run in Run.objects.filter(flow=flow, entry=node.key, wiped_at=None).order_by("-created_at", "-id")[:3]:
        try:
            payload = whole(load(run.payload, run.team_id))
        except Gone:
            continue
        found.append({"words": "Of the run", "at": run.created_at.isoformat(), "payload": payload})
    fit = [each for each in found if len(json.dumps(each["payload"], ensure_ascii=False)) <= MOST_SAMPLE]
    return {"node": node.key, "name": node.title, "fields": None, "samples": fit[:4]}


@require_POST
@needs(Ability.EDIT)
def pins(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Pin a sample to a step ({node, sample}, or {node, last: true}), take it off ({node, remove: true}); the pins as they are."""
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
        node = str(given.get("node") or "")
        if given.get("remove") is True:
            unpin(flow, node)
        elif given.get("last") is True:
            last = last_output(flow, node)
            if last is None:
                raise BadSample(
                    "This step has not given anything in a run yet. Run a test first, or write a sample by hand."
                )
            pin(flow, node, last.data, request.user)
        elif "sample" in given:
            pin(flow, node, given["sample"], request.user)
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    except BadSample as bad:
        return error(422, "bad_sample", str(bad))
    except UnreadableGraph as bad:
        return unreadable(bad)
    return JsonResponse({"pins": pins_of(flow)})


@require_GET
@needs(Ability.OPERATE)
def result(request: TeamRequest, flow_id: UUID, run_id: UUID, node: str) -> HttpResponse:
    """What one step of a run was given and gave, shortened where it is large: for the drawer below the canvas."""
    flow = flow_or_404(request, flow_id)
    run = get_object_or_404(Run, pk=run_id, flow=flow)
    rows = list(run.steps.filter(node=node).order_by("item_key")[:1])
    if not rows:
        return error(404, "not_in_run", "This step was not part of the run.")
    row, turns = rows[0], run.steps.filter(node=node).count()
    return JsonResponse(
        {
            "node": node,
            "state": "pinned" if node in pinned_steps(run) and row.state == "succeeded" else row.state,
            "input": shown(row.input),
            "output": shown(row.output),
            "explanation": row.explanation,
            "turns": turns,
            "item": row.item_key,
            "attempts": row.attempts_made,
        }
    )


@require_POST
@needs(Ability.SEE)
def presence(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The heartbeat of an open page: {tab, node}; the others who are here, and whether the draft is newer. {left: true} says goodbye."""
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    tab = str(given.get("tab") or "")
    if not tab:
        return error(400, "bad_body", "Send {tab, node}.")
    if given.get("left") is True:
        left(flow, tab)
        return HttpResponse(status=204)
    return JsonResponse(
        {"others": here(flow, request.user, tab, str(given.get("node") or "")), "revision": flow.revision}
    )
