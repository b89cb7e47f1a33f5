"""The places in a team: changed, taken away, left and handed over; what a change does to what is open already."""

from typing import Any

import pytest
from django.test import Client

from helix.audit.models import Entry
from helix.connections.grants import set_grants
from helix.connections.keeping import save_connection
from helix.flows.drafts import create_flow
from helix.flows.models import FlowGrant
from helix.teams import places
from helix.teams.keys import make_token
from helix.teams.models import ApiToken, Member, Team, User
from helix.teams.roles import Role
from helix.teams.sharing import Level
from tests.build import cast

pytestmark = pytest.mark.django_db
HOME = "/t/demo/team/"


@pytest.fixture
def team() -> tuple[Team, dict[str, User]]:
    team, people = cast()
    people["ann"] = User.objects.create_user("ann@demo.example", name="Ann")
    Member.objects.create(team=team, user=people["ann"], role=Role.ADMIN)
    return team, people


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def role_of(team: Team, user: User) -> str | None:
    return Member.objects.filter(team=team, user=user).values_list("role", flat=True).first()


def give(client: Client, user: User, role: str) -> Any:
    return client.post(f"{HOME}members/{user.pk}/role/", {"role": role}, follow=True)


def test_everybody_sees_the_list_and_is_offered_only_what_they_may(team: tuple[Team, dict[str, User]]) -> None:
    _, people = team
    viewer = client_of(people["carol"]).get(HOME).content.decode()
    admin = client_of(people["ann"]).get(HOME).content.decode()

    assert "alice@demo.example" in viewer and "Change role</button>" not in viewer and "API tokens</a>" not in viewer
    assert f"members/{people['bob'].pk}/role/" in admin and f"members/{people['alice'].pk}/role/" not in admin
    assert 'value="owner"' not in admin, "an admin is not offered to give the role of an owner"


def test_a_demotion_holds_from_the_next_request_of_an_open_session(team: tuple[Team, dict[str, User]]) -> None:
    _, people = team
    ann = client_of(people["ann"])
    assert ann.get(f"{HOME}tokens/").status_code == 200

    give(client_of(people["alice"]), people["ann"], "viewer")

    assert ann.get(f"{HOME}tokens/").status_code == 403
    assert give(ann, people["bob"], "admin").status_code == 403


