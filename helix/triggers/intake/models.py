"""Addresses that outside programs call, and every delivery that was taken in at one."""

from typing import ClassVar

from django.db import models

from helix.connections.models import Connection
from helix.engine.models import Run
from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import Team


class Endpoint(models.Model):
    """One address: that of a webhook trigger of a flow, or that of a connection's reporting webhook.

    Its secrets are sealed. While one replaces the other both are good, the old one until `old_until`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="endpoints")
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, null=True, related_name="endpoints")
    node = models.CharField(max_length=64, blank=True)  # key of the trigger in the draft
    live_node = models.CharField(max_length=64, blank=True)  # its key in the published version; "" before there is one
    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, null=True, related_name="endpoint")
    path = models.CharField(max_length=32, unique=True)  # 128 random bits
    verify = models.CharField(max_length=24, default="bearer")
    dedupe_field = models.CharField(max_length=200, blank=True)
    dedupe_minutes = models.PositiveIntegerField(default=11_520)
    data_key = models.BinaryField()
    version = models.PositiveIntegerField(default=0)  # counts the secrets; 0: none yet
    secret = models.BinaryField(null=True)
    secret_is_ours = models.BooleanField(default=True)  # made by Helix, so a person must be able to read it
    old_secret = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    armed = models.BooleanField(default=False)  # a delivery begins a run
    test_until = models.DateTimeField(null=True)  # until then deliveries are kept as samples although nothing is armed
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "node"], name="one_endpoint_of_a_trigger"),
            models.CheckConstraint(
                condition=models.Q(flow__isnull=False) ^ models.Q(connection__isnull=False),
                name="endpoint_of_a_flow_or_a_connection",
            ),
        ]

    def __str__(self) -> str:
        return f"/h/…{self.path[-4:]}"


class TriggerInbox(models.Model):
    """One delivery, as it came. (endpoint, dedupe_key) is unique, so the same delivery is never taken in twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    dedupe_key = models.CharField(max_length=128)
    body = models.BinaryField()
    content_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict)
    query = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default="new")  # new | done | ignored | test | failed
    note = models.TextField(blank=True)  # why it began no run, for a person
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="+")  # the first of `begun`
    begun = models.PositiveIntegerField(default=0)
    purged = models.BooleanField(default=False)  # its body was forgotten; the key is kept so that repeats are known
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "dedupe_key"], name="one_delivery_of_a_key")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="new_deliveries", condition=models.Q(state="new")),
            models.Index(fields=["endpoint", "-received_at"], name="deliveries_of_endpoint"),
            models.Index(fields=["received_at"], name="old_deliveries"),
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S} {self.state}"
