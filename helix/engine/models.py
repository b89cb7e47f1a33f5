"""What is kept of a run: the run, its steps, every attempt at a step, and the signs of life of the workers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from helix.engine.states import LIVE_RUN_STATES, Cause, ItemState, Rank, RunState, StepState
from helix.flows.models import Flow, FlowVersion
from helix.ids import new_id
from helix.teams.models import Team, User


class Run(models.Model):
    """One execution of one version, begun by one cause: (flow, cause_kind, cause_key) is unique, so a cause never starts two."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="runs", db_index=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=16, default=RunState.QUEUED)
    seq = models.PositiveBigIntegerField(default=0)  # raised by every change of the run or of a step of it
    ending = models.CharField(
        max_length=16, blank=True
    )  # the final state it goes to once all that is under way has ended
    attention = models.BooleanField(default=False)
    news = models.BooleanField(default=False)  # its end was not told yet to those who wait for it
    counted = models.BooleanField(default=False, db_default=False)  # its end is in the tallies (helix/insights)
    cause_kind = models.CharField(max_length=16, choices=[(cause.value, cause.value) for cause in Cause])
    cause_key = models.CharField(max_length=128)
    entry = models.CharField(max_length=64)  # key of the trigger node it began at
    payload = models.JSONField(default=dict)
    result = models.JSONField(null=True)  # what a stop step gives to the caller
    message = models.TextField(blank=True)
    parent: "models.ForeignKey[StepRun | None]" = models.ForeignKey(
        "StepRun", on_delete=models.SET_NULL, null=True, related_name="children"
    )  # the step that called this flow
    retry_of: "models.ForeignKey[Run | None]" = models.ForeignKey(
        "Run", on_delete=models.SET_NULL, null=True, related_name="retries"
    )
    depth = models.PositiveSmallIntegerField(default=0)  # how many runs begun one by the other stand before it
    rank = models.SmallIntegerField(default=Rank.NORMAL)
    dry = models.BooleanField(default=False)  # sends nothing out: calls go to the sandbox, other effects are simulated
    pinned = models.BooleanField(default=False)  # a test with samples in the place of steps: it has a Trial
    deadline = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wiped_at = models.DateTimeField(null=True)  # its data were removed; states and counts stay
    wiped_by = models.CharField(max_length=16, blank=True, choices=[("retention", "retention"), ("erasure", "erasure")])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "cause_kind", "cause_key"], name="one_run_for_a_cause"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "-created_at", "-id"], name="runs_of_a_team"),
            models.Index(fields=["flow", "-created_at", "-id"], name="runs_of_a_flow"),
            models.Index(
                fields=["team", "state", "-created_at", "-id"],
                name="live_runs",
                condition=Q(state__in=sorted(LIVE_RUN_STATES)),
            ),
            models.Index(
                fields=["team", "state", "-created_at", "-id"],
                name="runs_that_ended_badly",
                condition=Q(state__in=[RunState.FAILED, RunState.CANCELLED, RunState.TIMED_OUT]),
            ),
            models.Index(fields=["team", "-created_at"], name="runs_in_doubt", condition=Q(attention=True)),
            models.Index(fields=["ended_at"], name="untold_runs", condition=Q(news=True)),
            models.Index(
                fields=["ended_at"], name="uncounted_runs", condition=Q(counted=False, ended_at__isnull=False)
            ),
            models.Index(fields=["deadline"], name="runs_with_a_deadline", condition=Q(deadline__isnull=False)),
            models.Index(
                fields=["team", "state", "ended_at"], name="runs_with_data", condition=Q(wiped_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow}: {self.state}"


class StepRun(models.Model):
    """One step of a run. Every change of `state` is guarded by the state and token that the writer has seen."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps", db_index=False)
    # The run's own; the database need not look at the team again for every step.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    rank = models.SmallIntegerField(default=Rank.NORMAL)
    node = models.CharField(max_length=64)
    item_key = models.CharField(max_length=64, default="")  # "" outside loops, "3" in item 3, "3.0" in a loop within
    iteration = models.PositiveIntegerField(default=0)
    seq = models.PositiveBigIntegerField(default=0)  # the run's at this step's last change
    state = models.CharField(max_length=16, default=StepState.PENDING)
    token = models.PositiveBigIntegerField(default=0)  # fencing: each claim raises it
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    attempts_made = models.PositiveIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0)  # since the last recorded outcome: a crashing step is found by it
    effect = models.CharField(max_length=1, default="A")
    sent_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=26)
    counts = models.JSONField(null=True)  # of a loop: planned, begun, done, failed, skipped
    input = models.JSONField(null=True)
    output = models.JSONField(null=True)  # the envelope {data, error, successful}
    port = models.CharField(max_length=64, blank=True)
    explanation = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)  # first claim
    claimed_at = models.DateTimeField(null=True)  # latest claim
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "node", "item_key", "iteration"], name="one_step_of_a_node"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["rank", "due_at"], name="ready_steps", condition=Q(state="ready")),
            models.Index(fields=["team", "rank", "due_at"], name="ready_steps_of_a_team", condition=Q(state="ready")),
            models.Index(fields=["due_at"], name="waiting_steps", condition=Q(state="waiting")),
            models.Index(fields=["lease_until"], name="leased_steps", condition=Q(state="running")),
            models.Index(fields=["team", "ended_at"], name="broadcasts_of_a_team", condition=Q(effect="C")),
            models.Index(fields=["team", "sent_at"], name="steps_in_doubt", condition=Q(state="unknown")),
        ]

    def __str__(self) -> str:
        return f"{self.node}: {self.state}"


class Item(models.Model):
    """One item of a loop. `item_key` names the turn of the body that works on it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items", db_index=False)
    loop = models.CharField(max_length=64)
    item_key = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=16, default=ItemState.PLANNED)
    value = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "loop", "item_key"], name="one_item_of_a_turn"),
        ]


