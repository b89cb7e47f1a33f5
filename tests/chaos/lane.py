"""`python -m tests.chaos.lane [--hands] CASES`, in the environment of an installation: carries out cases one after the other.

CASES is JSON: [[point, deed, effect], …]. A line of JSON is printed for each: {"case": name, "result": …}. With `--hands` the
workers are the product's rounds without Celery.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from helix.engine.invariants import broken  # noqa: E402 - Django must be set up before our rooms are imported
from helix.engine.models import Run, StepRun  # noqa: E402
from helix.engine.resolve import resolve  # noqa: E402
from helix.engine.states import FINAL_RUN_STATES, RunState, StepState  # noqa: E402
from helix.flows.models import FlowVersion  # noqa: E402
from integrations.kit.points import KILLED  # noqa: E402
from tests.chaos.cases import QUEUE, Case  # noqa: E402
from tests.chaos.effects import Effect  # noqa: E402
from tests.chaos.far_side import FarSide  # noqa: E402
from tests.chaos.hints import rubbish  # noqa: E402
from tests.chaos.outcome import Result  # noqa: E402
from tests.chaos.scene import begin, carried, fresh_connection, step, version  # noqa: E402
from tests.rig.installation import Installation  # noqa: E402
from tests.rig.process import Process  # noqa: E402

PAUSE = 0.05
UNTIL_IT_FAILS, UNTIL_THE_END = 25.0, 40.0
FROZEN = 20.0  # at most; it ends when another worker has done the work
FROZEN_WITH_THE_LOCK = 4.0  # nobody else can do it while the process holds the database
AFTERWARDS = 1.2  # for a thawed process to do what it should not
SLOW = 1.6  # seconds of an answer that outlasts several beats of the heart


class Lane:
    """One installation, one case at a time."""

    def __init__(self, hands: bool) -> None:
        self.installation, self.hands = Installation.of_this_process(), hands
        self.far = FarSide(self.installation.sandbox_url)
        self.far.settings(enforce_rates=False, processing_seconds=0)
        self.effects = carried()
        self.versions: dict[str, FlowVersion] = {}

    def version(self, effect: Effect) -> FlowVersion:
        """A step of this class, and one after it that needs its output; of broadcasts each has a connection of its own."""
        if effect.name not in self.versions or effect.name == "C":
            values = {"went": {"$liquid": "{{ steps.effect.successful }}"}}
            after = {"key": "after", "type": "logic.set", "config": {"values": values}}
            self.versions[effect.name] = version(
                effect.name, step(effect, "effect", fresh_connection() if effect.name == "C" else "sandbox"), after
            )
        return self.versions[effect.name]

    def worker(self, **more: str) -> Process:
        if self.hands:
            return self.installation.begin("hand", "-m", "tests.chaos.hand", **more)
        return self.installation.worker(4, **more)

    def carry_out(self, case: Case) -> Result:
        """Let it happen, and count what arrived."""
        if case.effect not in self.effects:
            return Result(note=f"this Helix has no step of class {case.effect} that works")
        began, result, effect = time.monotonic(), Result(runs=1), self.effects[case.effect]
        slow = {"match": {"path": effect.path}, "times": 1, "do": "delay", "seconds": SLOW}
        self.far.faults(*([slow] if case.point == "during_heartbeat" else []))
        if case.point == QUEUE:
            self._among_rubbish(case.deed, effect, result)
        else:
            self._with_failure(case, effect, result)
        result.broken = broken()
        result.seconds = round(time.monotonic() - began, 1)
        return result

    def _among_rubbish(self, kind: str, effect: Effect, result: Result) -> None:
        """Let a worker find rubbish in the queue before the hint; one that ends at it is started again, as a supervisor does."""
        for name in (kind, "doubled"):
            rubbish(self.installation.redis_url, name)
        worker = self.worker()
        run = begin(self.version(effect))
        try:
            _until(lambda: self._rests(run) or worker.code is not None, UNTIL_THE_END)
            if worker.code is not None:
                result.kills += 1
                worker = self.worker()
            self._await_end(run, effect, result)
        finally:
            worker.kill()

    def _with_failure(self, case: Case, effect: Effect, result: Result) -> None:
        """Let a worker fail at the point while it carries a run, and another take over."""
        run = begin(self.version(effect))
        first = self.worker(HELIX_FAILPOINT=f"{case.point}={case.deed}", HELIX_ALLOW_FAILPOINTS="1")
        processes = [first]
        try:
            if not self._await_failure(first, run):
                result.say("the point is not reached" if first.code is None else f"the worker ended with {first.code}")
                result.lost += first.code is not None
            else:
                result.kills += 1
                processes.append(self.worker())
                if case.deed == "freeze":
                    locked = case.point == "inside_result_commit"
                    if not _until(lambda: self._rests(run), FROZEN_WITH_THE_LOCK if locked else FROZEN) and not locked:
                        why = "it holds SQLite's lock" if _holds_sqlite(first.pid) else processes[1].last_lines(1)[:160]
                        result.say(f"nobody took over while it was frozen: {why}")
                    first.signal(signal.SIGCONT)
                    time.sleep(AFTERWARDS)
            self._await_end(run, effect, result)
        finally:
            for process in processes:
                process.kill()

    def _await_failure(self, process: Process, run: Run) -> bool:
        """Whether the process failed as told; False when the run came to rest without, or the process ended otherwise."""
        _until(lambda: process.code is not None or process.is_frozen() or self._rests(run), UNTIL_IT_FAILS)
        return process.is_frozen() or process.code == KILLED

    def _rests(self, run: Run) -> bool:
        """Whether nothing moves in the run: it has ended, or waits for a person."""
        run.refresh_from_db(fields=["state"])
        if run.state in FINAL_RUN_STATES:
            return True
        moving = (StepState.READY, StepState.RUNNING, StepState.WAITING)
        steps = StepRun.objects.filter(run=run)
        return steps.filter(state=StepState.UNKNOWN).exists() and not steps.filter(state__in=moving).exists()

    def _await_end(self, run: Run, effect: Effect, result: Result) -> None:
        """Wait for the end; what is left to a person is answered as the far side shows it."""
        if not _until(lambda: self._rests(run), UNTIL_THE_END):
            states = dict(StepRun.objects.filter(run=run).values_list("node", "state"))
            result.stuck += 1
            result.say(f"still {run.state}: {states}")
            return
        doubted = StepRun.objects.filter(run=run, state=StepState.UNKNOWN).first()
        if doubted is not None:
            result.unknown += 1
            arrived = bool(effect.calls(self.far.requests(), str(run.pk)))
            resolve(doubted, "arrived" if arrived else "again", None)
            if not _until(lambda: self._rests(run), UNTIL_THE_END):
                result.stuck += 1
        result.judge(effect, effect.calls(self.far.requests(), str(run.pk)))
        if run.state != RunState.SUCCEEDED:
            result.lost += 1
            result.say(f"the run ended as {run.state}: {Run.objects.get(pk=run.pk).message}")
        elif not effect.dangerous and result.unknown:
            result.lost += 1
            result.say("a step that may be repeated was left to a person")


def _holds_sqlite(pid: int) -> bool:
    """Whether this process was stopped within a transaction that writes: byte 120 of the file of shared memory is locked."""
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return any(lock[1:5] == ["POSIX", "ADVISORY", "WRITE", str(pid)] and lock[-2] == "120" for lock in locks)


def _until(true: Callable[[], bool], seconds: float) -> bool:
    """Call until it gives something true; False when that takes too long."""
    until = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < until:
        time.sleep(PAUSE)
    return bool(found)


def main(cases: list[Case], hands: bool) -> None:
    lane = Lane(hands)
    for case in cases:
        result = lane.carry_out(case)
        print(json.dumps({"case": case.name, "result": result.as_json()}), flush=True)
    lane.far.close()


if __name__ == "__main__":
    main([Case(*parts) for parts in json.loads(sys.argv[-1])], "--hands" in sys.argv)
