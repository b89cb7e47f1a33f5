"""Templates that teams keep for themselves."""

from typing import ClassVar

from django.db import models

from helix.ids import new_id
from helix.teams.models import Team, User


class TeamTemplate(models.Model):
    """A flow that a team saved as a template: `graph` is its JSON text without connections and keys; `inputs` as in templates/*.json."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="templates")
    title = models.CharField(max_length=120)
    says = models.CharField(max_length=400, blank=True)
    inputs = models.JSONField(default=list)
    graph = models.TextField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "title"], name="one_template_of_a_title")]

    def __str__(self) -> str:
        return self.title
