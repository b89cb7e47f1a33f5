"""What the children are told, and what the person who starts Helix may decide."""

from pathlib import Path

import pytest

from helix.up.environment import check_database, for_children
from helix.up.folder import DataFolder, Kept
from helix.up.options import Options, read_options
from helix.up.words import CannotStart

KEPT = Kept("secret key", "k1:vault", "redis password", 4711)


def told(tmp_path: Path) -> dict[str, str]:
    data = DataFolder(tmp_path)
    found = for_children(
        data, KEPT, port=8123, redis_url="redis://:x@127.0.0.1:1/0", sandbox_url="http://127.0.0.1:4711"
    )
    data.close()
    return found


def test_children_learn_secrets_and_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HELIX_SECRET_KEY", "HELIX_VAULT_KEYS", "HELIX_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    found = told(tmp_path)
    assert found["HELIX_SECRET_KEY"] == "secret key"
    assert found["HELIX_VAULT_KEYS"] == "k1:vault"
    assert found["HELIX_BASE_URL"] == "http://localhost:8123"
    assert found["HELIX_SANDBOX_URL"] == "http://127.0.0.1:4711"
    assert found["HELIX_DATA_DIR"] == str(tmp_path.resolve())
    assert found["REDIS_URL"] == "redis://:x@127.0.0.1:1/0"


def test_what_the_person_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIX_BASE_URL", "https://helix.example.com")
    monkeypatch.setenv("HELIX_SECRET_KEY_FILE", "somewhere")
    monkeypatch.delenv("HELIX_SECRET_KEY", raising=False)
    found = told(tmp_path)
    assert found["HELIX_BASE_URL"] == "https://helix.example.com"
    assert "HELIX_SECRET_KEY" not in found


def test_a_dead_database_is_said_without_its_password() -> None:
    with pytest.raises(CannotStart, match="DATABASE_URL cannot be reached") as caught:
        check_database("postgres://helix:hidden-password@127.0.0.1:1/helix")
    assert "hidden-password" not in str(caught.value)


def test_options_are_read_as_they_are_written() -> None:
    assert read_options([]) == Options()
    assert read_options(["--port", "8123", "--no-sandbox", "--no-demo"]) == Options(8123, sandbox=False, demo=False)


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(["--port", "70000"])
    assert "70000 is not a port; write a number from 1 to 65535" in capsys.readouterr().err
