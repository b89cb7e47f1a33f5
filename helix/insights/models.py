"""What is counted of ended runs and their steps, kept for ever: runs come and go, these rows stay."""

from typing import ClassVar

from django.db import models

from helix.flows.models import Flow
from helix.teams.models import Team


class Counter(models.Model):
    """One row; who counts holds it, so that no run is counted twice and a recount meets nobody."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)


class Total(models.Model):
    """What was counted since the beginning, over all teams: `runs.failed`, `steps.succeeded`, `attempts`. Only ever grows."""

    name = models.CharField(max_length=32, primary_key=True)
    count = models.PositiveBigIntegerField(default=0)


class RunTally(models.Model):
    """Runs of a flow that ended in an hour (UTC) in one state, and took about so long (`bucket`, see durations.py)."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=16)
    bucket = models.SmallIntegerField()
    runs = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "at", "state", "bucket"], name="one_tally_of_runs")
        ]
        indexes: ClassVar = [models.Index(fields=["team", "at", "state", "bucket", "runs"], name="tallies_of_a_team")]


class StepTally(models.Model):
    """Steps of a node that ended in runs of a day (UTC) in one state, and took about so long; `tries` are attempts made."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+", db_index=False)
    node = models.CharField(max_length=64)
    at = models.DateField()
    state = models.CharField(max_length=16)
    bucket = models.SmallIntegerField()
    steps = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "node", "at", "state", "bucket"], name="one_tally_of_steps")
        ]
        indexes: ClassVar = [models.Index(fields=["team", "at"], name="step_tallies_of_a_team")]
