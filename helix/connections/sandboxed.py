"""The team's connection to the built-in sandbox: the demo keys that it knows, which open nothing else."""

from collections.abc import Mapping

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.teams.models import Team, User
from integrations.customerio.sandbox.auth import APP_KEY, PIPELINES_KEY, SITE_ID, TRACK_KEY

SANDBOX_SECRETS: Mapping[str, str] = {
    "site_id": SITE_ID,
    "track_key": TRACK_KEY,
    "app_key": APP_KEY,
    "pipelines_key": PIPELINES_KEY,
}


def sandbox_of(team: Team, by: User | None = None) -> Connection:
    """The team's connection to the sandbox, made when it has none."""
    known = Connection.objects.filter(team=team, sandbox=True, integration="customerio").order_by("pk").first()
    if known is not None:
        return known
    taken = Connection.objects.filter(team=team, name="sandbox").exists()
    name = "built-in-sandbox" if taken else "sandbox"
    return save_connection(team, name=name, region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=by)
