"""Folders and tags: of one flow, of the team, in files and over the API."""

import json
from typing import Any

import pytest
from django.test import Client

from helix.flows.drafts import create_flow
from helix.flows.exchange import export_document, take_in
from helix.flows.filing import folder_of, place, put_tags, rename_folder
from helix.flows.models import Flow, Folder, Tag
from helix.teams.keys import make_token
from helix.teams.roles import Role
from helix.triggers.publish import delete_flow
from tests.build import graph_text
from tests.integration.pages.conftest import SignIn, World, as_, world

__all__ = ["as_", "world"]


def file(world: World, as_: SignIn, who: str = "bob", **form: Any) -> int:
    return as_(who).post(world.at(f"flows/{world.flow.pk}/filing/"), form).status_code


def filed(flow: Flow) -> tuple[str | None, list[str]]:
    flow.refresh_from_db()
    return flow.folder.path if flow.folder else None, sorted(tag.name for tag in flow.tags.all())


def test_a_flow_goes_into_a_new_folder_and_wears_tags(world: World, as_: SignIn) -> None:
    assert file(world, as_, new_folder="Sales / Europe", tags="Daily, daily,  b2b ,") == 302

    assert filed(world.flow) == ("Sales / Europe", ["Daily", "b2b"])
    assert set(Folder.objects.values_list("path", flat=True)) == {"Sales", "Sales / Europe"}


def test_letters_of_another_size_are_the_same_folder_and_tag(world: World, as_: SignIn) -> None:
    file(world, as_, new_folder="Sales", tags="Daily")
    place(world.draft, "sAlEs")
    put_tags(world.draft, "dAiLy")

    assert filed(world.draft) == ("Sales", ["Daily"])
    assert Folder.objects.count() == Tag.objects.count() == 1


