"""How long a team keeps what: the three numbers of days, their limits, and what a change of them would remove."""

from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.retention import due
from helix.teams.models import Team

DAYS = {
    "good": ("keep_good_days", "data of runs that succeeded"),
    "failed": ("keep_failed_days", "data of runs that failed or were cancelled"),
    "runs": ("keep_runs_days", "the runs themselves, without data"),
}
MOST = 3650


class BadDays(ValueError):
    """Days that cannot be kept; `field` is the key of DAYS that they were given for."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def take_days(team: Team, wanted: Mapping[str, int]) -> None:
    """Put the days into the team without saving it. BadDays when they break a limit."""
    for name, days in wanted.items():
        column, words = DAYS[name]
        if not 0 <= days <= MOST:
            raise BadDays(name, f"This takes 0 to {MOST} days, not {days} ({words}).")
        setattr(team, column, days)
    if team.keep_runs_days < max(team.keep_good_days, team.keep_failed_days):
        raise BadDays(
            "runs", "Runs must be kept at least as long as their data: raise the days of runs, or lower the others."
        )


def would_go(team: Team) -> Counter[str]:
    """How many runs the days of this team (saved or not) would take their data ("data") or remove ("runs") now."""
    counts: Counter[str] = Counter()
    for one in due(team, timezone.now()):
        counts[one.what] += one.rows.count()
    return counts


def keep(team: Team, wanted: Mapping[str, int]) -> None:
    """Save the days. BadDays; nothing is saved then."""
    before = in_words(team)
    take_days(team, wanted)
    after = in_words(team)
    with transaction.atomic():
        team.save(update_fields=[column for column, _ in DAYS.values()])
        if after != before:
            noted(team.pk, Act.RETENTION_CHANGED, team, before=before, after=after)


def in_words(team: Team) -> str:
    return ", ".join(f"{words}: {getattr(team, column)} days" for column, words in DAYS.values())
