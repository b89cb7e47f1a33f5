"""The shipped sandbox, for every integration test that wants Customer.io at the other end of the wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(Path(tmp_path_factory.mktemp("sandbox")))
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> SandboxProcess:
    """The sandbox as new: seeded state, empty log, no faults."""
    sandbox_process.reset()
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", sandbox_process.url)
    return sandbox_process
