"""Every step has a key of its own, of the form that expressions can name."""

import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject

_KEY = re.compile(r"[a-z][a-z0-9_]*")
MOST = 64


def rule(subject: Subject) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    taken = {node.key for node in subject.graph.nodes}
    for index, node in enumerate(subject.graph.nodes):
        if not _KEY.fullmatch(node.key) or len(node.key) > MOST:
            mend = _renaming(index, _free(node.key, taken)) if node.key not in seen else None
            words = f"the key “{node.key[:60]}” cannot be used in expressions."
            hint = f"Begin with a small letter; go on with small letters, digits and _, at most {MOST} in all."
            yield subject.problem(node, "key_format", words, hint, field="@key", mend=mend)
        if node.key in seen:
            hint = "Give one of them another key: expressions could not tell them apart."
            mend = _renaming(index, _free(node.key, taken))
            yield subject.problem(
                node,
                "key_duplicate",
                f"another step has the key “{node.key[:60]}”, too.",
                hint,
                field="@key",
                mend=mend,
            )
        seen[node.key] = index


def _renaming(index: int, key: str) -> Mapping[str, JsonValue]:
    return repair(f"Call it {key}", ("replace", f"{pointer('nodes', index)}/key", key))


def _free(key: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9_]+", "_", key.lower()).strip("_")[: MOST - 4] or "step"
    base = base if base[0].isalpha() else f"step_{base}"
    return (
        base
        if base not in taken
        else next(name for number in range(2, 1000) if (name := f"{base}_{number}") not in taken)
    )
