"""Second factors: who has one, which teams ask for it, and how a team's members are made to have one.

allauth keeps them (a time-based code of an app, and ten recovery codes). What turns one on or off stands here; its pages are in
`second_factor_pages.py`.
"""

from dataclasses import dataclass
from datetime import datetime

import qrcode
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db import transaction

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.teams.models import Team, User

APP, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


class NoSecondFactor(Exception):
    """Who asks others for a second factor must have one; the text says where to set it up."""


def has_second_factor(user: User) -> bool:
    """Whether signing in asks this person for a code."""
    return bool(Authenticator.objects.filter(user=user, type=APP).exists())


@dataclass(frozen=True)
class Factor:
    """The second factor of a person, as they read about it."""

    since: datetime
    used_at: datetime | None
    codes_left: int


def factor_of(user: User) -> Factor | None:
    """What the person has, or None."""
    kept = {each.type: each for each in Authenticator.objects.filter(user=user)}
    if APP not in kept:
        return None
    codes = kept.get(CODES)
    left = codes.data.get("used_mask", 0) if codes else -1
    return Factor(
        kept[APP].created_at,
        max(filter(None, (each.last_used_at for each in kept.values())), default=None),
        app_settings.RECOVERY_CODE_COUNT - int(left).bit_count() if codes else 0,
    )


def people_without(team: Team) -> list[User]:
    """Members of the team who have no second factor yet, by e-mail: they could not open it if the team asked for one."""
    with_one = Authenticator.objects.filter(type=APP).values("user")
    return list(User.objects.filter(memberships__team=team).exclude(pk__in=with_one).order_by("email"))


def teams_that_ask(user: User) -> list[Team]:
    """Teams of the person that open with a second factor only."""
    return list(Team.objects.filter(memberships__user=user, needs_second_factor=True).order_by("name"))


def demand_second_factor(team: Team, by: User, on: bool) -> bool:
    """Let the team open to members with a second factor only, or to all again; False when it was so already.

    Call it for an admin of the team. Raises NoSecondFactor when `by` has none: they would lock themselves out. API tokens are not
    concerned."""
    if on and not has_second_factor(by):
        raise NoSecondFactor(
            "Set up your own second factor first, on your Account page: the team would not open to you either."
        )
    with transaction.atomic():
        changed = Team.objects.filter(pk=team.pk).exclude(needs_second_factor=on).update(needs_second_factor=on)
        if changed:
            noted(team.pk, Act.SECOND_FACTOR_DEMANDED, team, before="off" if on else "on", after="on" if on else "off")
    team.needs_second_factor = on
    return bool(changed)


def remove_second_factor(user: User) -> bool:
    """Take the second factor away from somebody who lost theirs; False when they have none. Noting it is the caller's."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


def qr_path(text: str) -> tuple[int, str]:
    """A QR code as the side of its square and one path of SVG."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), "".join(squares)
