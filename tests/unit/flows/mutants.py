"""Valid flows with one mistake each, and where it must be found. `python -m tests.unit.flows.mutants` prints how many of each kind
are found. The mistakes themselves are in the files beside: settings, expressions, conditions, shape, data, newer steps."""

import json
import sys
from collections import Counter
from fnmatch import fnmatchcase
from functools import lru_cache

from tests.unit.flows.cast import CONNECTIONS, RECIPES, VALID, checked
from tests.unit.flows.mutants_base import Mutant
from tests.unit.flows.mutants_data import data_mutants
from tests.unit.flows.mutants_equivalent import EQUIVALENT
from tests.unit.flows.mutants_expressions import condition_mutants, expression_mutants
from tests.unit.flows.mutants_newer import newer_mutants
from tests.unit.flows.mutants_settings import settings_mutants, step_mutants
from tests.unit.flows.mutants_shape import edge_mutants, shape_mutants

__all__ = ["CONNECTIONS", "Mutant", "all_mutants", "missed", "reason"]


@lru_cache(maxsize=1)
def all_mutants() -> tuple[Mutant, ...]:
    """Every mutant of every valid flow and recipe whose steps are all there."""
    return tuple(mutant for name, text in {**VALID, **RECIPES}.items() for mutant in _of(name, text))


def _of(flow: str, text: str) -> list[Mutant]:
    graph = json.loads(text)
    found: list[Mutant] = []
    for index, node in enumerate(graph["nodes"]):
        name = f"{flow}.{node['key']}"
        for make in (step_mutants, settings_mutants, expression_mutants, condition_mutants, newer_mutants):
            found += make(name, graph, index, node)
    for whole in (edge_mutants, shape_mutants, data_mutants):
        found += whole(flow, graph)
    return found


def missed(mutant: Mutant) -> bool:
    """Whether no problem stands where the mistake was made."""
    return not any(
        problem.severity == mutant.severity
        and mutant.node in (problem.node, "*")
        and mutant.field in (problem.field, "*")
        for problem in checked(mutant.graph).problems
    )


def reason(mutant: Mutant) -> str | None:
    """Why a mutant that is not found is none: it does no harm. None when it should have been found."""
    found = (why for (kind, name), why in EQUIVALENT.items() if mutant.kind == kind and fnmatchcase(mutant.name, name))
    return next(found, None)


def main() -> int:
    """Prints found, equivalent and missed mutants by kind; 1 when any is missed."""
    found, equal, lost = Counter[str](), Counter[str](), Counter[str]()
    names: list[str] = []
    for mutant in all_mutants():
        if not missed(mutant):
            found[mutant.kind] += 1
        elif reason(mutant):
            equal[mutant.kind] += 1
        else:
            lost[mutant.kind] += 1
            names.append(f"{mutant.kind}: {mutant.name}")
    print(f"{'kind':<44}{'found':>7}{'equal':>7}{'missed':>8}")
    for kind in sorted(found | equal | lost):
        print(f"{kind:<44}{found[kind]:>7}{equal[kind]:>7}{lost[kind]:>8}")
    print(f"{'in all':<44}{found.total():>7}{equal.total():>7}{lost.total():>8}")
    print(*names, sep="\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
