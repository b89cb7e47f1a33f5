"""What a production installation does with this tree: static files, migrations, deployment checks, compose.yaml."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT


def manage(*arguments: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HELIX_", "DJANGO_", "DATABASE_", "REDIS_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "HELIX_DATA_DIR": str(data), **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_collectstatic_gives_every_file_a_hashed_name_and_mends_the_imports_of_the_editor(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    done = manage("collectstatic", "--noinput", "--verbosity", "0", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()
    hashed = [path for path in (tmp_path / "static" / "editor").glob("main.*.js") if path.name != "main.js"]
    assert hashed
    imported = re.findall(r"""from ['"]\./([\w.-]+)['"]""", hashed[0].read_text())
    assert imported
    assert [name for name in imported if not re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.js", name)] == []


def test_no_migration_is_missing(tmp_path: Path) -> None:
    done = manage("makemigrations", "--check", "--dry-run", data=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_django_finds_nothing_wrong_with_the_production_settings(tmp_path: Path) -> None:
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        data=tmp_path,
        HELIX_BASE_URL="https://helix.example.com",
        HELIX_SECRET_KEY="a-key-of-the-tests-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        HELIX_VAULT_KEYS="k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        REDIS_URL="redis://127.0.0.1:6379/0",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name", ["HELIX_BASE_URL", "HELIX_SECRET_KEY", "HELIX_VAULT_KEYS", "POSTGRES_PASSWORD", "REDIS_PASSWORD"]
)
def test_the_composition_has_no_default_for(name: str) -> None:
    uses = re.findall(rf"(?<!\$)\$\{{{name}(:.)", (ROOT / "compose.yaml").read_text())
    assert uses
    assert set(uses) == {":?"}
