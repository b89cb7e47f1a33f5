"""Flows over the REST API: catalogue, check, drafts, versions, switch."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from ninja.params import functions as params

from helix.api.auth import ApiRequest
from helix.api.cursor import page
from helix.api.errors import ApiError
from helix.api.shapes import (
    Catalog,
    DiffIn,
    DiffOut,
    DraftIn,
    DraftOut,
    FlowChange,
    FlowIn,
    FlowOut,
    FlowPage,
    FlowRow,
    GraphIn,
    Problems,
    PublishIn,
    VersionOut,
    VersionRow,
)
from helix.flows import drafts, history
from helix.flows.models import Flow, FlowVersion
from helix.flows.steps import STEP_TYPES
from helix.teams.roles import Ability
from helix.triggers import publish as publishing

router = Router(tags=["flows"])


def flow_of(request: ApiRequest, flow_id: UUID) -> Flow:
    """The team's flow, or 404."""
    return get_object_or_404(flows(request), pk=flow_id)


def flows(request: ApiRequest) -> QuerySet[Flow]:
    return Flow.objects.select_related("team", "published").filter(team=request.auth.team, deleted_at=None)


def row(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "name": flow.name,
        "enabled": flow.enabled,
        "revision": flow.revision,
        "published": flow.published.number if flow.published else None,
        "edited_at": flow.edited_at,
    }


def whole(flow: Flow) -> dict[str, Any]:
    return {**row(flow), "graph": json.loads(flow.draft), "problems": flow.problems}


def text(graph: Any) -> str:
    return json.dumps(graph, ensure_ascii=False)


@router.get("/catalog", response=Catalog)
def catalog(request: ApiRequest) -> dict[str, Any]:
    """Every step type with its input and output as JSON Schema."""
    request.auth.must(Ability.SEE)
    steps = [
        {
            "type": step.key,
            "title": step.title,
            "help": step.help,
            "kind": step.kind,
            "family": step.family,
            "integration": step.integration,
            "key_family": step.key_family,
            "effect": step.effect,
            "destructive": bool(step.destructive),
            "deprecated": step.deprecated,
            "input": step.input_schema,
            "output": step.output_schema(step.defaults),
        }
        for step in STEP_TYPES.values()
    ]
    return {"steps": steps}


@router.post("/check", response=Problems)
def check(request: ApiRequest, body: GraphIn) -> dict[str, Any]:
    """The problems of a graph, for this team's connections."""
    request.auth.must(Ability.SEE)
    return {"problems": drafts.as_json(drafts.check_text(request.auth.team, text(body.graph), request.auth.user))}


@router.get("/flows", response=FlowPage)
def list_flows(request: ApiRequest, cursor: str | None = None) -> dict[str, Any]:
    request.auth.must(Ability.SEE)
    found, following = page(flows(request), "edited_at", cursor)
    return {"items": [row(flow) for flow in found], "next": following}


@router.post("/flows", response={201: FlowOut})
def create(request: ApiRequest, body: FlowIn) -> Status[dict[str, Any]]:
    request.auth.must(Ability.EDIT)
    graph = drafts.EMPTY_GRAPH if body.graph is None else text(body.graph)
    return Status(201, whole(drafts.create_flow(request.auth.team, body.name, graph, request.auth.user)))


@router.get("/flows/{uuid:flow_id}", response=FlowOut)
def read(request: ApiRequest, response: HttpResponse, flow_id: UUID) -> dict[str, Any]:
    """The flow with its draft; the `ETag` is the draft's revision, which `PUT …/draft` takes as `If-Match`."""
    request.auth.must(Ability.SEE)
    flow = flow_of(request, flow_id)
    response["ETag"] = f'"{flow.revision}"'
    return whole(flow)


@router.patch("/flows/{uuid:flow_id}", response=FlowRow)
def change(request: ApiRequest, flow_id: UUID, body: FlowChange) -> dict[str, Any]:
    request.auth.must(Ability.EDIT)
    flow = flow_of(request, flow_id)
    try:
        drafts.rename(flow, body.name)
    except ValueError as bad:
        raise ApiError(422, "invalid", str(bad), place="/name") from None
    return row(flow)


@router.delete("/flows/{uuid:flow_id}", response={204: None})
def delete(request: ApiRequest, flow_id: UUID) -> Status[None]:
    request.auth.must(Ability.PUBLISH)
    publishing.delete_flow(flow_of(request, flow_id))
    return Status(204, None)


