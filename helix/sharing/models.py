"""Read-only links to a flow. Only a digest of each is kept."""

from typing import ClassVar

from django.db import models

from helix.flows.models import Flow
from helix.ids import new_id
from helix.teams.models import User


class ShareLink(models.Model):
    """A link that shows one flow to whoever has it, until it expires, is revoked, or its maker may not share the flow any more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="links")
    maker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    draft = models.BooleanField(default=False)  # shows the draft as it is, not the published version
    password = models.CharField(max_length=128, blank=True)  # hashed; "" for none
    tries = models.PositiveSmallIntegerField(default=0)  # wrong passwords since `tries_since`
    tries_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["flow", "-created_at"], name="links_of_a_flow")]

    def __str__(self) -> str:
        return f"link to {self.flow}"
