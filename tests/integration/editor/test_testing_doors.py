"""The doors of testing: what a test begins with, pins, presence, and who may."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helix.engine.erasing import erase
from helix.engine.models import Run
from helix.flows.drafts import create_flow, save_draft
from helix.flows.models import Flow, Pin, Presence
from helix.teams.models import User
from helix.triggers.publish import publish
from tests.build import cast, graph
from tests.integration.editor.test_doors import ask

HOOK: dict[str, Any] = {"key": "hook", "type": "trigger.webhook", "config": {}}
GO: dict[str, Any] = {"key": "go", "type": "trigger.manual", "config": {"fields": [{"name": "n", "type": "integer"}]}}
SET: dict[str, Any] = {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}}
STOP: dict[str, Any] = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    return cast()[1]


@pytest.fixture
def flow(people: dict[str, User]) -> Flow:
    drawn = graph([GO, HOOK, SET, STOP], ["go>one", "hook>one", "one>halt"])
    return create_flow(people["alice"].teams.get(), "Drawn", json.dumps(drawn), people["alice"])


def test_a_test_of_a_part_begins_and_says_which_steps_are_in_it(flow: Flow, people: dict[str, User]) -> None:
    status, told = ask(people["olga"], flow, "test", {"what": "upto", "step": "one", "entry": "go", "input": {"n": 3}})

    assert (status, told["steps"], told["dry"], told["pinned"]) == (202, ["go", "one"], False, [])
    assert Run.objects.get(pk=told["id"]).payload == {"n": 3}


def test_a_test_begins_with_the_sample_of_the_chosen_trigger(flow: Flow, people: dict[str, User]) -> None:
    payload = {"body": {"a": 1}, "headers": {}}
    status, told = ask(people["olga"], flow, "test", {"entry": "hook", "payload": payload})

    run = Run.objects.get(pk=told["id"])
    assert (status, run.entry, run.payload) == (202, "hook", payload)
    client = Client()
    client.force_login(people["olga"])
    at = reverse("editor:samples", kwargs={"team": "demo", "flow_id": flow.id})
    go, hook = client.get(at).json()["triggers"]
    assert [field["name"] for field in go["fields"]] == ["n"]
    assert [sample["payload"] for sample in hook["samples"]] == [payload]


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"what": "half"}, 400, "whole, upto or only"),
        ({"what": "upto", "step": "gone"}, 422, "not in the saved draft"),
        ({"input": 3}, 400, "must be objects"),
        ({"dry": True}, 422, "this installation runs none"),
    ],
)
def test_what_cannot_be_tested_is_said(
    flow: Flow, people: dict[str, User], asked: dict[str, Any], status: int, words: str
) -> None:
    found, told = ask(people["olga"], flow, "test", asked)

    assert found == status
    assert words in told["error"]["message"]


def test_samples_are_pinned_checked_and_taken_off(flow: Flow, people: dict[str, User]) -> None:
    assert ask(people["bob"], flow, "pins", {"node": "one", "sample": {"n": 5}}) == (200, {"pins": {"one": {"n": 5}}})
    status, told = ask(people["bob"], flow, "pins", {"node": "one", "sample": {"n": "five", "m": 1}})
    assert (status, told["error"]["code"]) == (422, "bad_sample")
    assert "here it is" in told["error"]["message"] or "never gives" in told["error"]["message"]
    status, told = ask(people["bob"], flow, "pins", {"node": "halt", "sample": {}})
    assert (status, told["error"]["code"]) == (422, "bad_sample")
    status, told = ask(people["bob"], flow, "pins", {"node": "one", "last": True})
    assert "has not given anything" in told["error"]["message"]
    assert "pins" not in json.loads(flow.draft)
    assert publish(flow, None).graph == flow.draft

    assert ask(people["bob"], flow, "pins", {"node": "one", "remove": True}) == (200, {"pins": {}})


def test_only_editors_pin_and_only_the_team_sees(flow: Flow, people: dict[str, User]) -> None:
    assert ask(people["olga"], flow, "pins", {"node": "one", "sample": {"n": 1}})[0] == 403
    assert ask(people["carol"], flow, "test", {})[0] == 403
    for door in ("pins", "test", "presence"):
        assert ask(people["mallory"], flow, door, {})[0] == 404


def test_erasing_a_person_takes_samples_that_mention_them(flow: Flow, people: dict[str, User]) -> None:
    Pin.objects.create(flow=flow, node="one", sample={"email": "ada@example.com"})
    Pin.objects.create(flow=flow, node="two", sample={"email": "grace@example.com"})

    erase(flow.team, "ada@example.com")

    assert list(flow.pins.values_list("node", flat=True)) == ["two"]


def test_who_is_here_is_told_until_half_a_minute_of_silence(flow: Flow, people: dict[str, User]) -> None:
    ask(people["bob"], flow, "presence", {"tab": "b", "node": "one"})
    _, told = ask(people["alice"], flow, "presence", {"tab": "a", "node": ""})
    assert [(each["name"], each["initials"], each["node"], each["you"]) for each in told["others"]] == [
        ("Bob", "BO", "one", False)
    ]
    assert told["revision"] == flow.revision

    Presence.objects.filter(tab="b").update(seen_at=timezone.now() - timedelta(seconds=31))
    assert ask(people["alice"], flow, "presence", {"tab": "a"})[1]["others"] == []

    ask(people["bob"], flow, "presence", {"tab": "b", "node": "one"})
    assert ask(people["bob"], flow, "presence", {"tab": "b", "left": True})[0] == 204
    assert ask(people["alice"], flow, "presence", {"tab": "a"})[1]["others"] == []
    assert ask(people["alice"], flow, "presence", {})[0] == 400


def test_publishing_says_whose_edits_go_out(flow: Flow, people: dict[str, User]) -> None:
    for name in ("bob", "alice"):
        flow.refresh_from_db()
        drawn = {**json.loads(flow.draft), "notes": [{"id": name}]}
        save_draft(flow, json.dumps(drawn), base_revision=flow.revision, by=people[name])
    client = Client()
    client.force_login(people["alice"])
    at = reverse("editor:changes", kwargs={"team": "demo", "flow_id": flow.id})

    assert client.get(at).json()["editors"] == ["Alice", "Bob"]
    publish(flow, people["alice"])
    assert client.get(at).json()["editors"] == []
