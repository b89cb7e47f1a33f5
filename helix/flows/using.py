"""Which connections flows may use, and which flows use a connection."""

import json
from functools import lru_cache
from uuid import UUID

from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections.grants import withheld_from
from helix.connections.keeping import families
from helix.connections.models import Connection
from helix.expressions.types import Schema, union
from helix.flows.access import barred
from helix.flows.check import ConnectionFacts
from helix.flows.graph import read_graph
from helix.flows.models import Flow, FlowVersion
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.hooks import CALLED
from helix.flows.subject import FlowFacts, Subject
from helix.teams.models import Member, Team, User
from helix.teams.roles import Ability

NOTHING: Schema = {"type": "object", "properties": {}, "additionalProperties": False}


class InUse(Exception):
    """The connection is named by flows; `flows` lists them."""

    def __init__(self, flows: list[Flow]) -> None:
        super().__init__(f"Used by {', '.join(flow.name for flow in flows)}.")
        self.flows = flows


def connection_facts(team: Team, by: User | None = None) -> dict[str, ConnectionFacts]:
    """What a check needs to know of the team's connections, by name; real accounts before the sandbox. `by`: who asks."""
    withheld = withheld_from(team, by)
    return {
        connection.name: ConnectionFacts(
            name=connection.name,
            integration=connection.integration,
            region=connection.region,
            families=families(connection),
            sandbox=connection.sandbox,
            withheld=connection.name in withheld,
        )
        for connection in Connection.objects.filter(team=team)
        .prefetch_related("secrets")
        .order_by("sandbox", "created_at")
    }


def flow_facts(team: Team, by: User | None = None, *, strict: bool = True) -> dict[str, FlowFacts]:
    """What a check needs to know of the team's flows that others may call, by id. `by`: who asks; a flow for chosen people that they
    may not run is left out. Not `strict`, for a draft that others made too: it is there, and nothing of it is told."""
    flows = Flow.objects.filter(team=team, deleted_at=None, published__isnull=False, published__plan__contains=CALLED)
    found = {flow: called_facts(flow.pk, flow.published_id, flow.name) for flow in flows if flow.published_id}
    untold = _not_run_by(team, by, strict) if any(flow.restricted for flow in found) else frozenset[UUID]()
    facts = {str(flow.pk): (each, flow.pk in untold) for flow, each in found.items() if each}
    return {
        key: FlowFacts(key, "", {}, {}, untold=True) if hidden else each
        for key, (each, hidden) in facts.items()
        if not (hidden and strict)
    }


def _not_run_by(team: Team, by: User | None, strict: bool) -> frozenset[UUID]:
    """The flows for chosen people that this person may not run. A command or duty sees all, but what is kept for all to read tells none."""
    if by is None and strict:
        return frozenset()
    member = Member.objects.filter(team=team, user=by).first() if by else None
    if member is None:
        return frozenset(Flow.objects.filter(team=team, restricted=True).values_list("pk", flat=True))
    return frozenset(barred(member, Ability.OPERATE))


@lru_cache(maxsize=512)
def called_facts(flow_id: UUID, version_id: UUID, name: str) -> FlowFacts | None:
    """Of one published version; None when it cannot be called. A version never changes, so neither does this."""
    graph = read_graph(FlowVersion.objects.values_list("graph", flat=True).get(pk=version_id))
    subject = Subject(graph, {}, STEP_TYPES)
    entry = next((key for key, node in subject.nodes.items() if node.type == CALLED), None)
    if entry is None:
        return None
    given = [
        subject.type_of_value(node, node.config.get("values") or {})
        for node in subject.nodes.values()
        if node.type == "logic.stop" and node.config.get("outcome", "succeed") != "fail"
    ]
    return FlowFacts(str(flow_id), name, subject.output(entry), union(given) if given else NOTHING)


def used_by(connection: Connection) -> list[Flow]:
    """Flows of the team whose draft or published version names this connection."""
    flows = (
        Flow.objects.filter(team_id=connection.team_id, deleted_at=None).select_related("published").order_by("name")
    )
    return [
        flow
        for flow in flows
        if any(connection.name in _named(text) for text in (flow.draft, flow.published.graph if flow.published else ""))
    ]


def _named(graph: str) -> set[str]:
    try:
        nodes = json.loads(graph or "{}").get("nodes", [])
    except (ValueError, AttributeError):
        return set()
    return {node["connection"] for node in nodes if isinstance(node, dict) and isinstance(node.get("connection"), str)}


def remove(connection: Connection) -> None:
    """Delete the connection and its secrets; InUse when a flow names it."""
    if flows := used_by(connection):
        raise InUse(flows)
    with transaction.atomic():
        team, pk, name = connection.team_id, str(connection.pk), connection.name
        connection.delete()
        noted(team, Act.CONNECTION_REMOVED, kind="connection", pk=pk, name=name)
