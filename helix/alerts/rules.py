"""Which rule holds for a flow, whom it tells, and what a rule must be."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from helix.alerts.models import AlertRule
from helix.alerts.standing import KINDS, RECOVERED
from helix.flows.access import abilities_with
from helix.teams.models import Member
from helix.teams.roles import Ability
from integrations.http.building import address, port_of, read_settings
from integrations.kit.errors import CallError
from integrations.kit.guard import Guard, read_allowed

MOST_ADDRESSES = 20
MOST_MINUTES = 366 * 24 * 60
CHOICES = (*KINDS, RECOVERED)


class BadRule(ValueError):
    """A rule that cannot be kept; `field` is where, the text a sentence for a person."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Rules:
    """The rules of a team."""

    def __init__(self, team_id: UUID) -> None:
        self.team_id = team_id

    def of(self, flow_id: UUID | None) -> AlertRule | None:
        """The flow's own rule, else the team's, else none."""
        found = AlertRule.objects.filter(Q(flow=None) | Q(flow_id=flow_id), team_id=self.team_id)
        return max(found, key=lambda rule: rule.flow_id is not None, default=None)


def places_of(rule: AlertRule, flow_id: UUID | None = None) -> Iterator[tuple[str, list[str]]]:
    """Where this rule sends to: (channel, addresses). People who left the team, or do not see the flow, are told
    nothing."""
    members = Member.objects.filter(team_id=rule.team_id, user__in=rule.members.all(), user__is_active=True)
    told = [
        member.user.email
        for member in members.select_related("user").order_by("pk")
        if flow_id is None or Ability.SEE in (abilities_with(member, flow_id) or ())
    ]
    addresses = dict.fromkeys([*told, *rule.addresses])
    if addresses:
        yield "email", list(addresses)
    if rule.webhook_url:
        yield "webhook", [rule.webhook_url]


def read_addresses(text: str) -> list[str]:
    """E-mail addresses, one a line or with commas between. BadRule for what is none."""
    found = list(dict.fromkeys(part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()))
    if len(found) > MOST_ADDRESSES:
        raise BadRule(
            "addresses", f"These are {len(found)} addresses; give {MOST_ADDRESSES} at most, or one of a mailing list."
        )
    for one in found:
        try:
            validate_email(one)
        except ValidationError:
            raise BadRule("addresses", f"“{one[:80]}” is no e-mail address. Write it like ops@example.com.") from None
    return found


def read_webhook(text: str) -> str:
    """The address of a webhook, which must be one that this installation may call. BadRule with the reason if not."""
    url = text.strip()
    if not url:
        return ""
    if len(url) > 500:
        raise BadRule("webhook_url", "This address is longer than 500 characters. Use a shorter one.")
    guard = Guard(read_allowed(settings.HELIX.HELIX_ALLOW_PRIVATE_HOSTS))
    try:
        read = address(read_settings({"method": "POST", "url": url}))
        host, port = read.raw_host.decode("ascii"), port_of(read)
        if read.scheme != "https" and not guard.lists(host, port):
            raise BadRule("webhook_url", "An alert goes over https only. Write an address that begins with https://.")
        guard.host(host, port)
    except CallError as error:
        words = " ".join(filter(None, (error.message, error.hint)))
        raise BadRule("webhook_url", words.removeprefix("HTTP request: ")) from None
    return url


def read_minutes(field: str, text: str, *, unit: int = 1) -> int | None:
    """Minutes, or hours or days of them (`unit`); None of nothing. BadRule for what is no such number."""
    if not text.strip():
        return None
    try:
        minutes = int(text.strip()) * unit
    except ValueError:
        raise BadRule(field, f"“{text.strip()[:20]}” is no whole number. Write for example 30.") from None
    if not 1 <= minutes <= MOST_MINUTES:
        raise BadRule(field, "Give a time of at least 1 minute and at most 366 days.")
    return minutes
