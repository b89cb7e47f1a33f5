"""The supervisor: starts the parts in order, watches them, and ends them in order, the queue last."""

import os
import signal
import sys
import time
from dataclasses import replace
from types import FrameType

from helix.environment import Environment
from helix.up import broker, ports
from helix.up.child import Child
from helix.up.environment import check_database, for_children, settings_of_this_machine
from helix.up.folder import DataFolder, Kept
from helix.up.options import Options
from helix.up.web import LINK
from helix.up.words import CannotStart, say

READY_SECONDS = 60.0
REDIS_SECONDS = 20.0  # a long queue file takes a while to read
LOOK_SECONDS = 0.05  # between two looks at what is starting
WATCH_SECONDS = 0.25  # between two looks at the children
PATIENCE = {"scheduler": 3.0, "web": 4.0, "worker": 6.0, "sandbox": 2.0, "redis": 5.0}  # seconds before the kill
FALLS = 3  # a child that fell so often before Helix was ready will not come


class Stopped(Exception):
    """Someone asked Helix to end."""


class Supervisor:
    """One start of Helix on one data folder."""

    def __init__(self, options: Options, settings: Environment, data: DataFolder) -> None:
        self.options, self.data = options, data
        self.children: dict[str, Child] = {}
        self._asked = False
        self._redis_url, self._sandbox_url = settings.REDIS_URL, settings.HELIX_SANDBOX_URL
        asked_for = options.port is not None or "HELIX_PORT" in os.environ
        self.port = ports.choose(options.port or settings.HELIX_PORT, asked_for=asked_for)
        self._link = ""
        self.environment: dict[str, str] = {}

    def run(self) -> None:
        """Start everything and keep it running until someone asks to end it; raises CannotStart."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_end)
        try:
            self._start()
            while not self._asked:
                time.sleep(WATCH_SECONDS)
                self._look()
        except Stopped:
            pass
        finally:
            self._end()

    def _start(self) -> None:
        """Web first: loading Django takes longest, and it prepares the database before it serves."""
        kept = self._with_sandbox_port(self.data.kept())
        redis = None if self._redis_url else broker.OwnRedis(self.data, kept.redis_password)
        self._redis_url = redis.url if redis else self._redis_url
        self.data.write("redis-url", self._redis_url)
        self.environment = for_children(
            self.data, kept, port=self.port, redis_url=self._redis_url, sandbox_url=self._sandbox_url
        )
        demo = [] if self.options.demo else ["--no-demo"]
        web = Child("web", [*self._web(), "--prepare", *demo], self.environment, hears=self._heard)
        self._begin(web)
        if redis:
            self._begin(redis.child())
        if self.options.sandbox:
            self._begin(Child("sandbox", self._sandbox(kept.sandbox_port), self.environment))
        if redis:
            self._await_redis(redis)
        self._await_page(web)
        web.command = self._web()
        for name, command in self._programs().items():
            self._begin(Child(name, command, self.environment))
        self._tell()

    def _heard(self, line: str) -> bool:
        """The web process hands the sign-in link over, which must not be shown before Helix is ready."""
        if not line.startswith(LINK):
            return False
        self._link = line.removeprefix(LINK)
        return True

    def _with_sandbox_port(self, kept: Kept) -> Kept:
        """The same port at each start, so that links into the sandbox stay good; another when someone took it."""
        if not self.options.sandbox:
            return kept
        if not kept.sandbox_port or not ports.is_free(kept.sandbox_port):
            kept = replace(kept, sandbox_port=ports.any_free())
            self.data.keep(kept)
        self._sandbox_url = f"http://{ports.HOST}:{kept.sandbox_port}"
        return kept

    def _web(self) -> list[str]:
        return [sys.executable, "-m", "helix.up.web", "--port", str(self.port)]

    def _sandbox(self, port: int) -> list[str]:
        state = str(self.data.path / "sandbox.json")
        return [sys.executable, "-m", "integrations.customerio.sandbox", "--port", str(port), "--state", state]

    def _programs(self) -> dict[str, list[str]]:
        worker = ["celery", "--quiet", "-A", "helix.celery", "worker", "-P", "threads", "-l", "warning"]
        threads = self.environment.get("HELIX_WORKER_THREADS", "16")
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return {
            "worker": [sys.executable, "-m", *worker, "-c", threads, *alone],
            "scheduler": [sys.executable, "manage.py", "scheduler"],
        }

    def _begin(self, child: Child) -> None:
        self.children[child.name] = child
        child.start()

    def _await_redis(self, redis: broker.OwnRedis) -> None:
        deadline = time.monotonic() + REDIS_SECONDS
        child = self.children["redis"]
        while not redis.answers():
            if not child.is_running and redis.has_files:
                say(f"Its files cannot be read and are in {redis.set_aside()} now. No work is lost.", "redis")
                child.start()
            self._wait_for(child, deadline)

    def _await_page(self, web: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ports.answers(self.port, "/healthz"):
            self._look()
            self._wait_for(web, deadline)

    def _wait_for(self, child: Child, deadline: float) -> None:
        if child.starts > FALLS or time.monotonic() > deadline:
            raise CannotStart(f"The process “{child.name}” does not start; its lines above say why.")
        time.sleep(LOOK_SECONDS)

    def _tell(self) -> None:
        address = f"http://localhost:{self.port}"
        sandbox = self._sandbox_url or None
        pids = {name: child.process.pid for name, child in self.children.items() if child.process}
        self.data.write("up.json", {"web": address, "sandbox": sandbox, "pids": {"up": os.getpid(), **pids}})
        say("\nHelix is ready:")
        if self._link:
            say(
                f"  {address}{self._link}\n  (this link signs you in once; a new one: .venv/bin/python manage.py signin_link)"
            )
        else:
            say(f"  {address}\n  (nobody can sign in yet: .venv/bin/python manage.py createowner you@example.com)")
        if sandbox:
            say(f"  {sandbox}  Customer.io sandbox")
        say("Ctrl-C ends it.\n")

    def _look(self) -> None:
        now = time.monotonic()
        for child in self.children.values():
            child.look(now)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            if number != signal.SIGHUP:  # asked twice: at once; a closing terminal hangs up twice by itself
                for child in self.children.values():
                    child.kill()
            return
        self._asked = True  # a plain flag: a lock is not to be taken inside a signal handler
        raise Stopped

    def _end(self) -> None:
        """First those that begin work, then the sandbox that calls may still need, the queue last."""
        self._asked = True
        say("\nHelix ends …")
        for together in (("scheduler", "web", "worker"), ("sandbox",), ("redis",)):
            going = [self.children[name] for name in together if name in self.children]
            for child in going:
                child.ask_to_end()
            asked = time.monotonic()
            for child in going:
                child.end(PATIENCE[child.name] - (time.monotonic() - asked))
        self.data.close()


def supervise(options: Options) -> None:
    """Run Helix on this machine until someone ends it; raises CannotStart with the sentence to print."""
    settings = settings_of_this_machine()
    data = DataFolder(settings.HELIX_DATA_DIR)
    check_database(settings.DATABASE_URL)
    if settings.REDIS_URL:
        broker.check_given(settings.REDIS_URL)
    Supervisor(options, settings, data).run()
