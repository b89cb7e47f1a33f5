"""Flows as files: a graph with the names of the connections it uses, never with their keys."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.drafts import create_flow, tidy_name
from helix.flows.filing import place, put_tags
from helix.flows.graph import UnreadableGraph
from helix.flows.json_text import read_json
from helix.flows.models import Flow, FlowVersion
from helix.flows.n8n import NotTaken, Report, convert, is_workflow
from helix.flows.steps.calls import HTTP
from helix.flows.using import connection_facts
from helix.teams.models import Team, User
from integrations.http.discretion import is_secretive

DOCUMENT = 1
"""The number of the form of such files."""


class BadDocument(Exception):
    """This file is no flow; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class TakenIn:
    """A flow that came from a file; `report` says what became of each node when it was a workflow of n8n."""

    flow: Flow
    report: Report | None = None


def export_document(flow: Flow, version: FlowVersion | None = None) -> dict[str, Any]:
    """The flow's draft, or a version of it, as a document that `import_document` reads."""
    graph = without_keys(json.loads(version.graph if version else flow.draft))
    facts = connection_facts(flow.team)
    named = {node.get("connection") for node in graph.get("nodes", []) if isinstance(node, dict)} - {None}
    connections = [
        {"name": name, "integration": facts[name].integration if name in facts else None}
        for name in sorted(map(str, named))
    ]
    noted(flow.team_id, Act.EXPORTED, flow, after=str(version or "draft"))
    return {
        "helix": DOCUMENT,
        "name": flow.name,
        "graph": graph,
        "connections": connections,
        "folder": flow.folder.path if flow.folder else None,
        "tags": sorted(flow.tags.values_list("name", flat=True)),
    }


def without_keys(graph: dict[str, Any]) -> dict[str, Any]:
    """Keys that were typed into HTTP steps stay here: their places are left empty."""
    for node in graph.get("nodes", []):
        config = node.get("config") if isinstance(node, dict) and node.get("type") == HTTP else None
        for part in ("headers", "query"):
            held = config.get(part) if isinstance(config, dict) else None
            if isinstance(config, dict) and isinstance(held, dict):
                config[part] = {
                    name: "" if isinstance(value, str) and is_secretive(name) else value for name, value in held.items()
                }
    return graph


def import_document(team: Team, text: bytes | str, by: User | None, name: str | None = None) -> Flow:
    """A new flow of the team, switched off, with the document's graph as its draft; its problems say what it lacks here.
    Also takes a bare graph, and a workflow that n8n has exported. BadDocument or UnreadableGraph when it is none of them."""
    return take_in(team, text, by, name).flow


def take_in(team: Team, text: bytes | str, by: User | None, name: str | None = None) -> TakenIn:
    """As `import_document`, with the report on a workflow of n8n."""
    value: Any = read_json(text)
    if not isinstance(value, dict):
        raise BadDocument(
            "This file holds no flow. Choose a file that “Export” of Helix, or “Download” of n8n, has made."
        )
    if is_workflow(value):
        return _from_n8n(team, value, by, name)
    if "helix" in value:
        if value["helix"] != DOCUMENT:
            raise BadDocument(
                f"This file is of form {str(value['helix'])[:20]}; this Helix reads form {DOCUMENT}. Update Helix, or export it again."
            )
        graph = value.get("graph")
    else:
        graph = value
    if not isinstance(graph, dict) or not isinstance(graph.get("nodes"), list):
        raise BadDocument(
            "This file holds no graph: “nodes” is missing. Choose a file that “Export” of Helix has made."
        )
    given = value.get("name")
    called = tidy_name(name or (given if isinstance(given, str) else "")) or "Imported flow"
    flow = _kept(team, called, json.dumps(graph, ensure_ascii=False), by)
    if "helix" in value:
        _filed(flow, value.get("folder"), value.get("tags"))
    return TakenIn(flow)


def _filed(flow: Flow, folder: Any, tags: Any) -> None:
    """Put the flow where its document says; a folder or tags that make no sense here are left out."""
    with suppress(ValueError):
        place(flow, folder if isinstance(folder, str) else None)
    with suppress(ValueError):
        put_tags(flow, [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [])


def _from_n8n(team: Team, value: dict[str, Any], by: User | None, name: str | None) -> TakenIn:
    try:
        found = convert(value)
    except NotTaken as sentence:
        raise BadDocument(str(sentence)) from None
    text = json.dumps(found.graph, ensure_ascii=False)
    return TakenIn(_kept(team, tidy_name(name or found.name) or "Imported flow", text, by), found.report)


def _kept(team: Team, name: str, text: str, by: User | None) -> Flow:
    with transaction.atomic():
        flow = create_flow(team, name, text, by)
        noted(team.pk, Act.IMPORTED, flow)
        return flow


__all__ = ["BadDocument", "TakenIn", "UnreadableGraph", "export_document", "import_document", "take_in"]
