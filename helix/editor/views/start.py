"""Starting a run by hand: the draft as it stands (a test, from the editor), or the published version (from its own page)."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from helix.editor.views.answers import BadBody, body, error, unreadable
from helix.editor.views.flow import flow_or_404
from helix.engine.plans import plan_of
from helix.engine.start import NoTrigger
from helix.flows.graph import UnreadableGraph
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.byhand import NotRunnable, start_by_hand
from helix.triggers.manual import BadInput, fields_of


@require_POST
@needs(Ability.OPERATE)
def run(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
        values = given.get("input") or {}
        if not isinstance(values, dict):
            raise BadBody("“input” must be an object: {name: value}.")
        begun = start_by_hand(flow, values, draft=given.get("version") == "draft", by=request.user)
    except (BadBody, json.JSONDecodeError) as bad:
        return error(400, "bad_body", str(bad))
    except BadInput as bad:
        return error(422, "bad_input", str(bad), fields=bad.problems)
    except NotRunnable as refused:
        return error(422, "not_runnable", str(refused), problems=refused.problems)
    except NoTrigger as refused:
        return error(422, "no_trigger", str(refused))
    except UnreadableGraph as bad:
        return unreadable(bad)
    at = {"team": request.team.slug, "run_id": begun.id}
    return JsonResponse(
        {"id": str(begun.id), "url": reverse("runs:run", kwargs=at), "live_url": reverse("live_run", kwargs=at)},
        status=202,
    )


@require_http_methods(["GET", "POST"])
@needs(Ability.OPERATE)
def page(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Asks for the values of the published version's manual trigger, and starts a run with them."""
    flow = flow_or_404(request, flow_id)
    fields = fields_of(plan_of(flow.published.id)) if flow.published else []
    problems: dict[str, str] = {}
    refused = ""
    if request.method == "POST":
        try:
            begun = start_by_hand(flow, _values(fields, request.POST), draft=False, by=request.user)
            return redirect("runs:run", team=request.team.slug, run_id=begun.id)
        except BadInput as bad:
            problems = bad.problems
        except (NotRunnable, NoTrigger) as bad:
            refused = str(bad)
    rows = [
        {
            **field,
            "value": request.POST.get(field["name"], field.get("default", "")),
            "problem": problems.get(field["name"], ""),
        }
        for field in fields
    ]
    context = {"flow": flow, "rows": rows, "refused": refused}
    return render(request, "editor/start.html", context, status=422 if problems or refused else 200)


def _values(fields: list[dict[str, Any]], posted: QueryDict) -> dict[str, Any]:
    """What the form says: an unticked box is false, an empty field was not given."""
    boxes = {field["name"]: field["name"] in posted for field in fields if field.get("type") == "boolean"}
    return boxes | {
        field["name"]: posted[field["name"]]
        for field in fields
        if posted.get(field["name"]) and field["name"] not in boxes
    }
