"""What begins runs by itself: schedules, and the ledger of their firings."""

from typing import ClassVar

from django.db import models

from helix.engine.models import Run
from helix.flows.models import Flow
from helix.ids import new_id


class Schedule(models.Model):
    """A schedule trigger of a published, enabled flow. `next_fire_at` is an instant (UTC), recomputed when it is armed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="schedules")
    node = models.CharField(max_length=64)
    cron = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64)
    next_fire_at = models.DateTimeField(null=True)
    armed = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "node"], name="one_schedule_of_a_trigger")]
        indexes: ClassVar = [
            models.Index(fields=["next_fire_at"], name="due_schedules", condition=models.Q(armed=True))
        ]


class ScheduleFire(models.Model):
    """One due instant of one schedule and what became of it. Unique, so that racing schedulers fire once."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires")
    fire_at = models.DateTimeField()
    outcome = models.CharField(max_length=16)  # fired | late | missed
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["schedule", "fire_at"], name="one_fire_of_an_instant")]
