"""What of the budget is kept in the database: when a slow class may call again, and what was used today."""

from typing import ClassVar

from django.db import models

from helix.connections.models import Connection


class RateBucket(models.Model):
    """When the next call of a slow class may begin. While one is under way, `holder` names it and `next_at` is far off."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    limit_class = models.CharField(max_length=64)
    next_at = models.DateTimeField()
    holder = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "limit_class"], name="one_bucket_of_a_class")
        ]


class DailyUse(models.Model):
    """How many calls, or broadcast triggers, a connection has made on a day (UTC)."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="daily_use")
    day = models.DateField()
    kind = models.CharField(max_length=16)  # calls | broadcasts
    used = models.PositiveIntegerField(default=0)
    warned = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "day", "kind"], name="one_use_of_a_kind_and_day")
        ]
