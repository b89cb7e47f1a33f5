"""Who may build with a connection, on its card."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.connections import grants
from helix.connections.models import Connection
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability


def grants_of(connection: Connection) -> dict[str, Any]:
    """What a card shows of it: the words, and the members to choose from."""
    chosen = {user.pk for user in connection.granted.all()}
    return {
        "words": grants.in_words(connection),
        "members": [(member.user, member.user_id in chosen) for member in grants.candidates(connection.team)],
    }


@require_POST
@needs(Ability.CONNECT)
def grant(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """Limit the connection to chosen members, or open it to all who edit."""
    connection = get_object_or_404(Connection.objects.filter(team=request.team), pk=connection_id)
    chosen = []
    for text in request.POST.getlist("members"):
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue
    grants.set_grants(connection, limited=request.POST.get("limited") == "1", members=chosen)
    messages.success(request, f"“{connection.name}” may be used in flows by {grants.in_words(connection)}.")
    address = reverse("connections:list", kwargs={"team": request.team.slug})
    return redirect(f"{address}#connection-{connection.pk}")
