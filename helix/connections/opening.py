"""Opening a connection for a call: the only way from a stored secret to the outgoing client."""

from typing import cast

from django.conf import settings
from pydantic import SecretStr

from helix.connections import vault
from helix.connections.models import Connection
from integrations.kit.auth import Credentials, Region


class NoSandbox(Exception):
    """The connection is the sandbox's, and this installation runs none."""


def open_credentials(connection: Connection) -> Credentials:
    """The connection's keys, ready for `integrations.kit.client.send`; they show as *** wherever they are printed."""
    data_key = vault.unwrap(bytes(connection.data_key), str(connection.id))
    base_url = None
    if connection.sandbox:
        base_url = settings.HELIX.HELIX_SANDBOX_URL
        if not base_url:
            raise NoSandbox(
                "This connection leads to the built-in sandbox, which is not running. Start it with `make run`, or use another connection."
            )
    secrets = {
        secret.field: SecretStr(
            vault.unseal(
                data_key,
                bytes(secret.sealed),
                vault.place(connection.team_id, connection.id, secret.field, secret.version),
            )
        )
        for secret in connection.secrets.all()
    }
    return Credentials(
        integration=connection.integration,
        region=cast(Region, connection.region),
        secrets=secrets,
        base_url=base_url,
        name=connection.name,
        options=connection.options,
    )
