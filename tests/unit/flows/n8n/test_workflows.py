"""Workflows of n8n as people export them: what maps becomes steps, the rest is marked, and nothing is dropped."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helix.flows.check import check
from helix.flows.graph import MAX_NODES, read_graph
from helix.flows.n8n import NotTaken, convert, is_workflow
from helix.flows.n8n.mapping import MAPPED
from tests.unit.flows.cast import CONNECTIONS

FILES = {
    path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "workflows").glob("*.json"))
}
THEIRS = {
    **CONNECTIONS,
    "Customer.io production": CONNECTIONS["production"],
    "Billing": CONNECTIONS["our_api"],
}


def problems(graph: Any) -> list[tuple[str, str | None]]:
    return [(each.code, each.node) for each in check(read_graph(graph), THEIRS).errors]


def config(name: str, key: str) -> Any:
    nodes: Any = convert(FILES[name]).graph["nodes"]
    return next(node for node in nodes if node["key"] == key)["config"]


@pytest.mark.parametrize("name", ["bounces", "lead_from_webhook", "nightly_sync", "win_back_loop"])
def test_a_workflow_of_known_nodes_passes_the_check_as_it_is(name: str) -> None:
    assert problems(convert(FILES[name]).graph) == []


@pytest.mark.parametrize("name", list(FILES))
def test_every_node_is_in_the_report_and_every_step_in_the_graph(name: str) -> None:
    found = convert(FILES[name])
    assert [line.node for line in found.report.lines] == [node["name"] for node in FILES[name]["nodes"]]
    nodes: Any = found.graph["nodes"]
    keys = {node["key"] for node in nodes}
    assert {line.key for line in found.report.lines if line.fate in ("step", "placeholder")} <= keys
    links = sum(len(way) for kinds in FILES[name]["connections"].values() for way in kinds.get("main", []))
    edges: Any = found.graph["edges"]
    said = sum("not drawn" in remark for line in found.report.lines for remark in line.remarks)
    assert len(edges) + said >= links


def test_what_has_no_counterpart_is_a_placeholder_that_keeps_its_parameters_and_refuses_publishing() -> None:
    found = convert(FILES["old_weekly_report"])
    marked = {line.node: line.why for line in found.report.lines if line.fate == "placeholder"}
    assert set(marked) == {"Work out rate", "Add to segment", "Campaign"}
    assert "delivered / items[0].json.sent" in config("old_weekly_report", "work_out_rate")["parameters"]
    assert ("placeholder", "work_out_rate") in problems(found.graph)


def test_expressions_without_a_counterpart_stay_and_are_refused() -> None:
    found = convert(FILES["sheets_and_ai"])
    codes = problems(found.graph)
    assert codes.count(("untranslated", "track_risk")) == 3
    assert config("sheets_and_ai", "track_risk")["properties"]["words"] == {
        "$liquid": "n8n ={{ $json.words.map(w => w.text).join(', ') }}"
    }
    assert found.report.untranslated == 4


def test_no_key_of_any_kind_comes_along() -> None:
    for value in FILES.values():
        text = json.dumps(convert(value).graph) + "\n".join(convert(value).report.sentences())
        assert "sk_live_do_not_take_me" not in text
        assert "sk-secret-value-1" not in text
        assert "someone@example.com" not in text, "pinned data"


def test_in_a_loop_the_data_of_its_list_are_the_item() -> None:
    made = config("win_back_loop", "track_lapse")
    assert made["userId"] == {"$liquid": "{{ item.id }}"}
    assert made["event"] == {"$liquid": "lapsed_{{ item.tier }}"}


def test_a_schedule_with_two_times_becomes_two_triggers() -> None:
    nodes: Any = convert(FILES["old_weekly_report"]).graph["nodes"]
    crons = [node["config"]["cron"] for node in nodes if node["type"] == "trigger.schedule"]
    assert crons == ["30 9 * * 1", "0 8 * * 5"]


def test_a_circle_that_is_no_loop_is_kept_and_refused() -> None:
    value = json.loads(json.dumps(FILES["lead_from_webhook"]))
    value["connections"]["Track lead"] = {"main": [[{"node": "Tidy up", "type": "main", "index": 0}]]}
    assert "cycle" in {code for code, _ in problems(convert(value).graph)}


@pytest.mark.parametrize("count", [MAX_NODES + 1, 10_000])
def test_a_workflow_that_is_too_large_is_refused_with_a_sentence(count: int) -> None:
    value = {
        "nodes": [{"name": f"n{number}", "type": "n8n-nodes-base.noOp", "parameters": {}} for number in range(count)],
        "connections": {},
    }
    with pytest.raises(NotTaken, match="a flow may have 500"):
        convert(value)


def test_five_hundred_nodes_are_taken() -> None:
    nodes = [{"name": f"n{number}", "type": "n8n-nodes-base.noOp", "parameters": {}} for number in range(500)]
    links = {f"n{number}": {"main": [[{"node": f"n{number + 1}"}]]} for number in range(499)}
    found = convert({"nodes": nodes, "connections": links})
    assert len(read_graph(found.graph).nodes) == 500
    assert len(read_graph(found.graph).edges) == 499


NAMES = st.sampled_from(["a", "b", "A", "Ä 1", ""])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**12) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
    | st.sampled_from(["={{ $json.a }}", "={{ $('a').item.json.b", "={{ [1] }}", '={ "a": {{ $json }} }', "0 9 * * *", "={{ $json['a'][0] + 'x' }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["rule", "interval", "field", "conditions", "string", "rules", "values", "assignments", "name", "value", "parameters",
                         "options", "headers", "body", "jsonBody", "events", "url", "resource", "operation", "id", "mode", "combinator", "operator",
                         "leftValue", "triggerTimes", "item", "jsonParameters", "additionalFieldsJson", "additionalFields", "customProperties",
                         "customProperty", "key", "sendBody", "amount", "unit", "resume", "fieldToSplitOut", "batchSize", "number", "value1"]),
        inner, max_size=5),
    max_leaves=15,
)  # fmt: skip
NODES = st.fixed_dictionaries(
    {"name": NAMES, "type": st.sampled_from([f"n8n-nodes-base.{name}" for name in MAPPED] + ["n8n-nodes-base.code", "", "x.y"])},
    optional={"parameters": JSON, "position": JSON, "typeVersion": JSON, "disabled": JSON, "credentials": JSON, "onError": JSON,
              "retryOnFail": st.booleans(), "maxTries": JSON, "notes": JSON},
)  # fmt: skip
TARGETS = st.lists(st.lists(st.fixed_dictionaries({"node": NAMES}) | JSON, max_size=3) | JSON, max_size=3)
WORKFLOWS = st.fixed_dictionaries(
    {"nodes": st.lists(NODES | JSON, max_size=6), "connections": st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["main", "ai_tool"]), TARGETS | JSON), max_size=4) | JSON},
    optional={"settings": JSON, "name": JSON, "pinData": JSON},
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(WORKFLOWS | JSON | st.dictionaries(st.text(), JSON))
def test_any_json_gives_a_graph_that_can_be_checked_or_a_sentence(value: Any) -> None:
    if not is_workflow(value):
        return
    try:
        found = convert(value)
    except NotTaken as sentence:
        assert str(sentence).endswith(".")
        return
    check(read_graph(found.graph), THEIRS)
    assert len(found.report.lines) >= sum(isinstance(node, dict) for node in value["nodes"])
    list(found.report.sentences())
