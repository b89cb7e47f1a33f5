"""A team's name and short name: making another team, and renaming one."""

import re

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.teams.models import Member, Team, User
from helix.teams.places import Refused
from helix.teams.roles import Role
from helix.triggers.models import Endpoint

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z")
MOST_TEAMS = 50
"""Teams that one person owns."""


def found(user: User, name: str) -> Team:
    """A new team that this person owns."""
    name = _name(name)
    if Member.objects.filter(user=user, role=Role.OWNER).count() >= MOST_TEAMS:
        raise Refused(f"You own {MOST_TEAMS} teams already. Delete one you no longer need first.")
    stem = slugify(name)[:40].strip("-") or "team"
    slug, number = stem, 1
    with transaction.atomic():
        while Team.objects.filter(slug=slug).exists():
            number += 1
            slug = f"{stem}-{number}"
        team = Team.objects.create(slug=slug, name=name)
        noted(team.pk, Act.TEAM_MADE, team, after=f"{name} ({slug})")
        Member.objects.create(team=team, user=user, role=Role.OWNER)
    return team


def addresses_with(team: Team) -> int:
    """Webhook addresses that carry the team's short name; another short name changes all of them."""
    return Endpoint.objects.filter(team=team).count()


def rename(team: Team, name: str, slug: str, sure: bool = False) -> None:
    """Give the team another name and short name. Another short name changes webhook addresses, so it wants `sure` then."""
    name, slug = _name(name), slug.strip()
    if not SLUG.match(slug):
        raise Refused(
            "A short name has 1 to 48 lower-case letters, digits and hyphens, and neither begins nor ends with a hyphen."
        )
    before = f"{team.name} ({team.slug})"
    if slug != team.slug and not sure and (count := addresses_with(team)):
        raise Refused(
            f"{count} webhook {'address carries' if count == 1 else 'addresses carry'} the short name {team.slug} and would stop "
            "receiving. Tick the box to change it anyway, then give the new addresses to whoever calls them."
        )
    try:
        with transaction.atomic():
            Team.objects.filter(pk=team.pk).update(name=name, slug=slug)
            if before != f"{name} ({slug})":
                noted(team.pk, Act.TEAM_RENAMED, team, before=before, after=f"{name} ({slug})")
    except IntegrityError:
        raise Refused(f"Another team has the short name {slug}. Choose another one.") from None
    team.name, team.slug = name, slug


def _name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 1 <= len(name) <= 120:
        raise Refused("Give the team a name of 1 to 120 characters.")
    return name
