"""Versions: a checked graph frozen with the plan that workers follow."""

import hashlib
import json

from django.db import IntegrityError, transaction
from django.db.models import Max

from helix.flows.check import CheckedGraph
from helix.flows.drafts import canonical
from helix.flows.models import Flow, FlowVersion
from helix.flows.plan import Plan, compile_plan
from helix.teams.models import User


def _frozen(
    flow: Flow, checked: CheckedGraph, graph_text: str, by: User | None, plan: Plan | None = None
) -> FlowVersion:
    return FlowVersion(
        flow=flow,
        graph=graph_text,
        plan=json.dumps((plan or compile_plan(checked)).as_json()),
        content_hash=hashlib.sha256(canonical(graph_text).encode()).hexdigest(),
        created_by=by,
    )


def freeze_draft(
    flow: Flow, checked: CheckedGraph, graph_text: str, by: User | None = None, plan: Plan | None = None
) -> FlowVersion:
    """The unnumbered version of this draft, made once per content: what a test run executes. `plan`: of a part of it."""
    version = _frozen(flow, checked, graph_text, by, plan)
    kept = FlowVersion.objects.filter(flow=flow, number=None, content_hash=version.content_hash).first()
    if kept is not None and kept.plan == version.plan:
        return kept
    if kept is not None:  # the same graph compiles otherwise after an upgrade of Helix: keep both
        version.content_hash = hashlib.sha256(f"{version.content_hash}{version.plan}".encode()).hexdigest()
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError:
        return FlowVersion.objects.get(flow=flow, number=None, content_hash=version.content_hash)
    return version


def freeze_version(flow: Flow, checked: CheckedGraph, graph_text: str, by: User | None, note: str) -> FlowVersion:
    """The next numbered version. The caller holds the flow's row locked."""
    version = _frozen(flow, checked, graph_text, by)
    version.note = note
    version.number = (FlowVersion.objects.filter(flow=flow).aggregate(last=Max("number"))["last"] or 0) + 1
    version.save()
    return version
