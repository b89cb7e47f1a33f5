"""What `Paths` says is certain, the engine keeps: random flows, random ends of steps, in random order."""

import random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helix.engine.decide import View, decide, settle
from helix.engine.outcomes import Failed, Stopped, Succeeded, Trouble
from helix.engine.states import FINAL_STEP_STATES, StepState
from helix.flows.check import check
from helix.flows.graph import read_graph
from helix.flows.plan import compile_plan
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject
from tests.unit.flows.cast import CONNECTIONS

ASKS = {"left": {"$liquid": "{{ run.id }}"}, "op": "exists"}
CONFIGS: dict[str, Any] = {
    "logic.branch": {"branches": [{"port": "yes", "when": ASKS}, {"port": "maybe", "when": ASKS}], "else": "no"},
    "logic.filter": {"when": ASKS},
    "logic.set": {"values": {"x": 1}},
    "logic.stop": {},
}


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """A flow without circles: steps of several kinds, connected forwards."""
    count = draw(st.integers(3, 9))
    nodes: list[Any] = [{"key": "n0", "type": "trigger.manual", "config": {}}]
    edges = []
    for number in range(1, count):
        kind = draw(
            st.sampled_from(
                ["logic.set", "logic.set", "logic.branch", "logic.filter", "join all", "join any", "logic.stop"]
            )
        )
        type_, _, mode = kind.partition(" ")
        config = {"mode": mode} if mode else CONFIGS[type_]
        on_error = draw(st.sampled_from(["fail", "continue", "branch"])) if type_ == "logic.set" else "fail"
        nodes.append(
            {"key": f"n{number}", "type": "logic.join" if mode else type_, "config": config, "on_error": on_error}
        )
        for source in draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=3)):
            ports = STEP_TYPES[nodes[source]["type"]].ports(nodes[source])
            if ports:
                port = draw(st.sampled_from([port.key for port in ports]))
                edges.append({"source": f"n{source}", "port": port, "target": f"n{number}"})
    return {"format": 1, "nodes": nodes, "edges": edges}


def an_end(node: Any, choose: random.Random) -> Any:
    """A way for a step to end."""
    if node.type == "logic.branch":
        return Succeeded({}, choose.choice(["yes", "maybe", "no"]))
    if node.type == "logic.filter":
        return Succeeded({}, choose.choice(["next", "stopped"]))
    if node.type == "logic.stop":
        return Stopped(True, "")
    return Succeeded({}) if node.type == "logic.join" or choose.random() < 0.7 else Failed(Trouble("refused", "No."))


@settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate, Phase.shrink]
)  # fmt: skip
@given(graphs(), st.integers(0, 2**32))
def test_what_is_certain_before_a_step_has_happened_when_it_begins(document: Any, seed: int) -> None:
    graph = read_graph(document)
    checked = check(graph, CONNECTIONS)
    assert checked.ok, [problem.message for problem in checked.errors]
    plan, paths = compile_plan(checked), Subject(graph, CONNECTIONS, STEP_TYPES).paths
    reached = paths.reached_from(["n0"])
    choose = random.Random(seed)
    pending = {key: View(StepState.PENDING) for key in plan.order if key in reached}
    states: dict[str, View] = {**pending, "n0": View(StepState.SUCCEEDED, "next")}
    states.update(settle(plan, pending, dict(states)).changed)
    begun: set[str] = set()
    while True:
        for key, view in states.items():
            if view.state == StepState.READY and key not in begun:
                begun.add(key)
                assert_certain(plan, paths, states, key)
        ready = [key for key, view in states.items() if view.state == StepState.READY]
        if not ready:
            return
        key = choose.choice(ready)
        states[key] = View(StepState.RUNNING)
        states.update(decide(plan, states, key, an_end(plan.nodes[key], choose)).changed)


def assert_certain(plan: Any, paths: Any, states: dict[str, View], key: str) -> None:
    for source in plan.order:
        if source == key or source not in states or not paths.is_over(source, key):
            continue
        view = states[source]
        assert view.state in FINAL_STEP_STATES, f"{source} is not over before {key}"
        if paths.surely_runs(source, key):
            assert view.state in (StepState.SUCCEEDED, StepState.FAILED), f"{source} was {view.state} before {key}"
        for port in plan.out.get(source, {}):
            if paths.surely_leaves(source, port, key):
                assert view.port == port, f"{source} left by {view.port} before {key}, not by {port}"
