"""A team with a flow for chosen people, of which everything that a flow can have is there."""

import pytest

from helix.flows.models import Flow
from tests.integration.security.world import World, make_world

CANARY = "Zanzibar secret launch"


@pytest.fixture
def world(transactional_db: None) -> World:
    """The world of the security tests; its flow has a name that is found by sight, and is for chosen people."""
    made = make_world("mine")
    Flow.objects.filter(pk=made.flow.pk).update(name=CANARY, restricted=True)
    made.flow.refresh_from_db()
    return made
