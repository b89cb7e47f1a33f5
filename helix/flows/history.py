"""The history of a flow: its versions, what differs between two of them, and going back to one."""

from typing import Literal

from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.changes import Change, compare
from helix.flows.drafts import Saved, save_draft
from helix.flows.graph import read_graph
from helix.flows.models import Flow, FlowVersion
from helix.teams.models import User

Side = FlowVersion | Literal["draft"]
EMPTY = '{"format": 1, "nodes": [], "edges": [], "notes": []}'


def versions_of(flow: Flow) -> list[FlowVersion]:
    """The published versions, the newest first."""
    return list(
        flow.versions.exclude(number=None).select_related("created_by").defer("graph", "plan").order_by("-number")
    )


def side(flow: Flow, name: str) -> Side | None:
    """What a person compares: “draft”, “published”, or the number of a version; None when there is no such."""
    if name == "draft":
        return "draft"
    if name == "published":
        return flow.published
    return flow.versions.filter(number=int(name)).first() if name.isdecimal() and len(name) < 9 else None


def text_of(flow: Flow, which: Side | None) -> str:
    """The graph of that side as JSON text; an empty one for none."""
    return EMPTY if which is None else flow.draft if which == "draft" else which.graph


def changes_between(flow: Flow, one: Side | None, two: Side | None) -> tuple[Change, ...]:
    """What differs from the one to the other; None stands for an empty flow."""
    return compare(read_graph(text_of(flow, one)), read_graph(text_of(flow, two)))


def restore(flow: Flow, version: FlowVersion, by: User | None) -> Saved:
    """Make the version's graph the draft again. What runs and what is published stay as they are."""
    with transaction.atomic():
        saved = save_draft(flow, version.graph, base_revision=flow.revision, by=by)
        noted(flow.team_id, Act.RESTORED, flow, after=f"{version} is the draft again")
        return saved
