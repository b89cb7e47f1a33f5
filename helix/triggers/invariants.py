"""Invariants of what begins runs; those of the runs themselves are in helix/engine/invariants.py."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from helix.triggers.models import Schedule, ScheduleFire

LATELY = timedelta(hours=1)  # older runs may have been deleted, as their team wants it


def broken_triggers() -> list[str]:
    """A sentence for each invariant that does not hold; empty when all do."""
    since = timezone.now() - LATELY
    begun = Q(outcome__in=["fired", "late"], run=None) | Q(outcome="missed", run__isnull=False)
    checks = {
        "I9: {} firings of schedules began no run, or one that they should not": ScheduleFire.objects.filter(
            begun, recorded_at__gte=since
        ),
        "I9: {} armed schedules have no next firing": Schedule.objects.filter(armed=True, next_fire_at=None),
    }
    return [words.format(count) for words, rows in checks.items() if (count := rows.count())]
