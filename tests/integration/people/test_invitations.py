"""Invitations: who joins, and every way in which a link opens nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from helix.audit.models import Entry
from helix.logs.blotting import blotted
from helix.teams.invitations import Gone, accept, find, invite, renew
from helix.teams.models import Invitation, Member, Team, User
from helix.teams.places import Refused, change_role
from helix.teams.roles import Role
from tests.build import cast
from tests.fakes.mail import MailServer

pytestmark = pytest.mark.django_db
TOKENS = re.compile(r"[A-Za-z0-9]{64}")
NEW = {"name": "Nina", "password": "correct horse battery", "timezone": "Europe/Paris"}


@pytest.fixture
def team() -> Iterator[tuple[Team, dict[str, User]]]:
    cache.clear()
    yield cast()
    cache.clear()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def made(team: tuple[Team, dict[str, User]], email: str = "nina@new.example", role: str = "editor") -> str:
    return invite(team[0], team[1]["alice"], "owner", email, role)[1]


def gone(key: str, client: Client | None = None) -> bool:
    client = client or Client()
    return client.get(f"/join/{key}/").status_code == client.post(f"/join/{key}/", NEW).status_code == 410


def test_the_link_is_shown_once_and_lets_a_new_person_in(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    alice = client_of(people["alice"])
    shown = alice.post("/t/demo/team/invitations/", {"email": "Nina@New.example", "role": "editor"}).context["link"]
    key = shown.rstrip("/").rpartition("/")[2]
    assert key not in alice.get("/t/demo/team/invitations/").content.decode()
    assert not Invitation.objects.filter(digest=key).exists() and len(key) == 43

    nina = Client()
    assert b"Join Team demo" in nina.get(f"/join/{key}/").content
    assert nina.head(f"/join/{key}/").status_code == 405
    answer = nina.post(f"/join/{key}/", {**NEW, "email": "mallory@x.example", "role": "owner", "is_active": "0"})

    assert answer.status_code == 302 and nina.get("/t/demo/flows/").status_code == 200
    user = User.objects.get(email="nina@new.example")
    assert (user.name, user.timezone, user.is_active) == ("Nina", "Europe/Paris", True)
    assert Member.objects.get(team=mine, user=user).role == "editor"
    assert gone(key), "it works once"
    acts = Entry.objects.filter(scope=str(mine.pk), object_kind="invitation").order_by("number")
    assert [(one.act, one.actor_name) for one in acts] == [
        ("invitation.sent", "Alice"),
        ("invitation.accepted", "Nina"),
    ]


def test_who_has_an_account_signs_in_and_joins(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    key = made(team, people["mallory"].email, "viewer")

    assert b"Sign in to join" in Client().get(f"/join/{key}/").content
    assert Client().post(f"/join/{key}/", NEW).status_code == 403, "nobody takes an account over by an invitation"
    assert client_of(people["mallory"]).post(f"/join/{key}/").status_code == 302

    assert Member.objects.get(team=mine, user=people["mallory"]).role == "viewer"


def test_a_stolen_link_is_refused_and_stays_good_for_its_owner(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    key = made(team)
    thief = client_of(people["mallory"])

    assert b"You are signed in as mallory" in thief.get(f"/join/{key}/").content
    assert thief.post(f"/join/{key}/").status_code == 403
    assert not Member.objects.filter(team=mine, user=people["mallory"]).exists()
    assert Client().post(f"/join/{key}/", NEW).status_code == 302


def test_links_that_open_nothing_look_alike(team: tuple[Team, dict[str, User]]) -> None:
    _, people = team
    expired, withdrawn, renewed = made(team, "a@x.example"), made(team, "b@x.example"), made(team, "c@x.example")
    Invitation.objects.filter(email="a@x.example").update(expires_at=timezone.now() - timedelta(seconds=1))
    second = Invitation.objects.get(email="b@x.example")
    client_of(people["alice"]).post(f"/t/demo/team/invitations/{second.pk}/withdraw/")
    fresh = renew(Invitation.objects.get(email="c@x.example"), people["alice"], "owner")

    over = (expired, withdrawn, renewed, "never-was")
    pages = {TOKENS.sub("", Client().get(f"/join/{key}/").content.decode()).replace(key, "") for key in over}

    assert all(gone(key) for key in over)
    assert len(pages) == 1 and find(fresh).email == "c@x.example"
    assert not User.objects.filter(email__endswith="@x.example").exists()


def test_an_invitation_is_worth_what_its_maker_may_give_now(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    change_role(mine, "owner", people["bob"].pk, "admin")
    _, key = invite(mine, people["bob"], "admin", "n@x.example", "admin")
    assert find(key)

    change_role(mine, "owner", people["bob"].pk, "editor")

    with pytest.raises(Gone):
        find(key)


def test_nobody_invites_above_their_role(team: tuple[Team, dict[str, User]]) -> None:
    mine, people = team
    change_role(mine, "owner", people["bob"].pk, "admin")
    answer = client_of(people["bob"]).post("/t/demo/team/invitations/", {"email": "n@x.example", "role": "owner"})

    assert answer.status_code == 422 and b"above your own" in answer.content
    with pytest.raises(Refused):
        invite(mine, people["bob"], "editor", "n@x.example", "viewer")
    assert not Invitation.objects.exists()


def test_one_open_invitation_an_address_and_none_for_members(team: tuple[Team, dict[str, User]]) -> None:
    first, second = made(team), made(team)

    assert gone(first) and find(second)
    with pytest.raises(Refused, match="member of this team already"):
        made(team, "bob@demo.example")


def test_a_bad_password_or_zone_uses_nothing_up(team: tuple[Team, dict[str, User]]) -> None:
    key = made(team)
    client = Client()

    assert client.post(f"/join/{key}/", {**NEW, "password": "short"}).status_code == 422
    assert client.post(f"/join/{key}/", {**NEW, "timezone": "Mars/Base"}).status_code == 422
    assert client.post(f"/join/{key}/", {**NEW, "name": ""}).status_code == 422
    assert not User.objects.filter(email="nina@new.example").exists() and find(key)


def test_accepting_twice_joins_once(team: tuple[Team, dict[str, User]]) -> None:
    key = made(team)
    nina = User.objects.create_user("nina@new.example", name="Nina")
    assert accept(key, nina).role == Role.EDITOR
    with pytest.raises(Gone):
        accept(key, nina)


def test_guessing_is_slowed_down(team: tuple[Team, dict[str, User]]) -> None:
    client = Client()
    statuses = [client.get(f"/join/guess{number}/").status_code for number in range(62)]

    assert statuses[:60] == [410] * 60 and statuses[60:] == [429, 429]


def test_a_letter_goes_out_when_there_is_a_mail_server(
    team: tuple[Team, dict[str, User]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_of(team[1]["alice"])
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_FROM", "helix@demo.example")
    with MailServer() as server:
        monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr(f"smtp://127.0.0.1:{server.port}"))
        page = alice.post("/t/demo/team/invitations/", {"email": "nina@new.example", "role": "viewer"})
        (letter,) = server.received
    dead = alice.post("/t/demo/team/invitations/", {"email": "nils@new.example", "role": "viewer"})

    assert page.context["went"] and page.context["link"] in str(letter.message.get_payload())
    assert letter.message["Subject"] == "Alice invites you to Team demo on Helix"
    assert not dead.context["went"] and "Hand the link over yourself" in dead.context["words"]


def test_the_key_of_a_link_stands_in_no_log() -> None:
    assert "kept-secret-kept-secret" not in blotted("GET /join/kept-secret-kept-secret/")
