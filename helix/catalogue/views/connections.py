"""Connections (“External Integrations”): connect, test, replace keys, remove. They live here, and not in the connections
room, because a card tells which flows use the connection."""

from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.catalogue.sandbox_client import SANDBOX_SECRETS
from helix.catalogue.views.grants import grants_of
from helix.catalogue.views.receiving import receiving
from helix.catalogue.views.rotation import beside, rotation_of, waits
from helix.connections.forms import ConnectForm, KeysForm
from helix.connections.hosts import hosts_of
from helix.connections.http_forms import HttpConnectForm, HttpKeysForm
from helix.connections.keeping import families, save_connection, test_connection
from helix.connections.models import Connection
from helix.connections.opening import NoSandbox
from helix.connections.rotation import test_next
from helix.connections.service_forms import ServiceConnectForm, ServiceKeysForm, services
from helix.connections.vault import VaultLocked
from helix.engine.budget.caps import today
from helix.engine.budget.gate import mended
from helix.flows import using
from helix.flows.access import barred
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from helix.teams.sudo import confirmed
from helix.triggers.endpoints import endpoint_of_connection
from integrations.catalog import CUSTOMERIO, HTTP, INTEGRATIONS
from integrations.kit.client import Client, open_client
from integrations.kit.families import ProbeResult

CARD = "connections/_card.html"
Keys = KeysForm | HttpKeysForm | ServiceKeysForm
NOTHING_TO_TRY = "There is nothing to try: enter a key, and for an HTTP service an address to test it at."


@cache
def _client() -> Client:
    """This process's client, with its kept connections."""
    return open_client()


def _find(request: TeamRequest, connection_id: UUID) -> Connection:
    known = Connection.objects.prefetch_related("secrets", "spares", "granted").filter(team=request.team)
    return get_object_or_404(known, pk=connection_id)


def _keys_form(connection: Connection, data: QueryDict | None = None) -> Keys:
    """The form that replaces the keys of this connection; what is no secret is filled in."""
    held = frozenset(secret.field for secret in connection.secrets.all())
    if connection.integration in services():
        service = services()[connection.integration]
        return ServiceKeysForm(data, service=service, initial={"region": connection.region}, held=held)
    if connection.integration != HTTP.key:
        return KeysForm(data, initial={"region": connection.region}, held=held)
    options = connection.options
    way = next(iter(families(connection)), "bearer")
    now = {**options, "way": way, "hosts": "\n".join(options.get("hosts", []))}
    return HttpKeysForm(data, initial=now, held=held)


def _card(
    request: TeamRequest, connection: Connection, results: list[ProbeResult] | None = None, **more: Any
) -> dict[str, Any]:
    """What a card shows. `results` of a test just made come first; they are not kept word by word."""
    integration = INTEGRATIONS[connection.integration]
    held = {secret.field: secret for secret in connection.secrets.all()}
    can_try = integration is not HTTP or bool(connection.options.get("test_url"))
    whole, tried = families(connection), {result.family: result for result in results or ()}
    keys = [
        {
            "family": family,
            "whole": family.key in whole,
            "secrets": [(label, held.get(name)) for name, label in family.secrets.items()],
            "result": tried.get(family.key),
        }
        for family in integration.families
        if integration is not HTTP or family.key in whole
    ]
    return {
        "connection": connection,
        "integration": integration,
        "families": integration.families,
        "keys": keys,
        "used_by": [flow for flow in using.used_by(connection) if flow.pk not in barred(request.member)],
        "receiving": receiving(connection, request),
        "use": today([connection])[connection.pk],
        "tested": results is not None,
        "hosts": hosts_of(connection),
        "rotation": rotation_of(connection, can_try),
        "grants": grants_of(connection) if may(request.member.role, Ability.CONNECT) else None,
        "can_try": can_try,
        "form": _keys_form(connection),
        **more,
    }


def _page(request: TeamRequest, status: int = 200, **more: Any) -> HttpResponse:
    changed: dict[str, Any] = more.pop("changed", {})
    known = Connection.objects.filter(team=request.team).order_by("sandbox", "name")
    known = known.prefetch_related("secrets", "spares", "granted")
    cards = [
        _card(request, connection, **(changed if changed.get("open") == connection.pk else {})) for connection in known
    ]
    has_sandbox = any(card["connection"].sandbox for card in cards)
    page = {
        "cards": cards,
        "families": CUSTOMERIO.families,
        "connect_form": ConnectForm(request.team, initial={"region": "us"}),
        "http_families": HTTP.families,
        "http_form": HttpConnectForm(request.team, initial={"way": "bearer"}),
        "service_forms": [
            ServiceConnectForm(request.team, service=each, initial={"region": "us"}) for each in services().values()
        ],
        "can_add_sandbox": bool(settings.HELIX.HELIX_SANDBOX_URL) and not has_sandbox,
        "fresh": request.GET.get("fresh", ""),
        **more,
    }
    return render(request, "connections/list.html", page, status=status)


