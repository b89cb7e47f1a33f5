"""Sessions: listed, ended, over by themselves, and over at once when the person may not be here any more."""

from pathlib import Path

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client

from helix.audit.models import Entry
from helix.teams.keys import make_link
from helix.teams.models import Limit, Member, User
from helix.teams.sessions import end_all, forget_over
from tests.house.test_production import manage
from tests.integration.teams.conftest import GOOD, People, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
HOUR = 3600


def browser(user: User, agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    assert sign_in(client, user) == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_list_says_which_browser_and_from_where(people: People) -> None:
    here, there = browser(people.bob), browser(people.bob, IPHONE, "192.168.1.4")
    browser(people.ada, address="198.51.100.99")

    page = here.get("/account/").content.decode()

    assert (
        "Firefox on Windows" in page and "203.0.113.7" not in page.partition("this session")[0].rpartition("Firefox")[2]
    )
    assert "Safari on iPhone" in page and "local network, 192.168.1.4" in page
    assert "198.51.100.99" not in page
    assert page.count("this session") == 1
    assert is_in(there)


def test_one_session_is_ended_and_only_ones_own(people: People) -> None:
    here, there, other = browser(people.bob), browser(people.bob, IPHONE), browser(people.ada)
    of_there = UserSession.objects.get(user=people.bob, user_agent=IPHONE)
    of_ada = UserSession.objects.get(user=people.ada)

    ended = here.post(f"/account/sessions/{of_there.pk}/end/")
    refused = here.post(f"/account/sessions/{of_ada.pk}/end/")

    assert (ended.status_code, refused.status_code) == (302, 404)
    assert (is_in(here), is_in(there), is_in(other)) == (True, False, True)
    entry = Entry.objects.filter(act="person.sessions_ended").latest("pk")
    assert entry.after.startswith("Safari on iPhone")


def test_this_session_is_not_ended_by_the_list(people: People) -> None:
    here = browser(people.bob)
    of_here = UserSession.objects.get(user=people.bob)

    told = here.post(f"/account/sessions/{of_here.pk}/end/", follow=True).content.decode()

    assert "sign out to end it" in told and is_in(here)


def test_all_others_are_ended_at_once(people: People) -> None:
    here, *others = (browser(people.bob) for _ in range(4))

    told = here.post("/account/sessions/end-others/", follow=True).content.decode()

    assert "3 other sessions are signed out." in told
    assert is_in(here) and not any(is_in(other) for other in others)


def test_a_new_password_ends_the_other_sessions(people: People) -> None:
    here, there = browser(people.bob), browser(people.bob)

    here.post("/account/password/", {"current": GOOD, "new": "another good one"})

    assert is_in(here) and not is_in(there)
    assert UserSession.objects.filter(user=people.bob).count() == 1
    assert sign_in(Client(), people.bob) == ""
    assert Entry.objects.filter(act="person.password_changed").exists()


def test_the_password_is_not_guessed_by_changing_it(people: People) -> None:
    here = browser(people.bob)

    answers = [here.post("/account/password/", {"current": f"guess {n}", "new": "another good one"}) for n in range(7)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2


def test_it_ends_twelve_hours_after_the_last_sign_of_a_person(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        here = browser(people.bob)
        seen = []
        for hours in (11, 11, 13):
            clock.shift(hours * HOUR)
            seen.append(is_in(here))

    assert seen == [True, True, False]


def test_a_poll_is_no_sign_of_a_person(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        here = browser(people.bob)
        for _ in range(12):
            clock.shift(HOUR)
            here.get(people.at("runs/attention/count/"), headers={"sec-fetch-mode": "cors"})
            here.post("/t/ours/flows/019470b0-0000-7000-8000-000000000000/presence/")
        clock.shift(60)

        assert not is_in(here)


def test_it_ends_after_fourteen_days_whatever_is_done_in_it(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        here = browser(people.bob)
        for _ in range(14 * 3 - 1):
            clock.shift(8 * HOUR)
            assert is_in(here)
        clock.shift(8 * HOUR + 1)

        assert not is_in(here)


def test_where_it_is_used_is_noted_every_five_minutes(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        here = browser(people.bob)
        clock.shift(200)
        here.get("/account/", headers={"user-agent": IPHONE})
        early = UserSession.objects.get(user=people.bob).user_agent
        clock.shift(200)
        here.get("/account/", headers={"user-agent": IPHONE})

        assert (early, UserSession.objects.get(user=people.bob).user_agent) == (FIREFOX, IPHONE)


def test_whoever_is_removed_or_deactivated_is_out_with_the_next_request(people: People) -> None:
    bob, ada = browser(people.bob), browser(people.ada)
    assert bob.get(people.at("flows/")).status_code == ada.get(people.at("flows/")).status_code == 200

    Member.objects.filter(user=people.bob).delete()
    User.objects.filter(pk=people.ada.pk).update(is_active=False)

    assert bob.get(people.at("flows/")).status_code == 404
    assert ada.get(people.at("flows/")).headers["Location"].startswith("/sign-in/")


def test_all_sessions_of_somebody_are_ended_for_whoever_removes_them(people: People) -> None:
    one, two = browser(people.bob), browser(people.bob)

    assert end_all(people.bob) == 2
    assert not is_in(one) and not is_in(two)


def test_signing_out_takes_the_session_from_the_list(people: People) -> None:
    here = browser(people.bob)

    here.post("/sign-out/")

    assert not is_in(here)
    assert "this session" in browser(people.bob).get("/account/").content.decode()
    assert UserSession.objects.filter(user=people.bob).count() == 1


def test_a_link_begins_a_session_as_well(people: People) -> None:
    client = Client()
    client.get(f"/sign-in/{make_link(people.bob)}/")

    assert is_in(client) and UserSession.objects.filter(user=people.bob).count() == 1


def test_what_is_over_is_forgotten(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        browser(people.bob)
        sign_in(Client(), people.bob, "wrong")
        assert forget_over() == 0
        clock.shift(10 * 24 * HOUR)
        browser(people.ada)
        clock.shift(5 * 24 * HOUR)

        assert forget_over() == 1
        assert [each.user for each in UserSession.objects.all()] == [people.ada]
        assert not Limit.objects.exists()


@pytest.mark.parametrize(
    ("base", "wanted"),
    [
        ("https://helix.example.com", "__Host-helix True True Lax / None"),
        ("http://helix.local", "helix False True Lax / None"),
    ],
)
def test_the_cookie_in_production(base: str, wanted: str, tmp_path: Path) -> None:
    asked = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN)"

    done = manage(
        "shell", "--no-imports", "--command", asked, data=tmp_path, HELIX_BASE_URL=base, HELIX_SECRET_KEY="k" * 50,
        HELIX_VAULT_KEYS="k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    )  # fmt: skip

    assert done.stdout.strip() == wanted, done.stderr


def test_the_cookie_is_sent_with_its_flags(people: People) -> None:
    client = Client()
    sign_in(client, people.bob)
    cookie = client.cookies["helix"]

    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"]
    assert cookie["max-age"] == 14 * 24 * HOUR
