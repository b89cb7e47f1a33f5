"""Large values on the page of a run and in the API: their beginning is shown, all of them is a file for those who may."""

import json
from typing import Any

import pytest

from helix.engine.models import Blob, StepRun
from helix.engine.outputs import keep
from helix.teams.keys import make_token
from helix.teams.roles import Role
from tests.integration.pages.conftest import SignIn, World

LARGE = {"rows": [{"id": number, "email": f"person{number}@example.com"} for number in range(5000)], "note": "Zoë"}


@pytest.fixture
def address(world: World) -> str:
    kept = keep(world.run.pk, world.team.pk, LARGE)
    kept.save()
    output = {"data": kept.stored, "error": None, "successful": True}
    StepRun.objects.filter(pk=world.step("segments").pk).update(output=output, state="succeeded")
    return world.at(f"runs/{world.run.pk}/steps/{world.step('segments').pk}/")


def test_the_page_shows_the_beginning_and_offers_the_file(world: World, as_: SignIn, address: str) -> None:
    page = as_("olga").get(address).content.decode()

    assert len(page) < 20_000
    assert "An object of 2 names" in page and "person0@example.com" in page and "4,997 more items" in page
    assert "person4999@example.com" not in page
    assert f'href="{address}output.json" download' in page


def test_the_file_holds_all_of_it(as_: SignIn, address: str) -> None:
    answer = as_("olga").get(f"{address}output.json")

    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert json.loads(body) == {"data": LARGE, "error": None, "successful": True}
    assert answer["Content-Disposition"].startswith('attachment; filename="run-')
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("who", "status"), [("carol", 403), ("mallory", 404), ("nobody", 302)])
def test_the_file_is_for_operators_of_the_team(as_: SignIn, address: str, who: str, status: int) -> None:
    assert as_(who).get(f"{address}output.json").status_code == status


def test_a_stranger_does_not_reach_it_through_a_team_of_their_own(world: World, as_: SignIn, address: str) -> None:
    assert as_("mallory").get(address.replace("/t/demo/", "/t/demo-elsewhere/") + "output.json").status_code == 404


@pytest.mark.parametrize("part", ["input", "token", "run"])
def test_a_part_that_is_not_there_is_not_found(as_: SignIn, address: str, part: str) -> None:
    assert as_("olga").get(f"{address}{part}.json").status_code == 404


def test_a_value_that_was_removed_is_not_found(as_: SignIn, address: str) -> None:
    Blob.objects.all().delete()
    output: Any = StepRun.objects.get(output__isnull=False, node="segments").output
    StepRun.objects.filter(node="segments").update(output=output["data"])

    assert as_("olga").get(f"{address}output.json").status_code == 404


def test_the_api_tells_the_beginning_and_where_the_rest_is(world: World, as_: SignIn, address: str) -> None:
    headers = {
        who: {"Authorization": f"Bearer {make_token(world.team, world.people[who], role, 'T')}"}
        for who, role in (("olga", Role.OPERATOR), ("carol", Role.VIEWER))
    }
    client = as_("nobody")

    run = client.get(f"/api/v1/runs/{world.run.pk}", headers=headers["olga"]).json()
    step = next(step for step in run["steps"] if step["key"] == "segments")
    large = step["output"]["data"]["$large"]
    whole = client.get(large["url"], headers=headers["olga"])

    assert (large["kind"], large["count"]) == ("object", 2)
    assert json.loads(b"".join(whole.streaming_content))["data"] == LARGE  # type: ignore[attr-defined]
    assert client.get(large["url"], headers=headers["carol"]).status_code == 403
