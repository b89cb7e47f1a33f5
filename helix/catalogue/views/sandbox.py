"""The sandbox's page: the workspace, what it received, faults, and webhooks. Only for teams that are connected to it."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.catalogue import sandbox_client as client
from helix.catalogue.sandbox_state import FAULTS, fault, fault_words, tables
from helix.connections.models import Connection
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.triggers.endpoints import SANDBOX_SIGNING_KEY, address
from helix.triggers.models import Endpoint
from integrations.customerio.hooks import EVENTS

REQUESTS_SHOWN = 60
MOST_TIMES = 1000
LONGEST_LAG_MS = 60_000
NOT_CONNECTED = "This team has no connection to the sandbox."


class FaultForm(forms.Form):
    fault = forms.ChoiceField(choices=[(key, words) for key, (words, _) in FAULTS.items()])
    path = forms.CharField(max_length=200, required=False)
    times = forms.IntegerField(min_value=1, max_value=MOST_TIMES)


class WebhookForm(forms.Form):
    event = forms.ChoiceField(choices=[(name, name) for name in EVENTS])
    url = forms.URLField(max_length=500, assume_scheme="http")
    signing_key = forms.CharField(max_length=256, required=False)


class BehaviourForm(forms.Form):
    strict = forms.BooleanField(required=False)
    enforce_rates = forms.BooleanField(required=False)
    dedupe = forms.BooleanField(required=False)
    lag_ms = forms.IntegerField(min_value=0, max_value=LONGEST_LAG_MS)


def _is_connected(request: TeamRequest) -> bool:
    return Connection.objects.filter(team=request.team, sandbox=True).exists()


def _endpoint(request: TeamRequest) -> Endpoint | None:
    """Where the team's connection to the sandbox receives events; none before its address was made."""
    found = Endpoint.objects.filter(team=request.team, connection__sandbox=True)
    return found.select_related("team").first()


def _is_own_address(request: TeamRequest, url: str) -> bool:
    """Whether the address is one where this Helix takes deliveries of this team: nobody reaches other programs of the machine by
    way of the sandbox."""
    ours = {request.build_absolute_uri("/"), f"{settings.HELIX.HELIX_BASE_URL}/"}
    beginnings = {f"{place}h/{request.team.slug}/" for place in ours if place != "/"}
    return any(url.startswith(start) and re.fullmatch(r"[\w-]{1,64}", url[len(start) :]) for start in beginnings)


def _seen() -> dict[str, Any]:
    """What the page shows of the sandbox now, or why it shows nothing."""
    try:
        now = client.state()
        faults_on = [fault_words(one) for one in client.faults()]
        return {"tables": tables(now), "behaviour": now.get("settings") or {}, "faults_on": faults_on, **_log()}
    except client.SandboxAway as away:
        return {"tables": [], "away": str(away)}


def _log() -> dict[str, Any]:
    return {"requests": client.requests()[:REQUESTS_SHOWN], "away": ""}


@require_GET
@needs(Ability.OPERATE)
def page(request: TeamRequest) -> HttpResponse:
    if not _is_connected(request):
        return render(request, "sandbox/none.html", {"exists": bool(settings.HELIX.HELIX_SANDBOX_URL)})
    seen = _seen()
    wanted = request.GET.get("show", "")
    shown = next((table for table in seen["tables"] if table.kind.key == wanted), None)
    more = {
        "shown": shown,
        "faults": [(key, words) for key, (words, _) in FAULTS.items()],
        "events": sorted(EVENTS),
        "address": settings.HELIX.HELIX_SANDBOX_URL,
        "keys": client.SANDBOX_SECRETS,
        "is_shared": Connection.objects.filter(sandbox=True).exclude(team=request.team).exists(),
        "hook_url": address(endpoint, request) if (endpoint := _endpoint(request)) else "",
    }
    return render(request, "sandbox/page.html", {**seen, **more})


@require_GET
@needs(Ability.OPERATE)
def received(request: TeamRequest) -> HttpResponse:
    """The log of requests, as a fragment that is fetched again and again."""
    try:
        seen = _log() if _is_connected(request) else {"away": NOT_CONNECTED}
    except client.SandboxAway as away:
        seen = {"away": str(away)}
    return render(request, "sandbox/_requests.html", seen)


def _act(request: TeamRequest, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and say so; for teams connected to the sandbox only."""
    if not _is_connected(request):
        messages.error(request, NOT_CONNECTED)
    else:
        try:
            act()
            messages.success(request, done)
        except client.SandboxAway as away:
            messages.error(request, str(away))
    return redirect(reverse("sandbox:page", kwargs={"team": request.team.slug}))


@require_POST
@needs(Ability.OPERATE)
def faults(request: TeamRequest) -> HttpResponse:
    """Switch a fault on beside those that are on, or all off."""
    if request.POST.get("act") == "off":
        return _act(request, lambda: client.set_faults([]), "All faults are off.")
    form = FaultForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Choose a fault, and how often it strikes: 1 to {MOST_TIMES} times.")
        return redirect("sandbox:page", team=request.team.slug)
    given = form.cleaned_data
    made = fault(given["fault"], given["path"].strip(), given["times"])
    words = f"On: {FAULTS[given['fault']][0]}, for the next {given['times']} call{'' if given['times'] == 1 else 's'}."
    return _act(request, lambda: client.set_faults([*client.faults(), made]), words)


@require_POST
@needs(Ability.OPERATE)
def reset(request: TeamRequest) -> HttpResponse:
    return _act(
        request,
        client.reset,
        "The sandbox is as it was at first: its people, segments and broadcasts are seeded again.",
    )


@require_POST
@needs(Ability.OPERATE)
def clear(request: TeamRequest) -> HttpResponse:
    return _act(request, client.forget_requests, "The log of requests is empty.")


@require_POST
@needs(Ability.OPERATE)
def behaviour(request: TeamRequest) -> HttpResponse:
    """How faithful and how strict the sandbox is."""
    form = BehaviourForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"The lag is in milliseconds, 0 to {LONGEST_LAG_MS}.")
        return redirect("sandbox:page", team=request.team.slug)
    return _act(request, lambda: client.keep_settings(form.cleaned_data), "The sandbox behaves so from now on.")


@require_POST
@needs(Ability.OPERATE)
def webhook(request: TeamRequest) -> HttpResponse:
    """Have the sandbox send a signed event to an address, and tell what the receiver answered."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose an event, and give the address that it is sent to: http://… or https://…")
    elif not _is_own_address(request, form.cleaned_data["url"]):
        words = "The sandbox sends to addresses of this team only: that of a connection, or of a webhook trigger."
        messages.error(request, f"{words} Copy it from there.")
    elif not _is_connected(request):
        messages.error(request, NOT_CONNECTED)
    else:
        given = form.cleaned_data
        try:
            status, text = client.send_webhook(
                given["event"], given["url"], given["signing_key"] or SANDBOX_SIGNING_KEY
            )
        except client.SandboxAway as away:
            messages.error(request, str(away))
        else:
            said = (
                f"“{given['event']}” was sent to {given['url']}, which answered {status}."
                if status
                else f"Nobody answered at {given['url']}: {text}"
            )
            messages.add_message(request, messages.SUCCESS if 200 <= status < 300 else messages.WARNING, said)
    return redirect("sandbox:page", team=request.team.slug)
