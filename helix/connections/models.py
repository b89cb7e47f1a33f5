"""Connections: a service's keys, entered once, sealed, used by every flow of the team."""

from typing import ClassVar

from django.db import models

from helix.ids import new_id
from helix.teams.models import Team, User


class Connection(models.Model):
    """One account of one service. A flow names it by `name`; its secrets are in ConnectionSecret, sealed; `options` is what
    the integration keeps besides and is no secret (integrations/http/connection.py)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.SlugField(max_length=64)
    integration = models.CharField(max_length=32)
    region = models.CharField(max_length=8, default="us", choices=[("us", "US"), ("eu", "EU")])
    sandbox = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    data_key = models.BinaryField()
    state = models.CharField(
        max_length=16,
        default="untested",
        choices=[("untested", "Not tested"), ("working", "Working"), ("refused", "Refused")],
    )
    notice = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # the service refused a key: steps wait
    paused_family = models.CharField(max_length=32, blank=True)  # the key that was refused; "" is all
    paused_reason = models.TextField(blank=True)
    resumed_at = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(null=True, db_index=True)  # then its waiting steps look again
    daily_calls = models.PositiveIntegerField(null=True)  # caps a day; none when empty
    daily_broadcasts = models.PositiveIntegerField(null=True, default=10)
    daily_people = models.PositiveIntegerField(null=True)
    limited = models.BooleanField(default=False)  # only `granted` members, and whoever manages keys, may build with it
    granted = models.ManyToManyField(User, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "name"], name="one_connection_of_a_name")]

    def __str__(self) -> str:
        return self.name


class ConnectionSecret(models.Model):
    """One sealed value. Nothing but the vault can read it; people see its last four characters."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    field = models.CharField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    last4 = models.CharField(max_length=4)
    fingerprint = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "field"], name="one_secret_of_a_field")]


class SpareSecret(models.Model):
    """The other value of a secret that is being replaced: `next` was entered and is not used yet, `old` was used until now
    and helps out until `until` when the new one is refused. Its region goes with it."""

    NEXT, OLD = "next", "old"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="spares")
    field = models.CharField(max_length=32)
    role = models.CharField(max_length=4, choices=[(NEXT, "Next"), (OLD, "Old")])
    version = models.PositiveIntegerField()
    sealed = models.BinaryField()
    last4 = models.CharField(max_length=4)
    fingerprint = models.CharField(max_length=8, blank=True)
    region = models.CharField(max_length=8)
    minutes = models.PositiveIntegerField(default=60)  # of a next one: for how long the one before is kept
    until = models.DateTimeField(null=True, db_index=True)  # of an old one: then it is wiped
    used_at = models.DateTimeField(null=True)  # of an old one: the new one was refused, and this one taken
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "field", "role"], name="one_spare_of_a_role")
        ]


class TeamKey(models.Model):
    """The key of a team's blind index, sealed: with it, and only with it, a person's digest can be worked out."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="+")
    data_key = models.BinaryField()
