"""The vault: what it keeps, and what it refuses to open."""

import os

import pytest
from django.conf import settings
from pydantic import SecretStr

from helix.connections import vault
from helix.connections.keeping import families, save_connection
from helix.connections.models import Connection, ConnectionSecret
from helix.connections.opening import open_credentials
from tests.build import cast

CANARY = "canary-7c1f-track-key"


@pytest.fixture
def connection(db: None) -> Connection:
    team, people = cast()
    secrets = {"site_id": "site-1234567890", "track_key": CANARY, "app_key": ""}
    return save_connection(team, name="production", region="eu", secrets=secrets, by=people["alice"])


def test_a_saved_key_opens_for_a_call_and_shows_nowhere_else(connection: Connection) -> None:
    credentials = open_credentials(connection)

    assert credentials.secret("track_key") == CANARY
    assert CANARY not in repr(credentials)
    rows = str(list(Connection.objects.values())) + str(
        [bytes(secret.sealed) for secret in ConnectionSecret.objects.all()]
    )
    assert CANARY not in rows


def test_an_empty_key_is_not_kept(connection: Connection) -> None:
    assert families(connection) == {"track"}


def test_replacing_one_key_keeps_the_others(connection: Connection) -> None:
    save_connection(connection.team, name="production", region="eu", secrets={"track_key": "another-key-0123"})

    credentials = open_credentials(Connection.objects.get())
    assert (credentials.secret("site_id"), credentials.secret("track_key")) == ("site-1234567890", "another-key-0123")


def test_a_sealed_value_that_was_moved_does_not_open(connection: Connection) -> None:
    site = connection.secrets.get(field="site_id")
    ConnectionSecret.objects.filter(field="track_key").update(sealed=site.sealed)

    with pytest.raises(vault.VaultLocked, match="was moved"):
        open_credentials(connection)


def test_a_lost_vault_key_is_named(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(vault.make_key()))

    with pytest.raises(vault.VaultLocked, match="“test”"):
        open_credentials(connection)


def test_an_older_key_still_opens_after_a_new_one_was_put_first(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = f"{vault.make_key()},{os.environ['HELIX_VAULT_KEYS']}"
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(both))

    assert open_credentials(connection).secret("track_key") == CANARY


@pytest.mark.parametrize("bad", ["", "no-colon", "a:short", "a:!!!"])
def test_a_wrong_vault_key_is_explained(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(bad))

    with pytest.raises(vault.VaultLocked, match="make_keys"):
        vault.ring()
