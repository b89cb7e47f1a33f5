"""What is kept of an action on many runs: who asked for what, and one row for each run it is about."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from helix.engine.models import Run
from helix.ids import new_id
from helix.teams.models import Team, User


class BulkKind(StrEnum):
    RETRY = "retry"  # go on with runs that ended badly
    CANCEL = "cancel"
    ARRIVED = "arrived"  # the three answers about a call in doubt
    AGAIN = "again"
    SKIP = "skip"


ANSWERS = frozenset({BulkKind.ARRIVED, BulkKind.AGAIN, BulkKind.SKIP})


class BulkState(StrEnum):
    CARRYING = "carrying"
    DONE = "done"
    STOPPED = "stopped"  # by a person, or because the one who asked left the team


class BulkItemState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    REFUSED = "refused"


class BulkAction(models.Model):
    """One wish about many runs. Its items are frozen when it begins; the rounds carry them out, in pieces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in BulkKind])
    state = models.CharField(max_length=16, default=BulkState.CARRYING)
    key = models.CharField(max_length=64)  # of the form that asked: a double click begins one action
    words = models.CharField(max_length=400)  # which runs were chosen, for a person
    notice = models.CharField(max_length=400, blank=True)  # why it stopped, for a person
    total = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "key"], name="one_bulk_action_of_a_key")]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="carried_bulk_actions", condition=Q(state="carrying")),
            models.Index(fields=["team", "-created_at"], name="bulk_actions_of_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.words}"


class BulkItem(models.Model):
    """One run of the action (and, for answers, one step of it), and what came of it. It is carried out once."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    step = models.UUIDField(null=True)  # the step that is answered for
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=16, default=BulkItemState.PLANNED)
    message = models.TextField(blank=True)  # why it was refused, for a person
    begun = models.UUIDField(null=True)  # the run that goes on with it
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "position"], name="one_bulk_item_of_a_place")
        ]
        indexes: ClassVar = [models.Index(fields=["action", "state", "position"], name="bulk_items_by_state")]

    def __str__(self) -> str:
        return f"{self.position}: {self.state}"
