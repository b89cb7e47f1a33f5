"""Deleting a team: its people and keys are out at once, the rest goes bit by bit with the scheduler's rounds.

It is refused while runs are under way: a run that has sent half of what it sends must end, or be cancelled, by a person's choice.
"""

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.engine.models import Run
from helix.engine.states import FINAL_RUN_STATES
from helix.flows.models import Flow
from helix.teams.invitations import withdraw_all
from helix.teams.models import Team
from helix.teams.places import Refused, end_all
from helix.triggers.publish import set_enabled


def under_way(team: Team) -> int:
    """Runs of the team that have not ended."""
    return Run.objects.filter(team=team).exclude(state__in=sorted(FINAL_RUN_STATES)).count()


def close(team: Team, typed: str) -> None:
    """Delete the team whose name was typed. From the commit on nobody and no key opens it, nothing of it starts, its short
    name is free; `purge` of the engine removes runs in batches, then all the rest. The audit log stays for its time."""
    if typed.strip() != team.name:
        raise Refused(f"Type the team's name, {team.name}, exactly as it stands here.")
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        if live := under_way(team):
            raise Refused(
                f"{live} {'run is' if live == 1 else 'runs are'} under way. Wait until they end, or cancel them on the "
                "Runs page; then delete the team."
            )
        for flow in Flow.objects.filter(team=team, enabled=True):
            set_enabled(flow, False)
        noted(team.pk, Act.TEAM_CLOSED, team, before=f"{team.name} ({team.slug})")
        withdraw_all(team)
        end_all(team)
        team.closing_at, team.slug = timezone.now(), f"gone-{team.pk.hex}"
        team.save(update_fields=["closing_at", "slug"])