@router.put("/flows/{uuid:flow_id}/draft", response=DraftOut)
def save(
    request: ApiRequest,
    response: HttpResponse,
    flow_id: UUID,
    body: DraftIn,
    if_match: str | None = params.Header(None, alias="If-Match"),
) -> dict[str, Any]:
    """Store the draft as sent; 409 (412 by `If-Match`) with the newer draft when the revision you changed is old."""
    request.auth.must(Ability.EDIT)
    flow = flow_of(request, flow_id)
    base = body.base_revision if if_match is None else _revision(if_match)
    if base is None:
        words = "Which revision of the draft was changed is not said."
        raise ApiError(422, "no_revision", words, "Send `base_revision`, or the ETag as `If-Match`.", "/base_revision")
    try:
        saved = drafts.save_draft(flow, text(body.graph), base_revision=base, by=request.auth.user)
    except drafts.NewerDraft as newer:
        raise ApiError(
            409 if if_match is None else 412, "conflict", str(newer),
            "Apply your change to the newer draft in this answer.", "/base_revision",
            revision=newer.flow.revision, graph=json.loads(newer.flow.draft),
        ) from None  # fmt: skip
    response["ETag"] = f'"{saved.revision}"'
    return {"revision": saved.revision, "problems": saved.problems}


def _revision(if_match: str) -> int:
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ApiError(422, "bad_etag", "If-Match is no ETag of a draft.", "Send the ETag of `GET /flows/{id}`.")
    return int(digits)


@router.post("/flows/{uuid:flow_id}/publish", response={201: VersionOut})
def publish(request: ApiRequest, flow_id: UUID, body: PublishIn) -> Status[dict[str, Any]]:
    request.auth.must(Ability.PUBLISH)
    try:
        version = publishing.publish(flow_of(request, flow_id), request.auth.user, body.note)
    except publishing.NotPublishable as refused:
        raise ApiError(
            422, "not_publishable", str(refused), "Mend the problems of severity “error”.", problems=refused.problems
        ) from None
    return Status(201, {"version": version.id, "number": version.number})


@router.get("/flows/{uuid:flow_id}/versions", response=list[VersionRow])
def versions(request: ApiRequest, flow_id: UUID) -> QuerySet[FlowVersion]:
    request.auth.must(Ability.SEE)
    return flow_of(request, flow_id).versions.exclude(number=None).order_by("-number")


@router.post("/flows/{uuid:flow_id}/versions/{int:number}/restore", response=DraftOut)
def restore(request: ApiRequest, flow_id: UUID, number: int) -> dict[str, Any]:
    """Make this version the draft again. What is published stays as it is."""
    request.auth.must(Ability.EDIT)
    flow = flow_of(request, flow_id)
    saved = history.restore(flow, get_object_or_404(flow.versions, number=number), request.auth.user)
    return {"revision": saved.revision, "problems": saved.problems}


@router.get("/flows/{uuid:flow_id}/diff", response=DiffOut)
def diff(request: ApiRequest, flow_id: UUID, which: Query[DiffIn]) -> dict[str, Any]:
    """What differs between two versions, in sentences: `from` and `to` are a number, “draft” or “published”."""
    request.auth.must(Ability.SEE)
    flow = flow_of(request, flow_id)
    sides = [history.side(flow, name) for name in (which.source, which.to)]
    for name, side in zip((which.source, which.to), sides, strict=True):
        if side is None and name != "published":
            raise ApiError(
                404, "no_version", f"This flow has no version “{name[:20]}”.", "Give a number, draft or published."
            )
    found = history.changes_between(flow, *sides)
    return {"changes": [change.as_json() for change in found]}


@router.post("/flows/{uuid:flow_id}/enable", response=FlowRow)
def enable(request: ApiRequest, flow_id: UUID) -> dict[str, Any]:
    return _switch(request, flow_id, True)


@router.post("/flows/{uuid:flow_id}/disable", response=FlowRow)
def disable(request: ApiRequest, flow_id: UUID) -> dict[str, Any]:
    return _switch(request, flow_id, False)


def _switch(request: ApiRequest, flow_id: UUID, on: bool) -> dict[str, Any]:
    request.auth.must(Ability.PUBLISH)
    try:
        publishing.set_enabled(flow_of(request, flow_id), on)
    except publishing.NotPublished as refused:
        raise ApiError(422, "not_published", str(refused)) from None
    return row(flow_of(request, flow_id))
