"""The gallery: its list with search, one template with its inputs, and “Use”, which makes a draft."""

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from helix.connections.sandboxed import sandbox_of
from helix.flows.check import ConnectionFacts
from helix.flows.drafts import create_flow
from helix.flows.using import connection_facts
from helix.gallery.catalogue import TEMPLATES, Template, Unfit
from helix.gallery.keeping import OWN, own_template, own_templates
from helix.gallery.picture import picture_of
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Team
from helix.teams.roles import Ability, may
from helix.triggers.endpoints import endpoint_of_connection

MISSING = "customerio"
"""The name that steps give for a connection that the team does not have yet."""


BEGINS = {
    "schedule": "By the clock", "webhook": "By a webhook", "customerio_event": "By a Customer.io event", "manual": "By hand",
}  # fmt: skip


@require_GET
@needs(Ability.SEE)
def templates(request: TeamRequest) -> HttpResponse:
    """Every template, or those that hold all words of ?q=, begin as ?begin= says and need ?need=."""
    asked = request.GET.get("q", "").strip()[:100]
    words = asked.lower().split()
    begin, need = (request.GET.get(name, "") for name in ("begin", "need"))
    everything = [*own_templates(request.team), *TEMPLATES.values()]
    rows = [
        {"template": each, "picture": picture_of(each.graph), "own": each.key.startswith(OWN)}
        for each in everything
        if all(word in f"{each.title} {each.says} {' '.join(each.needs_words)}".lower() for word in words)
        and (begin not in BEGINS or begin in each.begins)
        and (not need or need in each.needs_words)
    ]
    known = dict.fromkeys(sorted({word for each in everything for word in each.needs_words}))
    now = {"q": asked, "begin": begin, "need": need}
    filters = [
        ("Begins", [_choice(now, "begin", key, label) for key, label in BEGINS.items()]),
        ("Needs", [_choice(now, "need", word, word) for word in known]),
    ]
    return render(request, "gallery/list.html", {"rows": rows, "filters": filters, **now})


@require_GET
@needs(Ability.SEE)
def template(request: TeamRequest, template: str) -> HttpResponse:
    """One template: what it does, what it needs, and the form that makes a draft of it."""
    return _page(request, request.team, _found(request.team, template), {}, "", 200)


@require_POST
@needs(Ability.EDIT)
def use(request: TeamRequest, template: str) -> HttpResponse:
    """A draft of the template with the chosen connections and the typed inputs; then its editor."""
    chosen = _found(request.team, template)
    given = {each.name: request.POST.get(each.name, str(each.value)) for each in chosen.inputs}
    given |= {name: request.POST.get(name, "") for name in ("connection", "http")}
    try:
        values = {each.name: each.read(given[each.name]) for each in chosen.inputs}
    except Unfit as unfit:
        return _page(request, request.team, chosen, given, str(unfit), 422)
    name = given["connection"]
    if "sandbox" in request.POST and settings.HELIX.HELIX_SANDBOX_URL and may(request.member.role, Ability.CONNECT):
        made = sandbox_of(request.team, request.user)
        endpoint_of_connection(made)
        name = made.name
    known = _names(request.team, "customerio")
    http = given["http"] if given["http"] in _names(request.team, "http") else ""
    graph = chosen.filled(values, name if name in known else MISSING, http)
    flow = create_flow(request.team, chosen.title, json.dumps(graph, ensure_ascii=False), request.user)
    if name not in known:
        messages.warning(request, "The draft has no Customer.io connection yet. Make one, then choose it in the steps.")
    return redirect("editor:edit", team=request.team.slug, flow_id=flow.pk)


def _choice(now: dict[str, str], name: str, value: str, label: str) -> dict[str, Any]:
    """A filter's link: it sets the filter, or takes it back."""
    on = now[name] == value
    asked = {**now, name: "" if on else value}
    return {"label": label, "on": on, "query": urlencode({key: each for key, each in asked.items() if each})}


def _names(team: Team, integration: str) -> set[str]:
    return {each.name for each in connection_facts(team).values() if each.integration == integration}


def _found(team: Team, key: str) -> Template:
    found = TEMPLATES.get(key) or own_template(team, key)
    if found is None:
        raise Http404("There is no such template.")
    return found


def _accounts(team: Team) -> list[ConnectionFacts]:
    return [each for each in connection_facts(team).values() if each.integration == "customerio"]


def _page(
    request: HttpRequest, team: Team, chosen: Template, given: dict[str, str], error: str, status: int
) -> HttpResponse:
    wanted = set(chosen.needs)
    accounts = [(each.name, sorted(wanted - each.families)) for each in _accounts(team)]
    page = {
        "template": chosen,
        "own": chosen.key.startswith(OWN),
        "picture": picture_of(chosen.graph),
        "inputs": [(each, given.get(each.name, str(each.value))) for each in chosen.inputs],
        "given": given,
        "services": sorted(_names(team, "http")),
        "sandbox": bool(settings.HELIX.HELIX_SANDBOX_URL),
        "accounts": sorted(accounts, key=lambda account: len(account[1])),
        "error": error,
    }
    return render(request, "gallery/template.html", page, status=status)