def test_unticked_tags_go_and_unworn_ones_are_forgotten(world: World, as_: SignIn) -> None:
    file(world, as_, tags="one, two")

    file(world, as_, tag=["two"], folder="")

    assert filed(world.flow) == (None, ["two"])
    assert [tag.name for tag in Tag.objects.all()] == ["two"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"new_folder": "A / B / C"}, "Folders go one level deep"),
        ({"new_folder": "x" * 61}, "is too long for a folder"),
        ({"tags": "y" * 41}, "is too long for a tag"),
        ({"tags": ",".join(f"t{number}" for number in range(21))}, "21 tags are too many"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence_and_nothing_changes(
    world: World, as_: SignIn, form: dict[str, str], words: str
) -> None:
    file(world, as_, new_folder="Sales", tags="one")

    answer = as_("bob").post(world.at(f"flows/{world.flow.pk}/filing/"), {"folder": "", **form})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert filed(world.flow) == ("Sales", ["one"])


def test_renaming_a_folder_takes_those_within_along(world: World, as_: SignIn) -> None:
    place(world.flow, "Sales / Europe")
    folder = folder_of(world.team, "Sales")

    as_("bob").post(world.at(f"flows/folders/{folder.pk}/rename/"), {"name": "Revenue"})

    assert filed(world.flow)[0] == "Revenue / Europe"


def test_a_taken_name_and_too_deep_a_place_are_refused(world: World) -> None:
    place(world.flow, "Sales / Europe")
    folder_of(world.team, "Other")

    with pytest.raises(ValueError, match="already"):
        rename_folder(folder_of(world.team, "Sales"), "other")
    with pytest.raises(ValueError, match="one level is the most"):
        rename_folder(folder_of(world.team, "Sales"), "Other / Sales")


def test_deleting_a_folder_puts_its_flows_back_to_the_top(world: World, as_: SignIn) -> None:
    place(world.flow, "Sales / Europe")
    place(world.draft, "Sales")
    folder = folder_of(world.team, "Sales")

    page = as_("bob").post(world.at(f"flows/folders/{folder.pk}/delete/"), follow=True).content.decode()

    assert "Its 2 flows are at the top again" in page
    assert filed(world.flow)[0] is filed(world.draft)[0] is None
    assert not Folder.objects.exists()


def test_a_folder_of_another_team_is_not_there(world: World, as_: SignIn) -> None:
    folder = folder_of(world.team, "Sales")
    at = f"/t/{world.team.slug}-elsewhere/flows/folders/{folder.pk}/"

    assert [as_("mallory").post(at + act, {"name": "Mine"}).status_code for act in ("rename/", "delete/")] == [404, 404]


@pytest.mark.parametrize("who", ["carol", "olga"])
def test_only_editors_file(world: World, as_: SignIn, who: str) -> None:
    folder = folder_of(world.team, "Sales")

    assert file(world, as_, who, tags="x") == 403
    for path in ("flows/folders/", f"flows/folders/{folder.pk}/rename/", f"flows/folders/{folder.pk}/delete/"):
        assert as_(who).post(world.at(path), {"name": "Mine"}).status_code == 403


def test_coming_back_leads_only_to_pages_of_ours(world: World, as_: SignIn) -> None:
    at = world.at(f"flows/{world.flow.pk}/filing/")
    here = as_("bob").post(at, {"next": world.at("flows/?q=x")})
    elsewhere = as_("bob").post(at, {"next": "//evil.example/"})

    assert here["Location"] == world.at("flows/?q=x")
    assert elsewhere["Location"] == world.at("flows/")


def test_a_file_carries_folder_and_tags(world: World) -> None:
    place(world.flow, "Sales / Europe")
    put_tags(world.flow, "daily, b2b")
    world.flow.refresh_from_db()

    flow = take_in(world.team, json.dumps(export_document(world.flow)), None, "Twin").flow

    assert filed(flow) == ("Sales / Europe", ["b2b", "daily"])


def test_a_file_with_odd_places_is_taken_in_without_them(world: World) -> None:
    document = {**export_document(world.flow), "folder": "a/b/c/d", "tags": ["x" * 99, 7]}

    assert filed(take_in(world.team, json.dumps(document), None).flow) == (None, [])


class Caller:
    """The REST API with a token of this role."""

    def __init__(self, world: World, role: Role = Role.EDITOR) -> None:
        token = make_token(world.team, world.people["alice"], role, "test")
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return Client().get(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str) -> Any:
        return Client().post(f"/api/v1/{path}", "{}", "application/json", headers=self.headers)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return Client().patch(f"/api/v1/{path}", json.dumps(body), "application/json", headers=self.headers)


def test_the_api_changes_what_is_given_and_nothing_else(world: World) -> None:
    call, at = Caller(world), f"flows/{world.flow.pk}"

    both = call.patch(at, {"folder": "Sales/Europe", "tags": ["daily"]}).json()
    named = call.patch(at, {"name": "Counted"}).json()
    top = call.patch(at, {"folder": None}).json()

    assert (both["folder"], both["tags"], both["name"]) == ("Sales / Europe", ["daily"], "Counting")
    assert (named["folder"], named["tags"], named["name"]) == ("Sales / Europe", ["daily"], "Counted")
    assert (top["folder"], top["tags"]) == (None, ["daily"])


def test_the_api_says_which_field_is_wrong_and_changes_nothing(world: World) -> None:
    answer = Caller(world).patch(f"flows/{world.flow.pk}", {"name": "New", "tags": ["x" * 41]})

    assert answer.status_code == 422
    assert answer.json()["error"]["place"] == "/tags"
    world.flow.refresh_from_db()
    assert world.flow.name == "Counting"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("folder=Sales", ["Counting"]),
        ("folder=", ["Half done"]),
        ("tag=DAILY", ["Counting"]),
        ("q=track_event", ["Counting"]),
        ("state=draft", ["Half done"]),
        ("trigger=manual", ["Counting"]),
        ("trigger=schedule", []),
    ],
)
def test_the_api_filters_the_list(world: World, query: str, wanted: list[str]) -> None:
    place(world.flow, "Sales / Europe")
    put_tags(world.flow, "daily")

    assert [row["name"] for row in Caller(world, Role.VIEWER).get(f"flows?{query}").json()["items"]] == wanted


def test_a_folder_that_is_not_there_is_said(world: World) -> None:
    answer = Caller(world).get("flows?folder=Nowhere")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "no_folder"


def test_the_api_brings_back_what_was_deleted_and_copies(world: World) -> None:
    call, at = Caller(world), f"flows/{world.flow.pk}"
    delete_flow(world.flow)

    gone = call.get("flows/deleted").json()
    back = call.post(f"{at}/restore")
    copy = call.post(f"{at}/duplicate")

    assert [flow["name"] for flow in gone] == ["Counting"]
    assert (back.status_code, back.json()["enabled"]) == (200, False)
    assert (copy.status_code, copy.json()["name"]) == (201, "Counting (copy)")
    assert call.post(f"{at}/restore").status_code == 404


def test_the_api_deletes_no_flow_that_another_uses(world: World) -> None:
    called = create_flow(world.team, "Part", graph_text([{"key": "c", "type": "trigger.called"}], []))
    step = {"key": "run", "type": "logic.run_flow", "config": {"flow": str(called.pk)}}
    create_flow(world.team, "Caller", graph_text([step], []))
    call = Caller(world)

    answer = Client().delete(f"/api/v1/flows/{called.pk}", headers=call.headers)

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "in_use"
