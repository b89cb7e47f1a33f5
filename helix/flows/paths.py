"""The ways through a graph: what stands before a step, and what has certainly run, and how it ended, when the step runs.

The engine's law (engine/decide.py): a step runs once none of its incoming connections is open and one is live; a join of
mode “any” runs as soon as one is live. From that follow, for every step N, three sets:

- `follows[N]`: what runs whenever N runs (all targets of the port it leaves by, whichever port that is);
- `implied[N]`: what must have run, or must run in the same run, when N runs;
- `done[N]`: what is over, run or skipped, before N begins.

A set is an integer: one bit for “step S runs”, one for “step S leaves by port P”. So 500 steps cost a few thousand
operations on integers, and the whole is linear in steps and connections.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Way:
    """One connection: the target follows when the source leaves by the port."""

    source: str
    port: str
    target: str


class Paths:
    """Questions about a graph; connections that close a circle are left out of every answer (see `circular`)."""

    def __init__(
        self,
        keys: Sequence[str],
        ways: Iterable[Way],
        outcomes: Mapping[str, tuple[str, ...]],
        is_race: Callable[[str], bool],
    ) -> None:
        """`outcomes`: the ports a step may leave by, "" standing for an end of its path. `is_race`: a join of mode “any”."""
        self.keys = tuple(keys)
        self.outcomes = outcomes
        self.is_race = is_race
        self.bit = {key: 1 << index for index, key in enumerate(self.keys)}
        every = list(ways)
        self.order, self.circular = _order(self.keys, every)
        place = {key: index for index, key in enumerate(self.order)}
        forward = [way for way in every if place[way.source] < place[way.target]]
        self.into: dict[str, list[Way]] = {key: [] for key in self.keys}
        self.out: dict[str, dict[str, list[str]]] = {key: {} for key in self.keys}
        for way in forward:
            self.into[way.target].append(way)
            self.out[way.source].setdefault(way.port, []).append(way.target)
        self._port_bit: dict[tuple[str, str], int] = {}

    def port_bit(self, key: str, port: str) -> int:
        """The bit of “step leaves by port”."""
        return self._port_bit.setdefault((key, port), 1 << (len(self.keys) + len(self._port_bit)))

    @cached_property
    def follows(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key in reversed(self.order):
            each = [self._leaving(key, port, found) for port in self.outcomes.get(key) or ("",)]
            common = each[0]
            for other in each[1:]:
                common &= other
            found[key] = self.bit[key] | common
        return found

    def _leaving(self, key: str, port: str, follows: Mapping[str, int]) -> int:
        """What runs when this step leaves by this port."""
        found = self.port_bit(key, port) if port else 0
        for target in self.out[key].get(port, ()):
            found |= follows[target]
        return found

    @cached_property
    def implied(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key in self.order:
            each = [found[way.source] | self._leaving(way.source, way.port, self.follows) for way in self.into[key]]
            common = each[0] if each else 0
            for other in each[1:]:
                common &= other
            found[key] = common | self.follows[key]
        return found

    @cached_property
    def ancestors(self) -> dict[str, int]:
        """The steps from which a way leads here."""
        found: dict[str, int] = {}
        for key in self.order:
            found[key] = 0
            for way in self.into[key]:
                found[key] |= found[way.source] | self.bit[way.source]
        return found

    @cached_property
    def done(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for key in self.order:
            each = [found[way.source] | self.bit[way.source] for way in self.into[key]]
            common = each[0] if each else 0
            for other in each[1:]:
                common = common & other if self.is_race(key) else common | other
            found[key] = common
        return found

    def is_before(self, source: str, key: str) -> bool:
        """Whether a way leads from the source to the step."""
        return bool(self.ancestors[key] & self.bit[source])

    def is_over(self, source: str, key: str) -> bool:
        """Whether the source has run or been skipped before the step begins."""
        return bool(self.done[key] & self.bit[source])

    def surely_runs(self, source: str, key: str) -> bool:
        """Whether the source runs whenever the step does."""
        return bool(self.implied[key] & self.bit[source])

    def surely_leaves(self, source: str, port: str, key: str) -> bool:
        """Whether the source leaves by this port whenever the step runs."""
        bit = self._port_bit.get((source, port), 0) if self.implied else 0
        return bool(self.implied[key] & bit)

    def reached_from(self, starts: Iterable[str]) -> frozenset[str]:
        """The steps that a way leads to from one of these, themselves included."""
        seen = {key for key in starts if key in self.bit}
        waiting = list(seen)
        while waiting:
            for targets in self.out[waiting.pop()].values():
                for target in targets:
                    if target not in seen:
                        seen.add(target)
                        waiting.append(target)
        return frozenset(seen)

    def before(self, key: str) -> list[str]:
        """The steps from which a way leads here, in order."""
        mask = self.ancestors[key]
        return [each for each in self.order if mask & self.bit[each]]


def _order(keys: Sequence[str], ways: Sequence[Way]) -> tuple[tuple[str, ...], tuple[Way, ...]]:
    """Every step after those that lead to it, in the order drawn where that is free; and the ways that close circles."""
    targets: dict[str, list[Way]] = {key: [] for key in keys}
    for way in ways:
        targets[way.source].append(way)
    state: dict[str, int] = {}
    finished: list[str] = []
    closing: list[Way] = []
    for start in keys:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(targets[start]))]
        while stack:
            key, remaining = stack[-1]
            for way in remaining:
                seen = state.get(way.target)
                if seen == 1:
                    closing.append(way)
                elif seen is None:
                    state[way.target] = 1
                    stack.append((way.target, iter(targets[way.target])))
                    break
            else:
                state[key] = 2
                finished.append(key)
                stack.pop()
    return tuple(reversed(finished)), tuple(closing)
