"""Which connections flows may use, and which flows use a connection."""

import json

from helix.connections.keeping import families
from helix.connections.models import Connection
from helix.flows.check import ConnectionFacts
from helix.flows.models import Flow
from helix.teams.models import Team


class InUse(Exception):
    """The connection is named by flows; `flows` lists them."""

    def __init__(self, flows: list[Flow]) -> None:
        super().__init__(f"Used by {', '.join(flow.name for flow in flows)}.")
        self.flows = flows


def connection_facts(team: Team) -> dict[str, ConnectionFacts]:
    """What a check needs to know of the team's connections, by name; real accounts before the sandbox."""
    return {
        connection.name: ConnectionFacts(
            name=connection.name,
            integration=connection.integration,
            region=connection.region,
            families=families(connection),
            sandbox=connection.sandbox,
        )
        for connection in Connection.objects.filter(team=team)
        .prefetch_related("secrets")
        .order_by("sandbox", "created_at")
    }


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
    connection.delete()
