"""How many deliveries a second are taken in, and how fast each is answered: signed Customer.io events over real HTTP.

`python -m tests.bench.intake [SECONDS]` prints the figures for SQLite (synchronous=FULL) and PostgreSQL (fsync on), with
the load tool on the same machine. RELIABILITY 6.2 asks for 1,000 a second on PostgreSQL and 400 on SQLite.
"""

import asyncio
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.customerio.hooks import sign
from tests.fakes.installation import Installation, installation
from tests.postgres.server import postgres

KEY = "signing key of the bench"
MAKE = f"""
import json
from helix.teams.models import Team
from helix.connections.keeping import save_connection
from helix.triggers.endpoints import address, endpoint_of_connection, replace_secret
team = Team.objects.create(slug="bench", name="Bench")
endpoint = endpoint_of_connection(save_connection(team, name="cio", region="us", secrets={{}}))
replace_secret(endpoint, {KEY!r})
print(json.dumps(address(endpoint)))
"""
COUNT = "from helix.triggers.models import TriggerInbox; print(TriggerInbox.objects.count())"


def measure(
    database_url: str = "", *, seconds: float = 10.0, connections: int = 32, processes: int = 2, repeats: float = 0.1
) -> dict[str, Any]:
    """The figures of one burst. `repeats` is the share of deliveries that come twice."""
    with (
        tempfile.TemporaryDirectory(prefix="helix-bench-") as folder,
        installation(Path(folder), database_url) as apart,
    ):
        path = apart.run(MAKE)
        server = apart.serve("--workers", str(processes))
        burst = Burst(server, path, repeats)
        asyncio.run(burst.go(2.0, connections, keep=False))
        used, own = cpu_seconds(apart), time.process_time()
        asyncio.run(burst.go(seconds, connections, keep=True))
        used, own = cpu_seconds(apart) - used, time.process_time() - own
        stored = apart.run(COUNT)
    times = sorted(burst.times)
    return {
        "database": "postgresql, fsync on" if database_url else "sqlite, synchronous=FULL",
        "processes": processes,
        "connections": connections,
        "answers": dict(burst.statuses),
        "per_second": round(len(times) / seconds),
        "p50_ms": round(1000 * times[len(times) // 2], 1),
        "p99_ms": round(1000 * times[len(times) * 99 // 100], 1),
        "max_ms": round(1000 * times[-1], 1),
        "server_cpu_ms_each": round(1000 * used / len(times), 2),
        "load_tool_cpu_ms_each": round(1000 * own / len(times), 2),
        "distinct_sent": burst.distinct,
        "stored": stored,
    }


def cpu_seconds(apart: Installation) -> float:
    """Processor time of the servers and their children so far; it does not depend on what else the machine does."""
    parents = {process.pid for process in apart.processes}
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(folder.name) in parents or int(fields[1]) in parents:
                total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


class Burst:
    """Deliveries over kept connections, as fast as they are answered."""

    def __init__(self, server: str, path: str, repeats: float) -> None:
        self.host, self.port, self.path = urlsplit(server).hostname, urlsplit(server).port, path
        self.every = int(1 / repeats) if repeats else 0
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.sent = self.distinct = 0

    async def go(self, seconds: float, connections: int, *, keep: bool) -> None:
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._talk(until, keep) for _ in range(connections)))

    async def _talk(self, until: float, keep: bool) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        while time.monotonic() < until:
            request = self._request()
            begun = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if keep:
                self.times.append(time.perf_counter() - begun)
                self.statuses[int(head.split(b" ", 2)[1])] += 1
        writer.close()
        await writer.wait_closed()

    def _request(self) -> bytes:
        self.sent += 1
        if not (self.every and self.sent % self.every == 0 and self.distinct):
            self.distinct += 1
        stamp = int(time.time())
        event = {
            "event_id": f"01BENCH{self.distinct:019d}", "object_type": "email", "metric": "sent", "timestamp": stamp,
            "data": {"delivery_id": "RPILAgUBcRhIBqSfeiIwdIYJKxTY", "identifiers": {"id": "42", "email": "person@example.com"},
                     "campaign_id": 7, "recipient": "person@example.com", "subject": "Your receipt"},
        }  # fmt: skip
        body = json.dumps(event).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-CIO-Timestamp: {stamp}\r\nX-CIO-Signature: {sign(KEY, stamp, body)}\r\n\r\n"
        )
        return head.encode() + body


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(json.dumps({"python": platform.python_version(), "cores": os.cpu_count()}))
    for durable in (False, True):
        with postgres(durable=True) if durable else nullcontext("") as url:
            print(json.dumps(measure(url, seconds=seconds)), flush=True)


if __name__ == "__main__":
    main()
