"""The check answers anything: it never raises, and answers the same again."""

import json
import time
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helix.flows.check import check
from helix.flows.graph import UnreadableGraph, read_graph
from helix.flows.plan import Plan, compile_plan
from helix.flows.scope import available
from helix.flows.steps import STEP_TYPES
from helix.flows.words import summary
from tests.unit.flows.cast import CONNECTIONS, VALID

QUICK = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "{{ trigger.x }}",
        "{{ steps.b.data.x | first }}",
        "{{",
        "next",
        "error",
        "eq",
        "gt",
        "yes",
        "0 2 * * *",
        "UTC",
        "b",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
NAMES = st.sampled_from(
    ["$liquid", "all", "any", "left", "op", "right", "port", "when", "branches", "else", "fields", "name", "type", "values", "config",
     "cron", "timezone", "seconds", "until", "userId", "event", "properties", "batch", "recipients", "and", "ids", "x", ""]
)  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
KEYS = st.sampled_from(["a", "b", "c", "d", "A b"])
NODES = st.fixed_dictionaries(
    {"key": KEYS, "type": st.sampled_from([*STEP_TYPES, "nonsense"])},
    optional={
        "config": st.dictionaries(NAMES, JSON, max_size=5), "retry": JSON, "timeout_seconds": JSON, "on_error": JSON, "name": TEXTS,
        "connection": st.sampled_from(["production", "crm", "gone"]), "extra": JSON,
    },
)  # fmt: skip
EDGES = st.fixed_dictionaries({"source": KEYS, "target": KEYS, "port": TEXTS})
GRAPHS = st.fixed_dictionaries({"nodes": st.lists(NODES, max_size=6), "edges": st.lists(EDGES, max_size=8)})


def looked_at(value: Any) -> Any:
    """Everything that is pure, done with a graph; None when it cannot be read."""
    try:
        graph = read_graph(value)
    except UnreadableGraph as unreadable:
        assert unreadable.problems
        return [each.as_json() for each in unreadable.problems]
    checked = check(graph, CONNECTIONS)
    for node in graph.nodes:
        summary(node)
        available(graph, node.key)
    if checked.ok:
        plan = compile_plan(checked)
        assert Plan.read(json.dumps(plan.as_json())) == plan
    return [each.as_json() for each in checked.problems]


@QUICK
@given(JSON | GRAPHS)
def test_any_json_is_answered_and_answered_alike(value: Any) -> None:
    first = looked_at(value)

    assert looked_at(value) == first
    json.dumps(first)


@QUICK
@given(GRAPHS)
def test_any_graph_is_answered(graph: Any) -> None:
    looked_at(graph)


@QUICK
@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_valid_flow_with_anything_anywhere_is_answered(name: str, data: st.DataObject) -> None:
    graph = json.loads(VALID[name])
    at: Any = graph
    for _ in range(8):
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.integers(0, 4)) == 0:
            break
        at = at[key]
    else:
        key = next(iter(at)) if isinstance(at, dict) else 0
    at[key] = data.draw(JSON)

    looked_at(graph)


@QUICK
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_answered(source: bytes | str) -> None:
    looked_at(source)


def test_a_large_graph_is_checked_in_a_fraction_of_a_second() -> None:
    nodes: list[Any] = [
        {
            "key": "start",
            "type": "trigger.manual",
            "config": {"fields": [{"name": "n", "type": "integer", "required": True}]},
        }
    ]
    edges = []
    for number in range(499):
        before = nodes[-1]["key"]
        earlier = f"steps.s{number - 1}.data.x" if number else "trigger.n"
        nodes.append(
            {
                "key": f"s{number}",
                "type": "logic.set",
                "config": {"values": {"x": {"$liquid": f"{{{{ {earlier} | plus: 1 }}}}"}}},
            }
        )
        edges.append({"source": before, "port": "next", "target": f"s{number}"})
    graph = read_graph({"format": 1, "nodes": nodes, "edges": edges})
    before_check = time.thread_time()

    assert check(graph, CONNECTIONS).ok
    assert time.thread_time() - before_check < 10  # a tenth of a second as a rule; this finds what explodes