class Awaited(models.Model):
    """What a parked step waits for, and the answer once it has come: the first answer stays."""

    step = models.OneToOneField(StepRun, on_delete=models.CASCADE, related_name="awaited")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)  # approval | webhook | customerio_event
    match = models.CharField(max_length=128)  # digest of the address or of the event that answers; "" for approvals
    asked = models.JSONField(default=dict)
    answer = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "kind", "match"], name="open_questions", condition=Q(answered_at=None)),
        ]


class Attempt(models.Model):
    """One try of one step, with what was sent and what was answered, secrets masked."""

    # Written by the statement that changes the step, so that the database need not look for it once more.
    step = models.ForeignKey(
        StepRun, on_delete=models.CASCADE, related_name="attempts", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    exchanges = models.JSONField(default=list)
    error = models.JSONField(null=True)  # {kind, message, hint, status}

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["step", "number"], name="one_attempt_of_a_number")]
        ordering: ClassVar = ["number"]


class Trial(models.Model):
    """What a test run was given besides its payload: samples that stand in for steps, and the item of a step tested alone."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="trial")
    samples = models.JSONField(default=dict)  # step -> the data it gives
    item = models.JSONField(null=True)  # {"item": value, "index": 0}


class Worker(models.Model):
    """A process that carries steps or duties; `ticked_at` is when it last did its round."""

    name = models.CharField(max_length=96, primary_key=True)
    kind = models.CharField(max_length=16)
    pid = models.PositiveIntegerField()
    ticked_at = models.DateTimeField()


class Pause(models.Model):
    """A time in which nothing of a team was begun or carried on, because a person said so; open while `ended_at` is empty."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=254)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team"], condition=Q(ended_at=None), name="one_pause_of_a_team"),
        ]
        indexes: ClassVar = [models.Index(fields=["team", "-began_at"], name="pauses_of_a_team")]

    def __str__(self) -> str:
        return f"since {self.began_at:%Y-%m-%d %H:%M}"


class Blob(models.Model):
    """A large value of a run, kept once: its id is drawn from the run and the content. Rows hold a pointer to it."""

    id = models.UUIDField(primary_key=True, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="blobs")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()  # of its JSON, in bytes
    encoding = models.CharField(max_length=12, default="zlib")
    checked = models.BooleanField(default=False)  # after the run's end: something points to it
    data = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run"], name="unchecked_blobs", condition=Q(checked=False))]


class Chunk(models.Model):
    """One page of a list that a step follows, committed as it came; `cursor` is where the next page begins."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    step = models.ForeignKey(StepRun, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    name = models.CharField(max_length=64)  # of the list
    position = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()  # of its JSON, in bytes
    cursor = models.TextField(blank=True)
    rest = models.BinaryField(default=bytes)  # what else the page's answer held, packed; of the first list only
    encoding = models.CharField(max_length=12, default="zlib")
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["step", "name", "position"], name="one_chunk_of_a_place")
        ]


class RunPerson(models.Model):
    """A run that holds data of a person, found by a digest that tells nobody who it is."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="persons")
    digest = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest", "run"], name="one_note_of_a_person")]
