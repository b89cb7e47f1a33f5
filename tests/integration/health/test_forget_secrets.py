"""A vault key that is lost for good: nothing opens, everything is told, and after forgetting it can be entered again."""

import io
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from pydantic import SecretStr

from helix.alerts.models import AlertRule
from helix.alerts.sealing import make_secret
from helix.audit.models import Entry
from helix.connections import second_factor, vault
from helix.connections.blinding import blind
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.engine import credentials
from helix.engine.models import Run, RunPerson
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause, RunState
from helix.flows.drafts import create_flow
from helix.health.choices import vault_keys
from helix.teams.models import Team, User
from helix.triggers.endpoints import endpoint_of_connection, replace_secret
from helix.triggers.intake.models import Endpoint
from helix.triggers.intake.sealing import keys_of
from helix.triggers.publish import publish
from tests.build import cast, graph_text
from tests.fakes.sandbox import SandboxProcess

KEY = "canary-3f1a-app-key"
GO = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
READ = {"key": "read", "type": "customerio.get_segments", "connection": "production"}
HOOK = {"key": "hook", "type": "trigger.webhook", "config": {"verify": "bearer"}}


def forget(*arguments: str) -> str:
    said = io.StringIO()
    call_command("forget_secrets", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def team(transactional_db: None) -> Team:
    """A team with something sealed of every kind."""
    credentials._kept.clear()
    team, people = cast()
    made = save_connection(team, name="production", secrets={"app_key": KEY}, by=people["alice"])
    save_connection(team, name="sandbox", secrets=SANDBOX_SECRETS, sandbox=True)
    replace_secret(endpoint_of_connection(made), "signing-key-of-customerio")
    flow = create_flow(team, "Heard", graph_text([HOOK, {**READ, "key": "r"}], ["hook>r"]))
    publish(flow, None)
    rule = AlertRule(team=team, webhook_url="https://alerts.example.com/")
    make_secret(rule)
    rule.save()
    sealed = second_factor.FactorAdapter().encrypt("a totp secret")
    Authenticator.objects.create(user=people["bob"], type=Authenticator.Type.TOTP, data={"secret": sealed})
    return team


@pytest.fixture
def lost(team: Team, monkeypatch: pytest.MonkeyPatch) -> Team:
    """The key is gone; another is in its place."""
    version = publish(create_flow(team, "Reads", graph_text([GO, READ], ["go>read"])), None)
    run = start(version, cause=Cause.API, key="before", payload={"email": "ada@example.com"})
    assert RunPerson.objects.filter(run=run).exists()
    credentials._kept.clear()
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(vault.make_key()))
    return team


def test_with_the_key_at_hand_nothing_is_forgotten(team: Team) -> None:
    assert "Nothing is lost" in forget("--yes")
    assert open_credentials(Connection.objects.get(name="production")).secret("app_key") == KEY


def test_without_a_yes_it_only_says_what_is_lost(lost: Team) -> None:
    before = list(Connection.objects.order_by("name").values_list("data_key", flat=True))

    with pytest.raises(CommandError, match=r"“test” .* Put them back from your copy"):
        forget()

    assert list(Connection.objects.order_by("name").values_list("data_key", flat=True)) == before
    assert not vault_keys().ok


def test_what_was_sealed_is_forgotten_and_steps_wait_for_new_keys(
    lost: Team, client: Client, sandbox: SandboxProcess
) -> None:
    said = forget("--yes")

    assert "connections: 2" in said
    assert "webhook addresses: 2" in said
    assert "second factors: 1" in said
    assert vault_keys().ok
    production = Connection.objects.get(name="production")
    assert not production.secrets.exists()
    assert "Enter them again" in production.paused_reason
    assert open_credentials(Connection.objects.get(name="sandbox")).secret("app_key") == SANDBOX_SECRETS["app_key"]
    assert Endpoint.objects.get(connection=production).secret is None
    ours = keys_of(Endpoint.objects.get(flow__name="Heard"), datetime.now(UTC))
    assert len(ours) == 1
    rule = AlertRule.objects.get()
    assert (rule.webhook_url, rule.webhook_key, rule.webhook_secret) == ("", None, None)
    assert not Authenticator.objects.exists()
    assert not RunPerson.objects.exists()
    assert blind(lost.pk, ["ada"])
    assert Entry.objects.filter(act="connection.secrets_forgotten").count() == 3

    work()
    run = Run.objects.get(cause_key="before")
    assert run.state == RunState.WAITING
    assert "Enter them again" in run.steps.get(node="read").explanation

    client.force_login(User.objects.get(email="alice@demo.example"))
    page = client.get(f"/t/{lost.slug}/connections/")
    assert page.status_code == 200
    entered = client.post(
        f"/t/{lost.slug}/connections/{production.pk}/change/",
        {"region": "us", "app_key": "a-new-key-12345", "keep": "now"},
    )
    assert entered.status_code in (200, 302)
    production.refresh_from_db()
    assert production.paused_at is None
    assert open_credentials(production).secret("app_key") == "a-new-key-12345"