def _forms(request: TeamRequest, wrong: ServiceConnectForm) -> list[ServiceConnectForm]:
    return [
        wrong if each is wrong.service else ServiceConnectForm(request.team, service=each)
        for each in services().values()
    ]


@require_GET
@needs(Ability.SEE)
def connections(request: TeamRequest) -> HttpResponse:
    return _page(request)


def _to_list(request: TeamRequest, fresh: Connection | None = None) -> HttpResponse:
    address = reverse("connections:list", kwargs={"team": request.team.slug})
    return redirect(f"{address}?fresh={fresh.pk}" if fresh else address)


@require_POST
@needs(Ability.CONNECT)
@confirmed
def connect(request: TeamRequest) -> HttpResponse:
    """A new connection; its card tries the keys as soon as it is shown."""
    is_http = request.POST.get("integration") == HTTP.key
    service = services().get(request.POST.get("integration", ""))
    form: ConnectForm | HttpConnectForm | ServiceConnectForm
    if service is not None:
        form = ServiceConnectForm(request.team, request.POST, service=service)
        if not form.is_valid():
            return _page(request, status=422, service_forms=_forms(request, form))
    else:
        form = (HttpConnectForm if is_http else ConnectForm)(request.team, request.POST)
    if not form.is_valid():
        return _page(request, status=422, **{"http_form" if is_http else "connect_form": form})
    given = form.cleaned_data
    made = save_connection(
        request.team, name=given["name"], region=given.get("region", "us"), secrets=form.secrets, by=request.user,
        integration=form.integration, options=form.options,
    )  # fmt: skip
    messages.success(request, f"“{made.name}” is connected. Its keys are sealed and never shown again.")
    return _to_list(request, made)


@require_POST
@needs(Ability.CONNECT)
def connect_sandbox(request: TeamRequest) -> HttpResponse:
    """The connection to the built-in sandbox, for a team that has none."""
    if not settings.HELIX.HELIX_SANDBOX_URL:
        messages.error(request, "This installation runs no sandbox. Start it with `make run`.")
    elif not Connection.objects.filter(team=request.team, sandbox=True).exists():
        free = Connection.objects.filter(team=request.team, name="sandbox").exists()
        name = "built-in-sandbox" if free else "sandbox"
        made = save_connection(
            request.team, name=name, region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=request.user
        )
        endpoint_of_connection(made)
        messages.success(request, f"“{name}” is connected: steps that use it call the sandbox, and nobody else.")
    return _to_list(request)


@require_POST
@needs(Ability.CONNECT)
@confirmed
def change(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """Another region, other hosts or new keys; empty fields keep the key that is there."""
    connection = _find(request, connection_id)
    form = _keys_form(connection, request.POST)
    if not form.is_valid():
        return _page(request, status=422, changed={"open": connection.pk, "form": form})
    if beside(request, connection, form):
        return _to_list(request, connection)
    save_connection(
        request.team, name=connection.name, region=form.cleaned_data.get("region", connection.region),
        secrets=form.secrets, sandbox=connection.sandbox, by=request.user, options=form.options, forget=form.forget,
    )  # fmt: skip
    mended(connection)
    messages.success(request, f"“{connection.name}” is changed; calls from now on use it so.")
    return _to_list(request, connection)


@require_POST
@needs(Ability.CONNECT)
def test(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """Try each key now and say in words how it fared."""
    connection = _find(request, connection_id)
    results: list[ProbeResult] = []
    refused = ""
    try:
        if waits(connection):
            results = test_next(connection, _client())
            connection = _find(request, connection_id)
        else:
            results = test_connection(connection, _client())
        if not waits(connection):
            mended(connection, results)
    except (NoSandbox, VaultLocked) as error:
        refused = str(error)
    if request.headers.get("HX-Request"):
        untried = "" if results or refused else NOTHING_TO_TRY
        return render(request, CARD, {"card": _card(request, connection, results, refused=refused, untried=untried)})
    said = refused or " ".join(f"{result.message} {result.hint}".strip() for result in results)
    good = bool(results) and all(result.ok for result in results)
    messages.add_message(request, messages.SUCCESS if good else messages.ERROR, said or NOTHING_TO_TRY)
    return _to_list(request)


@require_POST
@needs(Ability.CONNECT)
@confirmed
def remove(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    connection = _find(request, connection_id)
    try:
        using.remove(connection)
    except using.InUse as used:
        names = ", ".join(f"“{flow.name}”" for flow in used.flows)
        messages.error(
            request, f"“{connection.name}” is used by {names}. Choose another connection in their steps first."
        )
    else:
        messages.success(
            request, f"“{connection.name}” and its keys are gone. The service still knows the keys: delete them there."
        )
    return _to_list(request)
