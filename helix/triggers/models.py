"""What begins runs by itself: schedules and the ledger of their firings, listeners, and what came in from outside."""

from typing import ClassVar

from django.db import models

from helix.engine.models import Run
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.intake.models import Endpoint, TriggerInbox

__all__ = ["Endpoint", "Listener", "Schedule", "ScheduleFire", "TriggerInbox"]


class Schedule(models.Model):
    """A schedule trigger of a published, enabled flow. `next_fire_at` is an instant (UTC), recomputed when it is armed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="schedules")
    node = models.CharField(max_length=64)
    config = models.JSONField(default=dict)
    next_fire_at = models.DateTimeField(null=True)
    armed = models.BooleanField(default=True)
    trouble = models.TextField(blank=True)  # why it cannot fire, for a person
    zone_data = models.CharField(max_length=32, blank=True)  # the time zone data that next_fire_at was worked out with

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "node"], name="one_schedule_of_a_trigger")]
        indexes: ClassVar = [
            models.Index(fields=["next_fire_at"], name="due_schedules", condition=models.Q(armed=True))
        ]


class ScheduleFire(models.Model):
    """One due instant of one schedule and what became of it. Unique, so that racing schedulers fire once."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires")
    fire_at = models.DateTimeField()
    outcome = models.CharField(max_length=16)  # fired | late | missed | skipped | queued
    note = models.TextField(blank=True)  # why no run began, for a person
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["schedule", "fire_at"], name="one_fire_of_an_instant")]
        indexes: ClassVar = [
            models.Index(fields=["schedule"], name="queued_fires", condition=models.Q(outcome="queued")),
            models.Index(fields=["-fire_at"], name="fires_by_time"),
        ]


class Listener(models.Model):
    """A trigger of a published, enabled flow that hears of things in its team: Customer.io's events, runs that failed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="listeners")
    node = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)  # the type of the trigger
    connection = models.CharField(max_length=64, blank=True)  # its name; "" hears every connection of the team
    config = models.JSONField(default=dict)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "node"], name="one_listener_of_a_trigger")]
        indexes: ClassVar = [models.Index(fields=["team", "kind"], name="listeners_of_a_team")]
