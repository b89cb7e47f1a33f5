"""`python -m tests.soundness 2000 [first seed]`: draws and runs that many random flows; prints what was found, exit code 1 if any."""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.teams.models import Team
from tests.fakes.sandbox import start_sandbox
from tests.soundness.running import Report, run_all


def main(count: int, first: int) -> int:
    """Run them in a database and against a sandbox of their own."""
    call_command("migrate", verbosity=0)
    team = Team.objects.create(slug="soundness", name="Soundness")
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    with tempfile.TemporaryDirectory() as folder:
        sandbox = start_sandbox(Path(folder))
        settings.HELIX.HELIX_SANDBOX_URL = sandbox.url
        try:
            before = time.monotonic()
            report = run_all(range(first, first + count), team, sandbox)
        finally:
            sandbox.stop()
    show(report, time.monotonic() - before)
    return 1 if report.findings else 0


def show(report: Report, seconds: float) -> None:
    """The report, for a person."""
    print(f"{report.flows} flows ({report.refused} refused at their start) in {seconds:.0f} s")
    print("runs: ", dict(report.runs))
    print("steps:", dict(report.steps))
    print("excused, since only data can tell:", dict(report.excused))
    print(f"{len(report.findings)} findings")
    for finding in report.findings:
        print(" ", finding)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
