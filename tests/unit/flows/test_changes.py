"""What differs between two graphs, in sentences."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helix.flows.changes import compare
from helix.flows.graph import read_graph
from helix.flows.upgrades import upgraded
from tests.unit.flows.cast import VALID, action, flow, liquid, manual
from tests.unit.flows.mutants import all_mutants

BASE: dict[str, Any] = flow(
    {"key": "nightly", "type": "trigger.schedule", "config": {"cron": "0 2 * * *", "timezone": "Europe/Paris"}},
    action("send", "trigger_broadcast", broadcast_id=12, emails=["ada@example.com"]),
    {"key": "nap", "type": "logic.wait", "config": {"seconds": 3600}},
)


def changed(**by_key: dict[str, Any]) -> dict[str, Any]:
    graph: dict[str, Any] = copy.deepcopy(BASE)
    for node in graph["nodes"]:
        change = by_key.get(node["key"], {})
        node["config"] |= change.pop("config", {})
        node.update(change)
    return graph


def sentences(before: Any, after: Any) -> list[str]:
    return [change.sentence for change in compare(read_graph(before), read_graph(after))]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"send": {"config": {"broadcast_id": 14}}}, "“Send”: “Broadcast” is 14 instead of 12."),
        ({"send": {"connection": "sandbox"}}, "“Send” uses “sandbox” instead of “production”."),
        ({"send": {"name": "Weekly mail"}}, "“Send” is called “Weekly mail” now."),
        ({"send": {"on_error": "continue"}}, "When “Send” fails, it shall go on instead of fail the run."),
        ({"send": {"retry": {"max_attempts": 8}}}, "“Send” has retry settings of its own now."),
        ({"send": {"timeout_seconds": 90}}, "“Send” may take 1 minute 30 seconds instead of the usual time."),
        ({"send": {"config": {"emails": ["ada@example.com", "bob@example.com"]}}},
         "“Send”: “Audience: emails” is ada@example.com, bob@example.com instead of ada@example.com."),
        ({"send": {"config": {"data": {"n": liquid("{{ trigger.fired_at }}")}}}}, "“Send”: “Data” is 1 value now; it was left out before."),
        ({"nightly": {"config": {"cron": "0 9 * * 1"}}},
         "“Nightly” starts at 09:00 on Monday, Europe/Paris instead of at 02:00 every day, Europe/Paris."),
        ({"nap": {"position": {"x": 5, "y": 5}}}, "“Nap” was moved."),
    ],
)  # fmt: skip
def test_a_change_is_one_plain_sentence(change: dict[str, Any], sentence: str) -> None:
    assert sentences(BASE, changed(**change)) == [sentence]


def test_steps_and_ways_that_come_and_go() -> None:
    before = flow(
        manual(), action("list", "get_segments"), action("send", "get_messages"), edges="start>list, list>send"
    )
    after = flow(
        manual(),
        action("list", "get_segments"),
        {"key": "nap", "type": "logic.wait", "config": {"seconds": 60}},
        edges="start>list, list>nap",
    )

    assert sentences(before, after) == ["“Nap” (Wait) was added after “List”.", "“Send” was removed."]


def test_a_way_that_leads_elsewhere_is_told_by_its_port() -> None:
    steps = (manual(), action("list", "get_segments", _on_error="branch"), action("mend", "get_messages"))
    before = flow(*steps, edges="start>list, list>mend")
    after = flow(*steps, edges="start>list, list:error>mend")

    assert sentences(before, after) == [
        "The way from “List” by “error” leads to “Mend” now.",
        "The way from “List” no longer leads to “Mend”.",
    ]


def test_a_step_with_another_key_is_the_same_step() -> None:
    after = copy.deepcopy(BASE)
    after["nodes"][2]["key"] = "rest"
    for edge in after["edges"]:
        edge["target"] = "rest" if edge["target"] == "nap" else edge["target"]

    assert sentences(BASE, after) == ["“Nap” has the key rest now."]


@pytest.mark.parametrize("name", VALID)
def test_equal_graphs_have_no_changes(name: str) -> None:
    assert sentences(VALID[name], VALID[name]) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_two_graphs_can_be_compared_and_only_equal_ones_are_alike(data: st.DataObject) -> None:
    mutants = all_mutants()
    one, two = (mutants[data.draw(st.integers(0, len(mutants) - 1))].graph for _ in range(2))
    try:
        before, after = read_graph(one), read_graph(two)
    except ValueError:
        return
    found = compare(before, after)
    assert all(change.sentence.endswith(".") for change in found)
    assert bool(found) == (before != after) or not found


def test_an_older_format_is_upgraded_step_by_step() -> None:
    steps = {1: lambda graph: {**graph, "a": 1}, 2: lambda graph: {**graph, "b": graph["a"] + 1}}

    assert upgraded({"format": 1}, 3, steps) == {"format": 3, "a": 1, "b": 2}
    assert upgraded({"format": 0}, 3, steps) == {"format": 0}
    assert upgraded({"nodes": []}, 3, steps) == {"nodes": []}


@pytest.mark.parametrize("place", ["headers", "query"])
def test_keys_of_http_steps_are_told_apart_but_not_shown(place: str) -> None:
    def of(key: str | None) -> dict[str, Any]:
        held = {} if key is None else {"X-Api-Key": key}
        config = {"url": f"https://a.example/?token={key}", "body_type": "none", place: held}
        return flow(manual(), {"key": "call", "type": "http.request", "config": config})

    for one, two in ((None, "sk_live_one"), ("sk_live_one", "sk_live_two"), ("sk_live_one", None)):
        told = compare(read_graph(of(one)), read_graph(of(two)))
        assert told
        assert "sk_live" not in repr(told)
