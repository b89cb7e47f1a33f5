"""The gallery: every template becomes a draft without errors; inputs are checked; a missing connection is said."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from helix.connections.keeping import save_connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.flows.models import Flow
from helix.gallery.catalogue import TEMPLATES
from helix.teams.models import Team
from tests.build import cast


@pytest.fixture
def team(db: None) -> Team:
    return cast()[0]


def door(team: Team, who: str) -> Client:
    client = Client()
    client.force_login(team.members.get(email=f"{who}@demo.example"))
    return client


def connect(team: Team) -> None:
    by = team.members.get(email="alice@demo.example")
    save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=by)


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_used_template_is_a_draft_without_errors(team: Team, key: str) -> None:
    connect(team)

    answer = door(team, "bob").post(f"/t/{team.slug}/templates/{key}/use/", {"connection": "sandbox"})

    flow = Flow.objects.get()
    assert answer.status_code == 302 and str(flow.pk) in answer["Location"]
    assert [each for each in flow.problems if each["severity"] == "error"] == []


HOSTILE = 'O\'Brien "100 %" {{ steps.x }} {% raw %} \\ 🎉 </script>'


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_text_of_any_signs_is_data_and_the_draft_still_has_no_error(team: Team, key: str) -> None:
    connect(team)
    texts = [each for each in TEMPLATES[key].inputs if each.type == "text"]

    door(team, "bob").post(
        f"/t/{team.slug}/templates/{key}/use/", {"connection": "sandbox", **{each.name: HOSTILE for each in texts}}
    )

    flow = Flow.objects.get()
    assert [each for each in flow.problems if each["severity"] == "error"] == []
    kept = [text for text in _texts(json.loads(flow.draft)) if HOSTILE in text]
    assert len(kept) >= len(texts) and all(text == HOSTILE for text in kept)
    assert not any(HOSTILE in text for text in _liquid(json.loads(flow.draft)))


@pytest.mark.parametrize("key", TEMPLATES)
def test_too_long_a_value_makes_a_sentence_and_no_draft(team: Team, key: str) -> None:
    for each in TEMPLATES[key].inputs:
        answer = door(team, "bob").post(f"/t/{team.slug}/templates/{key}/use/", {each.name: "9" * 10_000})

        assert answer.status_code == 422 and f"“{each.label}” is empty or longer" in answer.content.decode()
    assert not Flow.objects.exists()


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _liquid(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["$liquid"]] if "$liquid" in value else [text for each in value.values() for text in _liquid(each)]
    return [text for each in value for text in _liquid(each)] if isinstance(value, list) else []


def test_numbers_go_to_their_steps_in_the_units_of_the_step(team: Team) -> None:
    connect(team)
    client = door(team, "bob")
    for key, given in (("r01_erase", {"hours": "5"}), ("r03_weekly_broadcast", {"more_than": "40"})):
        client.post(f"/t/{team.slug}/templates/{key}/use/", {"connection": "sandbox", **given})

    steps = {node["key"]: node for flow in Flow.objects.all() for node in json.loads(flow.draft)["nodes"]}
    assert steps["approval"]["config"]["expires_seconds"] == 18_000
    assert steps["members"]["config"]["limit"] == 41
    assert steps["enough"]["config"]["branches"][0]["when"]["right"] == 40


def test_what_a_template_needs_is_told_whole() -> None:
    told = {key.split("_")[0]: each.needs_words for key, each in TEMPLATES.items()}

    assert told["r04"] == ("Pipelines key", "Track key", "Signing key of reporting webhooks", "HTTP address")
    assert told["r05"] == ("Pipelines key", "Track key")
    assert told["r09"] == ("App API key", "Mail server")


def test_http_steps_use_the_chosen_connection_or_none(team: Team) -> None:
    connect(team)
    by = team.members.get(email="alice@demo.example")
    secrets = {"token": "t" * 20}
    save_connection(
        team, name="files", secrets=secrets, by=by, integration="http", options={"hosts": ["files.example.com"]}
    )
    client = door(team, "bob")

    page = client.get(f"/t/{team.slug}/templates/r02_segment_export/").content.decode()
    for http in ("files", ""):
        client.post(f"/t/{team.slug}/templates/r02_segment_export/use/", {"connection": "sandbox", "http": http})

    assert "<option>files</option>" in page
    uploads = [
        node.get("connection")
        for flow in Flow.objects.order_by("pk")
        for node in json.loads(flow.draft)["nodes"]
        if node["key"] == "upload"
    ]
    assert uploads == ["files", None]


def test_an_admin_uses_a_template_and_connects_the_sandbox_in_one_click(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")
    address = f"/t/{team.slug}/templates/r09_deliverability/"

    assert "Use it with the sandbox" not in door(team, "bob").get(address).content.decode()
    assert "Use it with the sandbox" in door(team, "alice").get(address).content.decode()
    door(team, "bob").post(f"{address}use/", {"sandbox": "1"})
    door(team, "alice").post(f"{address}use/", {"sandbox": "1"})

    errors = [sum(each["severity"] == "error" for each in flow.problems) for flow in Flow.objects.order_by("pk")]
    assert errors[0] > 0 and errors[1] == 0


def test_the_list_is_filtered_by_how_a_flow_begins_and_what_it_needs(team: Team) -> None:
    client = door(team, "carol")
    page = client.get(f"/t/{team.slug}/templates/?begin=schedule&need=HTTP+address").content.decode()

    assert "Export a segment every night" in page and page.count('<li class="card">') == 1


def test_inputs_stand_in_every_place_they_belong_to(team: Team) -> None:
    connect(team)
    given = {"connection": "sandbox", "segment": "VIP", "team": "me@example.com"}

    door(team, "bob").post(f"/t/{team.slug}/templates/r02_segment_export/use/", given)

    draft = Flow.objects.get().draft
    assert "Newsletter readers" not in draft and "team@example.com" not in draft
    assert '"segment": "VIP"' in draft


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("segment", "x" * 10_000),
        ("segment", "a\0b"),
        ("zone", "Mars/Base"),
        ("cron", "every day"),
        ("team", "nobody"),
        ("upload", "https://a.example/{{ now }}"),
        ("upload", 'https://a.example/"'),
        ("upload", "file:///etc/passwd"),
    ],
)
def test_an_unfit_input_makes_no_draft_and_says_why(team: Team, name: str, value: str) -> None:
    answer = door(team, "bob").post(f"/t/{team.slug}/templates/r02_segment_export/use/", {name: value})

    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert not Flow.objects.exists()


def test_without_a_connection_the_draft_is_made_and_names_what_lacks(team: Team) -> None:
    client = door(team, "bob")

    page = client.get(f"/t/{team.slug}/templates/r07_lead_in/").content.decode()
    client.post(f"/t/{team.slug}/templates/r07_lead_in/use/")

    flow = Flow.objects.get()
    assert f"/t/{team.slug}/connections/" in page and "There is no Customer.io connection yet" in page
    assert any(each["severity"] == "error" for each in flow.problems)
    assert len(json.loads(flow.draft)["nodes"]) == len(TEMPLATES["r07_lead_in"].graph["nodes"])


def test_readers_look_but_only_editors_use_and_strangers_find_nothing(team: Team) -> None:
    address = f"/t/{team.slug}/templates/"
    stranger = Client()
    stranger.force_login(Team.objects.get(slug="demo-elsewhere").members.get())

    assert door(team, "carol").get(address + "?q=segment").status_code == 200
    assert door(team, "carol").post(address + "r07_lead_in/use/").status_code == 403
    assert stranger.get(address).status_code == 404
    assert door(team, "bob").get(address + "nothing/").status_code == 404
