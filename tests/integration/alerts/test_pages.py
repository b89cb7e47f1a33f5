"""The pages of alerts and charts: who may, what is refused with which words, what they cost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.alerts.duties import count_ends
from helix.alerts.models import AlertRule, Delivery, Notice
from helix.alerts.sealing import open_secret
from helix.flows.models import Flow
from helix.teams.models import Member, Team, User
from tests.integration.insights.conftest import ended, flows, team

__all__ = ["flows", "team"]
pytestmark = pytest.mark.django_db
GOOD = {"kinds": ["failed", "recovered"], "addresses": "ops@example.com", "webhook_url": "", "late": "20"}


def of(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email__startswith=f"{name}@"))
    return client


@pytest.mark.parametrize(
    ("path", "least"),
    [("alerts/", "carol"), ("insights/", "carol"), ("alerts/settings/", "alice"), ("alerts/settings/{flow}/", "bob"),
     ("insights/flow/{flow}/", "carol")],
)  # fmt: skip
def test_each_page_is_for_those_who_may(team: Team, flows: list[Flow], path: str, least: str) -> None:
    cast, at = ("carol", "olga", "bob", "alice"), f"/t/{team.slug}/{path.format(flow=flows[0].pk)}"

    found = {name: of(name).get(at).status_code for name in (*cast, "mallory")}

    assert found.pop("mallory") == 404
    assert found == {name: 200 if cast.index(name) >= cast.index(least) else 403 for name in cast}


@pytest.mark.parametrize("path", ["alerts/settings/", "alerts/test/"])
def test_only_an_admin_changes_or_tests_the_teams_alerts(team: Team, path: str) -> None:
    assert of("bob").post(f"/t/{team.slug}/{path}", GOOD).status_code == 403
    assert of("mallory").post(f"/t/{team.slug}/{path}", GOOD).status_code == 404


def test_the_rule_of_another_teams_flow_is_out_of_reach(team: Team, flows: list[Flow]) -> None:
    assert of("mallory").post(f"/t/{team.slug}-elsewhere/alerts/settings/{flows[0].pk}/", GOOD).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("addresses", "ops@", "“ops@” is no e-mail address. Write it like ops@example.com."),
     ("addresses", "\n".join(f"a{n}@example.com" for n in range(21)), "These are 21 addresses; give 20 at most"),
     ("webhook_url", "https://10.0.0.8/hook", "leads into a private network"),
     ("webhook_url", "https://169.254.169.254/", "nothing may call it"),
     ("webhook_url", "http://hooks.example.com/", "An alert goes over https only."),
     ("webhook_url", "https://localhost/hook", "is a name of an inner network"),
     ("webhook_url", "https://user:pw@hooks.example.com/", "holds a user or a password"),
     ("webhook_url", "hooks.example.com", "is no web address"),
     ("late", "soon", "“soon” is no whole number."),
     ("late", "0", "Give a time of at least 1 minute")],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_beside_its_field(team: Team, field: str, value: str, words: str) -> None:
    answer = of("alice").post(f"/t/{team.slug}/alerts/settings/", {**GOOD, field: value})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "HTTP request:" not in answer.content.decode()
    assert not AlertRule.objects.exists()


def test_a_webhooks_secret_is_shown_once(team: Team) -> None:
    sent = {**GOOD, "webhook_url": "https://hooks.example.com/helix"}

    first = of("alice").post(f"/t/{team.slug}/alerts/settings/", sent)
    rule = AlertRule.objects.get()
    secret = open_secret(rule)
    again = of("alice").post(f"/t/{team.slug}/alerts/settings/", sent)
    page = of("alice").get(f"/t/{team.slug}/alerts/settings/")
    rule.refresh_from_db()

    assert secret.startswith("whsec_") and secret in first.content.decode()
    assert again.status_code == 302
    assert secret not in page.content.decode()
    assert open_secret(rule) == secret
    assert secret.encode() not in bytes(rule.webhook_secret or b"")


def test_a_flow_gets_alerts_of_its_own_and_follows_the_team_again(team: Team, flows: list[Flow]) -> None:
    at = f"/t/{team.slug}/alerts/settings/{flows[0].pk}/"
    of("bob").post(at, {**GOOD, "expected": "25", "unit": "60"})
    rule = AlertRule.objects.get(flow=flows[0])
    of("bob").post(f"{at}as-team/")

    assert rule.expected_minutes == 25 * 60
    assert not AlertRule.objects.exists()


def test_a_person_of_another_team_cannot_be_chosen(team: Team) -> None:
    mallory = User.objects.get(email__startswith="mallory@")
    alice = User.objects.get(email__startswith="alice@")

    of("alice").post(f"/t/{team.slug}/alerts/settings/", {**GOOD, "members": [str(mallory.pk), str(alice.pk), "no id"]})

    assert list(AlertRule.objects.get().members.all()) == [alice]


def test_somebody_who_left_the_team_is_told_nothing(team: Team) -> None:
    olga = User.objects.get(email__startswith="olga@")
    rule = AlertRule.objects.create(team=team, kinds=["failed"])
    rule.members.set([olga])
    Member.objects.filter(user=olga).delete()

    answer = of("alice").post(f"/t/{team.slug}/alerts/test/", follow=True)

    assert "Nobody would be told" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_test_alert_is_written_and_sent_by_the_scheduler_not_by_the_page(team: Team) -> None:
    AlertRule.objects.create(team=team, kinds=[], addresses=["ops@example.com"])

    answer = of("alice").post(f"/t/{team.slug}/alerts/test/", follow=True)

    assert "On its way" in answer.content.decode()
    assert Delivery.objects.get().tries == 0
    assert "This is a test." in Notice.objects.get().text


def test_names_are_no_markup(team: Team, flows: list[Flow]) -> None:
    Flow.objects.update(name="<script>alert(1)</script>")
    AlertRule.objects.create(team=team, kinds=["failed"], addresses=["ops@example.com"])
    ended(flows[0], "failed", timezone.now())
    count_ends()

    for path in ("alerts/", "insights/", f"insights/?flow={flows[0].pk}"):
        assert "<script>alert(1)" not in of("alice").get(f"/t/{team.slug}/{path}").content.decode()


def test_addresses_are_shown_to_those_who_edit_only(team: Team) -> None:
    AlertRule.objects.create(team=team, kinds=["failed"], addresses=["ops@example.com"])
    of("alice").post(f"/t/{team.slug}/alerts/test/")

    assert "ops@example.com" in of("bob").get(f"/t/{team.slug}/alerts/").content.decode()
    assert "ops@example.com" not in of("carol").get(f"/t/{team.slug}/alerts/").content.decode()


def test_the_address_of_the_teams_webhook_is_for_admins(team: Team, flows: list[Flow]) -> None:
    AlertRule.objects.create(team=team, kinds=["failed"], webhook_url="https://hooks.example.com/with-a-key")
    at = f"/t/{team.slug}/alerts/settings/{flows[0].pk}/"

    assert "with-a-key" in of("alice").get(at).content.decode()
    assert "with-a-key" not in of("bob").get(at).content.decode()


def test_the_charts_cost_the_same_queries_for_few_and_many_runs(team: Team, flows: list[Flow]) -> None:
    client, at = of("alice"), f"/t/{team.slug}/insights/?span=30d"
    now, costs = timezone.now(), []
    for _ in range(2):
        for each in range(60):
            ended(flows[each % 2], "failed" if each % 7 == 0 else "succeeded", now - timedelta(hours=each * 9))
        count_ends()
        client.get(at)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(at)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 15
    assert "As a table" in page.content.decode()
    assert " style=" not in page.content.decode()


def test_the_charts_are_of_the_viewers_clock(team: Team, flows: list[Flow]) -> None:
    User.objects.filter(email__startswith="alice@").update(timezone="Pacific/Auckland")
    now = timezone.now()
    ended(flows[0], "succeeded", now)
    count_ends()

    page = of("alice").get(f"/t/{team.slug}/insights/?span=24h").content.decode()

    there = timezone.localtime(now, timezone=ZoneInfo("Pacific/Auckland"))
    assert f"{there:%a} {there.day} {there:%b} {there:%H}:00" in page
