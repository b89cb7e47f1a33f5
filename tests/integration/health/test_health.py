"""What doctor, /healthz and /readyz say, and when they say that something must be done."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from helix.connections.models import TeamKey
from helix.engine.models import Worker
from helix.health import choices, parts
from helix.health.doors import forget
from helix.health.examine import examine
from helix.triggers.rounds import sign
from tests.build import cast
from tests.fakes.queue import Queue

pytestmark = pytest.mark.django_db
Change = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Sets settings for a test."""

    def changed(**values: Any) -> None:
        for name, value in values.items():
            monkeypatch.setattr(settings.HELIX, name, value)

    return changed


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    forget()
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_readyz_names_every_part(client: Client, queue: Queue, change: Change) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    status, body = ready(client)
    assert (status, body["status"]) == (200, "degraded")
    assert body["checks"] == {
        "database": "ok", "migrations": "ok", "worker": "silent", "scheduler": "silent", "redis": "unreachable"
    }  # fmt: skip

    change(REDIS_URL=queue.url)
    sign("worker")
    sign("scheduler")
    assert ready(client) == (200, {"status": "ok", "checks": dict.fromkeys(body["checks"], "ok")})

    Worker.objects.filter(kind="worker").update(ticked_at=timezone.now() - timedelta(minutes=2))
    assert ready(client)[1]["checks"]["worker"] == "silent"


def test_tables_of_another_version_are_not_ready(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="engine").order_by("name").last()
    assert last is not None
    recorder.record_unapplied("engine", last.name)
    assert ready(client)[0] == 503
    assert "manage.py migrate" in parts.migrations().hint

    recorder.record_applied("engine", last.name)
    recorder.record_applied("engine", "9999_from_the_future")
    assert ready(client)[1]["checks"]["migrations"] == "outdated"
    assert "newer Helix (engine.9999_from_the_future)" in parts.migrations().message


def test_the_page_of_a_defect_names_its_request(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(parts, "SILENT_SECONDS", None)  # a defect
    sign("worker")
    forget()

    answer = client.get("/readyz", headers={"X-Request-Id": "req-17"})

    assert answer.status_code == 500
    assert "name the request <code>req-17</code>" in answer.text


def test_doctor_ends_with_1_when_something_must_be_mended() -> None:
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)
    assert ended.value.code == 1
    assert "PROBLEM redis: it does not answer" in said.getvalue()
    assert "ok      invariants: all hold." in said.getvalue()


def test_doctor_looks_only_where_it_is_asked_to() -> None:
    sign("worker")
    said = StringIO()
    call_command("doctor", "--here", "--only", "worker", "--json", stdout=said)
    assert set(json.loads(said.getvalue())["checks"]) == {"database", "worker"}

    Worker.objects.update(name="worker:another-host:1")
    with pytest.raises(SystemExit):
        call_command("doctor", "--here", "--only", "worker", stdout=said)
    with pytest.raises(CommandError, match="There is no check “warp drive”"):
        call_command("doctor", "--only", "warp drive", stdout=said)


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({"HELIX_SECRET_KEY": SecretStr("short")}, "secret key", "it is weak (5 characters"),
        ({"HELIX_SECRET_KEY": SecretStr("a" * 60)}, "secret key", "1 different"),
        ({"HELIX_SECRET_KEY": SecretStr("")}, "secret key", "there is none"),
        ({"HELIX_DEBUG": True}, "debug", "show code and data"),
        ({"HELIX_BASE_URL": "http://helix.example.com"}, "address", "travel in the clear"),
        ({"HELIX_VAULT_KEYS": SecretStr("")}, "vault", "HELIX_VAULT_KEYS is empty"),
    ],
)
def test_a_bad_choice_is_named(change: Change, values: dict[str, Any], name: str, words: str) -> None:
    change(**values)
    finding = next(each for each in examine()[0] if each.name == name)
    assert (finding.ok, finding.grave) == (False, True)
    assert words in finding.message
    assert finding.hint or name == "vault"


def test_a_name_that_is_no_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIX_WORKER_THREAD", "4")
    finding = next(each for each in examine()[0] if each.name == "settings")
    assert (finding.grave, finding.hint) == (False, "Did you mean HELIX_WORKER_THREADS?")


def test_a_vault_key_that_stored_secrets_need_and_nobody_has_is_named() -> None:
    team, _ = cast("locked")
    assert choices.vault_keys().ok
    TeamKey.objects.create(team=team, data_key=b"lost:0123456789")

    found = choices.vault_keys()

    assert not found.ok
    assert "“lost” (1 secrets)" in found.message


def test_a_redis_that_forgets_is_named(queue: Queue, change: Change) -> None:
    change(REDIS_URL=queue.url)
    assert parts.queue().ok
    with redis.Redis.from_url(queue.url) as client:
        client.config_set("maxmemory", "64mb")
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            found = parts.queue()
        finally:
            client.config_set("maxmemory", "0")
            client.config_set("maxmemory-policy", "noeviction")
    assert "maxmemory-policy allkeys-lru" in found.message


def test_the_kind_of_disk_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("a / ext4 rw 0 0\nb:/share /srv/my\\040data nfs4 rw 0 0\nc /srv tmpfs rw 0 0\n")
    assert choices.kind_of_disk(Path("/srv/my data/helix/helix.sqlite3"), mounts) == "nfs4"
    assert choices.kind_of_disk(Path("/srv/other.sqlite3"), mounts) == "tmpfs"
    assert choices.kind_of_disk(Path("/home/x"), mounts) == "ext4"


def test_a_database_on_a_network_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's files are PostgreSQL's own matter")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "helix.sqlite3"))
    assert [finding.ok for finding in choices.disk()] == [True]
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/share {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(choices, "MOUNTS", mounts)
    assert "will be damaged" in next(iter(choices.disk())).message
