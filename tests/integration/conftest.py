"""The shipped sandbox, for every integration test that wants Customer.io at the other end of the wire; and a Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from helix.engine.budget.gate import forget_gate
from tests.fakes.queue import Queue
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The tests' database. PostgreSQL removes it only when nobody looks at it: idle threads of pools keep their sessions."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


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


@pytest.fixture(scope="session")
def queue_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    queue = Queue(Path(tmp_path_factory.mktemp("queue")) / "data")
    yield queue
    queue.close()


@pytest.fixture
def queue(queue_process: Queue) -> Iterator[Queue]:
    """A Redis that has been there for a while, and holds nothing."""
    queue_process.empty()
    queue_process.begun_long_ago()
    yield queue_process
    queue_process.as_before()


@pytest.fixture
def budget(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Calls of this process share their pace through a real Redis. Without it each first call waits for a second."""
    monkeypatch.setattr(settings.HELIX, "REDIS_URL", queue.url)
    forget_gate()
    yield
    forget_gate()
