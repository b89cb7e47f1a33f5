"""Addresses that outside programs call, and what they delivered, over the REST API; a delivery can be run again."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.cursor import page
from helix.api.errors import ApiError
from helix.api.shapes import DeliveryPage, EndpointOut, ReplayOut
from helix.flows.access import visible
from helix.teams.roles import Ability
from helix.triggers.endpoints import address
from helix.triggers.inbox import NotReplayable, replay
from helix.triggers.models import Endpoint, TriggerInbox

router = Router(tags=["deliveries"])


def endpoints(request: ApiRequest) -> QuerySet[Endpoint]:
    """The team's addresses, without those of flows that the token may not operate."""
    found = Endpoint.objects.filter(team=request.auth.team).order_by("-created_at")
    return visible(request.auth.member, found, ability=Ability.OPERATE)


def _endpoint(request: ApiRequest, endpoint_id: UUID) -> Endpoint:
    """The address, when the token may operate its flow; that of a connection by role."""
    if not request.auth.reaches(Ability.OPERATE):
        request.auth.must(Ability.OPERATE)
    known = get_object_or_404(endpoints(request), pk=endpoint_id)
    if known.flow_id is None:
        request.auth.must(Ability.OPERATE)
    else:
        request.auth.must_with(known.flow_id, Ability.OPERATE)
    return known


@router.get("/endpoints", response=list[EndpointOut])
def list_endpoints(request: ApiRequest) -> list[dict[str, Any]]:
    """Every address of the team: of a flow's webhook trigger, or of a connection's reporting webhook."""
    request.auth.must(Ability.OPERATE)
    return [
        {
            "id": each.id,
            "url": address(each),
            "flow": each.flow_id,
            "node": each.node,
            "connection": each.connection_id,
            "verify": each.verify,
            "armed": each.armed,
        }
        for each in endpoints(request)[:1000]
    ]


@router.get("/endpoints/{uuid:endpoint_id}/deliveries", response=DeliveryPage)
def list_deliveries(request: ApiRequest, endpoint_id: UUID, cursor: str | None = None) -> dict[str, Any]:
    """What was delivered there, newest first, and what became of it."""
    known = _endpoint(request, endpoint_id)
    names = ("id", "state", "note", "run_id", "begun", "purged", "content_type", "received_at")
    rows, following = page(TriggerInbox.objects.filter(endpoint=known), "received_at", cursor)
    return {"items": [{name: getattr(row, name) for name in names} for row in rows], "next": following}


@router.post("/endpoints/{uuid:endpoint_id}/deliveries/{uuid:delivery_id}/replay", response={202: ReplayOut})
def again(request: ApiRequest, endpoint_id: UUID, delivery_id: UUID) -> Status[dict[str, Any]]:
    """Begin the runs of this delivery once more."""
    known = _endpoint(request, endpoint_id)
    row = get_object_or_404(TriggerInbox, endpoint=known, pk=delivery_id)
    try:
        return Status(202, {"runs": [run.pk for run in replay(row, request.auth.member)]})
    except NotReplayable as why:
        raise ApiError(
            409, "not_replayable", str(why), "Look at the flow's trigger and its published version."
        ) from None
