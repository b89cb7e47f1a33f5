"""Keeping connections: save and test. Secrets go in and never come out here; which flows use one is flows/using.py."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections import vault
from helix.connections.models import Connection, ConnectionSecret
from helix.connections.opening import open_credentials
from helix.connections.outgoing import guarded
from helix.ids import new_id
from helix.teams.models import Team, User
from integrations.catalog import INTEGRATIONS
from integrations.kit.client import Client
from integrations.kit.families import ProbeResult
from integrations.kit.integration import untried

MOST_BROADCASTS = 10
"""Broadcast triggers a day of a new connection; the sandbox's reach nobody and are not capped."""


def save_connection(
    team: Team,
    *,
    name: str,
    secrets: Mapping[str, str],
    region: str = "us",
    sandbox: bool = False,
    by: User | None = None,
    integration: str = "customerio",
    options: Mapping[str, Any] | None = None,
    forget: Collection[str] = (),
) -> Connection:
    """Create the connection of this name, or change its region and options (None: as they are), replace the secrets that
    are given and delete those to `forget`. The integration of a connection never changes."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(team=team, name=name).first()
        before, act = _words(connection), Act.CONNECTION_CHANGED if connection else Act.CONNECTED
        if connection is None:
            made = new_id()
            connection = Connection(
                id=made,
                team=team,
                name=name,
                integration=integration,
                created_by=by,
                data_key=vault.new_data_key(str(made)),
                daily_broadcasts=None if sandbox else MOST_BROADCASTS,
            )
        connection.region, connection.sandbox, connection.state, connection.notice = region, sandbox, "untested", ""
        if options is not None:
            connection.options = dict(options)
        connection.save()
        connection.secrets.filter(field__in=forget).delete()
        data_key = vault.unwrap(bytes(connection.data_key), str(connection.id))
        for field, value in secrets.items():
            if value:
                _keep(connection, data_key, field, value)
        entered = ", ".join(sorted(field for field, value in secrets.items() if value))
        noted(team.pk, act, connection, before=before, after=f"{_words(connection)}; keys entered: {entered or 'none'}")
    return connection


def _words(connection: Connection | None) -> str:
    """What is no secret of a connection, for the audit log."""
    if connection is None:
        return ""
    hosts = ", ".join(map(str, connection.options.get("hosts", [])))
    kind = f"{connection.integration}, {'sandbox' if connection.sandbox else connection.region}"
    return f"{kind}, hosts: {hosts}" if hosts else kind


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
    """The key families whose secrets are all there: track, app, pipelines; of an HTTP service bearer, basic or header."""
    held = {secret.field for secret in connection.secrets.all()}
    integration = INTEGRATIONS.get(connection.integration)
    return (
        frozenset(family.key for family in integration.families if family.is_whole(held))
        if integration
        else frozenset()
    )


def test_connection(connection: Connection, client: Client) -> list[ProbeResult]:
    """Try each key family now and keep the result on the connection; a connection that names no place to try stays untested."""
    integration = INTEGRATIONS[connection.integration]
    results = integration.probe(open_credentials(connection), guarded(client))
    refused = [result for result in results if not result.ok]
    if results or (integration.actions and integration.probe is not untried):
        connection.state = "refused" if refused or not results else "working"
    connection.notice = " ".join(f"{result.message} {result.hint}" for result in refused)
    connection.checked_at = timezone.now()
    with transaction.atomic():
        connection.save(update_fields=["state", "notice", "checked_at"])
        noted(connection.team_id, Act.CONNECTION_TESTED, connection, after=connection.state)
    return results
