"""The Redis beside Helix: found, started behind a password, kept over restarts."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from helix.up import broker
from helix.up.broker import OwnRedis
from helix.up.child import Child
from helix.up.folder import DataFolder
from helix.up.words import CannotStart


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    folder = DataFolder(tmp_path / "a folder with spaces")
    yield folder
    folder.close()


def started(own: OwnRedis) -> Child:
    child = own.child()
    child.start()
    deadline = time.monotonic() + 10
    while not own.answers():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return child


def test_it_keeps_what_it_was_told_over_a_kill_and_asks_for_its_password(data: DataFolder) -> None:
    first = OwnRedis(data, "a-password")
    child = started(first)
    client = redis.Redis.from_url(first.url)
    client.rpush("helix", "hint")
    client.config_set("appendfsync", "always")
    client.rpush("helix", "another")
    client.close()
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=first.port) as stranger:
        stranger.ping()
    child.kill()
    child.end(5)
    second = OwnRedis(data, "a-password")
    child = started(second)
    with redis.Redis.from_url(second.url) as client:
        assert client.lrange("helix", 0, -1) == [b"hint", b"another"]
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    child.ask_to_end()
    child.end(5)


def test_its_password_is_in_no_command_line(data: DataFolder) -> None:
    assert "a-password" not in " ".join(OwnRedis(data, "a-password").child().command)
    assert (data.path / "redis.conf").stat().st_mode & 0o777 == 0o600


def test_files_that_it_cannot_read_are_set_aside_not_deleted(data: DataFolder) -> None:
    own = OwnRedis(data, "x")
    (own.folder / "appendonlydir").mkdir(parents=True)
    (own.folder / "appendonlydir" / "file").write_text("of a newer one")
    assert own.has_files
    assert (own.set_aside() / "file").read_text() == "of a newer one"
    assert not own.has_files


def test_a_system_redis_comes_before_the_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = broker.program()
    assert Path(bundled).exists()
    system = tmp_path / "valkey-server"
    system.write_text("#!/bin/sh\n")
    system.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.program() == str(system)


def test_a_dead_redis_is_said_without_its_password() -> None:
    with pytest.raises(CannotStart, match="REDIS_URL does not answer") as caught:
        broker.check_given("redis://:hidden-password@127.0.0.1:1/0")
    assert "hidden-password" not in str(caught.value)
