"""Retention, erasing a person, the team's names, and its end."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from helix.audit.models import Entry
from helix.engine.models import Run
from helix.engine.retention import purge
from helix.people.closing import close
from helix.teams.invitations import Gone, find
from helix.teams.models import Member, Team, User
from helix.teams.places import Refused
from helix.teams.roles import Role
from tests.integration.security.world import PERSON, World, make_world

pytestmark = pytest.mark.django_db
HOME = "/t/mine/team/"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")
    return make_world("mine")


def post(world: World, path: str, data: dict[str, Any], role: Role = Role.OWNER) -> Any:
    return world.client(role).post(f"{HOME}{path}", data)


def test_days_are_saved_and_what_they_remove_is_told_first(world: World) -> None:
    Run.objects.filter(pk=world.ended.pk).update(ended_at=timezone.now() - timedelta(days=5))
    shorter = {"good": "3", "failed": "3", "runs": "400"}

    asked = post(world, "privacy/days/", shorter)
    assert asked.status_code == 200 and b"The data of 1 run goes." in asked.content
    world.team.refresh_from_db()
    assert world.team.keep_failed_days == 30, "nothing is saved before it is confirmed"

    post(world, "privacy/days/", {**shorter, "sure": "yes"})
    world.team.refresh_from_db()
    assert (world.team.keep_good_days, world.team.keep_failed_days, world.team.keep_runs_days) == (3, 3, 400)
    assert Entry.objects.filter(scope=str(world.team.pk), act="team.retention_changed").count() == 1


@pytest.mark.parametrize("days", [("-1", "30", "400"), ("14", "9999", "400"), ("14", "30", "20"), ("", "30", "x")])
def test_days_that_cannot_be_are_refused_where_they_stand(world: World, days: tuple[str, str, str]) -> None:
    answer = post(world, "privacy/days/", dict(zip(("good", "failed", "runs"), days, strict=True)))

    assert answer.status_code == 422 and b'class="problem"' in answer.content


def test_a_person_is_erased_once_they_were_typed_again(world: World) -> None:
    looked = post(world, "privacy/person/", {"person": PERSON})
    assert looked.context["counts"] == {"all": 2, "live": 1}
    wrong = post(world, "privacy/person/", {"person": PERSON, "typed": "somebody"})
    assert wrong.status_code == 422 and Run.objects.get(pk=world.ended.pk).wiped_at is None

    done = post(world, "privacy/person/", {"person": PERSON, "typed": PERSON})

    assert done.context["done"].runs == 2 and done.context["done"].stopped == 1
    assert PERSON not in done.content.decode() and b"as a digest" in done.content
    assert Run.objects.get(pk=world.ended.pk).wiped_at is not None
    assert post(world, "privacy/person/", {"person": "  "}).status_code == 422


def test_a_short_name_that_webhooks_carry_is_changed_on_purpose(world: World) -> None:
    Team.objects.create(slug="taken", name="Taken")
    assert b"would stop" in post(world, "settings/", {"name": "Mine", "slug": "ours"}).content
    assert b"Another team has" in post(world, "settings/", {"name": "M", "slug": "taken", "sure": "yes"}).content
    assert b"lower-case" in post(world, "settings/", {"name": "M", "slug": "../x", "sure": "yes"}).content

    assert post(world, "settings/", {"name": "Ours", "slug": "ours", "sure": "yes"}).status_code == 302

    world.team.refresh_from_db()
    assert (world.team.name, world.team.slug) == ("Ours", "ours")


def test_whoever_makes_another_team_owns_it(world: World) -> None:
    for _ in range(2):
        post(world, "settings/another/", {"name": "Second team"}, Role.ADMIN)

    made = Team.objects.filter(name="Second team").order_by("slug")
    assert [one.slug for one in made] == ["second-team", "second-team-2"]
    assert {place.user for place in Member.objects.filter(team__in=made, role=Role.OWNER)} == {world.people[Role.ADMIN]}


def test_a_team_with_live_runs_or_another_name_is_not_deleted(world: World) -> None:
    with pytest.raises(Refused, match="under way"):
        close(world.team, world.team.name)
    with pytest.raises(Refused, match="exactly"):
        close(world.team, "Mine")


def test_a_deleted_team_is_shut_at_once_and_gone_after_the_purge(world: World) -> None:
    other = make_world("other")
    Run.objects.filter(team=world.team).update(state="failed", ended_at=timezone.now())
    owner, key = world.client(Role.OWNER), world.tokens[Role.OWNER]

    owner.post(f"{HOME}settings/delete/", {"typed": world.team.name})

    assert owner.get(HOME).status_code == 404
    assert Client().get("/api/v1/team", headers={"authorization": f"Bearer {key}"}).status_code == 401
    with pytest.raises(Gone):
        find(world.key)
    world.flow.refresh_from_db()
    assert not world.flow.enabled
    runs_of_others = Run.objects.filter(team=other.team).count()

    purge()

    assert not Team.objects.filter(pk=world.team.pk).exists() and not Run.objects.filter(team_id=world.team.pk).exists()
    assert Run.objects.filter(team=other.team).count() == runs_of_others
    assert Entry.objects.filter(scope=str(world.team.pk), act="team.deleted").count() == 1
    assert User.objects.filter(pk=world.people[Role.OWNER].pk).exists()
