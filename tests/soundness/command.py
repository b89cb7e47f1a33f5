"""Many random flows in a database and against a sandbox of their own, and a report of them for a person."""

import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.teams.models import Team
from tests.fakes.sandbox import start_sandbox
from tests.soundness.running import Report, run_all


def main(count: int, first: int) -> int:
    """Draw and run `count` flows from the seed `first` on; 1 when something was found, else 0."""
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
