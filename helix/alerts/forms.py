"""The form of a rule: reads what a person sent, and keeps it when it is right."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict

from helix.alerts.models import AlertRule
from helix.alerts.rules import CHOICES, BadRule, read_addresses, read_minutes, read_webhook
from helix.alerts.standing import CAPPED, FAILED, LATE, PAUSED, RECOVERED, SILENT
from helix.flows.models import Flow
from helix.teams.models import Member, Team, User

UNITS = (("1", "minutes"), ("60", "hours"), ("1440", "days"))
EXPLAINED = {
    FAILED: ("A flow fails", "The first failure is told; later ones are counted, with reminders ever less often."),
    RECOVERED: ("It is over", "A flow that failed runs well again, or what was paused, late or silent goes on."),
    LATE: ("A flow is late", "A planned start has not come, was missed or waits, or no worker takes a run."),
    SILENT: ("A flow is silent", "No run began in the time that is expected; set it in the flow's own alerts."),
    PAUSED: ("A connection is paused", "The service refused its key; steps wait until it is mended."),
    CAPPED: (
        "A daily cap is near",
        "A connection has used four fifths of the calls or broadcasts that it may make today.",
    ),
}


@dataclass
class RuleForm:
    """What the fields hold, and what is wrong with them."""

    team: Team
    flow: Flow | None = None
    kinds: list[str] = field(default_factory=lambda: [FAILED, RECOVERED, LATE, SILENT, PAUSED, CAPPED])
    members: list[str] = field(default_factory=list)
    addresses: str = ""
    webhook_url: str = ""
    late: str = "15"
    expected: str = ""
    unit: str = "60"
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, team: Team, flow: Flow | None, rule: AlertRule | None) -> "RuleForm":
        """The form as it stands for a rule; the usual for none."""
        if rule is None:
            return cls(team, flow)
        minutes, unit = rule.expected_minutes, "60"
        for size in ("1440", "60", "1"):
            if minutes is not None and minutes % int(size) == 0:
                minutes, unit = minutes // int(size), size
                break
        return cls(
            team, flow, list(rule.kinds), [str(pk) for pk in rule.members.values_list("pk", flat=True)],
            "\n".join(rule.addresses), rule.webhook_url, str(rule.late_minutes), "" if minutes is None else str(minutes),
            unit,
        )  # fmt: skip

    @classmethod
    def sent(cls, team: Team, flow: Flow | None, data: QueryDict) -> "RuleForm":
        """The form as a person sent it."""
        return cls(
            team, flow, [kind for kind in data.getlist("kinds") if kind in CHOICES], data.getlist("members")[:500],
            data.get("addresses", "")[:5000], data.get("webhook_url", "")[:2000], data.get("late", ""),
            data.get("expected", ""), data.get("unit", "60"),
        )  # fmt: skip

    @property
    def choices(self) -> list[tuple[str, str, str, bool]]:
        """The kinds to choose from: key, title, words, chosen."""
        kinds = [kind for kind in EXPLAINED if kind not in (PAUSED, CAPPED) or self.flow is None]
        return [(kind, *EXPLAINED[kind], kind in self.kinds) for kind in kinds]

    @property
    def people(self) -> list[tuple[str, Any, bool]]:
        """The team's members to choose from."""
        members = Member.objects.filter(team=self.team).select_related("user").order_by("user__email")
        return [(str(member.user_id), member.user, str(member.user_id) in self.members) for member in members]

    @property
    def units(self) -> list[tuple[str, str, bool]]:
        return [(size, words, size == self.unit) for size, words in UNITS]

    def save(self, rule: AlertRule | None) -> AlertRule | None:
        """The rule kept, or None with `problems` filled. A new webhook has no secret yet."""
        read: dict[str, Any] = {}
        unit = int(self.unit) if self.unit in dict(UNITS) else 60
        readers: dict[str, Callable[[], Any]] = {
            "addresses": lambda: read_addresses(self.addresses),
            "webhook_url": lambda: read_webhook(self.webhook_url),
            "late": lambda: read_minutes("late", self.late),
            "expected": lambda: read_minutes("expected", self.expected, unit=unit),
        }
        for name, reader in readers.items():
            try:
                read[name] = reader()
            except BadRule as bad:
                self.problems[name] = str(bad)
        if self.problems:
            return None
        rule = rule or AlertRule(team=self.team, flow=self.flow)
        rule.kinds, rule.addresses = self.kinds, read["addresses"]
        if rule.webhook_url != read["webhook_url"]:
            rule.webhook_url, rule.webhook_key, rule.webhook_secret = read["webhook_url"], None, None
        rule.late_minutes = read["late"] or 15
        rule.expected_minutes = read["expected"] if self.flow is not None else None
        rule.save()
        wanted = [one for one in self.members if _is_id(one)]
        rule.members.set(User.objects.filter(memberships__team=self.team, pk__in=wanted))
        return rule


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
