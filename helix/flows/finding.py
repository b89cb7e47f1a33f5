"""Which flows a list shows: every filter is a word in the page's address, so that a list can be shared and reloaded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from helix.flows.filing import with_inner
from helix.flows.models import Flow, Folder, Tag
from helix.flows.starting import KINDS
from helix.teams.models import Team

RESTORABLE = timedelta(days=30)
TOP = "top"
"""In the place of a folder: in none."""
STATES: dict[str, str] = {
    "on": "On",
    "off": "Off",
    "published": "Published",
    "draft": "Never published",
    "problems": "With problems",
}
SORTS: dict[str, str] = {"": "Last edited", "name": "By name", "next": "Next firing", "failing": "Failing first"}
TRIGGERS = {kind.removeprefix("trigger."): words for kind, (words, _) in KINDS.items()}
NO_PROBLEM: list[object] = []


def shelf(team: Team) -> QuerySet[Flow]:
    """The flows of the team that are on the shelf. Every list and act on many begins here, and nowhere else."""
    return Flow.objects.filter(team=team, deleted_at=None)


def deleted(team: Team) -> QuerySet[Flow]:
    """Flows that were deleted and can still be brought back, the last one first."""
    since = timezone.now() - RESTORABLE
    return Flow.objects.filter(team=team, deleted_at__gte=since).order_by("-deleted_at", "-pk")


@dataclass(frozen=True)
class FlowFilter:
    """What of a team's flows is shown, and in which order; an empty value filters nothing."""

    q: str = ""
    state: str = ""
    trigger: str = ""
    folder: str = ""  # an id, or "top"
    tag: str = ""
    mine: str = ""
    sort: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "FlowFilter":
        """The filter of an address; what makes no sense is left out."""
        return cls(
            q=" ".join(given.get("q", "").replace("\0", "").split())[:100],
            state=state if (state := given.get("state", "")) in STATES else "",
            trigger=trigger if (trigger := given.get("trigger", "")) in TRIGGERS else "",
            folder=folder if (folder := given.get("folder", "")) == TOP or _uuid(folder) else "",
            tag=given.get("tag", "").replace("\0", "").strip()[:40],
            mine="1" if given.get("mine") else "",
            sort=sort if (sort := given.get("sort", "")) in SORTS else "",
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as an address says it."""
        return [(name, value) for name in self.__dataclass_fields__ if (value := getattr(self, name))]

    def but(self, **changes: str) -> "FlowFilter":
        return replace(self, **changes)

    @property
    def narrows(self) -> bool:
        """Whether it leaves any flow out."""
        return bool(self.but(sort="").pairs())

    def flows(self, base: QuerySet[Flow], me: UUID | None = None) -> QuerySet[Flow]:
        """Those of the base that the filter lets through. `me`: the person that “edited by me” is about. Gists must be renewed before."""
        found = base.filter(self._state())
        if self.trigger:
            found = found.filter(gist__triggers__contains=f" trigger.{self.trigger} ")
        if self.folder == TOP:
            found = found.filter(folder=None)
        elif self.folder:
            found = found.filter(folder__in=folders_within(base, self.folder))
        if self.tag:
            found = found.filter(Exists(_worn(name__iexact=self.tag)))
        if self.mine and me is not None:
            found = found.filter(edited_by=me)
        for word in self.q.split():
            found = found.filter(_has(word))
        return found

    def _state(self) -> Q:
        match self.state:
            case "on" | "off":
                return Q(enabled=self.state == "on")
            case "published" | "draft":
                return Q(published__isnull=self.state == "draft")
            case "problems":
                return ~Q(problems=NO_PROBLEM)
        return Q()

    def best(self) -> Case:
        """0 for flows with the words in their names, 1 for those that are found by something else."""
        named = Q()
        for word in self.q.split():
            named &= Q(name__icontains=word)
        return Case(When(named, then=Value(0)), default=Value(1), output_field=IntegerField())

    def words(self, folder: str = "") -> str:
        """Which flows these are, for a person: “flows that are on, in “Sales”, tagged “daily””."""
        parts = ["flows"]
        if self.state:
            parts[0] = {
                "on": "flows that are on", "off": "flows that are off", "published": "published flows",
                "draft": "flows that were never published", "problems": "flows with problems",
            }[self.state]  # fmt: skip
        if self.trigger:
            parts.append(f"started {TRIGGERS[self.trigger][0].lower()}{TRIGGERS[self.trigger][1:]}")
        if self.folder:
            parts.append("in no folder" if self.folder == TOP else f"in “{folder}”")
        if self.tag:
            parts.append(f"tagged “{self.tag}”")
        if self.mine:
            parts.append("edited by you")
        if self.q:
            parts.append(f"found by “{self.q}”")
        return ", ".join(parts)


def folders_within(base: QuerySet[Flow], folder: str) -> list[UUID]:
    """The folder of this id and those within it, if flows of the base may lie there."""
    found = Folder.objects.filter(pk=folder).first()
    if found is None:
        return []
    return list(Folder.objects.filter(with_inner(found), team=found.team_id).values_list("pk", flat=True))


def _worn(**which: Any) -> QuerySet[Any]:
    wearing: QuerySet[Any] = Flow.tags.through._default_manager.filter(flow=OuterRef("pk"))
    return wearing.filter(tag__in=Tag.objects.filter(**which))


def _has(word: str) -> Q:
    """In its name, folder, a tag, a step it uses or a connection."""
    return (
        Q(name__icontains=word)
        | Q(folder__path__icontains=word)
        | Q(gist__steps__icontains=word)
        | Q(gist__connections__icontains=word)
        | Q(Exists(_worn(name__icontains=word)))
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
