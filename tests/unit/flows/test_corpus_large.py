"""Large and unkind graphs: the check answers each, does not hang, and answers alike in every process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.flows.check import check
from helix.flows.graph import read_graph
from helix.flows.scope import available
from helix.flows.steps import STEP_TYPES
from tests.bench.check import realistic
from tests.unit.flows.cast import CONNECTIONS, RECIPES, VALID
from tests.unit.flows.test_fuzz import JSON, QUICK, looked_at

MOST = 500
ENOUGH_SECONDS = 30  # of processor time: a hang would be minutes; every graph here takes less than three
Config = Callable[[int], dict[str, Any]]


def liquid(text: str) -> dict[str, str]:
    return {"$liquid": text}


def before(number: int, text: str) -> Any:
    """An expression over the step before; the first step holds 1."""
    return liquid(text.replace("PREV", f"steps.s{number - 1}.data")) if number else 1


GROWING: dict[str, Config] = {
    "objects in objects": lambda n: {"a": before(n, "{{ PREV | default: trigger }}"), "b": before(n, "{{ PREV.a | default: PREV }}")},
    "lists of lists": lambda n: {"a": [before(n, "{{ PREV }}"), before(n, "{{ PREV.a | first }}"), n], "b": before(n, "{{ PREV.a | concat: PREV.a }}")},
    "more and more constants": lambda n: {"a": before(n, f"{{{{ PREV.a | default: {n} }}}}")},
    "more and more names": lambda n: {"a": before(n, "{{ PREV.a | default: PREV }}"), f"k{n}": n},
    "the same twice": lambda n: {"a": before(n, "{{ PREV }}"), "b": before(n, "{{ PREV }}")},
    "texts in texts": lambda n: {"a": before(n, "{% for each in PREV.a %}{{ each }}{% endfor %}{{ PREV.a | json }}")},
}  # fmt: skip
"""Values whose types grow from step to step."""


def row(config: Config, size: int = MOST) -> dict[str, Any]:
    """So many steps one behind the other."""
    nodes: list[Any] = [{"key": "go", "type": "trigger.manual", "config": {"fields": [{"name": "a", "type": "text"}]}}]
    nodes += [{"key": f"s{n}", "type": "logic.set", "config": {"values": config(n)}} for n in range(size - 1)]
    edges = [{"source": nodes[n]["key"], "port": "next", "target": nodes[n + 1]["key"]} for n in range(size - 1)]
    return {"format": 1, "nodes": nodes, "edges": edges, "notes": []}


@pytest.mark.parametrize("turned", [False, True], ids=["as they run", "the last drawn first"])
@pytest.mark.parametrize("name", GROWING)
def test_types_that_grow_from_step_to_step_are_borne(name: str, turned: bool) -> None:
    drawn = row(GROWING[name])
    graph = read_graph({**drawn, "nodes": drawn["nodes"][::-1]} if turned else drawn)
    start = time.thread_time()

    check(graph, CONNECTIONS)
    available(graph, f"s{MOST - 2}")

    assert time.thread_time() - start < ENOUGH_SECONDS


def tangle(seed: int, size: int) -> dict[str, Any]:
    """Steps of every kind, joined at random: circles, ways into triggers, ports that are not there, uses of anything."""
    random = Random(seed)
    types = list(STEP_TYPES)
    keys = [f"s{number}" for number in range(size)]
    ports = ("next", "next", "error", "yes", "no", "each", "done", "approved", "expired", "received")
    nodes: list[Any] = []
    for key in keys:
        used = liquid(
            f"{{{{ steps.{random.choice(keys)}.{random.choice(('data.x', 'data', 'error.message', 'successful'))} | size }}}}"
        )
        leaf = {"left": used, "op": random.choice(("eq", "gt", "exists")), "right": 1}
        config = {
            "values": {"x": used}, "items": used, "userId": used, "event": "e", "when": leaf, "for": random.choice(("approval", "webhook")),
            "branches": [{"port": "yes", "label": "Yes", "when": {"all": [leaf, leaf]}}], "else": "no", "collect": random.choice(keys),
        }  # fmt: skip
        kept = random.sample(sorted(config), random.randint(1, len(config)))
        node = {"key": key, "type": random.choice(types), "config": {name: config[name] for name in kept}}
        nodes.append({**node, "on_error": random.choice(("fail", "continue", "branch")), "connection": "production"})
    edges = [
        {"source": random.choice(keys), "port": random.choice(ports), "target": random.choice(keys)}
        for _ in range(min(2_000, size * 4))
    ]
    return {"format": 1, "nodes": nodes, "edges": edges, "notes": []}


@pytest.mark.parametrize("seed", range(4))
def test_a_tangle_of_500_steps_is_answered_and_answered_alike(seed: int) -> None:
    graph = read_graph(tangle(seed, MOST))
    start = time.thread_time()

    first = [problem.as_json() for problem in check(graph, CONNECTIONS).problems]

    assert time.thread_time() - start < ENOUGH_SECONDS
    assert first == [problem.as_json() for problem in check(graph, CONNECTIONS).problems]


@QUICK
@given(st.integers(0, 2**32), st.integers(1, 25))
def test_any_tangle_is_answered(seed: int, size: int) -> None:
    looked_at(tangle(seed, size))


@QUICK
@given(st.sampled_from(sorted({**VALID, **RECIPES})), st.data())
def test_a_flow_or_recipe_with_anything_in_a_setting_is_answered(name: str, data: st.DataObject) -> None:
    graph = json.loads({**VALID, **RECIPES}[name])
    node = data.draw(st.sampled_from(graph["nodes"]))
    names = sorted({*STEP_TYPES[node["type"]].input_schema.get("properties", {}), "x"})
    node["config"][data.draw(st.sampled_from(names))] = data.draw(JSON)

    first = looked_at(graph)

    assert looked_at(graph) == first


def test_a_realistic_flow_of_500_steps_with_a_thing_gone_is_answered() -> None:
    graph = realistic(MOST)
    for gone in range(0, MOST, 50):
        changed = {**graph, "nodes": [node for number, node in enumerate(graph["nodes"]) if number != gone]}

        assert not check(read_graph(changed), CONNECTIONS).ok


ALIKE = """
import json
from tests.unit.flows.cast import RECIPES, VALID, checked
from tests.unit.flows.test_corpus_large import tangle
graphs = [*VALID.values(), *RECIPES.values(), *[tangle(seed, 30) for seed in range(20)]]
print(json.dumps([[problem.as_json() for problem in checked(graph).problems] for graph in graphs]))
"""


def test_every_process_gives_the_same_answer() -> None:
    """The order in which Python keeps sets differs from process to process; the problems must not."""
    root = Path(__file__).parents[3]
    answers = {
        subprocess.run(
            [sys.executable, "-c", ALIKE],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(answers) == 1 and len(answers.pop()) > 1_000