def test_an_admin_raises_nobody_above_themselves_and_touches_no_owner(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    ann = client_of(people["ann"])

    assert "above your own" in give(ann, people["bob"], "owner").content.decode()
    assert "above your own" in give(ann, people["ann"], "owner").content.decode()
    assert "above your own" in give(ann, people["alice"], "viewer").content.decode()
    ann.post(f"{HOME}members/{people['alice'].pk}/remove/")
    assert give(ann, people["bob"], "king").status_code == 200

    assert role_of(mine, people["bob"]) == "editor" and role_of(mine, people["ann"]) == "admin"
    assert role_of(mine, people["alice"]) == "owner"


def test_the_last_owner_stays(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    alice = client_of(people["alice"])

    assert "last owner" in alice.post(f"{HOME}leave/", follow=True).content.decode()
    assert "last owner" in give(alice, people["alice"], "admin").content.decode()
    alice.post(f"{HOME}members/{people['alice'].pk}/remove/")
    assert role_of(mine, people["alice"]) == "owner"

    give(alice, people["ann"], "owner")
    alice.post(f"{HOME}leave/")
    assert role_of(mine, people["alice"]) is None and alice.get(HOME).status_code == 404


def test_a_token_dies_with_the_place_of_its_maker_and_does_not_come_back(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    key = make_token(mine, people["ann"], Role.ADMIN, "robot")
    header = {"authorization": f"Bearer {key}"}
    call = Client()
    assert call.get("/api/v1/team", headers=header).json()["role"] == "admin"

    give(client_of(people["alice"]), people["ann"], "operator")
    assert call.get("/api/v1/team", headers=header).json()["role"] == "operator", "re-checked at each use"
    assert call.get("/api/v1/tokens", headers=header).status_code == 403

    client_of(people["alice"]).post(f"{HOME}members/{people['ann'].pk}/remove/")
    assert call.get("/api/v1/team", headers=header).status_code == 401
    Member.objects.create(team=mine, user=people["ann"], role=Role.ADMIN)
    assert call.get("/api/v1/team", headers=header).status_code == 401
    assert ApiToken.objects.get(name="robot").revoked_at is not None


def test_a_member_who_is_taken_away_by_other_means_takes_the_token_along(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    header = {"authorization": f"Bearer {make_token(mine, people['ann'], Role.ADMIN, 'robot')}"}
    User.objects.filter(pk=people["ann"].pk).update(is_active=False)
    assert Client().get("/api/v1/team", headers=header).status_code == 401

    User.objects.filter(pk=people["ann"].pk).update(is_active=True)
    Member.objects.filter(user=people["ann"]).delete()
    assert Client().get("/api/v1/team", headers=header).status_code == 401


def test_another_team_is_out_of_reach(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    elsewhere = Team.objects.get(slug="demo-elsewhere")

    answer = client_of(people["mallory"]).post(
        f"/t/demo-elsewhere/team/members/{people['bob'].pk}/role/", {"role": "viewer"}
    )

    assert answer.status_code == 404 and role_of(mine, people["bob"]) == "editor"
    with pytest.raises(Member.DoesNotExist):
        places.change_role(elsewhere, "owner", people["bob"].pk, "viewer")


def test_fields_of_the_models_that_no_form_names_are_not_taken(team: tuple[Team, dict[str, User]]) -> None:
    """Mass assignment: every field of every model behind the forms is posted besides."""
    mine, people = team
    other = Team.objects.get(slug="demo-elsewhere")
    stolen: dict[str, Any] = {}
    for model in (User, Team, Member, ApiToken):
        for field in model._meta.concrete_fields:
            stolen[field.name] = stolen[field.attname] = str(other.pk)
    stolen |= {"is_active": "0", "password": "x" * 20, "user": str(people["mallory"].pk), "keep_runs_days": "1",
               "expires_at": "2999-01-01", "digest": "0" * 64, "closing_at": "2020-01-01"}  # fmt: skip
    alice = client_of(people["alice"])

    alice.post(f"{HOME}members/{people['bob'].pk}/role/", {**stolen, "role": "operator"})
    alice.post(f"{HOME}tokens/", {**stolen, "name": "robot", "role": "viewer", "days": "3"})
    alice.post(f"{HOME}settings/", {**stolen, "name": "New name", "slug": "demo"})
    alice.post(f"{HOME}privacy/days/", {**stolen, "good": "14", "failed": "30", "runs": "400"})

    mine.refresh_from_db()
    place = Member.objects.get(user=people["bob"])
    token = ApiToken.objects.get(name="robot")
    assert (place.team, place.role) == (mine, "operator")
    assert (token.team, token.maker, token.expires_at.year < 2999, token.digest != "0" * 64) == (
        mine,
        people["alice"],
        True,
        True,
    )
    assert (mine.name, mine.slug, mine.keep_runs_days, mine.closing_at) == ("New name", "demo", 400, None)
    assert User.objects.get(pk=people["bob"].pk).is_active


def test_it_is_handed_over_by_its_owner_alone(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    to_bob = {"member": str(people["bob"].pk)}

    assert client_of(people["ann"]).post(f"{HOME}settings/hand-over/", to_bob).status_code == 403
    client_of(people["alice"]).post(f"{HOME}settings/hand-over/", {"member": "nobody"})
    client_of(people["alice"]).post(f"{HOME}settings/hand-over/", {"member": str(people["mallory"].pk)})
    assert role_of(mine, people["alice"]) == "owner"

    client_of(people["alice"]).post(f"{HOME}settings/hand-over/", to_bob)

    assert role_of(mine, people["bob"]) == "owner" and role_of(mine, people["alice"]) == "admin"
    changes = Entry.objects.filter(scope=str(mine.pk), act="member.role_changed").order_by("number")
    assert [one.after for one in changes] == ["owner", "admin"]


def test_the_list_as_a_file_holds_no_formula(team: tuple[Team, dict[str, User]]) -> None:
    _, people = team
    User.objects.filter(pk=people["bob"].pk).update(name="=HYPERLINK(1)")

    answer = client_of(people["ann"]).post(f"{HOME}export/")

    assert "'=HYPERLINK(1),bob@demo.example,editor" in answer.content.decode()


def test_what_a_person_was_granted_ends_with_their_place(team: tuple[Team, dict[str, User]]) -> None:
    ours, people = team
    flow = create_flow(ours, "For few", by=people["alice"])
    FlowGrant.objects.create(flow=flow, user=people["bob"], level=Level.EDIT)
    kept = save_connection(ours, name="limited", secrets={"app_key": "key-of-the-app-api"}, by=people["alice"])
    set_grants(kept, limited=True, members=[people["bob"].pk])

    places.remove(ours, Role.OWNER, people["bob"].pk)

    assert not FlowGrant.objects.exists() and not kept.granted.exists()
