"""Signing in and out, the account, the theme."""

import pytest
from django.test import Client

from helix.teams.keys import make_link
from helix.teams.models import User
from tests.integration.pages.conftest import SignIn, World

GOOD = "correct horse battery"


@pytest.fixture
def alice(world: World) -> User:
    user = world.people["alice"]
    user.set_password(GOOD)
    user.save()
    return user


def test_a_password_signs_in_and_leads_on_to_where_one_was_going(world: World, alice: User) -> None:
    given = {"login": "ALICE@demo.example", "password": GOOD, "next": world.at("runs/")}

    answer = Client().post("/sign-in/", given)

    assert answer["Location"] == world.at("runs/")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_signing_in_never_leads_to_another_site(world: World, alice: User, wanted: str) -> None:
    answer = Client().post("/sign-in/", {"login": alice.email, "password": GOOD, "next": wanted})

    assert answer["Location"] == "/"


def test_a_wrong_password_is_refused_with_a_sentence_and_after_five_there_is_a_pause(world: World, alice: User) -> None:
    client = Client()
    wrong = [client.post("/sign-in/", {"login": alice.email, "password": f"wrong {n}"}) for n in range(5)]

    right = client.post("/sign-in/", {"login": alice.email, "password": GOOD})

    assert wrong[0].status_code == 422
    assert "do not belong together" in wrong[0].content.decode()
    assert "Too many wrong tries" in right.content.decode()


def test_a_link_signs_in_once_and_then_says_what_to_do(world: World, alice: User) -> None:
    path = f"/sign-in/{make_link(alice)}/"

    looked = Client().head(path)
    first = Client().get(path)
    second = Client().get(path)

    assert looked.status_code == 405  # a preview does not use it up
    assert first["Location"] == "/"
    assert second.status_code == 410
    assert "manage.py signin_link" in second.content.decode()


def test_home_is_the_flows_of_ones_team_or_the_door(world: World, as_: SignIn) -> None:
    assert as_("carol").get("/")["Location"] == world.at("flows/")
    assert as_("nobody").get("/")["Location"] == "/sign-in/"


def test_somebody_without_a_team_is_told_whom_to_ask(world: World) -> None:
    client = Client()
    client.force_login(User.objects.create_user("new@demo.example"))

    assert "You are in no team yet" in client.get("/").content.decode()


def test_the_theme_is_on_the_page_from_the_first_byte(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    kept = carol.post("/account/theme/", {"theme": "dark", "next": world.at("flows/")})
    page = carol.get(world.at("flows/")).content.decode()

    assert kept["Location"] == world.at("flows/")
    assert '<html lang="en" data-theme="dark">' in page
    assert User.objects.get(name="Carol").theme == "dark"


@pytest.mark.parametrize("theme", ["", "purple", '"><script>'])
def test_a_theme_that_there_is_not_is_refused(world: World, as_: SignIn, theme: str) -> None:
    assert as_("carol").post("/account/theme/", {"theme": theme}).status_code == 400


def test_the_browsers_zone_is_taken_over_once(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    statuses = [
        carol.post("/account/zone/", {"timezone": zone}).status_code
        for zone in ("Asia/Tokyo", "Europe/Paris", "Mars/Base")
    ]

    assert statuses == [204, 204, 400]
    assert User.objects.get(name="Carol").timezone == "Asia/Tokyo"


def test_dates_are_in_the_viewers_zone_with_the_utc_instant_beside(world: World, as_: SignIn) -> None:
    User.objects.filter(name="Carol").update(timezone="Asia/Tokyo")
    world.run.created_at = world.run.created_at.replace(hour=12, minute=34, second=56)
    world.run.save(update_fields=["created_at"])

    page = as_("carol").get(world.at("runs/")).content.decode()

    assert "21:34</time>" in page
    assert "12:34:56 UTC" in page


def test_the_account_is_saved_and_a_zone_that_there_is_not_is_refused(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    refused = carol.post("/account/", {"name": "C", "timezone": "Mars/Base"})
    saved = carol.post("/account/", {"name": "Caroline", "timezone": "Europe/Paris"}, follow=True)

    assert refused.status_code == 422
    assert "“Mars/Base” is no time zone" in refused.content.decode()
    assert "Your account is saved." in saved.content.decode()


def test_the_password_is_changed_only_with_the_old_one(world: World, alice: User) -> None:
    client = Client()
    client.force_login(alice)

    refused = client.post("/account/password/", {"current": "wrong", "new": "another good one"})
    weak = client.post("/account/password/", {"current": GOOD, "new": "short"})
    changed = client.post("/account/password/", {"current": GOOD, "new": "another good one"}, follow=True)

    assert "That is not your password now." in refused.content.decode()
    assert weak.status_code == 422
    assert "Your password is changed." in changed.content.decode()


def test_signing_out_closes_the_door(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    carol.post("/sign-out/")

    assert carol.get(world.at("flows/")).status_code == 302
