"""What Customer.io sends to us, on a connection's card: the address, the signing key, the last deliveries."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.connections.models import Connection
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.teams.sudo import confirmed
from helix.triggers import endpoints
from helix.triggers.inbox import NotReplayable, replay
from helix.triggers.models import Endpoint, TriggerInbox

SHOWN = 8


def receiving(connection: Connection, request: HttpRequest) -> dict[str, Any] | None:
    """What a card shows of the reporting webhook; None while there is no address."""
    endpoint = Endpoint.objects.filter(connection=connection).select_related("team").first()
    if endpoint is None:
        return None
    return {
        "address": endpoints.address(endpoint, request),
        "has_key": endpoint.secret is not None,
        "last4": endpoints.last4(endpoint),
        "old_until": endpoint.old_until if endpoint.old_secret is not None else None,
        "deliveries": endpoints.deliveries(endpoint, SHOWN),
    }


def _to_card(request: TeamRequest, connection: Connection) -> HttpResponse:
    address = reverse("connections:list", kwargs={"team": request.team.slug})
    return redirect(f"{address}#connection-{connection.pk}")


@require_POST
@needs(Ability.CONNECT)
@confirmed
def receive(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """Make the address of the reporting webhook, and put its signing key in place when one is given."""
    connection = get_object_or_404(Connection, team=request.team, pk=connection_id)
    endpoint = endpoints.endpoint_of_connection(connection)
    key = request.POST.get("signing_key", "")
    if not key:
        messages.success(request, "The address is ready: enter it in Customer.io, then enter the signing key here.")
        return _to_card(request, connection)
    try:
        endpoints.replace_secret(endpoint, key)
    except endpoints.BadSecret as bad:
        messages.error(request, str(bad))
    else:
        messages.success(request, "The signing key is in place. The one before, if any, is good for 24 hours more.")
    return _to_card(request, connection)


@require_POST
@needs(Ability.OPERATE)
def again(request: TeamRequest, connection_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Begin the runs of one delivery once more."""
    connection = get_object_or_404(Connection, team=request.team, pk=connection_id)
    row = get_object_or_404(TriggerInbox, pk=delivery_id, endpoint__connection=connection)
    try:
        begun = len(replay(row, request.member))
    except NotReplayable as why:
        messages.error(request, str(why))
    else:
        messages.success(request, f"{begun} run{'' if begun == 1 else 's'} began with this delivery.")
    return _to_card(request, connection)
