"""The draft's doors: save, check, publish, switch on and off, rename."""

import json
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from helix.editor.views.answers import BadBody, body, error, unreadable
from helix.editor.views.flow import flow_or_404
from helix.flows import drafts
from helix.flows.graph import UnreadableGraph
from helix.flows.mass import unconfirmed
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers import publish as publishing


@require_http_methods(["PUT"])
@needs(Ability.EDIT)
def draft(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
        base = given.get("base_revision")
        if not isinstance(base, int) or "graph" not in given:
            raise BadBody("Send {graph, base_revision}.")
        saved = drafts.save_draft(
            flow, json.dumps(given["graph"], ensure_ascii=False), base_revision=base, by=request.user
        )
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    except UnreadableGraph as bad:
        return unreadable(bad)
    except drafts.NewerDraft as newer:
        return error(
            409, "conflict", f"{newer.flow.edited_by or 'Someone'} saved this draft after you opened it.",
            "Load their draft, or keep yours as a copy.", revision=newer.flow.revision, graph=json.loads(newer.flow.draft),
            by=str(newer.flow.edited_by or ""), saved_at=newer.flow.edited_at.isoformat(),
        )  # fmt: skip
    return JsonResponse(
        {"revision": saved.revision, "problems": saved.problems, "saved_at": timezone.now().isoformat()}
    )


@require_POST
@needs(Ability.EDIT)
def check(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        text = json.dumps(body(request).get("graph"), ensure_ascii=False)
        return JsonResponse({"problems": drafts.as_json(drafts.check_text(flow.team, text, request.user))})
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    except UnreadableGraph as bad:
        return unreadable(bad)


@require_POST
@needs(Ability.PUBLISH)
def publish(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
        if words := unconfirmed(flow.name, flow.draft, str(given.get("confirm") or "")):
            return error(422, "confirm_mass", words)
        version = publishing.publish(flow, request.user, str(given.get("note") or "")[:2000])
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    except publishing.NotPublishable as refused:
        return error(422, "not_publishable", str(refused), problems=refused.problems)
    flow.refresh_from_db(fields=["enabled"])
    return JsonResponse({"version": str(version.id), "number": version.number, "enabled": flow.enabled}, status=201)


@require_POST
@needs(Ability.PUBLISH)
def enable(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        on = body(request).get("enabled")
        if not isinstance(on, bool):
            raise BadBody("Send {enabled: true or false}.")
        publishing.set_enabled(flow, on)
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    except publishing.NotPublished as refused:
        return error(422, "not_published", str(refused))
    return JsonResponse({"enabled": on})


@require_POST
@needs(Ability.EDIT)
def rename(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    flow = flow_or_404(request, flow_id)
    try:
        drafts.rename(flow, str(body(request).get("name") or ""))
    except (BadBody, ValueError) as bad:
        return error(400, "bad_name", str(bad))
    return JsonResponse({"name": flow.name})
