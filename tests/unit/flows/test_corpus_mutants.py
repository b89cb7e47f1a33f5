"""Every mistake of a long list, made at every place of every valid flow, is found at that place."""

from collections import Counter
from fnmatch import fnmatchcase

from tests.unit.flows.cast import ALL_RECIPES, RECIPES
from tests.unit.flows.mutants import Mutant, all_mutants, missed, reason
from tests.unit.flows.mutants_equivalent import EQUIVALENT

KINDS = {
    "wrong type", "missing path", "renamed step", "skipped branch", "list for scalar", "scalar for list", "required setting removed",
    "wrong enum", "wrong port", "cycle", "dangling edge", "connection of another kind", "connection lacks the key", "bad cron", "bad zone",
    "bad Liquid", "unknown filter", "deleted step", "duplicated key", "item outside a loop", "two audiences",
}  # fmt: skip
OF_RECIPES = {
    "edge into a loop body",
    "body step after the loop",
    "data of wait_for on the wrong port",
    "unknown event",
    "bad address",
}
MISSED: list[Mutant] = []


def lost() -> list[Mutant]:
    """The mutants that are not found where they stand; worked out once."""
    if not MISSED:
        MISSED.extend(mutant for mutant in all_mutants() if missed(mutant))
    return MISSED


def test_every_mutant_is_found_at_its_place_or_is_no_mistake() -> None:
    assert [f"{mutant.kind}: {mutant.name}" for mutant in lost() if reason(mutant) is None] == []


def test_no_reason_is_stale() -> None:
    flows = {name for name in ALL_RECIPES if name not in RECIPES}
    stale = [
        f"{kind}: {name}"
        for kind, name in EQUIVALENT
        if not name.startswith(tuple(flows))
        and not any(each.kind == kind and fnmatchcase(each.name, name) for each in lost())
    ]

    assert stale == []


def test_there_are_many_mutants_of_every_kind() -> None:
    count = Counter(mutant.kind for mutant in all_mutants())
    whole = len(RECIPES) == len(ALL_RECIPES)

    assert len({(mutant.kind, mutant.name) for mutant in all_mutants()}) > (10_000 if whole else 2_500)
    assert count.keys() >= (KINDS | OF_RECIPES if whole else KINDS)
