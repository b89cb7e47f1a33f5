"""Two teams with one of everything. There is no sandbox to call."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache

from helix.api.limits import forget_limit
from tests.integration.security.world import World, make_world


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """My team."""
    cache.clear()
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")
    yield make_world("mine")
    forget_limit()


@pytest.fixture
def other(world: World) -> World:
    """A team of strangers."""
    return make_world("other")
