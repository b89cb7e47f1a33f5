"""`python -m tests.upgrade [--from COMMIT] [--database sqlite|postgres] [--runs 60]`: an upgrade in the middle of the work; a table.

The earlier Helix is taken out of git into a temporary folder. Its workers are in the middle of runs when one is killed, the other and the
scheduler are asked to end; then this Helix migrates the database and its workers bring every run to its end.
"""

import argparse
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from helix.up.child import ROOT
from tests.chaos.matrix import LEASE, Grounds, grounds
from tests.chaos.outcome import Result, table
from tests.fakes.sandbox import start_sandbox
from tests.rig.installation import Installation

DATABASES = ("sqlite", "postgres")
THREADS = 4


def git(*command: str) -> bytes:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        sys.exit(f"git {command[0]} failed ({said[-1] if said else done.returncode}). Fetch the whole history, or name another commit with --from.")  # fmt: skip
    return done.stdout


def earlier() -> str:
    """The release before this commit, or, before there was one, the commit before."""
    tags = git("tag", "--merged", "HEAD~1", "--sort=-creatordate").decode().split()
    return tags[0] if tags else "HEAD~1"


def take_out(commit: str, folder: Path) -> None:
    """The tree of that commit, into the folder."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")


def upgrade(old: Path, database: str, runs: int, *, by_backup: bool) -> Result:
    """One upgrade on one database."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="helix-upgrade-", ignore_cleanup_errors=True) as name,
        grounds(Path(name), on_postgres=database == "postgres") as place,
        ExitStack() as stack,
    ):
        result = _upgrade(old, place, stack, runs, by_backup=by_backup)
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _upgrade(old: Path, place: Grounds, stack: ExitStack, runs: int, *, by_backup: bool) -> Result:
    folder = place.folder / "installation"
    folder.mkdir()
    sandbox = start_sandbox(folder, output=subprocess.DEVNULL)
    stack.callback(sandbox.kill)
    assert place.redis
    url = place.postgres.create("helix") if place.postgres else ""
    new = Installation(folder, place.redis.url, sandbox.url, url, LEASE)
    before = replace(new, root=old, settings={**LEASE, "PYTHONPATH": str(old)})

    before.migrate()
    workers = [before.worker(THREADS), before.worker(THREADS)]
    scheduler = before.scheduler()
    for process in (*workers, scheduler):
        stack.callback(process.kill)
    told = before.run("before", Path(__file__).with_name("before.py"), runs).splitlines()[-1]
    workers[0].kill()
    workers[1].stop(30)
    scheduler.stop()

    new._started = before._started  # their lines go to files of their own
    if by_backup:
        new = _elsewhere(new, place)
    else:
        new.migrate()
    for process in (new.worker(THREADS), new.worker(THREADS), new.scheduler()):
        stack.callback(process.kill)
    file = folder / "told.json"
    file.write_text(told)
    result = Result(**json.loads(new.run("after", "-m", "tests.upgrade.after", file).splitlines()[-1]))
    result.kills = 1
    facts = json.loads(told)
    result.note = f"{facts['live']} runs were under way, their steps {facts['steps']}; {result.note}"
    return result


def _elsewhere(here: Installation, place: Grounds) -> Installation:
    """An installation of this Helix that was restored from a backup of that one's database."""
    file, folder = here.folder / "backup.zip", place.folder / "restored"
    here.run("backup", "manage.py", "backup", file)
    folder.mkdir()
    url = place.postgres.create("restored") if place.postgres else ""
    there = replace(here, folder=folder, database_url=url)
    there.run("restore", "manage.py", "restore", file)
    return there


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    parser.add_argument(
        "--from", dest="commit", default="", help="a tag or commit; the release before, else the commit before"
    )
    parser.add_argument("--database", choices=DATABASES, help="one of them instead of both")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument(
        "--by-backup", action="store_true", help="into an empty database, by a backup of the earlier one"
    )
    given = parser.parse_args()
    commit = given.commit or earlier()
    with tempfile.TemporaryDirectory(prefix="helix-earlier-") as folder:
        take_out(commit, Path(folder))
        name = git("describe", "--always", "--tags", commit).decode().strip()
        results = {
            f"{database} from {name}": upgrade(Path(folder), database, given.runs, by_backup=given.by_backup)
            for database in ([given.database] if given.database else DATABASES)
        }
    print(table(results))
    return 0 if all(result.ok for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
