"""Bodies of loops: the steps that run once for each item. Pure."""

from collections.abc import Iterable, Mapping

LOOP = "logic.for_each"


def bodies(loops: Iterable[str], out: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, str]:
    """For every step in the body of a loop, the innermost such loop; `loops` stand in topological order."""
    found: dict[str, str] = {}
    for loop in loops:
        for key in reached(loop, "each", out):
            found[key] = loop
    return found


def reached(key: str, port: str, out: Mapping[str, Mapping[str, Iterable[str]]]) -> list[str]:
    """The steps that a way leads to from this port."""
    found = list(dict.fromkeys(out.get(key, {}).get(port, ())))
    seen = set(found)
    for each in found:
        fresh = [target for targets in out.get(each, {}).values() for target in targets if target not in seen]
        seen.update(fresh)
        found.extend(fresh)
    return found


def loops_around(key: str, loop_of: Mapping[str, str]) -> tuple[str, ...]:
    """The loops in whose bodies a step is, the outermost first."""
    found: list[str] = []
    while (key := loop_of.get(key, "")) and key not in found:
        found.append(key)
    return tuple(reversed(found))
