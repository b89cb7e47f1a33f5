"""Runs whose data were removed say so; a person's runs are found without their name being told to anybody."""

import pytest
from django.utils import timezone

from helix.connections.blinding import blind
from helix.engine.models import Run
from helix.engine.wiping import wipe
from tests.integration.pages.conftest import SECRET_EMAIL, SignIn, World


@pytest.mark.parametrize(
    ("why", "words"), [("retention", "by the team's retention"), ("erasure", "as a person asked to be forgotten")]
)
def test_a_run_without_its_data_says_why(world: World, as_: SignIn, why: str, words: str) -> None:
    world.failed()
    wipe([world.run.pk], "erasure" if why == "erasure" else "retention", timezone.now())

    page = as_("olga").get(world.at(f"runs/{world.run.pk}/")).content.decode()
    api = as_("olga").get(world.at(f"runs/{world.run.pk}/state.json")).json()

    assert words in page
    assert SECRET_EMAIL not in page
    assert api["steps"]["report"]["state"] == "failed"


def test_a_run_without_its_data_cannot_be_started_again(world: World, as_: SignIn) -> None:
    wipe([world.run.pk], "retention", timezone.now())

    answer = as_("olga").post(world.at(f"runs/{world.run.pk}/again/"), follow=True)

    assert Run.objects.count() == 1
    assert "cannot be started again" in answer.content.decode()


def test_runs_of_a_person_are_found_without_their_name_in_the_address(world: World, as_: SignIn) -> None:
    other = world.again()
    olga = as_("olga")

    answer = olga.post(world.at("runs/person/"), {"person": SECRET_EMAIL.upper()}, follow=True)

    page = answer.content.decode()
    (digest,) = blind(world.team.pk, [SECRET_EMAIL])
    assert answer.redirect_chain == [(world.at("runs/") + f"?person={digest}", 302)]
    assert str(world.run.pk) in page and str(other.pk) not in page
    assert f'name="person" value="{digest}"' in page, "the other filters keep it"


def test_a_viewer_cannot_ask_whether_a_run_is_about_a_person(world: World, as_: SignIn) -> None:
    (digest,) = blind(world.team.pk, ["nobody@example.com"])

    page = as_("carol").get(world.at("runs/") + f"?person={digest}").content.decode()

    assert str(world.run.pk) in page, "for them there is no such filter"
    assert "runs/person/" not in page
