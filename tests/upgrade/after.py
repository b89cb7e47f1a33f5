"""`python -m tests.upgrade.after FILE`, in the environment of the installation, on *this* Helix: waits until every run that the earlier
one began has ended, answers what was left to a person, and counts. Prints a Result as JSON."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from helix.flows.models import FlowVersion  # noqa: E402 - Django must be set up before our rooms are imported
from tests.chaos.crowd import Crowd  # noqa: E402
from tests.chaos.effects import effects  # noqa: E402
from tests.chaos.far_side import FarSide  # noqa: E402
from tests.chaos.outcome import Result  # noqa: E402


class Heirs(Crowd):
    """Those who see to the end of runs that others began."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.begun, self.result = told["begun"], Result()
        self.runs = len(self.begun)
        self.far = FarSide(os.environ["HELIX_SANDBOX_URL"])
        self.effects = {name: effect for name, effect in effects().items() if name in told["effects"]}
        self.versions = list(FlowVersion.objects.filter(pk__in=told["versions"]))

    def go(self) -> Result:
        self._await_rest()
        self._answer()
        self._judge()
        self.far.close()
        return self.result


if __name__ == "__main__":
    print(json.dumps(Heirs(json.loads(Path(sys.argv[1]).read_text())).go().as_json()), flush=True)
