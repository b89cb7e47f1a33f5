"""Making, finding and ending links. What a link needs is looked at anew at each use, so it dies with any of it."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.access import abilities_with
from helix.flows.models import Flow
from helix.sharing.models import ShareLink
from helix.teams.keys import digest
from helix.teams.models import Member, Team
from helix.teams.roles import Ability

MOST_DAYS = 30
LEAST_PASSWORD = 8
MOST_TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
MOST_LINKS = 50


class NoLink(Exception):
    """This link cannot be made; the text says why."""


def make(flow: Flow, by: Member, *, days: int, draft: bool = False, password: str = "") -> tuple[ShareLink, str]:
    """A new link and its secret, which is shown once and not kept."""
    if not Team.objects.get(pk=flow.team_id).allows_links:
        raise NoLink("The team does not allow links. An admin can allow them again.")
    if not 1 <= days <= MOST_DAYS:
        raise NoLink(f"A link lasts between 1 and {MOST_DAYS} days. Choose how long.")
    if password and not LEAST_PASSWORD <= len(password) <= 200:
        raise NoLink(f"A password of a link has at least {LEAST_PASSWORD} characters. Choose a longer one.")
    if not draft and flow.published_id is None:
        raise NoLink("This flow has no published version yet. Publish it first, or share the draft.")
    if live(flow).count() >= MOST_LINKS:
        raise NoLink(f"This flow has {MOST_LINKS} links already. Revoke one first.")
    secret = secrets.token_urlsafe(32)
    hashed = make_password(password) if password else ""
    with transaction.atomic():
        link = ShareLink.objects.create(
            flow=flow, maker=by.user, digest=digest(secret), draft=draft, password=hashed,
            expires_at=timezone.now() + timedelta(days=days),
        )  # fmt: skip
        what = "the draft" if draft else "the published version"
        noted(
            flow.team_id,
            Act.LINK_MADE,
            flow,
            after=f"shows {what} for {days} days{', with a password' * bool(password)}",
        )
    return link, secret


def live(flow: Flow) -> QuerySet[ShareLink]:
    """The flow's links that are not over by themselves."""
    return ShareLink.objects.filter(flow=flow, revoked_at=None, expires_at__gt=timezone.now())


def find(secret: str) -> ShareLink | None:
    """The link with this secret when it works now; None for every reason why it does not."""
    link = (
        ShareLink.objects.select_related("flow__team", "flow__published", "maker")
        .filter(digest=digest(secret), revoked_at=None, expires_at__gt=timezone.now(), flow__deleted_at=None)
        .first()
    )
    return link if link is not None and works(link) else None


def works(link: ShareLink) -> bool:
    """Whether the team allows links, its maker may still share the flow, and there is something to show."""
    flow = link.flow
    member = Member.objects.filter(team=flow.team_id, user=link.maker_id, user__is_active=True).first()
    if member is None or not flow.team.allows_links or flow.deleted_at is not None:
        return False
    if not link.draft and flow.published_id is None:
        return False
    return Ability.SHARE in (abilities_with(member, flow.pk) or ())


def opens(link: ShareLink, password: str, now: datetime | None = None) -> bool | None:
    """Whether this is the link's password; None when there were too many wrong ones lately. A try is counted before it is checked,
    so that many at once are not more."""
    now = now or timezone.now()
    mine = ShareLink.objects.filter(pk=link.pk)
    mine.filter(Q(tries_since=None) | Q(tries_since__lt=now - TRIES_WITHIN)).update(tries=0, tries_since=now)
    if not mine.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return None
    if not check_password(password[:200], link.password):
        return False
    mine.filter(tries__gt=0).update(tries=F("tries") - 1)
    return True


def note_use(link: ShareLink) -> None:
    """Count a look at the flow; the first one is written down."""
    now = timezone.now()
    with transaction.atomic():
        first = ShareLink.objects.filter(pk=link.pk, used=0).update(used=1, used_at=now)
        if first:
            noted(link.flow.team_id, Act.LINK_USED, link.flow, after=f"a link that {link.maker} made")
        else:
            ShareLink.objects.filter(pk=link.pk).update(used=F("used") + 1, used_at=now)


def revoke(link: ShareLink) -> bool:
    """The link shows nothing from now on; False when it was revoked before."""
    with transaction.atomic():
        if not ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
            return False
        noted(
            link.flow.team_id,
            Act.LINK_REVOKED,
            link.flow,
            before=f"a link that {link.maker} made, used {link.used} times",
        )
    return True


def let_go(member: Member) -> None:
    """The links that this member made in their team end for good: they would work again if the person were invited again."""
    for link in ShareLink.objects.filter(
        flow__team=member.team_id, maker=member.user_id, revoked_at=None, expires_at__gt=timezone.now()
    ).select_related("flow", "maker"):
        revoke(link)


def allow(team: Team, on: bool) -> bool:
    """Whether links of the team's flows work. Those that live on work again when it is switched on again."""
    with transaction.atomic():
        if not Team.objects.filter(pk=team.pk, allows_links=not on).update(allows_links=on):
            return False
        team.allows_links = on
        noted(team.pk, Act.LINKS_SWITCHED, team, before="off" if on else "on", after="on" if on else "off")
    return True
