"""Starting a run by hand: the draft as it stands (a test), or the published version."""

import json
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.editor.views.answers import BadBody, body, error, unreadable
from helix.editor.views.flow import flow_or_404
from helix.engine.start import NoTrigger
from helix.flows.graph import UnreadableGraph
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.byhand import NotRunnable, start_by_hand
from helix.triggers.manual import BadInput


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
    return JsonResponse(
        {"id": str(begun.id), "url": reverse("runs:run", kwargs={"team": request.team.slug, "run_id": begun.id})},
        status=202,
    )
