"""Keeping connections: save and test. Secrets go in and never come out here; which flows use one is flows/using.py."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from helix.connections import vault
from helix.connections.models import Connection, ConnectionSecret
from helix.connections.opening import open_credentials
from helix.ids import new_id
from helix.teams.models import Team, User
from integrations.customerio.connection import FAMILY_SECRETS, ProbeResult, probe
from integrations.kit.client import Client

MOST_BROADCASTS = 10
"""Broadcast triggers a day of a new connection; the sandbox's reach nobody and are not capped."""


def save_connection(
    team: Team, *, name: str, region: str, secrets: Mapping[str, str], sandbox: bool = False, by: User | None = None
) -> Connection:
    """Create the connection of this name, or change its region and replace the secrets that are given."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(team=team, name=name).first()
        if connection is None:
            made = new_id()
            connection = Connection(
                id=made,
                team=team,
                name=name,
                integration="customerio",
                created_by=by,
                data_key=vault.new_data_key(str(made)),
                daily_broadcasts=None if sandbox else MOST_BROADCASTS,
            )
        connection.region, connection.sandbox, connection.state, connection.notice = region, sandbox, "untested", ""
        connection.save()
        data_key = vault.unwrap(bytes(connection.data_key), str(connection.id))
        for field, value in secrets.items():
            if value:
                _keep(connection, data_key, field, value)
    return connection


def _keep(connection: Connection, data_key: bytes, field: str, value: str) -> None:
    old = ConnectionSecret.objects.filter(connection=connection, field=field).first()
    version = old.version + 1 if old else 1
    sealed = vault.seal(data_key, value, vault.place(connection.team_id, connection.id, field, version))
    ConnectionSecret.objects.update_or_create(
        connection=connection,
        field=field,
        defaults={"version": version, "sealed": sealed, "last4": value[-4:] if len(value) >= 12 else ""},
    )


def families(connection: Connection) -> frozenset[str]:
    """The key families whose secrets are all there: track, app, pipelines."""
    held = {secret.field for secret in connection.secrets.all()}
    return frozenset(family for family, fields in FAMILY_SECRETS.items() if held.issuperset(fields))


def test_connection(connection: Connection, client: Client) -> list[ProbeResult]:
    """Try each key family now and keep the result on the connection."""
    results = probe(open_credentials(connection), client)
    refused = [result for result in results if not result.ok]
    connection.state = "refused" if refused or not results else "working"
    connection.notice = " ".join(f"{result.message} {result.hint}" for result in refused)
    connection.checked_at = timezone.now()
    connection.save(update_fields=["state", "notice", "checked_at"])
    return results
