"""Signing in: what fails is counted over all processes, says nothing about who exists, and takes the same time."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.test import Client

from helix.audit.models import Entry
from helix.teams.models import Limit, User
from tests.house.files import ROOT
from tests.integration.teams.conftest import GOOD, People, sign_in

TRIES = """
import sys, django
django.setup()
from django.test import Client
client = Client(REMOTE_ADDR=sys.argv[1], headers={"host": "localhost"})
for password in sys.argv[2:]:
    print(client.post("/sign-in/", {"login": "ada@ours.example", "password": password}).status_code)
"""


def test_two_processes_count_the_same_tries(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELIX_", "DATABASE_", "REDIS_"))}
    environment = {
        **kept, "HELIX_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "helix.settings",
        "HELIX_VAULT_KEYS": "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "HELIX_SECRET_KEY": "s" * 50,
    }  # fmt: skip

    def run(*arguments: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    run("manage.py", "migrate", "--verbosity", "0")
    make = f"from helix.teams.models import User; User.objects.create_user('ada@ours.example', {GOOD!r})"
    run("manage.py", "shell", "--no-imports", "--command", make)

    first = run("-c", TRIES, "10.0.0.1", "wrong 1", "wrong 2", "wrong 3")
    second = run("-c", TRIES, "10.0.0.2", "wrong 4", "wrong 5", "wrong 6", GOOD)

    assert first == ["422", "422", "422"]
    assert second == ["422", "422", "429", "429"]


def test_a_thousand_guesses_are_stopped_for_the_account_and_for_the_address(people: People) -> None:
    from_everywhere = [
        Client(REMOTE_ADDR=f"10.{n // 250}.1.{n % 250}").post("/sign-in/", {"login": people.ada.email, "password": f"guess {n}"}).status_code
        for n in range(200)
    ]  # fmt: skip
    one_address = Client(REMOTE_ADDR="10.9.9.9")
    at_everybody = [
        one_address.post("/sign-in/", {"login": f"person{n}@ours.example", "password": "guess"}).status_code
        for n in range(800)
    ]

    assert from_everywhere == [422] * 5 + [429] * 195
    assert at_everybody == [422] * 10 + [429] * 790


def test_the_port_of_the_host_header_buys_no_tries(people: People) -> None:
    answers = [
        Client(REMOTE_ADDR=f"10.0.0.{n}", headers={"host": f"localhost:{8000 + n}"})
        .post("/sign-in/", {"login": people.ada.email.upper() if n % 2 else people.ada.email, "password": "wrong"})
        .status_code
        for n in range(8)
    ]

    assert answers == [422] * 5 + [429] * 3


def test_the_right_password_is_let_in_again_after_five_minutes(people: People) -> None:
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        for n in range(6):
            sign_in(Client(REMOTE_ADDR=f"10.0.0.{n}"), people.ada, "wrong")
        early = sign_in(Client(), people.ada)
        clock.shift(301)

        assert (early, sign_in(Client(), people.ada)) == ("", "/")


def test_the_counts_are_rows_of_the_database(people: People) -> None:
    sign_in(Client(), people.ada, "wrong")

    assert isinstance(caches["default"], DatabaseCache)
    assert Limit.objects.filter(cache_key__contains="login_failed").exists()
    cache.clear()
    assert not Limit.objects.exists()


def test_the_answer_does_not_tell_who_exists(people: People) -> None:
    inactive = User.objects.create_user("gone@ours.example", GOOD, is_active=False)
    User.objects.create_user("link@ours.example")
    answers = {
        who: Client(REMOTE_ADDR=f"10.0.0.{n}").post("/sign-in/", {"login": f"{who}@ours.example", "password": given})
        for n, (who, given) in enumerate(
            {"ada": "wrong", "nobody": GOOD, inactive.email[:4]: GOOD, "link": GOOD}.items()
        )
    }

    texts = {who: answer.content.decode().replace(f"{who}@", "x@") for who, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({text.partition('role="alert"')[2].partition("<button")[0] for text in texts.values()}) == 1
    assert all("do not belong together" in text for text in texts.values())


def test_an_unknown_account_takes_as_long_as_a_known_one(people: People) -> None:
    """Medians of interleaved tries; the bound is wide, as a missing hash would make it ten times faster."""
    taken: dict[str, list[float]] = {"ada": [], "nobody": []}
    for n in range(24):
        who = "ada" if n % 2 else "nobody"
        cache.clear()
        client = Client(REMOTE_ADDR=f"10.0.0.{n}")
        began = time.process_time()
        client.post("/sign-in/", {"login": f"{who}@ours.example", "password": "wrong"})
        taken[who].append(time.process_time() - began)
    known, unknown = statistics.median(taken["ada"]), statistics.median(taken["nobody"])

    print(f"\nprocessor time of a refusal: known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert 0.6 < unknown / known < 1.6


@pytest.mark.parametrize(
    "path", ["signup", "login", "logout", "password/reset", "password/change", "email", "2fa", "sessions"]
)
def test_no_other_door_of_allauth_is_routed(people: People, path: str) -> None:
    client = Client()
    sign_in(client, people.ada)

    assert client.get(f"/accounts/{path}/").status_code == client.get(f"/{path}/").status_code == 404


def test_who_came_in_how_and_who_was_refused_is_noted(people: People) -> None:
    sign_in(Client(), people.bob, "wrong")
    sign_in(Client(), people.bob)
    sign_in(Client(), people.nora)

    ours = Entry.objects.filter(scope=str(people.team.pk), act__startswith="person.").order_by("number")
    assert [(each.act, each.object_name, each.after) for each in ours] == [
        ("person.sign_in_refused", "bob@ours.example", "wrong password"),
        ("person.signed_in", "bob", "by password"),
    ]
    assert Entry.objects.get(scope="instance", act="person.signed_in").object_name == "nora"


def test_a_session_gets_a_new_name_when_somebody_signs_in(people: People) -> None:
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key or ""

    sign_in(client, people.ada)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stranger.get("/account/").status_code == 302
