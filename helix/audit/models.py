"""The audit log: entries that never change, each sealed together with the one before; and where each chain ends."""

from typing import Any, ClassVar

from django.db import models


class AppendOnly(TypeError):
    """An entry of the audit log is written once and stays."""


class Entries(models.QuerySet["Entry"]):
    """Entries are read and appended; `remove_old` of chain.py is the only way out."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("An entry of the audit log never changes.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("An entry of the audit log is not deleted; `manage.py audit purge` removes what is old.")


class Entry(models.Model):
    """One act. `scope` is the team's id, or "instance" for what belongs to no team; no foreign key: entries outlive things."""

    scope = models.CharField(max_length=36)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    act = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=8)  # user | token | command | system | nobody
    actor_id = models.CharField(max_length=36, blank=True)
    actor_name = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=64, blank=True)
    object_kind = models.CharField(max_length=32, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(max_length=254, blank=True)
    before = models.TextField(blank=True)  # in words, without secrets
    after = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = Entries.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "number"], name="one_entry_of_a_number")]
        indexes: ClassVar = [models.Index(fields=["scope", "act", "-number"], name="entries_of_an_act")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; an entry that exists is never written again."""
        if not self._state.adding:
            raise AppendOnly("An entry of the audit log never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("An entry of the audit log is not deleted; `manage.py audit purge` removes what is old.")


class Head(models.Model):
    """Where a chain ends. Whoever appends locks this row, so that acts of one team are written one after the other."""

    scope = models.CharField(max_length=36, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.scope}: {self.number}"
