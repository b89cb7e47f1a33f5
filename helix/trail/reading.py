"""Reading a team's audit log: filters, pages by number, and the whole as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils import timezone

from helix.audit.acts import GROUPS, WORDS, Act
from helix.audit.models import Entry
from helix.teams.models import Team

PAGE = 50
COLUMNS = (
    "number", "at", "act", "actor_kind", "actor_name", "actor_id", "address", "object_kind", "object_name", "object_id",
    "before", "after", "previous", "digest",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Wanted:
    """The filters of the page, as far as they can be read; what cannot is as if it was not there."""

    group: str = ""
    who: str = ""
    text: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, given: dict[str, str]) -> "Wanted":
        group = given.get("group", "")
        return cls(
            group if group in GROUPS else "", given.get("who", "")[:254].strip(), given.get("text", "")[:200].strip(),
            _day(given.get("since", "")), _day(given.get("until", "")),
        )  # fmt: skip

    def pairs(self) -> list[tuple[str, str]]:
        named = (("group", self.group), ("who", self.who), ("text", self.text), ("since", self.since))
        return [(name, value) for name, value in (*named, ("until", self.until)) if value]

    def query(self, **more: str) -> str:
        """The filters as the end of an address, with more beside them."""
        pairs = [*(pair for pair in self.pairs() if pair[0] not in more), *more.items()]
        found = urlencode([(name, value) for name, value in pairs if value])
        return f"?{found}" if found else ""

    def entries(self, team: Team) -> QuerySet[Entry]:
        """The team's entries that fit, the newest first."""
        found: QuerySet[Entry] = Entry.objects.filter(scope=str(team.pk))
        if self.group:
            which = Q()
            for beginning in GROUPS[self.group][1]:
                which |= Q(act__startswith=beginning) if beginning.endswith(".") else Q(act=beginning)
            found = found.filter(which)
        if self.who:
            found = found.filter(actor_name__icontains=self.who)
        if self.text:
            found = found.filter(Q(object_name__icontains=self.text) | Q(object_id=self.text))
        if self.since:
            found = found.filter(at__gte=_midnight(self.since))
        if self.until:
            found = found.filter(at__lt=_midnight(self.until) + timedelta(days=1))
        return found.order_by("-number")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), timezone.get_current_timezone())


def page_of(entries: QuerySet[Entry], before: str) -> tuple[list[Entry], str]:
    """Fifty entries before this number, and the number that the next page is before; "" at the end."""
    if before.isdecimal() and len(before) < 19:
        entries = entries.filter(number__lt=int(before))
    rows = list(entries[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].number) if len(rows) > PAGE else ""


def words_of(entry: Entry) -> str:
    """What was done, as the middle of a sentence; an act of a newer Helix by its name."""
    return WORDS[Act(entry.act)] if entry.act in list(Act) else entry.act


def as_csv(entries: QuerySet[Entry]) -> Iterator[str]:
    """All these entries, line by line. A cell that a spreadsheet would take for a formula is kept from it."""
    yield _line(COLUMNS)
    for entry in entries.iterator(500):
        yield _line(_cell(getattr(entry, name)) for name in COLUMNS)


def _cell(value: object) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)  # type: ignore[arg-type]
    return text.getvalue()
