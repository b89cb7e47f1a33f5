"""Figures: percentiles, processor time by group of processes, and the lines that a measurement prints."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.rig.process import cpu_seconds, tree


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 100) of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share / 100 * (len(ordered) - 1)))]


@dataclass(frozen=True)
class Figure:
    """One measured value. `detail` holds what stands behind it: processor time by group, how busy others were."""

    name: str
    value: float
    unit: str
    how: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def latency(name: str, seconds: Sequence[float], how: str) -> list[Figure]:
    """The middle and the 95th percentile of these, in milliseconds."""
    return [
        Figure(f"{name}.p{share}", round(percentile(seconds, share) * 1000, 2), "ms", f"{how}, n={len(seconds)}")
        for share in (50, 95)
    ]


class Meter:
    """Processor time of groups of processes over a stretch of work: steadier than a rate on a machine with neighbours."""

    def __init__(self, **groups: Sequence[int]) -> None:
        self._groups: dict[str, Sequence[int]] = {**groups, "driver": ()}
        self._cpu, self._at, self._machine = self._read(), time.monotonic(), _machine()

    def _read(self) -> dict[str, float]:
        return {
            name: cpu_seconds(tree(roots)) if roots else cpu_seconds([os.getpid()])
            for name, roots in self._groups.items()
        }

    def per_step(self, steps: int) -> dict[str, Any]:
        """CPU milliseconds per step by group and in all, how busy the whole machine was, and others' share of that."""
        now, (total, idle) = self._read(), _machine()
        own = {name: now[name] - before for name, before in self._cpu.items()}
        busy = 100 * (1 - (idle - self._machine[1]) / max(1, total - self._machine[0]))
        seconds = max(0.01, time.monotonic() - self._at)
        others = busy - 100 * sum(own.values()) / (os.cpu_count() or 1) / seconds
        parts = {name: round(1000 * used / steps, 3) for name, used in own.items()}
        product = sum(parts.get(name, 0) for name in ("workers", "postgres", "redis", "scheduler"))
        return {
            "cpu_ms_step": round(product, 3),
            "cpu_parts": parts,
            "busy": round(busy),
            "others": round(max(0, others)),
        }


def _machine() -> tuple[int, int]:
    with open("/proc/stat") as file:
        times = [int(part) for part in file.readline().split()[1:]]
    return sum(times), times[3] + times[4]
