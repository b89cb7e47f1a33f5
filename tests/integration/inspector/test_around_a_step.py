"""What the inspector takes from around a step: connections, the team's flows, its last run, the item of a loop."""

from typing import Any

import pytest
from django.test import Client

from helix.connections.keeping import save_connection
from helix.engine.models import StepRun
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.triggers.publish import publish
from tests.build import graph, graph_text
from tests.integration.inspector.test_inspector import EVIL, Desk, desk, tag_with

__all__ = ["desk"]

GO = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}
CALLED = {
    "key": "called", "type": "trigger.called",
    "config": {"fields": [{"name": "amount", "label": "How much", "type": "number", "required": True}]},
}  # fmt: skip


def last(desk: Desk, node: str, as_: str = "bob", **query: str) -> str:
    client = Client()
    client.force_login(desk.people[as_])
    answer = client.get(desk.at("last"), {"node": node, **query})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_http_step_offers_http_connections_and_works_without_one(desk: Desk) -> None:
    save_connection(desk.team, name="warehouse", secrets={"token": "x" * 20}, integration="http")

    html = desk.form({"type": "http.request", "config": {"url": "https://a.example"}})

    assert "No connection" in html
    assert 'value="warehouse"' in html
    assert 'value="sandbox"' not in html
    assert "selected" in tag_with(desk.form({"type": "http.request", "connection": "warehouse"}), 'value="warehouse"')


def test_a_chosen_connection_to_another_service_stays_in_sight(desk: Desk) -> None:
    html = desk.form({"type": "http.request", "connection": "sandbox"})

    assert "selected" in tag_with(html, 'value="sandbox"')
    assert "another service" in html


@pytest.mark.parametrize(("body", "drawn"), [("none", ""), ("json", "json"), ("text", "text"), ("form", "form")])
def test_only_the_body_that_is_sent_is_asked_for(desk: Desk, body: str, drawn: str) -> None:
    html = desk.form({"type": "http.request", "config": {"url": "https://a.example", "body_type": body}})

    assert [name for name in ("json", "text", "form") if f'data-field="/{name}"' in html] == ([drawn] if drawn else [])


def test_a_body_that_is_not_sent_is_shown_while_it_holds_something(desk: Desk) -> None:
    html = desk.form({"type": "http.request", "config": {"url": "https://a.example", "text": "kept"}})

    assert "kept" in html
    assert "no effect" in html


def test_flows_are_found_by_name_those_that_can_be_called_first(desk: Desk) -> None:
    publish(create_flow(desk.team, "Zeta called", graph_text([CALLED], [])), None)
    create_flow(desk.team, EVIL)

    html = desk.choices(kind="flows")

    assert EVIL not in html
    assert html.index("Zeta called") < html.index("&lt;img")
    assert "cannot be called yet" in html
    assert "cannot be called yet" not in desk.choices(kind="all_flows")


def test_a_step_that_calls_a_flow_asks_for_its_fields_by_name(desk: Desk) -> None:
    called = create_flow(desk.team, "Called", graph_text([CALLED], []))
    publish(called, None)
    config: dict[str, Any] = {"flow": str(called.id), "input": {}}

    assert "How much" in desk.form({"type": "logic.run_flow", "config": config})
    config["input"] = {"of_before": 1}
    assert "of_before" in desk.form({"type": "logic.run_flow", "config": config})


def test_the_steps_inside_a_loop_can_be_collected_by_name(desk: Desk) -> None:
    loop = {"key": "loop", "type": "logic.for_each", "config": {"items": [1], "collect": "gone"}}
    inner = {"key": "inner", "name": "The inner one", "type": "logic.set", "config": {"values": {"a": 1}}}
    made = graph([GO, loop, inner], ["go>loop", "loop:each>inner"])

    html = desk.post("inspector", {"graph": made, "node": "loop"}).content.decode()

    assert ">The inner one</option>" in html
    assert "gone (not inside this loop)" in html


def test_inside_a_loop_the_picker_offers_the_item_with_its_last_value(desk: Desk) -> None:
    loop = {"key": "loop", "type": "logic.for_each", "config": {"items": [{"name": "Ada Lovelace"}]}}
    inner = {"key": "inner", "type": "logic.set", "config": {"values": {"a": ""}}}
    nodes, edges = [GO, loop, inner], ["go>loop", "loop:each>inner"]
    begin(desk, nodes, edges)

    html = desk.post("data", {"graph": graph(nodes, edges), "node": "inner", "field": "/values/a"}).content.decode()

    assert 'data-path="item.name"' in html
    assert 'data-path="index"' in html
    assert "Ada Lovelace" in html


def begin(desk: Desk, nodes: list[dict[str, Any]], edges: list[str]) -> None:
    """A run of the desk's flow, carried to its end."""
    desk.flow.draft = graph_text(nodes, edges)
    desk.flow.save()
    start(publish(desk.flow, None), cause=Cause.TEST, key="once", payload={})
    work()


def test_the_last_run_of_a_step_shows_what_it_got_and_gave(desk: Desk) -> None:
    assert "No run has come to this step yet" in last(desk, "note")
    begin(desk, [GO, {"key": "note", "type": "logic.set", "config": {"values": {"said": EVIL}}}], ["go>note"])

    html = last(desk, "note")

    assert EVIL not in html
    assert "&lt;img" in html
    assert "One attempt" in html
    assert "No run has come to this step yet" in last(desk, "elsewhere")


def test_a_viewer_sees_the_state_of_the_last_run_but_no_data(desk: Desk) -> None:
    begin(desk, [GO, {"key": "note", "type": "logic.set", "config": {"values": {"said": "privately"}}}], ["go>note"])

    html = last(desk, "note", as_="carol")

    assert "privately" not in html
    assert "operator of the team" in html


def test_the_turns_of_a_loop_can_be_chosen(desk: Desk) -> None:
    loop = {"key": "loop", "type": "logic.for_each", "config": {"items": ["first", "second"]}}
    inner = {"key": "inner", "type": "logic.set", "config": {"values": {"it": {"$liquid": "{{ item }}"}}}}
    begin(desk, [GO, loop, inner], ["go>loop", "loop:each>inner"])
    turns = sorted(StepRun.objects.filter(node="inner").exclude(item_key="").values_list("item_key", flat=True))

    assert len(turns) == 2
    assert "first" in last(desk, "inner", turn=turns[0])
    assert "second" in last(desk, "inner", turn=turns[1])


def test_a_stranger_does_not_see_the_last_run(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.people["mallory"])

    assert client.get(desk.at("last"), {"node": "note"}).status_code == 404


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"emails": ["a@x.example", "b@x.example"]}, "Goes to 2 people by e-mail address."),
        ({"ids": {"$liquid": "{{ steps.list.data.ids }}"}}, "“ids” of the step “list”"),
        ({}, "audience that is set for the broadcast"),
        ({"data_file_url": "https://x.example/a"}, "everybody in the file"),
    ],
)
def test_a_broadcast_says_whom_it_hits(desk: Desk, config: dict[str, Any], words: str) -> None:
    assert words in desk.form({"type": "customerio.trigger_broadcast", "config": config})
