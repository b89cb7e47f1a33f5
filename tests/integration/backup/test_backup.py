"""A backup of a Helix in the middle of its work, and the way back: on SQLite, and on PostgreSQL where the tests have one."""

import base64
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from helix.backup.archive import BadBackup
from helix.backup.restoring import restore
from tests.fakes.installation import ROOT, Installation, bare, installation, kill

SERVER = os.environ.get("HELIX_TEST_DATABASE_URL", "")
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
SEED = """
import json
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from helix.engine.models import Run, StepRun
from helix.engine.perform import work
from helix.teams.models import User
from helix.triggers.rounds import sign
from tests.bench.product import begin, in_a_row, prepare, set_step, version_of
team = prepare()
User.objects.create_user("alice@example.com", name="Alice \\u2014 \\\\ \\"quoted\\"\\t\\n")
version = version_of(team, "Stored", in_a_row(set_step, 3))
for _ in range(20):
    begin(version)
while work():
    pass
now = timezone.now()
held = dict(state="running", token=1, claims=1, worker="gone", lease_until=now + timedelta(minutes=1), claimed_at=now, started_at=now)
for sent_at, effect in ((None, "A"), (now, "D")):
    run = begin(version)
    assert run.steps.filter(state="ready").update(**held, sent_at=sent_at, effect=effect) == 1
    Run.objects.filter(pk=run.pk).update(state="running", started_at=now)
begin(version)
SessionStore().save()
"""
BUSY = """
import os
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helix.settings")
django.setup()
from helix.flows.models import FlowVersion
from helix.engine.perform import work
from tests.bench.product import begin
while True:
    begin(FlowVersion.objects.first())
    work()
"""
LOOK = """
import json
from django.contrib.sessions.models import Session
from django.db.models import Count
from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from helix.engine.invariants import broken
from helix.engine.models import Run, StepRun, Worker
from helix.engine.perform import work
from helix.teams.models import User
from tests.bench.product import begin, in_a_row, prepare, set_step, version_of
found = dict(Run.objects.values_list("state").annotate(Count("pk")).order_by())
unknown = StepRun.objects.filter(state="unknown").count()
while work():
    pass
after = dict(Run.objects.values_list("state").annotate(Count("pk")).order_by())
version_of(prepare(), "New", in_a_row(set_step, 1))
print(json.dumps({
    "before": found, "unknown": unknown, "after": after, "broken": broken(), "sessions": Session.objects.count(),
    "workers": Worker.objects.count(), "people": list(User.objects.values_list("name", flat=True)),
    "keys": sorted(open_credentials(Connection.objects.get()).secrets),
}))
"""


@dataclass
class Said:
    code: int
    text: str


def manage(apart: Installation, *command: object, **more: str) -> Said:
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, command)], cwd=ROOT, env={**apart.environment, **more},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return Said(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, sandbox_url: str) -> Iterator[Installation]:
    """A Helix with work under way: one step sent, one not, one run that waits for a worker."""
    folder = Path(tmp_path_factory.mktemp("source"))
    with installation(folder, SERVER, HELIX_SANDBOX_URL=sandbox_url, PYTHONWARNINGS="ignore") as apart:
        apart.run(SEED)
        yield apart


@pytest.fixture(scope="module")
def sandbox_url() -> str:
    return "http://127.0.0.1:1"  # nobody is called


@pytest.fixture(scope="module")
def backup(source: Installation) -> Path:
    """A backup of it."""
    path = source.folder / "backup.zip"
    made = manage(source, "backup", path)
    assert made.code == 0, made.text
    assert "23 runs" in made.text
    assert "“test”" in made.text
    return path


@pytest.fixture
def target(tmp_path: Path, sandbox_url: str) -> Iterator[Installation]:
    """A place for one, with no table at all."""
    settings = {"HELIX_SANDBOX_URL": sandbox_url, "PYTHONWARNINGS": "ignore"}
    with bare(tmp_path, SERVER, **settings) as apart:
        yield apart


def test_what_was_under_way_goes_on_and_what_was_sent_waits_for_a_person(backup: Path, target: Installation) -> None:
    said = manage(target, "restore", backup)

    assert said.code == 0, said.text
    assert "2 steps were under way" in said.text
    assert "1 calls may have been sent" in said.text
    found = target.run(LOOK)
    assert found["before"]["succeeded"] == 20
    assert found["unknown"] == 1
    assert found["after"] == {"succeeded": 22, "waiting": 1}
    assert found["broken"] == []
    assert (found["sessions"], found["workers"]) == (0, 0)
    assert found["people"] == ['Alice — \\ "quoted"\t\n']
    assert found["keys"]


def test_a_backup_is_of_one_moment_while_others_write(backup: Path, source: Installation, target: Installation) -> None:
    path = backup.with_name("meanwhile.zip")
    writer = source.start("-c", BUSY)
    try:
        made = manage(source, "backup", path)
        assert writer.poll() is None, source.log()[-2000:]
    finally:
        kill(writer)

    assert made.code == 0, made.text
    assert manage(target, "restore", path).code == 0
    assert target.run(LOOK)["broken"] == []


