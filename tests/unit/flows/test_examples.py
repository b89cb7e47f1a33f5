"""The check as a compiler: example flows as JSON, with the problems they must give, word for word."""

import json
from typing import Any

import pytest

from tests.unit.flows.cast import EXAMPLES, VALID, checked, repaired
from tests.unit.flows.mutants import all_mutants

CASES = [
    pytest.param(case["graph"], case["problems"], id=f"{path.stem}: {case['name']}")
    for path in sorted(EXAMPLES.glob("*.json"))
    for case in json.loads(path.read_text())
]


@pytest.mark.parametrize("name", VALID)
def test_a_valid_flow_has_no_problem(name: str) -> None:
    assert [problem.message for problem in checked(VALID[name]).problems] == []


@pytest.mark.parametrize(("graph", "problems"), CASES)
def test_an_example_gives_exactly_its_problems(graph: Any, problems: list[dict[str, Any]]) -> None:
    found = [problem.as_json() for problem in checked(graph).problems]

    assert [
        {name: each[name] for name in ("severity", "code", "node", "field", "message")} for each in found
    ] == problems


def test_every_repair_mends_what_it_was_offered_for() -> None:
    graphs = [mutant.graph for mutant in all_mutants()[:: len(all_mutants()) // 800]] + [
        case.values[0] for case in CASES
    ]
    tried: set[str] = set()
    bad = []
    for graph in graphs:
        before = checked(graph)
        for problem in before.problems:
            name = f"{problem.message} {json.dumps(problem.repair)}"
            if problem.repair is None or name in tried:
                continue
            tried.add(name)
            after = checked(repaired(graph, problem.repair["patch"]))
            same = any(
                (each.node, each.field, each.message) == (problem.node, problem.field, problem.message)
                for each in after.problems
            )
            here = [sum(each.node == problem.node for each in found.errors) for found in (before, after)]
            worse = here[1] > here[0] and problem.code != "key_duplicate"
            bad += [problem.message] if same or worse else []
    assert bad == []
    assert len(tried) > 200


def test_every_message_says_where_and_every_problem_has_a_hint() -> None:
    for case in CASES:
        for problem in checked(case.values[0]).problems:
            assert problem.message.endswith("."), problem.message
            assert problem.hint.endswith((".", "?")), problem.hint
            assert problem.node is None or problem.message.startswith("Step “"), problem.message
