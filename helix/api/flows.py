"""Flows over the REST API: catalogue, check, drafts, versions, switch."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from ninja.params import functions as params

from helix.api.auth import ApiRequest
from helix.api.cursor import page
from helix.api.errors import ApiError
from helix.api.filing import DeletedFlow, FlowChange, FlowsWanted
from helix.api.shapes import (
    Catalog,
    DiffIn,
    DiffOut,
    DraftIn,
    DraftOut,
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
from helix.flows import drafts, filing, finding, history
from helix.flows.access import flows_for, visible
from helix.flows.filing import found_folder
from helix.flows.finding import TOP, FlowFilter
from helix.flows.gist import renew
from helix.flows.mass import unconfirmed
from helix.flows.models import Flow, FlowVersion
from helix.flows.steps import STEP_TYPES
from helix.teams.roles import Ability
from helix.triggers import leaving
from helix.triggers import publish as publishing

router = Router(tags=["flows"])


def flow_of(request: ApiRequest, flow_id: UUID, ability: Ability) -> Flow:
    """The flow, when the token may do that with it; 404 when its maker does not see it, 403 when it may not."""
    if not request.auth.reaches(ability):
        request.auth.must(ability)
    flow = get_object_or_404(flows(request), pk=flow_id)
    request.auth.must_with(flow.pk, ability)
    return flow


def flows(request: ApiRequest) -> QuerySet[Flow]:
    return flows_for(request.auth.member).select_related("team", "published", "folder").prefetch_related("tags")


def row(flow: Flow) -> dict[str, Any]:
    return {
        "id": flow.id,
        "name": flow.name,
        "enabled": flow.enabled,
        "revision": flow.revision,
        "published": flow.published.number if flow.published else None,
        "edited_at": flow.edited_at,
        "folder": flow.folder.path if flow.folder else None,
        "tags": sorted(tag.name for tag in flow.tags.all()),
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
def list_flows(request: ApiRequest, wanted: Query[FlowsWanted], cursor: str | None = None) -> dict[str, Any]:
    """The flows, last edited first, 50 a page; every filter that is given must fit."""
    request.auth.must(Ability.SEE)
    team = request.auth.team
    folder = TOP if wanted.folder == "" else ""
    if wanted.folder:
        known = found_folder(team, wanted.folder)
        if known is None:
            raise ApiError(404, "no_folder", f"This team has no folder “{wanted.folder}”.", place="/folder")
        folder = str(known.pk)
    renew(team)
    filtered = FlowFilter.read(
        {
            "q": wanted.q,
            "state": wanted.state or "",
            "trigger": wanted.trigger or "",
            "folder": folder,
            "tag": wanted.tag,
        }
    )
    found, following = page(filtered.flows(flows(request)), "edited_at", cursor)
    return {"items": [row(flow) for flow in found], "next": following}


@router.post("/flows", response={201: FlowOut})
def create(request: ApiRequest, body: FlowIn) -> Status[dict[str, Any]]:
    request.auth.must(Ability.EDIT)
    graph = drafts.EMPTY_GRAPH if body.graph is None else text(body.graph)
    return Status(201, whole(drafts.create_flow(request.auth.team, body.name, graph, request.auth.user)))


@router.get("/flows/{uuid:flow_id}", response=FlowOut)
def read(request: ApiRequest, response: HttpResponse, flow_id: UUID) -> dict[str, Any]:
    """The flow with its draft; the `ETag` is the draft's revision, which `PUT …/draft` takes as `If-Match`."""
    flow = flow_of(request, flow_id, Ability.SEE)
    response["ETag"] = f'"{flow.revision}"'
    return whole(flow)


@router.patch("/flows/{uuid:flow_id}", response=FlowRow)
def change(request: ApiRequest, flow_id: UUID, body: FlowChange) -> dict[str, Any]:
    """Its name, folder and tags: what is given is changed. A folder that does not exist is made; null is the top."""
    flow = flow_of(request, flow_id, Ability.EDIT)
    given, at = body.model_fields_set, "/name"
    try:
        with transaction.atomic():
            if "name" in given:
                drafts.rename(flow, body.name or "")
            at = "/folder"
            if "folder" in given:
                filing.place(flow, body.folder)
            at = "/tags"
            if "tags" in given:
                filing.put_tags(flow, body.tags or [])
    except ValueError as bad:
        raise ApiError(422, "invalid", str(bad), place=at) from None
    return row(get_object_or_404(flows(request), pk=flow_id))


