"""The inspector's doors: forms of every step, the data picker, choices of the account; who may, and what goes wrong."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client

from helix.catalogue.sandbox_client import SANDBOX_SECRETS
from helix.connections.keeping import save_connection
from helix.editor.forms.relevance import conditions_of
from helix.engine.models import Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.flows.steps import STEP_TYPES
from helix.teams.models import Team, User
from helix.triggers.publish import publish
from tests.build import cast, graph
from tests.fakes.sandbox import SandboxProcess

EVIL = "<img src=x onerror=alert(1)>"


@dataclass
class Desk:
    """A flow and a client for each of the cast."""

    team: Team
    people: dict[str, User]
    flow: Flow

    def at(self, door: str) -> str:
        return f"/t/{self.team.slug}/flows/{self.flow.id}/{door}/"

    def post(self, door: str, body: Any, as_: str = "bob") -> HttpResponse:
        client = Client()
        client.force_login(self.people[as_])
        return client.post(self.at(door), json.dumps(body), content_type="application/json")  # type: ignore[return-value]

    def form(self, node: dict[str, Any], as_: str = "bob") -> str:
        made = graph([{"key": "step", **node}], [])
        answer = self.post("inspector", {"graph": made, "node": "step"}, as_)
        assert answer.status_code == 200
        return answer.content.decode()

    def choices(self, **query: str) -> str:
        client = Client()
        client.force_login(self.people["bob"])
        return str(client.get(self.at("choices"), query).content.decode())


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    caches["names"].clear()
    team, people = cast()
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
    save_connection(team, name="tracker", region="eu", secrets={"site_id": "a", "track_key": "b"})
    yield Desk(team, people, create_flow(team, "Drawn", by=people["bob"]))


def tag_with(html: str, mark: str) -> str:
    """The first tag that has this text in it."""
    found = re.search(rf"<[^<>]*{re.escape(mark)}[^<>]*>", html)
    assert found is not None, mark
    return found.group()


OTHER_WAYS = {
    ("logic.wait", "until"),
    ("logic.wait", "window"),
    ("trigger.schedule", "every_minutes"),
    ("trigger.schedule", "at"),
}
"""Settings that exclude one that is set: the form draws the one."""


@pytest.mark.parametrize("step_type", sorted(STEP_TYPES))
def test_every_step_is_drawn_with_each_of_its_settings(desk: Desk, step_type: str) -> None:
    step = STEP_TYPES[step_type]

    conditions = conditions_of(step.input_schema)
    for name, schema in step.input_schema["properties"].items():
        special = (step_type, name) in OTHER_WAYS
        chosen = {other: values[0] for other, values in conditions.get(name, {}).items()}
        html = desk.form({"type": step_type, "config": {**step.defaults, **chosen}})
        if not schema.get("readOnly") and not special:
            assert f'data-field="/{name}"' in html
    html = desk.form({"type": step_type, "config": dict(step.defaults)})

    assert "style=" not in html
    assert "<script" not in html
    assert "onclick" not in html


@pytest.mark.parametrize("step_type", sorted(STEP_TYPES))
@pytest.mark.parametrize("value", ["text", 7, True, None, [1, {"a": []}], {"x": {"y": None}}, {"$liquid": "{{ a }}"}])
def test_a_draft_with_wrong_values_is_drawn_all_the_same(desk: Desk, step_type: str, value: Any) -> None:
    names = STEP_TYPES[step_type].input_schema["properties"]

    html = desk.form({"type": step_type, "config": dict.fromkeys(names, value) | {"bogus": value}})

    assert 'data-field="/bogus"' in html


def test_ids_are_unique_and_labels_lead_to_controls(desk: Desk) -> None:
    html = desk.form({"type": "customerio.send_batch", "config": {"batch": [{"type": "track"}, {"type": "identify"}]}})
    ids = re.findall(r'\bid="([^"]+)"', html)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bfor="([^"]+)"', html)) <= set(ids)
    assert set(re.findall(r'aria-describedby="([^"]+)"', html)) <= set(ids)


def test_what_people_wrote_is_text_and_never_markup(desk: Desk) -> None:
    config = {"event": EVIL, "userId": {"$liquid": EVIL}, "properties": {EVIL: EVIL}, EVIL: EVIL}

    html = desk.form({"type": "customerio.track_event", "name": EVIL, "config": config})

    assert EVIL not in html
    assert "&lt;img" in html


def test_a_step_of_an_unknown_type_keeps_its_settings(desk: Desk) -> None:
    html = desk.form({"type": "future.step", "config": {"a": 1}})

    assert "does not know" in html
    assert "&quot;a&quot;: 1" in html


def test_a_connection_without_the_key_is_offered_with_the_reason(desk: Desk) -> None:
    html = desk.form({"type": "customerio.get_segments", "connection": "sandbox"})

    assert "selected" in tag_with(html, 'value="sandbox"')
    assert "disabled" in tag_with(html, 'value="tracker"')
    assert "without an App API key" in html


def test_a_destructive_step_says_whom_it_hits(desk: Desk) -> None:
    html = desk.form({"type": "customerio.customer_io_suppress_person"})

    assert 'data-notice="destructive"' in html


def test_a_viewer_sees_the_form_but_cannot_use_it(desk: Desk) -> None:
    html = desk.form({"type": "customerio.get_segments"}, as_="carol")

    assert "disabled" in tag_with(html, 'class="insp-all"')


@pytest.mark.parametrize("door", ["inspector", "data"])
def test_a_stranger_finds_no_door(desk: Desk, door: str) -> None:
    assert desk.post(door, {}, as_="mallory").status_code == 404


def test_a_viewer_may_not_open_the_data_picker(desk: Desk) -> None:
    assert desk.post("data", {}, as_="carol").status_code == 403


@pytest.mark.parametrize(
    "body",
    [[], "x", {}, {"graph": None, "node": "a"}, {"graph": {"nodes": [1]}, "node": "a"}, {"graph": {}, "node": 1}],
)
def test_a_body_that_names_no_step_is_refused_in_words(desk: Desk, body: Any) -> None:
    answer = desk.post("inspector", body)

    assert answer.status_code == 400
    assert b"<p>" in answer.content


def test_a_graph_that_cannot_be_read_still_draws_the_step(desk: Desk) -> None:
    broken = {
        "format": 1,
        "nodes": [{"key": "step", "type": "logic.branch", "config": {}}, {"key": 7}],
        "edges": "none",
    }

    assert desk.post("inspector", {"graph": broken, "node": "step"}).status_code == 200
    assert desk.post("data", {"graph": broken, "node": "step", "field": "/x"}).status_code == 200


FLOW: list[dict[str, Any]] = [
    {"key": "start", "type": "trigger.manual", "config": {"fields": [{"name": "email", "label": "E-mail", "required": True}]}},
    {"key": "segments", "type": "customerio.get_segments", "name": "List segments"},
    {"key": "one", "type": "customerio.get_segment_details", "config": {"segment_id": 1}},
    {"key": "if_any", "type": "logic.filter", "config": {"when": {"all": [{"left": {"$liquid": "{{ steps.segments.data.segments | size }}"}, "op": "gt", "right": 0}]}}},
]  # fmt: skip
EDGES = ["start>segments", "segments>one", "segments>if_any"]
Pick = Callable[[str, str], str]


@pytest.fixture
def pick(desk: Desk) -> Pick:
    """The picker's entry for a field of “one”: pick(field, path)."""

    def pick(field: str, path: str) -> str:
        answer = desk.post("data", {"graph": graph(FLOW, EDGES), "node": "one", "field": field})
        return tag_with(answer.content.decode(), f'data-path="{path}"')

    return pick


