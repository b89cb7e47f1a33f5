"""Flows out of Helix and in again, over the REST API: documents with a graph and names of connections, never with keys."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.flows import flow_of, text, whole
from helix.api.shapes import DocumentOut, ImportIn, TakenInOut
from helix.flows.exchange import BadDocument, export_document, take_in
from helix.teams.roles import Ability

router = Router(tags=["flows"])


@router.get("/flows/{uuid:flow_id}/export", response=DocumentOut)
def export(request: ApiRequest, flow_id: UUID, version: int | None = None) -> dict[str, Any]:
    """The draft, or a version, as a document that `POST /flows/import` takes."""
    request.auth.must(Ability.SEE)
    flow = flow_of(request, flow_id)
    chosen = get_object_or_404(flow.versions, number=version) if version is not None else None
    return export_document(flow, chosen)


@router.post("/flows/import", response={201: TakenInOut})
def import_(request: ApiRequest, body: ImportIn) -> Status[dict[str, Any]]:
    """A new flow from a document, a bare graph or a workflow of n8n: a draft, switched off; its problems say what it lacks here,
    and `report` what became of each node of n8n."""
    request.auth.must(Ability.EDIT)
    try:
        found = take_in(request.auth.team, text(body.document), request.auth.user, body.name)
    except BadDocument as bad:
        raise ApiError(
            422, "bad_document", str(bad), "Send what an export of Helix or n8n gave.", "/document"
        ) from None
    return Status(201, {**whole(found.flow), "report": found.report.as_json() if found.report else None})
