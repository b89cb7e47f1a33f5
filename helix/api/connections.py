"""Connections over the REST API. Secrets go in and never come out."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.api.shapes import ConnectionChange, ConnectionIn, ConnectionOut, HttpOptions, ProbeOut, Secrets
from helix.connections.forms import KeysForm
from helix.connections.http_forms import HttpKeysForm
from helix.connections.keeping import families, save_connection, test_connection
from helix.connections.models import Connection
from helix.connections.opening import NoSandbox
from helix.connections.service_forms import ServiceKeysForm, services
from helix.engine.budget.gate import mended
from helix.engine.perform import client
from helix.flows.using import InUse, remove
from helix.teams.roles import Ability
from integrations.catalog import INTEGRATIONS
from integrations.kit.families import ProbeResult

Keys = KeysForm | HttpKeysForm | ServiceKeysForm
router = Router(tags=["connections"])


def connections(request: ApiRequest) -> QuerySet[Connection]:
    return Connection.objects.prefetch_related("secrets").filter(team=request.auth.team).order_by("name")


def row(connection: Connection) -> dict[str, Any]:
    names = ("id", "name", "integration", "region", "sandbox", "state", "notice")
    kept = {name: getattr(connection, name) for name in names}
    http = _options(connection) if connection.integration == "http" else None
    return {**kept, "families": sorted(families(connection)), "http": http}


@router.get("/connections", response=list[ConnectionOut])
def list_connections(request: ApiRequest) -> list[dict[str, Any]]:
    request.auth.must(Ability.SEE)
    return [row(connection) for connection in connections(request)]


@router.post("/connections", response={201: ConnectionOut})
def create(request: ApiRequest, body: ConnectionIn) -> Status[dict[str, Any]]:
    """A new connection to Customer.io, or with `integration: "http"` to any HTTP service."""
    request.auth.must(Ability.CONNECT)
    if connections(request).filter(name=body.name).exists():
        raise ApiError(
            409,
            "name_taken",
            f"There is a connection “{body.name}” already.",
            "Choose another name, or PATCH that one.",
            "/name",
        )
    form: Keys
    if body.integration not in INTEGRATIONS:
        known = ", ".join(INTEGRATIONS)
        raise ApiError(
            422, "invalid", f"There is no integration “{body.integration}”.", f"Choose one of: {known}.", "/integration"
        )
    if (service := services().get(body.integration)) is not None:
        form = ServiceKeysForm({**body.secrets.model_dump(), "region": body.region}, service=service)
    elif body.integration == "http":
        form = HttpKeysForm(_entered(body.secrets, body.http or HttpOptions()))
    else:
        form = KeysForm({**body.secrets.model_dump(), "region": body.region})
    made = _save(request, body.name, body.integration, form, body.secrets, region=body.region)
    return Status(201, row(made))


@router.get("/connections/{uuid:connection_id}", response=ConnectionOut)
def read(request: ApiRequest, connection_id: UUID) -> dict[str, Any]:
    request.auth.must(Ability.SEE)
    return row(get_object_or_404(connections(request), pk=connection_id))


@router.patch("/connections/{uuid:connection_id}", response=ConnectionOut)
def change(request: ApiRequest, connection_id: UUID, body: ConnectionChange) -> dict[str, Any]:
    """Replace the keys that are given, and the options; a key that is left out stays."""
    request.auth.must(Ability.CONNECT)
    known = get_object_or_404(connections(request), pk=connection_id)
    held = frozenset(secret.field for secret in known.secrets.all())
    form: Keys
    if (service := services().get(known.integration)) is not None:
        entered = {**body.secrets.model_dump(), "region": body.region or known.region}
        form = ServiceKeysForm(entered, service=service, held=held)
    elif known.integration == "http":
        now = _options(known)
        initial = {"hosts": "\n".join(now.hosts)}
        form = HttpKeysForm(_entered(body.secrets, body.http or now), held=held, initial=initial)
    else:
        form = KeysForm({**body.secrets.model_dump(), "region": body.region or known.region}, held=held)
    region = body.region or known.region
    _save(request, known.name, known.integration, form, body.secrets, region=region, sandbox=known.sandbox)
    mended(known)
    return row(get_object_or_404(connections(request), pk=connection_id))


def _entered(secrets: Secrets, options: HttpOptions) -> dict[str, Any]:
    """What a person would have entered in the page's form: both doors keep the same rules."""
    return {**secrets.model_dump(), **options.model_dump(), "hosts": "\n".join(options.hosts)}


def _options(connection: Connection) -> HttpOptions:
    kept = connection.options
    way: Any = next(iter(sorted(families(connection))), "bearer")
    return HttpOptions(
        way=way, header=kept.get("header", ""), hosts=kept.get("hosts", []), test_url=kept.get("test_url", "")
    )


def _save(
    request: ApiRequest,
    name: str,
    integration: str,
    form: Keys,
    given: Secrets,
    *,
    region: str,
    sandbox: bool = False,
) -> Connection:
    if not form.is_valid():
        field, words = next(iter(form.errors.items()))
        place = {"__all__": "/secrets", "region": "/region"}.get(field, f"/secrets/{field}")
        if field in HttpOptions.model_fields:
            place = f"/http/{field}"
        raise ApiError(422, "invalid", str(words[0]), "Correct it and call again; nothing was kept.", place)
    if foreign := [name for name, value in given.model_dump().items() if value and name not in form.secrets]:
        why = f"A connection of this kind has no key “{foreign[0]}”."
        hint = "Send only the keys of its integration, or of the way that it signs in; nothing was kept."
        raise ApiError(422, "invalid", why, hint, f"/secrets/{foreign[0]}")
    return save_connection(
        request.auth.team, name=name, integration=integration, region=region, secrets=form.secrets, sandbox=sandbox,
        by=request.auth.user, options=form.options if integration == "http" else None, forget=form.forget,
    )  # fmt: skip


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
