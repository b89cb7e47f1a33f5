"""Drafts: a draft is stored as it was sent, with the problems that the check finds in it."""

import json
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from helix.flows.check import CheckedGraph, check
from helix.flows.graph import UnreadableGraph, read_graph
from helix.flows.models import Flow
from helix.flows.using import connection_facts, flow_facts
from helix.teams.models import Team, User

EMPTY_GRAPH = '{"format": 1, "nodes": [], "edges": [], "notes": []}'


class NewerDraft(Exception):
    """The draft was changed since the revision that this change is based on; `flow` is as it is now."""

    def __init__(self, flow: Flow) -> None:
        super().__init__("Someone saved this draft after you opened it.")
        self.flow = flow


@dataclass(frozen=True)
class Saved:
    revision: int
    problems: list[dict[str, object]]


def check_text(team: Team, text: str, by: User | None = None) -> CheckedGraph:
    """Read and check a graph for this team, with what this person may use; UnreadableGraph when it is no graph at all."""
    return check(read_graph(text), connection_facts(team, by), flows=flow_facts(team, by))


def _check_to_keep(team: Team, text: str, by: User | None) -> CheckedGraph:
    """As check_text, for problems that are kept with the draft: limits of one person are left to publishing and testing."""
    return check(read_graph(text), connection_facts(team), flows=flow_facts(team, by, strict=False))


def create_flow(team: Team, name: str, graph_text: str = EMPTY_GRAPH, by: User | None = None) -> Flow:
    """A new flow with this draft, switched off; UnreadableGraph when the text is no graph."""
    checked = _check_to_keep(team, graph_text, by)
    return Flow.objects.create(
        team=team,
        name=tidy_name(name) or "Untitled flow",
        draft=graph_text,
        problems=as_json(checked),
        created_by=by,
        edited_by=by,
    )


def save_draft(flow: Flow, graph_text: str, *, base_revision: int, by: User | None = None) -> Saved:
    """Store the draft as sent. NewerDraft when another saving came between; UnreadableGraph leaves the last good draft."""
    checked = _check_to_keep(flow.team, graph_text, by)
    problems = as_json(checked)
    with transaction.atomic():
        now = Flow.objects.select_for_update().get(pk=flow.pk)
        if now.revision != base_revision and now.draft != graph_text:
            raise NewerDraft(now)
        if now.draft != graph_text or now.problems != problems:
            now.draft, now.problems, now.edited_by, now.edited_at = graph_text, problems, by, timezone.now()
            now.revision += 1
            now.editors += [str(by.pk)] if by is not None and str(by.pk) not in now.editors else []
            now.save(update_fields=["draft", "problems", "edited_by", "edited_at", "editors", "revision"])
    return Saved(now.revision, problems)


def rename(flow: Flow, name: str) -> None:
    """Give the flow another name of at most 200 characters; an empty one is refused with a ValueError."""
    if not tidy_name(name):
        raise ValueError("A flow needs a name.")
    flow.name = tidy_name(name)
    flow.save(update_fields=["name"])


def tidy_name(name: str) -> str:
    """A name as it is kept: at most 200 characters, without outer spaces and without NUL, which PostgreSQL has no place for."""
    return name.replace("\0", "").strip()[:200]


def as_json(checked: CheckedGraph) -> list[dict[str, object]]:
    return [problem.as_json() for problem in checked.problems]


def recheck(flow: Flow, by: User | None = None) -> list[dict[str, object]]:
    """The draft's problems as of now (connections may have changed), stored with it. `by`: who looks."""
    try:
        problems = as_json(_check_to_keep(flow.team, flow.draft, by))
    except UnreadableGraph as unreadable:
        problems = [problem.as_json() for problem in unreadable.problems]
    if problems != flow.problems:
        Flow.objects.filter(pk=flow.pk).update(problems=problems)
        flow.problems = problems
    return problems


def canonical(graph_text: str) -> str:
    """The graph's JSON with sorted keys and no spaces: equal graphs have equal text."""
    return json.dumps(json.loads(graph_text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
