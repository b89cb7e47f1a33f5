"""The inspector's doors: the form of a step, the data picker of a field, and choices that live in the account."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.connections.models import Connection
from helix.connections.opening import NoSandbox, open_credentials
from helix.connections.vault import VaultLocked
from helix.editor.fields import ABSENT, Given, Schema, liquid_of
from helix.editor.forms import account
from helix.editor.forms.conditions import TypeOf
from helix.editor.forms.form import form_of
from helix.editor.forms.picker import Picker
from helix.editor.forms.wanted import wanted
from helix.editor.island import outputs
from helix.editor.views.answers import BadBody, body
from helix.editor.views.flow import flow_or_404
from helix.editor.views.receiving import receiving
from helix.flows.graph import Graph, UnreadableGraph, read_graph
from helix.flows.models import Flow
from helix.flows.scope import available, fits
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject
from helix.flows.using import connection_facts
from helix.ids import new_id
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from integrations.kit.client import Client, open_client, send
from integrations.kit.errors import CallError, MissingKey

CHOICES_SECONDS = 60
CHOICES_TIMEOUT_SECONDS = 10


@require_POST
@needs(Ability.SEE)
def inspector(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The form of one step of the graph that the browser holds."""
    flow = flow_or_404(request, flow_id)
    try:
        node, graph = _asked(request)
    except BadBody as bad:
        return _notice(request, str(bad), status=400)
    step = STEP_TYPES.get(str(node.get("type")))
    key, subject = str(node["key"]), _subject(graph)
    form = form_of(
        node,
        step,
        output=subject.output(key) if subject and key in subject.nodes else {},
        type_of=_type_of(subject, key),
        connections=connection_facts(request.team).values(),
        now=timezone.now(),
    )
    return render(
        request,
        "editor/inspector/inspector.html",
        {
            "form": form,
            **receiving(request, flow, node, graph),
            "read_only": not may(request.member.role, Ability.EDIT),
            "connections_url": reverse("connections:list", kwargs={"team": request.team.slug}),
        },
    )


@require_POST
@needs(Ability.EDIT)
def data(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """What the steps before a step give, for one of its fields."""
    flow = flow_or_404(request, flow_id)
    try:
        node, graph = _asked(request)
        given = body(request)
    except BadBody as bad:
        return _notice(request, str(bad), status=400)
    key, step = str(node["key"]), STEP_TYPES.get(str(node.get("type")))
    config: Any = node.get("config")
    field = str(given.get("field") or "")
    picker = Picker(
        wanted(step.input_schema if step else {}, config, field, _type_of(_subject(graph), key)),
        fits,
        last=_last_scope(flow),
        in_text=given.get("in_text") is True,
    )
    names = {
        each.key: (each.title, STEP_TYPES[each.type].icon, STEP_TYPES[each.type].family)
        for each in (graph.nodes if graph else ())
        if each.type in STEP_TYPES
    }
    sources = picker.sources(available(graph, key) if graph else (), names)
    return render(request, "editor/inspector/picker.html", {"sources": sources})


@require_GET
@needs(Ability.EDIT)
def choices(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """Segments, broadcasts, newsletters or transactional messages of the account, by name; kept for a minute."""
    flow_or_404(request, flow_id)
    kind = account.KINDS.get(request.GET.get("kind", ""))
    name = request.GET.get("connection", "")
    if kind is None:
        return _options(request, message="There is no such list.", hint="Type the id instead.")
    if not name:
        return _options(
            request,
            message="Choose a connection first.",
            hint=f"Its {kind.words} are listed here then. You can also type an id.",
        )
    connection = Connection.objects.filter(team=request.team, name=name).prefetch_related("secrets").first()
    if connection is None:
        return _options(
            request, message=f"There is no connection “{name}”.", hint="Choose another one above, or type the id."
        )
    try:
        entries = _account_entries(connection, request.GET["kind"], kind)
    except MissingKey as error:
        return _options(request, message=error.message, hint=f"{error.hint} You can also type the id.")
    except CallError as error:
        return _options(
            request,
            message=f"The {kind.words} could not be loaded. {error.message}",
            hint=f"{error.hint} You can also type the id.",
        )
    except (NoSandbox, VaultLocked) as error:
        return _options(
            request, message=f"The {kind.words} could not be loaded. {error}", hint="You can also type the id."
        )
    found = account.matching(entries, request.GET.get("q", ""))
    return _options(request, entries=found, total=len(entries), words=kind.words)


def _account_entries(connection: Connection, name: str, kind: account.Kind) -> tuple[account.Entry, ...]:
    """The entries, from the last minute's answer when there is one. Raises CallError, NoSandbox, VaultLocked."""
    place = f"choices:{connection.pk}:{connection.updated_at.timestamp()}:{name}"
    known: tuple[account.Entry, ...] | None = cache.get(place)
    if known is None:
        reply = send(
            kind.action,
            kind.given,
            open_credentials(connection),
            client=_client(),
            idempotency_key=str(new_id()),
            timeout_seconds=CHOICES_TIMEOUT_SECONDS,
        )
        known = account.entries_of(kind, reply.data)
        cache.set(place, known, CHOICES_SECONDS)
    return known


@lru_cache(maxsize=1)
def _client() -> Client:
    return open_client()


def _asked(request: HttpRequest) -> tuple[Mapping[str, Any], Graph | None]:
    """The node that is asked for, as sent, and the graph, None when it cannot be read; BadBody when there is no node."""
    given = body(request)
    sent, key = given.get("graph"), given.get("node")
    nodes = sent.get("nodes") if isinstance(sent, dict) else None
    node = (
        next((each for each in nodes if isinstance(each, dict) and each.get("key") == key), None)
        if isinstance(nodes, list)
        else None
    )
    if node is None or not isinstance(key, str):
        raise BadBody("This step is not in the flow any more.")
    try:
        return node, read_graph(sent)
    except UnreadableGraph:
        return node, None


def _subject(graph: Graph | None) -> Subject | None:
    return Subject(graph, {}, STEP_TYPES) if graph is not None else None


def _type_of(subject: Subject | None, key: str) -> TypeOf:
    """Types of values as this step sees them; nothing is known of a graph that cannot be read."""

    def type_of(value: Given) -> Schema:
        if subject is None or key not in subject.nodes or value is ABSENT or value == "" or liquid_of(value) == "":
            return {}
        return subject.type_of_value(subject.nodes[key], value)

    return type_of


def _last_scope(flow: Flow) -> dict[str, Any] | None:
    """The scope as the flow's last run left it, to show values beside paths; None before the first run."""
    run = flow.runs.order_by("-created_at", "-id").first()
    return (
        {"trigger": run.payload, "steps": outputs(run)["steps"], "flow": {"name": flow.name}}
        if run is not None
        else None
    )


def _notice(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "editor/inspector/notice.html", {"message": message}, status=status)


def _options(request: HttpRequest, **context: Any) -> HttpResponse:
    return render(request, "editor/inspector/choices.html", context)
