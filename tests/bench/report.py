"""Ratios to the floors, the table, and bench-results.json."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helix.up.child import ROOT
from tests.bench.measure import Figure

FILE = ROOT / "bench-results.json"


@dataclass(frozen=True)
class Goal:
    """`name` over `floor` should be at least (`least`) or at most (`most`) so much."""

    name: str
    floor: str
    least: float | None = None
    most: float | None = None

    def words(self) -> str:
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}" if self.most is not None else ""

    def holds(self, ratio: float) -> bool:
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)


GOALS = (
    Goal("w1.helix.steps_s", "w1.celery.steps_s", least=1.5),
    Goal("w1.helix.steps_s", "w1.loop2.steps_s", least=0.6),
    Goal("w1.helix.cpu", "w1.celery.cpu"),
    Goal("w1.helix.p50", "w1.loop.p50", most=1.5),
    Goal("w1.helix.p50", "w1.celery.p50", most=0.8),
    Goal("w2.helix.steps_s", "w2.celery.steps_s", least=2),
    Goal("w2.helix.cpu", "w2.celery.cpu"),
    Goal("w2.helix.cpu", "w2.loop1.cpu"),
    Goal("w2.helix.p50", "w2.loop.p50"),
    Goal("w3.helix.p50", "w3.celery.p50", most=0.6),
    Goal("w4.helix.p50", "w4.celery.p50"),
    Goal("w5.helix.cpu", "", most=1),
    Goal("w6.helix.steps_s", "w6.slots.steps_s", least=0.9),
    Goal("intake.postgres.per_second", "", least=1000),
    Goal("intake.sqlite.per_second", "", least=400),
    Goal("editor.150.interactive", "", most=1500),
    Goal("editor.500.interactive", "", most=3000),
    Goal("editor.150.drag.p95", "", most=33.4),
    Goal("editor.150.pan.p95", "", most=33.4),
    Goal("editor.150.field.p95", "", most=50),
    Goal("editor.150.keys.p95", "", most=50),
    Goal("editor.weight", "", most=250),
    Goal("editor.reports", "", most=0),
    Goal("w1-sqlite.helix.steps_s", "w1-sqlite.loop1.steps_s"),
    Goal("w1-sqlite.helix.p50", "w1-sqlite.loop.p50"),
)


def goals_of(figures: list[Figure]) -> list[Goal]:
    """The goals that these figures can be held against; what a stored mass costs at most twice."""
    names = {figure.name for figure in figures}
    scale = [
        Goal(name, name.replace(".many", ".few"), most=2)
        for name in sorted(names)
        if name.startswith("scale.") and name.endswith(".many")
    ]
    return [goal for goal in (*GOALS, *scale) if goal.name in names and (not goal.floor or goal.floor in names)]


def table(figures: list[Figure]) -> str:
    """The ratios as lines of text."""
    values = {figure.name: figure.value for figure in figures}
    lines = [f"{'figure':<30} {'value':>12} {'floor':<24} {'its value':>12} {'ratio':>7}  goal"]
    for goal in goals_of(figures):
        value, floor = values[goal.name], values.get(goal.floor)
        ratio = value / floor if floor else value
        verdict = f"{goal.words()}: {'yes' if goal.holds(ratio) else 'NO'}" if goal.words() else ""
        known = f"{goal.floor:<24} {floor:>12,.2f} {ratio:>7.2f}" if floor else f"{'':<24} {'':>12} {'':>7}"
        lines.append(f"{goal.name:<30} {value:>12,.2f} {known}  {verdict}".rstrip())
    return "\n".join(lines)


def write(figures: list[Figure], file: Path = FILE) -> None:
    """`{name: {value, unit, floor, ratio, how}}`. With several floors the first of GOALS is named; `ratios` has them all."""
    values = {figure.name: figure.value for figure in figures}
    found: dict[str, dict[str, Any]] = {}
    for figure in figures:
        floors = {
            goal.floor: round(figure.value / values[goal.floor], 3)
            for goal in goals_of(figures)
            if goal.name == figure.name and goal.floor and values[goal.floor]
        }
        first = next(iter(floors), None)
        found[figure.name] = {
            "value": figure.value,
            "unit": figure.unit,
            "floor": values[first] if first else None,
            "ratio": floors[first] if first else None,
            "how": figure.how,
            **({"ratios": floors} if len(floors) > 1 else {}),
            **({"detail": dict(figure.detail)} if figure.detail else {}),
        }
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
