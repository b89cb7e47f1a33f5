"""A team's own templates: saved from a flow, listed beside those of Helix, taken away."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.exchange import without_keys
from helix.flows.models import Flow
from helix.gallery.catalogue import Input, Template
from helix.gallery.models import TeamTemplate
from helix.teams.models import Team, User

MOST = 200
OWN = "own-"
"""How keys of a team's own templates begin in addresses."""


class NotKept(ValueError):
    """The template was not saved; the text says why."""


def graph_to_keep(flow: Flow) -> dict[str, Any]:
    """The draft as a template holds it: without connections, and without keys that were typed into HTTP steps."""
    graph: dict[str, Any] = without_keys(json.loads(flow.draft))
    for node in graph.get("nodes", []):
        if isinstance(node, dict):
            node.pop("connection", None)
    return graph


def why_not(flow: Flow) -> str:
    """Why this draft is no template yet; "" when it may be one."""
    if any(problem["severity"] == "error" for problem in flow.problems):
        return "This draft has errors, and a template shall make drafts without any. Mend them first: the editor lists them."
    if not json.loads(flow.draft).get("nodes"):
        return "This flow has no step yet, so there is nothing to keep."
    return ""


def keep(flow: Flow, title: str, says: str, asked: Sequence[Input], by: User | None) -> TeamTemplate:
    """Save the flow's draft as a template of its team. NotKept when the title is none or taken, or there are too many."""
    title, says = " ".join(title.split()), says.strip()
    if not title or len(title) > 120 or "\0" in title:
        raise NotKept("Give the template a title of at most 120 characters.")
    if len(says) > 400 or "\0" in says:
        raise NotKept("Say in at most 400 characters what the template does.")
    if TeamTemplate.objects.filter(team=flow.team_id).count() >= MOST:
        raise NotKept(f"A team keeps at most {MOST} templates. Remove one first.")
    if trouble := why_not(flow):
        raise NotKept(trouble)
    graph = graph_to_keep(flow)
    inputs = [
        {"name": each.name, "label": each.label, "type": each.type, "value": each.value, "at": list(each.at)}
        for each in asked
    ]
    try:
        with transaction.atomic():
            made = TeamTemplate.objects.create(
                team=flow.team, title=title, says=says, inputs=inputs, graph=json.dumps(graph, ensure_ascii=False), created_by=by
            )  # fmt: skip
            noted(flow.team_id, Act.TEMPLATE_SAVED, made, name=title, after=f"from “{flow.name}”")
    except IntegrityError:
        raise NotKept(
            f"There is a template “{title}” already. Choose another title, or remove that one first."
        ) from None
    return made


def own_templates(team: Team) -> list[Template]:
    """The team's templates by title."""
    return [_read(row) for row in TeamTemplate.objects.filter(team=team).order_by("title")]


def own_template(team: Team, key: str) -> Template | None:
    """The team's template with this key."""
    row = _row(team, key)
    return _read(row) if row else None


def take_away(team: Team, key: str) -> str | None:
    """Remove a template of the team: its title, or None when there is none. Flows that were made of it stay."""
    with transaction.atomic():
        row = _row(team, key)
        if row is None:
            return None
        noted(team.pk, Act.TEMPLATE_REMOVED, row, name=row.title)
        row.delete()
        return row.title


def _row(team: Team, key: str) -> TeamTemplate | None:
    try:
        pk = UUID(key.removeprefix(OWN))
    except ValueError:
        return None
    return TeamTemplate.objects.filter(team=team, pk=pk).first() if key.startswith(OWN) else None


def _read(row: TeamTemplate) -> Template:
    inputs = tuple(Input(**{**each, "at": tuple(each["at"])}) for each in row.inputs)
    return Template(f"{OWN}{row.pk}", row.title, row.says, inputs, json.loads(row.graph))
