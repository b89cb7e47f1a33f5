"""Which runs a list shows: every filter is a word in the page's address, so that a list can be shared and reloaded."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.dateparse import parse_date

from helix.engine.bulk.freezing import BADLY_SQL, LIVE_SQL
from helix.engine.models import Run, RunPerson
from helix.engine.states import LIVE_RUN_STATES, Cause, RunState
from helix.flows.models import Flow
from helix.teams.models import Team

STATES: dict[str, tuple[str, tuple[RunState, ...]]] = {
    "live": ("Under way", tuple(sorted(LIVE_RUN_STATES))),
    "attention": ("Needs your answer", ()),
    "failed": ("Failed", (RunState.FAILED, RunState.TIMED_OUT)),
    "succeeded": ("Succeeded", (RunState.SUCCEEDED,)),
    "cancelled": ("Cancelled", (RunState.CANCELLED,)),
}
BADLY = frozenset({RunState.FAILED, RunState.TIMED_OUT, RunState.CANCELLED})
TRIGGERS: dict[str, str] = {
    Cause.SCHEDULE: "By schedule",
    Cause.WEBHOOK: "By webhook",
    Cause.EVENT: "By an event of Customer.io",
    Cause.MANUAL: "By hand",
    Cause.API: "Through the API",
    Cause.CALLED: "By another flow",
    Cause.FAILURE: "Because another failed",
    Cause.RETRY: "Going on with another",
}
PERIODS: dict[str, tuple[str, timedelta]] = {
    "1h": ("Last hour", timedelta(hours=1)),
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
MOST_OF_A_PERSON = 5000
"""Of a person with more runs than this, the newest are listed. They are read first: a planner that began with the list's order would
look at every run of the team."""
KINDS = {"live": "Without tests", "test": "Tests only", "dry": "Dry runs only"}
KIND_OF: dict[str, Callable[[QuerySet[Run]], QuerySet[Run]]] = {
    "live": lambda runs: runs.exclude(cause_kind=Cause.TEST),
    "test": lambda runs: runs.filter(cause_kind=Cause.TEST),
    "dry": lambda runs: runs.filter(dry=True),
}


@dataclass(frozen=True)
class RunFilter:
    """What of a team's runs is shown; an empty value filters nothing."""

    state: str = ""
    flow: UUID | None = None
    named: str = ""  # words of the flow's name
    trigger: str = ""
    kind: str = ""
    since: str = ""  # a period ("7d") or a day
    until: str = ""  # a day, itself included
    version: int | None = None
    person: str = ""  # their digest: an address line never holds who they are
    hidden: tuple[UUID, ...] = ()  # flows whose runs the viewer does not see; no part of the address

    @classmethod
    def read(cls, given: Mapping[str, str], *, persons: bool) -> "RunFilter":
        """The filter of an address; what makes no sense is left out. `persons`: whether the viewer may look for people."""
        state, trigger, kind = given.get("state", ""), given.get("trigger", ""), given.get("kind", "")
        version = given.get("version", "")
        return cls(
            state=state if state in STATES else "",
            flow=_uuid(given.get("flow", "")),
            named=given.get("named", "").strip()[:100],
            trigger=trigger if trigger in TRIGGERS else "",
            kind=kind if kind in KINDS else "",
            since=since if (since := given.get("since", "")) in PERIODS or _day(since) else "",
            until=until if _day(until := given.get("until", "")) else "",
            version=int(version) if version.isdecimal() and len(version) < 7 else None,
            person=given.get("person", "")[:64] if persons else "",
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as an address says it."""
        found = [(name, getattr(self, name)) for name in self.__dataclass_fields__ if name != "hidden"]
        return [(name, str(value)) for name, value in found if value not in ("", None)]

    def without(self, name: str) -> "RunFilter":
        changes: dict[str, Any] = {name: getattr(RunFilter(), name)}
        return replace(self, **changes)

    @property
    def is_open(self) -> bool:
        """Whether it filters nothing."""
        return not self.pairs()

    @property
    def walks(self) -> bool:
        """Whether no index gives these runs in their order, so that rows must be looked at one by one."""
        others = [name for name, _ in self.pairs() if name not in ("since", "until")]
        return not (
            others in ([], ["flow"]) or "person" in others or (others == ["state"] and self.state != "succeeded")
        )

    @property
    def states(self) -> tuple[RunState, ...]:
        return STATES[self.state][1] if self.state else ()

    def base(self, team: Team) -> QuerySet[Run]:
        """The runs that an index gives in the order of the list: this filter's are among them."""
        flow = Q(flow_id=self.flow) if self.flow else Q()
        found = Run.objects.filter(flow, self._times(), team=team)
        return found.exclude(flow_id__in=self.hidden) if self.hidden else found

    def runs(self, team: Team) -> QuerySet[Run]:
        """The team's runs that the filter lets through."""
        found = self.base(team)
        if self.state == "attention":
            found = found.filter(attention=True)
        elif self.state:
            found = found.filter(state__in=self.states)
        if self.named:
            found = found.filter(
                flow_id__in=list(flows_named(team, self.named, self.hidden).values_list("pk", flat=True)[:200])
            )
        if self.trigger:
            found = found.filter(cause_kind=self.trigger)
        if self.kind:
            found = KIND_OF[self.kind](found)
        if self.version is not None:
            found = found.filter(version__number=self.version)
        if self.person:
            noted = RunPerson.objects.filter(digest=self.person).order_by("-run_id").values_list("run_id", flat=True)
            found = found.filter(pk__in=list(noted[:MOST_OF_A_PERSON]))
        return found

    def in_state(self, team: Team, state: RunState) -> QuerySet[Run]:
        """Those in one state, so that its partial index gives them in order; for filters that ask for states only."""
        telling = RawSQL(BADLY_SQL if state in BADLY else LIVE_SQL, [], output_field=BooleanField())
        return self.base(team).filter(telling, state=state)

    def _times(self) -> Q:
        found = Q()
        if self.since in PERIODS:
            found &= Q(created_at__gte=timezone.now() - PERIODS[self.since][1])
        elif first := _day(self.since):
            found &= Q(created_at__gte=_midnight(first))
        if last := _day(self.until):
            found &= Q(created_at__lt=_midnight(last + timedelta(days=1)))
        return found

    def words(self, flow: Flow | None) -> str:
        """Which runs these are, for a person: “failed runs of “New lead”, by webhook, last 7 days”."""
        state = {"live": "runs under way", "attention": "runs that need an answer"}.get(self.state)
        first = state or (f"{STATES[self.state][0].lower()} runs" if self.state else "runs")
        parts = [f"{first} of “{flow.name}”" if flow else first]
        if self.named:
            parts.append(f"of flows named “{self.named}”")
        if self.version is not None:
            parts.append(f"of version {self.version}")
        if self.trigger:
            parts.append(TRIGGERS[self.trigger][0].lower() + TRIGGERS[self.trigger][1:])
        if self.kind:
            parts.append(KINDS[self.kind].lower())
        if self.since:
            parts.append(PERIODS[self.since][0].lower() if self.since in PERIODS else f"since {self.since}")
        if self.until:
            parts.append(f"until {self.until}")
        if self.person:
            parts.append("about one person")
        return ", ".join(parts)


def flows_named(team: Team, words: str, hidden: Collection[UUID] = ()) -> QuerySet[Flow]:
    """Flows whose names hold all of these words, without those that the viewer does not see."""
    found = Flow.objects.filter(team=team).exclude(pk__in=hidden)
    for word in words.split():
        found = found.filter(name__icontains=word)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    """The beginning of the day in the viewer's zone."""
    return timezone.make_aware(datetime.combine(day, time()))
