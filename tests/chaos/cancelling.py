"""`python -m tests.chaos.cancelling RUNS`: a crowd that cancels each of its runs at a random moment. Afterwards each run is
cancelled, or had succeeded before; no call of a run began later than a second after its cancelling. Prints a Result as JSON."""

import json
import random
import sys
import time
from typing import Any

import django

django.setup()

from helix.engine.cancel import cancel  # noqa: E402 - Django must be set up before our rooms are imported
from helix.engine.invariants import broken  # noqa: E402
from helix.engine.models import Run  # noqa: E402
from helix.engine.states import LIVE_RUN_STATES, RunState  # noqa: E402
from tests.chaos.crowd import AT_ONCE, WIDE, Crowd, steadily  # noqa: E402
from tests.chaos.outcome import Result  # noqa: E402
from tests.chaos.scene import begin  # noqa: E402

LATEST = 2.5
"""Seconds after its beginning by which a run is cancelled."""
GRACE = 1.0


class Cancelling(Crowd):
    """Starts runs and cancels them."""

    def go(self) -> Result:
        dice, due, cancelled = random.Random(3), dict[Any, float](), dict[Any, float]()
        while len(self.begun) < self.runs or due:
            while len(due) < AT_ONCE and len(self.begun) < self.runs:
                number = str(len(self.begun))
                run = steadily(lambda: begin(self.versions[int(number) % WIDE], number))  # noqa: B023
                self.begun[number], due[run.pk] = run.pk, time.monotonic() + dice.uniform(0, LATEST)
            for pk in [pk for pk, at in due.items() if time.monotonic() >= at]:
                del due[pk]
                if steadily(lambda: cancel(Run.objects.get(pk=pk), None)):  # noqa: B023
                    cancelled[pk] = time.time()
            self._say_begun()
            self.far.requests()
            time.sleep(0.02)
        self._await_rest()
        self._judge_cancelled(cancelled)
        return self.result

    def _judge_cancelled(self, cancelled: dict[Any, float]) -> None:
        requests, ends = self.far.requests(), dict(Run.objects.values_list("pk", "state"))
        self.result.runs = len(self.begun)
        for pk in self.begun.values():
            state = ends[pk]
            wanted = RunState.CANCELLED if pk in cancelled else RunState.SUCCEEDED
            if state in LIVE_RUN_STATES:
                self.result.stuck += 1
            elif state != wanted:
                self.result.lost += 1
                self.result.say(f"run {pk} ended as {state}, not as {wanted}")
            for effect in self.effects.values():
                calls = effect.calls(requests, str(pk))
                if effect.dangerous and len(calls) > 1:
                    self.result.repeats_dangerous += len(calls) - 1
                late = [call for call in calls if pk in cancelled and _moment(call) > cancelled[pk] + GRACE]
                if late:
                    self.result.broken.append(f"a call of class {effect.name} began after its run was cancelled")
        self.result.say(f"{len(cancelled)} were cancelled, the others had ended before")
        self.result.broken += broken()


def _moment(call: dict[str, Any]) -> float:
    from datetime import datetime

    at = call["at"]
    return float(at) if isinstance(at, int | float) else datetime.fromisoformat(at).timestamp()


if __name__ == "__main__":
    print(json.dumps(Cancelling(int(sys.argv[1])).go().as_json()), flush=True)
