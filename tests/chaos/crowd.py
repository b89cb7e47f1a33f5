"""`python -m tests.chaos.crowd RUNS`, in the environment of an installation: starts runs for as long as the storm lasts (until its
input ends), waits for them, answers what was left to a person, and counts. Prints a Result as JSON."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import django

django.setup()

from django.db import Error, connections  # noqa: E402 - Django must be set up before our rooms are imported
from django.db.models import F  # noqa: E402

from helix.engine.invariants import broken  # noqa: E402
from helix.engine.models import Run, StepRun  # noqa: E402
from helix.engine.resolve import resolve  # noqa: E402
from helix.engine.states import LIVE_RUN_STATES, RunState, StepState  # noqa: E402
from helix.flows.models import FlowVersion  # noqa: E402
from tests.chaos.far_side import FarSide  # noqa: E402
from tests.chaos.outcome import Result  # noqa: E402
from tests.chaos.scene import begin, carried, fresh_connection, step, version  # noqa: E402

AT_ONCE = 24
WIDE = 160
"""Flows that take turns."""
PATIENCE = 90.0  # without the database
WITHOUT_PROGRESS = 60.0
IN_FLIGHT, MANY = 0.12, 1_000_000
"""Seconds that an answer takes, so that many calls are under way at any moment."""
T = TypeVar("T")


def steadily(do: Callable[[], T]) -> T:
    """Do it again until the database is there."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except Error:
            connections.close_all()
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


class Crowd:
    """Those who use Helix while the storm lasts."""

    def __init__(self, runs: int) -> None:
        self.runs, self.begun, self.result = runs, dict[str, Any](), Result()
        self.far = FarSide(os.environ["HELIX_SANDBOX_URL"])
        self.far.settings(enforce_rates=False, processing_seconds=0)
        self.effects = carried()
        self.far.faults(
            *[
                {"match": {"path": effect.path}, "times": MANY, "do": "delay", "seconds": IN_FLIGHT}
                for effect in self.effects.values()
            ]
        )
        self.versions = [self._version(number) for number in range(WIDE)]
        print("ready", flush=True)
        self.over = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _version(self, number: int) -> FlowVersion:
        """A step of each class; broadcasts of one connection keep a distance, so each flow has a connection of its own."""
        connections = {"C": fresh_connection()}
        steps = [step(effect, name.lower(), connections.get(name, "sandbox")) for name, effect in self.effects.items()]
        return version(f"Storm {number}", *steps)

    def _listen(self) -> None:
        sys.stdin.read()
        self.over.set()

    def go(self) -> Result:
        """Start runs until the storm is over, then see to their end."""
        while not self.over.is_set() or len(self.begun) < self.runs:
            for _ in range(AT_ONCE - steadily(self._live)):
                number = str(len(self.begun))
                run = steadily(lambda: begin(self.versions[int(number) % WIDE], number))  # noqa: B023
                self.begun[number] = run.pk
            self._say_begun()
            self.far.requests()
            time.sleep(0.1)
        self._await_rest()
        self._answer()
        self._judge()
        return self.result

    def _say_begun(self) -> None:
        with suppress(OSError):  # a full disk
            (Path(os.environ["HELIX_DATA_DIR"]) / "begun").write_text(str(len(self.begun)))

    @staticmethod
    def _live() -> int:
        return Run.objects.filter(state__in=sorted(LIVE_RUN_STATES), attention=False).count()

    @staticmethod
    def _moving() -> int:
        """Runs in which something can still move by itself."""
        moving = (StepState.READY, StepState.RUNNING, StepState.WAITING)
        live = Run.objects.filter(state__in=sorted(LIVE_RUN_STATES))
        resting = StepRun.objects.filter(state=StepState.UNKNOWN).values("run")
        busy = StepRun.objects.filter(state__in=moving).values("run")
        return live.exclude(pk__in=resting).count() + live.filter(pk__in=busy).filter(pk__in=resting).count()

    def _await_rest(self) -> None:
        """Wait until nothing moves by itself, as long as there is progress."""
        least, since = len(self.begun) + 1, time.monotonic()
        while moving := steadily(self._moving):
            if moving < least:
                least, since = moving, time.monotonic()
            if time.monotonic() - since > WITHOUT_PROGRESS:
                self.result.stuck += moving
                self.result.say(f"{moving} runs do not move any more")
                return
            self.far.requests()
            time.sleep(0.2)

    def _answer(self) -> None:
        """Answer what was left to a person as the far side shows it, until nothing is left."""
        while doubted := list(StepRun.objects.filter(state=StepState.UNKNOWN)):
            requests = self.far.requests()
            for doubt in doubted:
                effect = self.effects[doubt.node.upper()]
                arrived = bool(effect.calls(requests, str(doubt.run_id)))
                self.result.unknown += 1
                if not effect.dangerous:
                    self.result.lost += 1
                    self.result.say(f"a step of class {effect.name} was left to a person")
                resolve(doubt, "arrived" if arrived else "again", None)
            self._await_rest()
            if self.result.stuck:
                return

    def _judge(self) -> None:
        """Every run has its calls, and none too many of those that must not be repeated."""
        mine = Run.objects.filter(version__in=self.versions)
        stored = dict(mine.values_list("cause_key", "state"))
        took = sorted((end - begun).total_seconds() for begun, end in mine.values_list("created_at", "ended_at") if end)
        if took:
            self.result.say(f"runs took {took[len(took) // 2]:.1f} s (p50), {took[len(took) * 99 // 100]:.1f} s (p99)")
            ended = StepRun.objects.filter(run__in=mine, ended_at__isnull=False, started_at__isnull=False)
            took_steps = ended.annotate(took=F("ended_at") - F("started_at")).order_by("-took")
            slow = took_steps.values_list("node", "took", "attempts_made", "explanation").first()
            self.result.say(f"the slowest step: {slow}")
        self.result.runs = len(self.begun)
        if len(stored) != len(self.begun):
            self.result.lost += abs(len(self.begun) - len(stored))
            self.result.say(f"{len(self.begun)} runs were begun, {len(stored)} are stored")
        requests = self.far.requests()
        for number, pk in self.begun.items():
            state = stored.get(number)
            if state in LIVE_RUN_STATES:
                continue  # counted as stuck
            if state != RunState.SUCCEEDED:
                self.result.lost += 1
                self.result.say(f"run {number} ended as {state}: {Run.objects.get(pk=pk).message}")
            for effect in self.effects.values():
                self.result.judge(effect, effect.calls(requests, str(pk)))
        self.result.broken = broken()


if __name__ == "__main__":
    print(json.dumps(Crowd(int(sys.argv[1])).go().as_json()), flush=True)
