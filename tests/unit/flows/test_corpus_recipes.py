"""The recipes that people really build around Customer.io, as graphs: none has an error, and none a warning it does not expect."""

import json

import pytest

from tests.unit.flows.cast import ALL_RECIPES, checked

WARNINGS = {"r14_push_report": [("deprecated", "report")]}


def test_all_ten_recipes_are_here() -> None:
    assert sorted(name.split("_")[0] for name in ALL_RECIPES) == [
        "r01", "r02", "r03", "r04", "r05", "r06", "r07", "r09", "r11", "r14",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ALL_RECIPES)
def test_a_recipe_has_no_error_and_only_the_warnings_it_expects(name: str) -> None:
    found = checked(ALL_RECIPES[name])

    assert [problem.message for problem in found.errors] == []
    assert [(problem.code, problem.node) for problem in found.problems] == WARNINGS.get(name, [])


@pytest.mark.parametrize("name", ALL_RECIPES)
def test_a_recipe_begins_by_itself_and_tries_again(name: str) -> None:
    nodes = json.loads(ALL_RECIPES[name])["nodes"]
    triggers = {node["type"] for node in nodes if node["type"].startswith("trigger.")}
    calls = [node for node in nodes if node["type"].startswith("customerio.")]

    assert triggers - {"trigger.manual"} or name == "r11_bulk_import"
    assert calls and all("retry" in node for node in calls)
