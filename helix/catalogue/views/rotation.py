"""A new key beside the one in use, on a connection's card: entered, tested, switched to, thrown away; the old one wiped."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.connections import rotation
from helix.connections.keeping import save_connection
from helix.connections.models import Connection, SpareSecret
from helix.engine.budget.gate import mended
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.teams.sudo import confirmed
from integrations.catalog import INTEGRATIONS

AT_ONCE = "now"


def waits(connection: Connection) -> bool:
    """Whether a new key of this connection waits for its test."""
    return any(spare.role == SpareSecret.NEXT for spare in connection.spares.all())


def rotation_of(connection: Connection, can_try: bool) -> dict[str, Any]:
    """What a card shows of it."""
    labels = {
        name: words
        for family in INTEGRATIONS[connection.integration].families
        for name, words in family.secrets.items()
    }
    spares = [(labels.get(spare.field, spare.field), spare) for spare in connection.spares.all()]
    waiting = [pair for pair in spares if pair[1].role == SpareSecret.NEXT]
    old = [pair for pair in spares if pair[1].role == SpareSecret.OLD]
    return {
        "next": waiting,
        "minutes": rotation.KEPT_MINUTES.get(waiting[0][1].minutes, "") if waiting else "",
        "old": old,
        "until": old[0][1].until if old else None,
        "used_at": next((spare.used_at for _, spare in old if spare.used_at), None),
        "choices": [(minutes, words) for minutes, words in sorted(rotation.KEPT_MINUTES.items(), key=lambda each: each[0] != 60)],
        "can_try": can_try,
    }  # fmt: skip


def beside(request: TeamRequest, connection: Connection, form: Any) -> bool:
    """Keep entered keys beside those in use, when that was asked for and can be; False: they are to replace them at once.

    It cannot be when the key goes elsewhere from now on (hosts, kind, header), or when nothing of it is there yet.
    """
    kept = request.POST.get("keep", AT_ONCE)
    held = {secret.field for secret in connection.secrets.all()}
    if not kept.isdigit() or int(kept) not in rotation.KEPT_MINUTES or not held & set(form.secrets):
        return False
    if form.forget & held:
        return False
    now, wanted = dict(connection.options), dict(form.options)
    if {**now, "test_url": ""} != {**wanted, "test_url": ""} and wanted:
        return False
    region = form.cleaned_data.get("region") or connection.region
    if wanted and now != wanted:
        save_connection(
            request.team, name=connection.name, region=connection.region, secrets={}, by=request.user, options=wanted
        )
    rotation.enter_next(connection, form.secrets, region=region, minutes=int(kept))
    messages.success(
        request,
        f"The new key of “{connection.name}” is kept beside the one in use, which stays in use until it passed its test.",
    )
    return True


@require_POST
@needs(Ability.CONNECT)
@confirmed
def rotate(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """`act`: use (the new key, without a test), discard (it), wipe (the old one, before its time)."""
    connection = get_object_or_404(Connection.objects.filter(team=request.team), pk=connection_id)
    act = request.POST.get("act", "")
    if act == "use" and rotation.switch(connection):
        mended(connection)
        messages.success(request, f"“{connection.name}” uses the new key from its next call on.")
    elif act == "discard" and rotation.discard(connection):
        messages.success(request, f"The new key of “{connection.name}” is thrown away; the one in use stays.")
    elif act == "wipe" and rotation.wipe_old(connection):
        messages.success(request, f"The old key of “{connection.name}” is wiped.")
    else:
        messages.error(request, f"Nothing is changed: “{connection.name}” has no such key any more.")
    address = reverse("connections:list", kwargs={"team": request.team.slug})
    return redirect(f"{address}#connection-{connection.pk}")
