"""Any HTTP service as an integration: a key, and no actions of its own."""

from integrations.http import connection
from integrations.kit.integration import Integration

INTEGRATION = Integration(
    key=connection.KEY,
    title="HTTP service",
    actions=(),
    families=connection.FAMILIES,
    probe=connection.probe,
)
