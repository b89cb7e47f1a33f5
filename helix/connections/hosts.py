"""Where the keys of a connection may go, for a person to read. The calls themselves are bound elsewhere: a service's to the hosts
of its API and region (integrations/kit/client.py), those of HTTP steps to the list of the connection (integrations/http/signing.py)."""

from typing import cast

from django.conf import settings

from helix.connections.keeping import families
from helix.connections.models import Connection
from integrations.catalog import HTTP, INTEGRATIONS
from integrations.kit.auth import Region


def hosts_of(connection: Connection) -> list[str]:
    """The hosts that may receive its keys. Empty: any that a flow names (an HTTP connection without a list)."""
    if connection.sandbox:
        return [settings.HELIX.HELIX_SANDBOX_URL or "the built-in sandbox"]
    integration = INTEGRATIONS.get(connection.integration)
    if integration is None or integration is HTTP:
        return [str(host) for host in connection.options.get("hosts", [])]
    held = families(connection)
    found = {
        action.api.hosts[cast(Region, connection.region)]
        for action in integration.actions
        if action.api.key_family in held or len(integration.families) == 1
    }
    return sorted(host.removeprefix("https://") for host in found)