def test_the_picker_greys_what_does_not_fit(pick: Pick) -> None:
    assert 'data-fits="no"' in pick("/segment_id", "steps.segments.data.segments")
    assert 'data-fits="no"' in pick("/segment_id", "trigger.email")
    assert 'data-fits="yes"' in pick("/segment_id", "steps.segments.data.segments | size")


def test_the_picker_inserts_liquid(pick: Pick) -> None:
    assert 'data-insert="{{ trigger.email }}"' in pick("/segment_id", "trigger.email")


def test_the_picker_offers_nothing_that_comes_later(desk: Desk) -> None:
    answer = desk.post("data", {"graph": graph(FLOW, EDGES), "node": "segments", "field": "/x"})

    assert b"steps.one" not in answer.content


def test_the_picker_shows_values_of_the_last_run(desk: Desk) -> None:
    made = graph(FLOW, EDGES)
    flow = create_flow(desk.team, "Ran", json.dumps(made), desk.people["bob"])
    version = publish(flow, desk.people["bob"])
    run: Run = start(version, cause=Cause.TEST, key="1", payload={"email": "ada@example.com"})
    output = {"data": {"segments": [{"id": 1}, {"id": 2}]}, "error": None, "successful": True}
    StepRun.objects.filter(run=run, node="segments").update(output=output)
    desk.flow = flow

    html = desk.post("data", {"graph": made, "node": "one", "field": ""}).content.decode()

    assert "ada@example.com" in html
    assert "2 items" in html


def test_a_comparison_with_a_number_is_offered_operators_of_numbers(desk: Desk) -> None:
    html = desk.post("inspector", {"graph": graph(FLOW, EDGES), "node": "if_any"}).content.decode()
    select = html[html.index('data-pointer="/when/all/0/op"') :]
    options = re.findall(r'<option value="(\w+)"', select[: select.index("</select>")])

    assert "gt" in options
    assert "contains" not in options


def test_segments_of_the_account_are_listed_by_name_and_found(desk: Desk, sandbox: SandboxProcess) -> None:
    everything = desk.choices(connection="sandbox", kind="segments")
    names = re.findall(r'data-name="([^"]+)"', everything)

    assert names == sorted(names, key=str.casefold)
    assert len(names) > 1
    assert re.findall(r'data-name="([^"]+)"', desk.choices(connection="sandbox", kind="segments", q=names[0])) == [
        names[0]
    ]


@pytest.mark.parametrize("kind", ["segments", "broadcasts", "newsletters", "transactional"])
def test_every_kind_of_choice_is_listed(desk: Desk, sandbox: SandboxProcess, kind: str) -> None:
    assert 'role="option"' in desk.choices(connection="sandbox", kind=kind)


def test_choices_are_asked_for_once_a_minute(desk: Desk, sandbox: SandboxProcess) -> None:
    for query in ("", "a", "b"):
        desk.choices(connection="sandbox", kind="segments", q=query)

    assert len([request for request in sandbox.requests() if request["path"] == "/v1/segments"]) == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"connection": "tracker", "kind": "segments"}, "App API key"),
        ({"connection": "gone", "kind": "segments"}, "no connection “gone”"),
        ({"connection": "", "kind": "segments"}, "Choose a connection first"),
        ({"connection": "sandbox", "kind": "people"}, "no such list"),
    ],
)
def test_choices_that_cannot_be_loaded_say_why(desk: Desk, query: dict[str, str], sentence: str) -> None:
    html = desk.choices(**query)

    assert sentence in html
    assert "type" in html.lower()


def test_an_account_that_cannot_be_reached_gives_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")

    html = desk.choices(connection="sandbox", kind="segments")

    assert "could not be loaded" in html
    assert "sandbox-app-key" not in html
