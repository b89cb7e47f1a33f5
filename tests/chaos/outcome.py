"""What a case came to, and whether that is what Helix promises."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.effects import Effect


@dataclass
class Result:
    """Counts of one case. `lost`, `repeats_dangerous`, `stuck` and `broken` must stay empty."""

    runs: int = 0
    kills: int = 0  # processes that died, froze or lost what they stood on
    lost: int = 0  # runs that ended without their effect, or ended as they should not
    repeats_keyed: int = 0  # repeated calls that do no harm (classes A and B)
    repeats_dangerous: int = 0
    unknown: int = 0  # steps that were left to a person
    stuck: int = 0  # runs that did not come to an end
    broken: list[str] = field(default_factory=list)  # invariants that do not hold
    seconds: float = 0.0
    note: str = ""

    @property
    def ok(self) -> bool:
        return not (self.lost or self.repeats_dangerous or self.stuck or self.broken)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def judge(self, effect: Effect, calls: list[dict[str, Any]]) -> None:
        """Count the calls of a run that has come to its end, a person's answer included."""
        repeats = max(0, len(calls) - 1)
        keys = {str(call["body"].get(effect.key)) for call in calls} if effect.key else set()
        if not calls:
            self.lost += 1
            self.say(f"no call of class {effect.name} arrived")
        if effect.dangerous or len(keys) > 1:
            self.repeats_dangerous += repeats
            if repeats:
                self.say(f"{len(calls)} calls of class {effect.name} arrived")
        else:
            self.repeats_keyed += repeats

    def say(self, words: str) -> None:
        """Add to what a person should know, a few times at most."""
        if words not in self.note and len(self.note) < 400:
            self.note = f"{self.note}; {words}".removeprefix("; ")


COLUMNS = ("runs", "kills", "lost", "repeats_keyed", "repeats_dangerous", "unknown", "stuck")


def table(results: Mapping[str, Result]) -> str:
    """The cases in lines; of a family of cases (all but the last part of their names) one line with sums."""
    width = max([len(name) for name in results] + [20])
    lines = [f"{'case':<{width}} " + " ".join(f"{column:>{len(column)}}" for column in COLUMNS) + "  ok"]
    for name, result in results.items():
        counts = " ".join(f"{getattr(result, column):>{len(column)}}" for column in COLUMNS)
        trouble = "" if result.ok else f"NO  {'; '.join(result.broken)} {result.note}"
        lines.append(
            f"{name:<{width}} {counts}  {trouble or 'yes'}{f'  ({result.note})' if result.ok and result.note else ''}"
        )
    return "\n".join(lines)


def total(results: Iterable[Result]) -> Result:
    """The sums over these."""
    whole = Result()
    for result in results:
        for column in COLUMNS:
            setattr(whole, column, getattr(whole, column) + getattr(result, column))
        whole.broken += result.broken
    return whole
