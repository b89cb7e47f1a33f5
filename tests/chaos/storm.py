"""The storm: while runs are carried, workers are killed and frozen, the queue is ended, emptied and filled with rubbish, the
database is cut off; all at moments that a seed decides. Afterwards everything must have come to its end, and no call that must
not be repeated was."""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from helix.up.child import ROOT
from tests.chaos.cases import RUBBISH
from tests.chaos.hints import rubbish
from tests.chaos.matrix import LEASE, Grounds, grounds
from tests.chaos.outcome import Result
from tests.rig.installation import Installation
from tests.rig.process import Process

WORKERS, THREADS = 3, 4
PAUSE = (0.6, 1.8)  # seconds between two faults
FROZEN = 2.5 * float(LEASE["HELIX_LEASE_SECONDS"])
PATIENCE = 900.0
WEIGHTS = {
    "kill": 12,
    "freeze": 2,
    "kill scheduler": 1,
    "kill redis": 2,
    "flush redis": 2,
    "rubbish": 2,
    "cut postgres": 2,
}


class Weather:
    """What may happen to an installation. What ended is started again as a supervisor would."""

    def __init__(self, place: Grounds, installation: Installation) -> None:
        self.place, self.installation = place, installation
        self.counts: Counter[str] = Counter()
        self.workers = [self.worker() for _ in range(WORKERS)]
        self.scheduler = installation.scheduler()
        self._frozen: tuple[Process, float] | None = None

    @property
    def is_over(self) -> bool:
        """Whether what was to happen has happened."""
        raise NotImplementedError

    def once(self) -> None:
        """Let one thing happen."""
        raise NotImplementedError

    def judge(self, result: Result) -> None:
        """Add to the result what the crowd cannot know."""

    def worker(self) -> Process:
        return self.installation.worker(THREADS)

    def mend(self) -> None:
        """Start again what has ended, thaw what was frozen for long enough."""
        if self._frozen and time.monotonic() > self._frozen[1]:
            self._frozen[0].signal(signal.SIGCONT)
            self._frozen = None
        self.workers = [self.worker() if worker.code is not None else worker for worker in self.workers]
        if self.scheduler.code is not None:
            self.scheduler = self.installation.scheduler()

    def calm(self) -> None:
        """No more faults: all is under way again."""
        if self._frozen:
            self._frozen = (self._frozen[0], 0.0)
        self.mend()

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()


class Storm(Weather):
    """So many faults at least, in one thread, as a seed decides."""

    def __init__(self, place: Grounds, installation: Installation, seed: int, faults: int) -> None:
        super().__init__(place, installation)
        self.dice, self.faults = random.Random(seed), faults

    @property
    def is_over(self) -> bool:
        return sum(self.counts.values()) >= self.faults

    def once(self) -> None:
        """One fault, and what a supervisor does about it."""
        names = [name for name in WEIGHTS if name != "cut postgres" or self.place.postgres]
        name = self.dice.choices(names, [WEIGHTS[name] for name in names])[0]
        getattr(self, f"_{name.replace(' ', '_')}")()
        self.counts[name] += 1
        time.sleep(self.dice.uniform(*PAUSE))
        self.mend()

    def _kill(self) -> None:
        self.dice.choice(self.workers).kill()

    def _kill_scheduler(self) -> None:
        self.scheduler.kill()

    def _freeze(self) -> None:
        if self._frozen is None:
            worker = self.dice.choice(self.workers)
            worker.signal(signal.SIGSTOP)
            self._frozen = (worker, time.monotonic() + FROZEN)

    def _kill_redis(self) -> None:
        assert self.place.redis
        self.place.redis.kill()
        time.sleep(self.dice.uniform(0.1, 1.0))
        self.place.redis.start()

    def _flush_redis(self) -> None:
        assert self.place.redis
        self.place.redis.flush()

    def _rubbish(self) -> None:
        rubbish(self.installation.redis_url, self.dice.choice(RUBBISH))

    def _cut_postgres(self) -> None:
        assert self.place.postgres
        self.place.postgres.stop("immediate")
        time.sleep(self.dice.uniform(0.1, 1.0))
        self.place.postgres.start()


def storm(database: str, seed: int, runs: int, faults: int) -> Result:
    """So many runs at least, under so many faults at least; what came of them."""
    result = under(database, runs, lambda place, installation: Storm(place, installation, seed, faults), "storm")
    result.note = f"seed {seed}: {result.note}"
    return result


def under(
    database: str,
    runs: int,
    make: Callable[[Grounds, Installation], Weather],
    name: str,
    *,
    crowd_of: str = "tests.chaos.crowd",
    on_disk_of_mb: int = 0,
    lease_seconds: int = 2,
) -> Result:
    """So many runs at least, under this weather; what came of them. `on_disk_of_mb`: the installation lies on a small disk."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="helix-storm-", ignore_cleanup_errors=True))
        if on_disk_of_mb:
            stack.enter_context(small_disk(folder, on_disk_of_mb))
        place = stack.enter_context(grounds(Path(folder), on_postgres=database == "postgres"))
        installation = place.installation(stack, 1, place.template())
        installation.settings = {**installation.settings, "HELIX_LEASE_SECONDS": str(lease_seconds)}
        crowd = _crowd(installation, runs, crowd_of)
        stack.callback(crowd.kill)
        assert crowd.stdout
        crowd.stdout.readline()  # it says when it is ready
        weather = make(place, installation)
        stack.callback(weather.end)
        assert crowd.stdin
        while crowd.poll() is None and not (weather.is_over and _begun(folder) >= runs):
            if weather.is_over:
                weather.mend()
                time.sleep(0.2)
                continue
            weather.once()
            if sum(weather.counts.values()) % 10 == 0:
                print(f"  {database}/{name}: {dict(weather.counts)}, {_begun(folder)} runs", flush=True)
        weather.calm()
        with suppress(BrokenPipeError):
            crowd.stdin.close()  # the sign that the storm is over
        line = _last_line(crowd, weather)
        result = (
            Result(**json.loads(line)) if line.startswith("{") else Result(stuck=runs, note=f"the crowd broke: {line}")
        )
        weather.judge(result)
        result.kills, result.seconds = sum(weather.counts.values()), round(time.monotonic() - began, 1)
        happened = ", ".join(f"{n} x {each}" for each, n in weather.counts.items())
        result.note = happened + (f"; {result.note}" if result.note else "")
    return result


@contextmanager
def small_disk(folder: str, megabytes: int) -> Iterator[None]:
    """A disk of this size at the folder. Only root may."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "helix-chaos", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _crowd(installation: Installation, runs: int, module: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, str(runs)]
    return subprocess.Popen(
        command, cwd=ROOT, env=installation.environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _last_line(crowd: "subprocess.Popen[str]", weather: Weather) -> str:
    """Wait for the crowd's report; whatever ends meanwhile is started again."""
    until = time.monotonic() + PATIENCE
    while crowd.poll() is None and time.monotonic() < until:
        time.sleep(0.5)
        weather.mend()
    crowd.kill()
    assert crowd.stdout
    with crowd.stdout:
        return (crowd.stdout.read().splitlines() or ["it said nothing"])[-1]


def _begun(folder: str) -> int:
    """How many runs the crowd has begun, as it says in its file."""
    try:
        return int((Path(folder) / "lane-1" / "begun").read_text() or 0)
    except (OSError, ValueError):
        return 0
