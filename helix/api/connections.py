"""Connections over the REST API. Secrets go in and never come out."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.shapes import ConnectionChange, ConnectionIn, ConnectionOut, ProbeOut
from helix.connections.keeping import families, save_connection, test_connection
from helix.connections.models import Connection
from helix.connections.opening import NoSandbox
from helix.engine.budget.gate import mended
from helix.engine.perform import client
from helix.flows.using import InUse, remove
from helix.teams.roles import Ability
from integrations.customerio.connection import ProbeResult

router = Router(tags=["connections"])


def connections(request: ApiRequest) -> QuerySet[Connection]:
    return Connection.objects.prefetch_related("secrets").filter(team=request.auth.team).order_by("name")


def row(connection: Connection) -> dict[str, Any]:
    names = ("id", "name", "integration", "region", "sandbox", "state", "notice")
    return {**{name: getattr(connection, name) for name in names}, "families": sorted(families(connection))}


@router.get("/connections", response=list[ConnectionOut])
def list_connections(request: ApiRequest) -> list[dict[str, Any]]:
    request.auth.must(Ability.SEE)
    return [row(connection) for connection in connections(request)]


@router.post("/connections", response={201: ConnectionOut})
def create(request: ApiRequest, body: ConnectionIn) -> Status[dict[str, Any]]:
    request.auth.must(Ability.CONNECT)
    if connections(request).filter(name=body.name).exists():
        raise ApiError(
            409,
            "name_taken",
            f"There is a connection “{body.name}” already.",
            "Choose another name, or PATCH that one.",
            "/name",
        )
    made = save_connection(
        request.auth.team, name=body.name, region=body.region, secrets=body.secrets.model_dump(), by=request.auth.user
    )
    return Status(201, row(made))


@router.patch("/connections/{uuid:connection_id}", response=ConnectionOut)
def change(request: ApiRequest, connection_id: UUID, body: ConnectionChange) -> dict[str, Any]:
    request.auth.must(Ability.CONNECT)
    known = get_object_or_404(connections(request), pk=connection_id)
    if known.integration != "customerio":
        words = f"“{known.name}” is no connection to Customer.io; its key is replaced on the page of connections."
        raise ApiError(409, "other_service", words, "Open Connections, choose it, and replace its key there.")
    save_connection(
        request.auth.team,
        name=known.name,
        region=body.region or known.region,
        secrets=body.secrets.model_dump(),
        sandbox=known.sandbox,
    )
    mended(known)
    return row(get_object_or_404(connections(request), pk=connection_id))


@router.delete("/connections/{uuid:connection_id}", response={204: None})
def delete(request: ApiRequest, connection_id: UUID) -> Status[None]:
    request.auth.must(Ability.CONNECT)
    try:
        remove(get_object_or_404(connections(request), pk=connection_id))
    except InUse as used:
        raise ApiError(
            409, "in_use", str(used), "Take it out of these flows first.", flows=[str(flow.id) for flow in used.flows]
        ) from None
    return Status(204, None)


@router.post("/connections/{uuid:connection_id}/test", response=list[ProbeOut])
def test(request: ApiRequest, connection_id: UUID) -> list[ProbeResult]:
    """Try each key now."""
    request.auth.must(Ability.CONNECT)
    try:
        known = get_object_or_404(connections(request), pk=connection_id)
        results = test_connection(known, client())
        mended(known, results)
        return results
    except NoSandbox as error:
        raise ApiError(409, "no_sandbox", str(error)) from None
