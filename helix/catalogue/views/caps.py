"""The caps a day of a connection: an owner of keys sets them; empty is no cap."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from helix.connections.models import Connection
from helix.engine.budget.caps import set_caps
from helix.engine.budget.gate import gate
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

MOST = 1_000_000_000


class CapsForm(forms.Form):
    """Whole numbers, or nothing."""

    calls = forms.IntegerField(min_value=0, max_value=MOST, required=False)
    broadcasts = forms.IntegerField(min_value=0, max_value=MOST, required=False)
    people = forms.IntegerField(min_value=0, max_value=MOST, required=False)


@require_POST
@needs(Ability.CONNECT)
def change_caps(request: TeamRequest, connection_id: UUID) -> HttpResponse:
    """Other caps from now on; steps that waited for tomorrow look again."""
    connection = get_object_or_404(Connection.objects.filter(team=request.team), pk=connection_id)
    form = CapsForm(request.POST)
    if form.is_valid():
        set_caps(connection, **form.cleaned_data)
        gate().standings.forget(connection.pk)
        messages.success(request, f"The daily caps of “{connection.name}” are changed and hold from now on.")
    else:
        messages.error(
            request,
            f"The daily caps of “{connection.name}” are unchanged: write whole numbers from 0, or nothing for no cap.",
        )
    return redirect(reverse("connections:list", kwargs={"team": request.team.slug}))
