"""From ends of runs, and from what the clock shows, to standings, notices and deliveries: all in the caller's transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from helix.alerts import words
from helix.alerts.models import AlertRule, AlertState, Delivery, Notice
from helix.alerts.rules import Rules, places_of
from helix.alerts.standing import FAILED, RECOVERED, Said, Standing, after_ends, at_clock, seen
from helix.connections.models import Connection
from helix.engine.models import Attempt, StepRun
from helix.engine.plans import plan_of
from helix.engine.states import RunState, StepState
from helix.flows.models import Flow
from helix.insights.counting import End

BAD = (RunState.FAILED, RunState.TIMED_OUT)
OLD = timedelta(days=1)
"""Ends so long ago are no news: an installation that was away, or just learned to count."""
_COLUMNS = [field.name for field in fields(Standing)]


def notice_ends(ends: Sequence[End]) -> None:
    """Note runs that have ended. Flows that go well and stood well cost one query for all of them."""
    edge = timezone.now() - OLD
    by_flow: dict[UUID, list[End]] = defaultdict(list)
    for end in ends:
        if end.counts and end.ended_at >= edge and end.state != RunState.CANCELLED:
            by_flow[end.flow_id].append(end)
    states = {state.subject: state for state in _states(FAILED, list(by_flow))}
    wanted = [
        flow
        for flow, mine in by_flow.items()
        if any(end.state in BAD for end in mine) or (flow in states and states[flow].is_open)
    ]
    flows = {flow.pk: flow for flow in Flow.objects.select_related("team").filter(pk__in=wanted)}
    for pk, flow in flows.items():
        mine = by_flow[pk]
        row = states.get(pk) or AlertState(team_id=flow.team_id, subject=pk, flow=flow, kind=FAILED)
        bad = [end for end in mine if end.state in BAD]
        last = max(bad, key=lambda end: end.ended_at) if bad else None
        before = _standing(row)
        if last is not None and not before.is_open:
            row.run_id, row.detail = last.id, _reason(last)
        after, said = after_ends(before, [(end.ended_at, end.state not in BAD) for end in mine])
        _move(row, after, _newest(said), flow.name)


def notice_flow(flow: Flow, kind: str, detail: str | None, now: datetime) -> None:
    """Note whether a flow is late or silent: `detail` says why, None that it is not."""
    row = AlertState.objects.select_for_update().filter(subject=flow.pk, kind=kind).first()
    if row is None and detail is None:
        return
    row = row or AlertState(team_id=flow.team_id, subject=flow.pk, flow=flow, kind=kind)
    _look(row, detail, flow.name, now)


def notice_connection(connection: Connection, kind: str, detail: str | None, now: datetime) -> None:
    """Note whether a connection is paused."""
    row = AlertState.objects.select_for_update().filter(subject=connection.pk, kind=kind).first()
    if row is None and detail is None:
        return
    row = row or AlertState(team_id=connection.team_id, subject=connection.pk, connection=connection, kind=kind)
    _look(row, detail, connection.name, now)


def remind_of_failures(now: datetime) -> None:
    """What the clock changes for flows that fail: over after a calm time, or a reminder."""
    for pk in list(AlertState.objects.filter(kind=FAILED, is_open=True).values_list("pk", flat=True)):
        with transaction.atomic():
            row = AlertState.objects.select_for_update(of=("self",)).select_related("flow").get(pk=pk)
            assert row.flow is not None
            before = _standing(row)
            after, said = at_clock(before, now)
            if said == ["reminder"] and before.count == before.told_count:
                said = []  # nothing new failed: the time of the next reminder moves on, in silence
            if after != before:
                _move(row, after, said, row.flow.name)


def _states(kind: str, subjects: Iterable[UUID]) -> Iterable[AlertState]:
    return AlertState.objects.select_for_update().filter(kind=kind, subject__in=list(subjects))


def _standing(row: AlertState) -> Standing:
    return Standing(**{name: getattr(row, name) for name in _COLUMNS})


def _look(row: AlertState, detail: str | None, name: str, now: datetime) -> None:
    before = _standing(row)
    after, said = seen(before, detail is not None, now)
    if detail is not None and not before.is_open:
        row.detail = detail
    if after != before:
        _move(row, after, said, name)


def _move(row: AlertState, after: Standing, said: list[Said], name: str) -> None:
    was = Span(row.opened_at, row.count)
    for column in _COLUMNS:
        setattr(row, column, getattr(after, column))
    row.save()
    for event in said:
        say(row, event, name, was if event == "closed" and row.is_open else Span(row.opened_at, row.count))


@dataclass(frozen=True)
class Span:
    """Since when a trouble is or was there, and how often it was seen."""

    since: datetime | None
    count: int


def _newest(said: list[Said]) -> list[Said]:
    """After an outage many ends come at once: only the last change is told, so that messages still take turns."""
    return said[-2:] if len(said) % 2 == 0 else said[-1:]


def say(row: AlertState, event: Said, name: str, span: Span) -> Notice | None:
    """Write the notice and its deliveries, when somebody wants to know."""
    rule = Rules(row.team_id).of(row.flow_id)
    if rule is None or not _wants(rule, row.kind, event):
        return None
    facts = words.Facts(
        row.kind, event, name, row.team.name, link_of(row), span.since, row.closed_at, span.count, row.detail
    )
    return write(rule, facts, flow_id=row.flow_id, connection_id=row.connection_id)


def write(
    rule: AlertRule, facts: words.Facts, *, flow_id: UUID | None = None, connection_id: UUID | None = None
) -> Notice:
    """The notice with one delivery for each place of the rule; the courier takes them from there."""
    now = timezone.now()
    notice = Notice.objects.create(
        team_id=rule.team_id, flow_id=flow_id, connection_id=connection_id, kind=facts.kind, event=facts.event,
        subject=words.subject_of(facts), text=words.text_of(facts), link=facts.link, count=facts.count,
        since=facts.since, created_at=now,
    )  # fmt: skip
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, rule=rule, channel=channel, to=to, due_at=now)
            for channel, to in places_of(rule, flow_id)
        ]
    )  # fmt: skip
    return notice


def link_of(row: AlertState) -> str:
    """Where to look: the run that failed, the flow's runs, or the connections."""
    base = team_link(row.team.slug)
    if row.connection_id is not None:
        return f"{base}/connections/"
    if row.run_id is not None and row.is_open:
        return f"{base}/runs/{row.run_id}/"
    return f"{base}/runs/?flow={row.subject}"


def team_link(slug: str) -> str:
    """Where a team's pages begin, as people type it."""
    base = settings.HELIX.HELIX_BASE_URL or f"http://localhost:{settings.HELIX.HELIX_PORT}"
    return f"{base.rstrip('/')}/t/{slug}"


def _wants(rule: AlertRule, kind: str, event: Said) -> bool:
    return kind in rule.kinds and (event != "closed" or RECOVERED in rule.kinds)


def _reason(end: End) -> str:
    """Which step failed and why, in words that carry nobody's data."""
    if end.state == RunState.TIMED_OUT:
        return "Its run did not end in the time that the flow allows."
    step = (
        StepRun.objects.filter(run_id=end.id, state=StepState.FAILED)
        .select_related("run")
        .order_by("-ended_at")
        .first()
    )
    if step is None:
        return ""
    node = plan_of(step.run.version_id).nodes.get(step.node)
    error = Attempt.objects.filter(step=step).order_by("-number").values_list("error", flat=True).first() or {}
    why = words.REASONS.get(str(error.get("kind", "")), "")
    status = error.get("status")
    told = f" ({status})" if isinstance(status, int) else ""
    return f"Step “{node.name if node else step.node}” failed{': ' + why + told if why else ''}."
