"""`manage.py rotate_keys`: everything that is sealed moves under the newest vault key, and nothing is lost on the way."""

import io
import os

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models
from pydantic import SecretStr

from helix.alerts.models import AlertRule
from helix.alerts.sealing import make_secret, open_secret
from helix.audit.models import Entry
from helix.connections import vault
from helix.connections.blinding import blind
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from helix.health import sealed
from helix.health.choices import vault_keys
from helix.triggers.endpoints import endpoint_of_connection, replace_secret
from helix.triggers.intake.sealing import keys_of
from tests.build import cast

KEY = "canary-3f1a-app-key"


def keys(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(text))


def rotate() -> str:
    said = io.StringIO()
    call_command("rotate_keys", stdout=said)
    return said.getvalue()


@pytest.fixture
def connection(db: None) -> Connection:
    team, people = cast()
    made = save_connection(team, name="production", secrets={"app_key": KEY}, by=people["alice"])
    replace_secret(endpoint_of_connection(made), "signing-key-of-customerio")
    rule = AlertRule(team=team)
    make_secret(rule)
    rule.save()
    blind(team.pk, ["ada"])
    return made


def test_everything_opens_with_the_new_key_alone(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = blind(connection.team_id, ["ada"])
    fresh = vault.make_key()
    keys(f"{fresh},{os.environ['HELIX_VAULT_KEYS']}", monkeypatch)

    said = rotate()

    assert said.startswith("4 rewrapped")
    assert "“test” is not needed any more" in said
    keys(fresh, monkeypatch)
    assert open_credentials(Connection.objects.get()).secret("app_key") == KEY
    endpoint = endpoint_of_connection(connection)
    assert keys_of(endpoint, connection.created_at) == ["signing-key-of-customerio"]
    assert open_secret(AlertRule.objects.get()).startswith("whsec_")
    assert blind(connection.team_id, ["ada"]) == digests
    assert vault_keys().ok
    assert Entry.objects.filter(act="connection.vault_rewrapped").count() == 1


def test_it_goes_on_where_it_was_stopped(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        save_connection(connection.team, name=f"more-{number}", secrets={"app_key": KEY})
    keys(f"{vault.make_key()},{os.environ['HELIX_VAULT_KEYS']}", monkeypatch)
    monkeypatch.setattr(sealed, "BATCH", 2)
    seen: list[int] = []

    def power_cut(words: str, done: int) -> None:
        seen.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealed.rewrap_all(power_cut)
    result = sealed.rewrap_all()

    assert (seen, result.done, result.already) == ([2], 7, 2)
    assert all(open_credentials(each).has("app_key") for each in Connection.objects.all())


def test_a_row_that_changed_meanwhile_is_left_alone(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    keys(f"{vault.make_key()},{os.environ['HELIX_VAULT_KEYS']}", monkeypatch)
    whole = vault.rewrap

    def while_somebody_writes(wrapped: bytes, place: str) -> bytes | None:
        if place == str(connection.pk):
            Connection.objects.update(data_key=vault.new_data_key(place))
        return whole(wrapped, place)

    monkeypatch.setattr(vault, "rewrap", while_somebody_writes)
    before = bytes(connection.data_key)
    assert sealed.rewrap_all().done == 3
    assert bytes(Connection.objects.get().data_key) != before


def test_a_lost_key_is_named_and_the_rest_is_rewrapped(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = vault.make_key()
    keys(fresh, monkeypatch)
    save_connection(connection.team, name="other", secrets={"app_key": KEY})
    newest = vault.make_key()
    keys(f"{newest},{fresh}", monkeypatch)

    with pytest.raises(CommandError, match="“test” \\(4\\)"):
        rotate()

    keys(newest, monkeypatch)
    assert open_credentials(Connection.objects.get(name="other")).has("app_key")
    assert "“test”" in vault_keys().message


def test_every_wrapped_key_is_listed() -> None:
    """A column of bytes that is named a key holds a wrapped data key: one that is not listed would be lost by a rotation."""
    columns = {
        (model, column.name)
        for model in apps.get_models()
        for column in model._meta.get_fields()
        if isinstance(column, models.BinaryField) and column.name.endswith("_key")
    }
    assert columns == {(each.model, each.column) for each in sealed.EVERYTHING}
