"""Where this installation lets calls go: the open internet, and the private hosts that its operator listed."""

from functools import lru_cache

from django.conf import settings

from integrations.kit.client import Client
from integrations.kit.guard import Guard, read_allowed


def guarded(client: Client) -> Client:
    """The same kept connections, under the guard of this installation. It is not to be closed: the client given is."""
    return Client(_guard(settings.HELIX.HELIX_ALLOW_PRIVATE_HOSTS), client.transport)


@lru_cache(maxsize=8)
def _guard(allowed: str) -> Guard:
    return Guard(read_allowed(allowed))
