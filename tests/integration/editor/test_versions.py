"""The history of a flow over its doors, and flows as files."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from helix.flows.drafts import create_flow, save_draft
from helix.flows.exchange import export_document
from helix.flows.models import Flow
from helix.teams.keys import make_token
from helix.teams.roles import Role
from helix.triggers.publish import publish
from tests.build import cast, graph_text

NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "nap", "type": "logic.wait", "config": {"seconds": 60}},
]


@pytest.fixture
def flow(db: None) -> Flow:
    """Published twice (60, then 120 seconds); its draft says 180."""
    team, people = cast()
    flow = create_flow(team, "Naps", graph_text(NODES, ["go>nap"]), people["bob"])
    publish(flow, people["bob"], "First")
    for seconds, note in ((120, "Longer"), (180, "")):
        flow.refresh_from_db()
        nap = {**NODES[1], "config": {"seconds": seconds}}
        save_draft(flow, graph_text([NODES[0], nap], ["go>nap"]), base_revision=flow.revision, by=people["alice"])
        if note:
            flow.refresh_from_db()
            publish(flow, people["alice"], note)
    flow.refresh_from_db()
    return flow


def door(flow: Flow, who: str) -> Client:
    client = Client()
    client.force_login(flow.team.members.get(email=f"{who}@demo.example"))
    return client


def at(flow: Flow, name: str, **more: Any) -> str:
    return reverse(f"editor:{name}", kwargs={"team": flow.team.slug, "flow_id": flow.pk, **more})


def test_versions_are_listed_with_their_makers(flow: Flow) -> None:
    told = door(flow, "carol").get(at(flow, "versions")).json()

    assert [(row["number"], row["note"], row["by"], row["current"]) for row in told["versions"]] == [
        (2, "Longer", "Alice", True),
        (1, "First", "Bob", False),
    ]


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ({"from": "1", "to": "2"}, "“nap”: “For” is 120 instead of 60."),
        ({}, "“nap”: “For” is 180 instead of 120."),
        ({"from": "draft", "to": "1"}, "“nap”: “For” is 60 instead of 180."),
    ],
)
def test_two_versions_are_compared_in_words(flow: Flow, which: dict[str, str], sentence: str) -> None:
    told = door(flow, "carol").get(at(flow, "changes"), which).json()

    assert [change["sentence"] for change in told["changes"]] == [sentence]


def test_a_version_that_does_not_exist_is_404_with_a_sentence(flow: Flow) -> None:
    answer = door(flow, "carol").get(at(flow, "changes"), {"from": "9", "to": "draft"})

    assert answer.status_code == 404 and "no version “9”" in answer.json()["error"]["message"]
    assert door(flow, "carol").get(at(flow, "version", number=9)).status_code == 404


def test_the_api_compares_and_restores(flow: Flow) -> None:
    token = make_token(flow.team, flow.team.members.get(email="bob@demo.example"), Role.EDITOR, "t")
    caller = Client(headers={"Authorization": f"Bearer {token}"})
    base = f"/api/v1/flows/{flow.pk}"

    diff = caller.get(f"{base}/diff?from=1&to=draft").json()
    restored = caller.post(f"{base}/versions/1/restore", content_type="application/json")
    again = caller.get(f"{base}/diff?from=1&to=draft").json()

    assert len(diff["changes"]) == 1 and restored.status_code == 200
    assert again["changes"] == []
    flow.refresh_from_db()
    assert flow.published is not None and flow.published.number == 2


def test_a_flow_goes_out_as_a_file_and_comes_in_as_a_draft(flow: Flow) -> None:
    file = door(flow, "bob").get(at(flow, "export"))
    document = file.json()
    assert document["helix"] == 1 and "attachment" in file["Content-Disposition"]

    door(flow, "bob").post(
        reverse("flows:import", kwargs={"team": flow.team.slug}),
        {"file": SimpleUploadedFile("naps.json", file.content)},
    )

    made = Flow.objects.exclude(pk=flow.pk).get()
    assert (made.name, made.enabled, made.published) == ("Naps", False, None)
    assert json.loads(made.draft) == document["graph"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"helix": 9}', '{"helix": 1, "graph": 3}', "{" * 9000, '{"nodes": NaN}', "\x00"]
)
def test_a_hostile_file_is_refused_with_a_sentence_and_nothing_is_made(flow: Flow, text: str) -> None:
    answer = door(flow, "bob").post(
        reverse("flows:import", kwargs={"team": flow.team.slug}),
        {"file": SimpleUploadedFile("x.json", text.encode())},
        follow=True,
    )

    assert answer.status_code == 200
    assert not text or "was not taken in" in answer.content.decode()
    assert Flow.objects.count() == 1


def test_the_commands_export_and_import(flow: Flow, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("export_flow", str(flow.pk), number=1, stdout=out)
    (tmp_path / "flow.json").write_text(out.getvalue())

    call_command("import_flow", tmp_path / "flow.json", team=flow.team.slug, name="Again", stdout=io.StringIO())

    assert json.loads(Flow.objects.get(name="Again").draft)["nodes"][1]["config"] == {"seconds": 60}
    with pytest.raises(CommandError, match="no team"):
        call_command("import_flow", tmp_path / "flow.json", team="nobody")


def test_an_exported_flow_holds_no_key_that_was_typed_into_an_http_step(flow: Flow) -> None:
    config = {"url": "https://a.example", "headers": {"X-Api-Key": "sk_live_12345678", "Accept": "text/plain"}}
    graph = {
        "format": 1,
        "nodes": [{"key": "call", "type": "http.request", "name": "Call", "config": config}],
        "edges": [],
    }
    flow.draft = json.dumps(graph)

    file = export_document(flow)

    assert "sk_live" not in json.dumps(file)
    assert file["graph"]["nodes"][0]["config"]["headers"] == {"X-Api-Key": "", "Accept": "text/plain"}
    assert "sk_live" in flow.draft
