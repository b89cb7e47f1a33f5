"""The data folder: one supervisor at a time, secrets made once and for the owner's eyes only."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from helix.up.folder import DataFolder
from helix.up.words import CannotStart
from tests.house.files import ROOT


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "new" / "folder")
    kept = first.kept()
    assert len(kept.secret_key) >= 50
    assert (first.path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert first.path.stat().st_mode & 0o777 == 0o700
    first.keep(replace(kept, sandbox_port=4711))
    first.close()
    assert DataFolder(first.path).kept() == replace(kept, sandbox_port=4711)


def test_a_second_start_on_the_same_folder_names_the_first_one_s_address(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    first.write("up.json", {"web": "http://localhost:8123"})
    with pytest.raises(CannotStart, match=r"is running on .* already: http://localhost:8123\. Stop that one first"):
        DataFolder(tmp_path)
    first.close()
    DataFolder(tmp_path).close()


def test_keys_that_are_gone_are_not_replaced_while_sealed_secrets_need_them(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "helix.sqlite3")
    database.execute("CREATE TABLE connections_connection (id)")
    database.commit()
    DataFolder(tmp_path).kept()  # nothing is sealed yet
    (tmp_path / "keys.json").unlink()
    database.execute("INSERT INTO connections_connection VALUES (1)")
    database.commit()
    database.close()
    folder = DataFolder.__new__(DataFolder)
    folder.path = tmp_path
    with pytest.raises(CannotStart, match=r"keys\.json is missing.*Put it back from a backup"):
        folder.kept()


def test_a_file_that_is_written_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write("up.json", {"web": "first"})
    folder.write("up.json", {"web": "second"})
    assert (tmp_path / "up.json").read_text() == '{\n "web": "second"\n}\n'
    assert not (tmp_path / "up.json.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_that_cannot_be_written_is_said_with_the_remedy() -> None:
    code = (
        "from pathlib import Path; from helix.up.folder import DataFolder; import os; os.setuid(65534)\n"
        "DataFolder(Path('/proc/nowhere'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr
    assert "HELIX_DATA_DIR" in done.stderr
