"""What is kept of a flow: its draft, as it was sent, and its versions, which never change."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from helix.ids import new_id
from helix.teams.models import Team, User
from helix.teams.sharing import Level


class Folder(models.Model):
    """A place for flows on a team's shelf; `path` is “Sales” or “Sales / Europe”, and a folder within another has its parent, too."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="folders")
    path = models.CharField(max_length=130)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "path"], name="one_folder_of_a_path")]

    def __str__(self) -> str:
        return self.path


class Tag(models.Model):
    """A word that a team sorts its flows by; it goes when no flow wears it any more."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "name"], name="one_tag_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Flow(models.Model):
    """A flow of a team. `draft` is the graph's JSON text exactly as the editor sent it; `revision` counts its savings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="flows")
    name = models.CharField(max_length=200)
    draft = models.TextField()
    revision = models.PositiveIntegerField(default=1)
    problems = models.JSONField(default=list)
    published: "models.ForeignKey[FlowVersion | None]" = models.ForeignKey(
        "FlowVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    enabled = models.BooleanField(default=False)
    folder = models.ForeignKey(Folder, on_delete=models.SET_NULL, null=True, related_name="flows")
    tags: "models.ManyToManyField[Tag, models.Model]" = models.ManyToManyField(Tag, related_name="flows")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    edited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    editors = models.JSONField(default=list)  # ids of those who changed the draft since it was published
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)
    restricted = models.BooleanField(default=False)  # for chosen people only, and owners and admins

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["team", "-edited_at"], name="flows_of_a_team"),
            models.Index(fields=["team"], condition=Q(restricted=True), name="flows_for_chosen_people"),
        ]

    def __str__(self) -> str:
        return self.name


class FlowVersion(models.Model):
    """One frozen graph. Published ones have a number; a draft that was run is frozen without one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True)
    graph = models.TextField()
    plan = models.TextField()
    content_hash = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "number"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["flow", "content_hash"], condition=Q(number=None), name="one_frozen_draft_of_a_content"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}" if self.number else "draft"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a version that exists is never written again."""
        if not self._state.adding:
            raise TypeError("A version never changes; publish a new one.")
        super().save(*args, **kwargs)


class Pin(models.Model):
    """A sample of what a step gives, kept beside the draft: tests use it in the step's place, published runs never do."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="pins")
    node = models.CharField(max_length=64)
    sample = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "node"], name="one_pin_of_a_step")]

    def __str__(self) -> str:
        return f"sample of {self.node}"


class Presence(models.Model):
    """A page that has the draft open, and the step it is at; a page that was silent for half a minute is gone."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="presences")
    tab = models.CharField(max_length=36)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "tab"], name="one_presence_of_a_tab")]

    def __str__(self) -> str:
        return f"{self.user} in {self.flow}"


class FlowGrant(models.Model):
    """What one person of the team was granted on one flow (helix/teams/sharing.py says what it gives)."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=8, choices=[(level.value, level.value) for level in Level])
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "user"], name="one_grant_of_a_person")]

    def __str__(self) -> str:
        return f"{self.level} of {self.flow} for {self.user}"


class Gist(models.Model):
    """What the list of flows tells of a flow and finds it by, drawn from its graphs (gist.py): true of one revision and version."""

    flow = models.OneToOneField(Flow, on_delete=models.CASCADE, primary_key=True, related_name="gist")
    form = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    version = models.UUIDField(null=True)  # the published one
    words = models.TextField()  # what starts it
    icon = models.CharField(max_length=32)
    triggers = models.TextField()  # types of its triggers, each between spaces
    steps = models.TextField()  # keys and titles of the steps it uses
    connections = models.TextField()
    calls = models.TextField()  # ids of the flows that it calls

    def __str__(self) -> str:
        return f"gist of {self.flow_id}"


class ManyAct(models.Model):
    """One act on many flows, and what came of each: `results` holds [id, name, done, words], `rest` the ids that are still to go."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    act = models.CharField(max_length=16)
    words = models.CharField(max_length=400)
    given = models.JSONField(default=dict)  # the folder, the tags
    rest = models.JSONField(default=list)
    results = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.words