def test_held_nothing_goes_out_by_itself(backup: Path, target: Installation) -> None:
    said = manage(target, "restore", backup, "--hold")

    assert said.code == 0, said.text
    found = target.run(LOOK)
    assert found["after"] == {"succeeded": 20, "cancelled": 3}
    assert found["broken"] == []


def test_a_database_in_use_is_replaced_only_when_told_to_and_kept(backup: Path, target: Installation) -> None:
    target.run(f"{MIGRATE}; from tests.build import cast; cast('others')")
    refused = manage(target, "restore", backup)
    assert refused.code == 1
    assert "There are teams and people in this database already" in refused.text

    copy = target.folder / "a copy.zip"
    copy.write_bytes(backup.read_bytes())
    said = manage(target, "restore", copy, "--replace")
    assert said.code == 0, said.text
    assert target.run(LOOK)["people"] == ['Alice — \\ "quoted"\t\n']

    (kept,) = target.folder.glob("helix-before-restore-*.zip")
    back = manage(target, "restore", kept, "--replace")
    assert back.code == 0, back.text
    slugs = "import json; from helix.teams.models import Team; print(json.dumps(sorted(Team.objects.values_list('slug', flat=True))))"
    assert target.run(slugs) == ["others", "others-elsewhere"]


def test_a_backup_of_older_tables_is_brought_up_to_date(source: Installation, target: Installation) -> None:
    old = source.folder / "old.zip"
    assert manage(source, "migrate", "insights", "0001").code == 0
    try:
        made = manage(source, "backup", old)
        assert made.code == 0, made.text
    finally:
        assert manage(source, "migrate").code == 0

    said = manage(target, "restore", old)

    assert said.code == 0, said.text
    assert target.run(LOOK)["broken"] == []
    assert "ok      migrations" in manage(target, "doctor").text


def test_a_running_helix_is_not_restored_into(backup: Path, target: Installation) -> None:
    target.run(f"{MIGRATE}; from helix.triggers.rounds import sign; sign('worker')")
    said = manage(target, "restore", backup)
    assert said.code == 1
    assert "Helix is running on this database" in said.text


def _newer(manifest: dict[str, Any]) -> None:
    manifest["applied"].append(["engine", "9999_of_tomorrow"])
    manifest["helix"] = "9.0.0"


def _other_format(manifest: dict[str, Any]) -> None:
    manifest |= {"format": 2, "helix": "9.0.0"}


def _elsewhere(manifest: dict[str, Any]) -> None:
    manifest["vendor"] = "oracle"


def _damaged(manifest: dict[str, Any]) -> None:
    manifest["parts"][0]["sha256"] = "0" * 64


def _incomplete(manifest: dict[str, Any]) -> None:
    manifest["parts"].append({**manifest["parts"][0], "name": "more"})


@pytest.mark.django_db
def test_the_tables_of_another_program_are_left_alone(backup: Path) -> None:
    MigrationRecorder(connection).record_applied("shop", "0001_initial")
    with pytest.raises(BadBackup, match=re.escape("tables of another program (shop)")):
        restore(backup, print, replace=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_newer, "made by a newer Helix (9.0.0, engine.9999_of_tomorrow)"),
        (_other_format, "made by a newer Helix (9.0.0)"),
        (_elsewhere, "This backup is of oracle"),
        (_damaged, "is not as it was written"),
        (_incomplete, "is damaged: more is missing"),
        (dict.clear, "is no backup of Helix"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    backup: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(backup) as given, zipfile.ZipFile(changed, "w") as made:
        for name in given.namelist():
            data = given.read(name)
            if name == "manifest.json":
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
            made.writestr(name, data)

    with pytest.raises(BadBackup, match=re.escape(words)):
        restore(changed, print, replace=True)
    assert not list(tmp_path.glob("helix-before-*"))


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BadBackup, match="cannot be read as a backup"):
        restore(tmp_path / "text.zip", print)
    with pytest.raises(BadBackup, match="There is no file"):
        restore(tmp_path / "none.zip", print)


def test_the_wrong_vault_key_is_told_before_anything_changes(backup: Path, target: Installation) -> None:
    def key(name: str, byte: bytes) -> str:
        return f"{name}:{base64.b64encode(byte * 32).decode()}"

    for keys in (key("other", b"a"), key("test", b"b")):
        said = manage(target, "restore", backup, HELIX_VAULT_KEYS=keys)
        assert said.code == 1
        assert "HELIX_VAULT_KEYS has not the keys that seal this backup's secrets: “test”" in said.text

    lost = manage(target, "restore", backup, "--keys-lost", HELIX_VAULT_KEYS=key("other", b"a"))
    assert lost.code == 0, lost.text
    assert "“test” (1 secrets)" in manage(target, "doctor", HELIX_VAULT_KEYS=key("other", b"a")).text


def test_a_backup_holds_no_key_and_takes_no_file_s_place(backup: Path, source: Installation) -> None:
    with zipfile.ZipFile(backup) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    key = source.environment["HELIX_VAULT_KEYS"].partition(":")[2]
    for secret in (source.environment["HELIX_SECRET_KEY"].encode(), key.encode(), base64.b64decode(key)):
        assert secret not in everything
    assert backup.stat().st_mode & 0o077 == 0
    again = manage(source, "backup", backup)
    assert again.code == 1
    assert "is there already" in again.text
    assert list(backup.parent.glob("*.part")) == []
