"""What is kept of alerts: who wants to know of what, how things stand, what was said, and whether it arrived."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from helix.connections.models import Connection
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Team, User


class AlertRule(models.Model):
    """Who is told of what: one for the team, and one for each flow that wants it otherwise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, null=True, related_name="+")
    kinds = models.JSONField(default=list)  # of standing.KINDS, and “recovered”
    members = models.ManyToManyField(User, related_name="+")
    addresses = models.JSONField(default=list)
    webhook_url = models.CharField(max_length=500, blank=True)
    webhook_key = models.BinaryField(null=True)  # data key of the secret, wrapped
    webhook_secret = models.BinaryField(null=True)
    expected_minutes = models.PositiveIntegerField(null=True)  # of a flow: a run begins at least this often
    late_minutes = models.PositiveIntegerField(default=15)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team"], condition=Q(flow=None), name="one_rule_of_a_team"),
            models.UniqueConstraint(fields=["flow"], condition=Q(flow__isnull=False), name="one_rule_of_a_flow"),
        ]


class AlertState(models.Model):
    """How a thing stands in one regard. (subject, kind) is unique, so nothing is ever open twice."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    subject = models.UUIDField()  # the flow, or the connection
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, null=True, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=16)
    is_open = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)  # the last time it was seen
    good_at = models.DateTimeField(null=True)  # the first sign that it is over, since then
    count = models.PositiveIntegerField(default=0)
    told_count = models.PositiveIntegerField(default=0)
    reminders = models.PositiveIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)
    flaps = models.PositiveIntegerField(default=0)  # how often it came back soon after it was over
    detail = models.TextField(blank=True)  # what is wrong, in words without anybody's data
    run_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "kind"], name="one_standing_of_a_kind")]
        indexes: ClassVar = [models.Index(fields=["team", "-opened_at"], name="open_alerts", condition=Q(is_open=True))]


class Notice(models.Model):
    """Something that was said of a standing, once: it began, goes on, is over; or a test."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, null=True, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=16)
    event = models.CharField(max_length=16)  # opened | reminder | closed | test
    subject = models.CharField(max_length=250)
    text = models.TextField()
    link = models.CharField(max_length=500)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "-created_at", "-id"], name="notices_of_a_team")]


class Delivery(models.Model):
    """One notice on its way to one place. Its id goes with every try, so that whoever gets it twice can tell."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    rule = models.ForeignKey(AlertRule, on_delete=models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=8)  # email | webhook
    to = models.JSONField(default=list)
    state = models.CharField(
        max_length=8, default="waiting"
    )  # waiting | sent | kept (as a file: no mail server) | failed
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="waiting_deliveries", condition=Q(state="waiting"))]
