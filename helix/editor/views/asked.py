"""What a door of the inspector is asked about: one step of the graph that the browser holds, and what is known around it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from helix.editor.fields import ABSENT, Given, Schema, liquid_of
from helix.editor.forms.conditions import TypeOf
from helix.editor.views.answers import BadBody, body
from helix.flows.graph import Graph, UnreadableGraph, read_graph
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject


def asked(request: HttpRequest) -> tuple[Mapping[str, Any], Graph | None]:
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


def subject_of(graph: Graph | None) -> Subject | None:
    return Subject(graph, {}, STEP_TYPES) if graph is not None else None


def type_of_at(subject: Subject | None, key: str) -> TypeOf:
    """Types of values as this step sees them; nothing is known of a graph that cannot be read."""

    def type_of(value: Given) -> Schema:
        if subject is None or key not in subject.nodes or value is ABSENT or value == "" or liquid_of(value) == "":
            return {}
        return subject.type_of_value(subject.nodes[key], value)

    return type_of


def notice(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """A sentence in the place of what was asked for."""
    return render(request, "editor/inspector/notice.html", {"message": message}, status=status)