@router.delete("/flows/{uuid:flow_id}", response={204: None})
def delete(request: ApiRequest, flow_id: UUID) -> Status[None]:
    flow = flow_of(request, flow_id, Ability.PUBLISH)
    try:
        leaving.take_away(flow)
    except leaving.StillNeeded as refused:
        raise ApiError(409, "in_use", str(refused), "Or delete the flows that use it first.") from None
    return Status(204, None)


@router.get("/flows/deleted", response=list[DeletedFlow])
def deleted(request: ApiRequest) -> QuerySet[Flow]:
    """What was deleted in the last 30 days and can be brought back, the last one first."""
    request.auth.must(Ability.SEE)
    return visible(request.auth.member, finding.deleted(request.auth.team), "pk").only("id", "name", "deleted_at")[:500]


@router.post("/flows/{uuid:flow_id}/restore", response=FlowRow)
def bring_back(request: ApiRequest, flow_id: UUID) -> dict[str, Any]:
    """Bring a deleted flow back, switched off."""
    request.auth.must(Ability.PUBLISH)
    leaving.bring_back(
        get_object_or_404(
            visible(request.auth.member, finding.deleted(request.auth.team), "pk", Ability.PUBLISH), pk=flow_id
        )
    )
    return row(get_object_or_404(flows(request), pk=flow_id))


@router.post("/flows/{uuid:flow_id}/duplicate", response={201: FlowOut})
def duplicate(request: ApiRequest, flow_id: UUID) -> Status[dict[str, Any]]:
    """A copy of the draft with the same folder and tags, switched off."""
    request.auth.must(Ability.EDIT)
    return Status(201, whole(leaving.duplicate(flow_of(request, flow_id, Ability.SEE), request.auth.user)))


@router.put("/flows/{uuid:flow_id}/draft", response=DraftOut)
def save(
    request: ApiRequest,
    response: HttpResponse,
    flow_id: UUID,
    body: DraftIn,
    if_match: str | None = params.Header(None, alias="If-Match"),
) -> dict[str, Any]:
    """Store the draft as sent; 409 (412 by `If-Match`) with the newer draft when the revision you changed is old."""
    flow = flow_of(request, flow_id, Ability.EDIT)
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
    """Make the draft the version that runs. A flow that triggers a broadcast wants its name as `confirm`."""
    flow = flow_of(request, flow_id, Ability.PUBLISH)
    if words := unconfirmed(flow.name, flow.draft, body.confirm):
        raise ApiError(
            422, "confirm_mass", words, "Send the flow's name as `confirm`; nothing was published.", "/confirm"
        )
    try:
        version = publishing.publish(flow, request.auth.user, body.note)
    except publishing.NotPublishable as refused:
        raise ApiError(
            422, "not_publishable", str(refused), "Mend the problems of severity “error”.", problems=refused.problems
        ) from None
    return Status(201, {"version": version.id, "number": version.number})


@router.get("/flows/{uuid:flow_id}/versions", response=list[VersionRow])
def versions(request: ApiRequest, flow_id: UUID) -> QuerySet[FlowVersion]:
    return flow_of(request, flow_id, Ability.SEE).versions.exclude(number=None).order_by("-number")


@router.post("/flows/{uuid:flow_id}/versions/{int:number}/restore", response=DraftOut)
def restore(request: ApiRequest, flow_id: UUID, number: int) -> dict[str, Any]:
    """Make this version the draft again. What is published stays as it is."""
    flow = flow_of(request, flow_id, Ability.EDIT)
    saved = history.restore(flow, get_object_or_404(flow.versions, number=number), request.auth.user)
    return {"revision": saved.revision, "problems": saved.problems}


@router.get("/flows/{uuid:flow_id}/diff", response=DiffOut)
def diff(request: ApiRequest, flow_id: UUID, which: Query[DiffIn]) -> dict[str, Any]:
    """What differs between two versions, in sentences: `from` and `to` are a number, “draft” or “published”."""
    flow = flow_of(request, flow_id, Ability.SEE)
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
    try:
        publishing.set_enabled(flow_of(request, flow_id, Ability.PUBLISH), on)
    except publishing.NotPublished as refused:
        raise ApiError(422, "not_published", str(refused)) from None
    return row(flow_of(request, flow_id, Ability.PUBLISH))
