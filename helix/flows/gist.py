"""The gist of a flow: what the list tells of it and finds it by, without reading its graphs for each look at the list.

It is drawn anew when the draft's revision or the published version is another than the one it was drawn from, so whoever changes a
flow need not think of it."""

import json
from typing import Any

from django.db.models import F, Q

from helix.flows.models import Flow, Gist
from helix.flows.starting import starting_words, triggers_of
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.calls import RUN_FLOW
from helix.teams.models import Team

FORM = 1
"""Raise it when what is drawn changes: all gists are drawn anew then."""
AT_A_TIME = 200
STALE = (
    Q(gist=None)
    | ~Q(gist__form=FORM)
    | ~Q(gist__revision=F("revision"))
    | Q(published__isnull=False, gist__version=None)
    | (Q(published__isnull=False) & ~Q(gist__version=F("published")))
)


def renew(team: Team) -> int:
    """Draw the gists of the team that are missing or old; one query when there is none of them."""
    stale = list(Flow.objects.filter(STALE, team=team).values_list("pk", flat=True))
    for first in range(0, len(stale), AT_A_TIME):
        flows = Flow.objects.filter(pk__in=stale[first : first + AT_A_TIME]).select_related("published")
        Gist.objects.bulk_create(
            [gist_of(flow) for flow in flows],
            update_conflicts=True,
            unique_fields=["flow"],
            update_fields=["form", "revision", "version", "words", "icon", "triggers", "steps", "connections", "calls"],
        )
    return len(stale)


def gist_of(flow: Flow) -> Gist:
    """What starts it is told of the published version, if there is one; what it uses, of both graphs."""
    draft = nodes_of(flow.draft)
    live = nodes_of(flow.published.graph) if flow.published else None
    words, icon = starting_words(draft if live is None else live)
    both = [*draft, *(live or [])]
    types = {str(node.get("type", "")): None for node in both}
    named = {str(node["connection"]): None for node in both if isinstance(node.get("connection"), str)}
    called = {
        str(node["config"].get("flow", "")): None
        for node in both
        if node.get("type") == RUN_FLOW and isinstance(node.get("config"), dict)
    }
    return Gist(
        flow=flow,
        form=FORM,
        revision=flow.revision,
        version=flow.published_id,
        words=words,
        icon=icon,
        triggers=_between_spaces(str(node["type"]) for node in triggers_of(draft if live is None else live)),
        steps="\n".join(f"{key} {STEP_TYPES[key].title if key in STEP_TYPES else ''}" for key in types),
        connections=_between_spaces(named),
        calls=_between_spaces(called),
    )


def nodes_of(graph: str) -> list[dict[str, Any]]:
    """The nodes of a graph's text, however odd the text is."""
    try:
        nodes = json.loads(graph).get("nodes", [])
    except (ValueError, AttributeError):
        return []
    return [node for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []


def _between_spaces(words: Any) -> str:
    found = " ".join(dict.fromkeys(words))
    return f" {found} " if found else ""
