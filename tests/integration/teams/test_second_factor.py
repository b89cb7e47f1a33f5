"""A second factor: set up, asked for at sign-in, used once, replaced by a recovery code, turned off."""

import os
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from pydantic import SecretStr

from helix.audit.models import Entry
from helix.connections.second_factor import seal_anew
from helix.connections.vault import make_key
from helix.teams.keys import make_link
from tests.integration.teams.conftest import App, People, code_of, sign_in

TurnOn = Callable[[Client], App]
HOME, STEP = "/", "/sign-in/code/"


@pytest.fixture
def app(people: People, turn_on: TurnOn) -> App:
    """Bob's."""
    client = Client()
    sign_in(client, people.bob)
    return turn_on(client)


def acts(people: People) -> list[str]:
    return list(Entry.objects.filter(scope=str(people.team.pk)).order_by("number").values_list("act", flat=True))


def test_a_password_alone_leads_to_the_second_step_and_opens_nothing(people: People, app: App) -> None:
    client = Client()

    assert sign_in(client, people.bob) == STEP
    assert client.get(people.at("flows/")).headers["Location"].startswith("/sign-in/?next=")
    assert client.get("/account/").status_code == 302


def test_the_code_of_the_app_signs_in_and_leads_on(people: People, app: App) -> None:
    client = Client()
    sign_in(client, people.bob, next=people.at("runs/"))

    answer = client.post(STEP, {"code": code_of(app.secret, 1)})

    assert answer.headers["Location"] == people.at("runs/")
    assert client.get(people.at("flows/")).status_code == 200
    assert Entry.objects.filter(act="person.signed_in").latest("pk").after == "by password and second factor"


@pytest.mark.parametrize("code", ["000000", "", "12345", "abcdef", "１２３４５６"])
def test_a_wrong_code_is_refused_with_a_sentence(people: People, app: App, code: str) -> None:
    client = Client()
    sign_in(client, people.bob)

    answer = client.post(STEP, {"code": code})

    assert answer.status_code == 422
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("later", [0, 15, 31, 45])
def test_a_code_works_once_for_as_long_as_it_could_be_good(people: People, turn_on: TurnOn, later: int) -> None:
    with time_machine.travel(1_900_000_005, tick=False) as clock:
        owner = Client()
        sign_in(owner, people.bob)
        app = turn_on(owner)
        clock.shift(60)
        code = code_of(app.secret)
        first, second = Client(), Client()
        sign_in(first, people.bob)
        sign_in(second, people.bob)
        assert first.post(STEP, {"code": code}).headers.get("Location") == HOME

        clock.shift(later)
        again = second.post(STEP, {"code": code})

    assert again.status_code == 422
    assert "was used before" in again.content.decode()


def test_the_code_that_turned_it_on_does_not_sign_in_as_well(people: People, turn_on: TurnOn) -> None:
    with time_machine.travel(1_900_000_005, tick=False):
        owner, other = Client(), Client()
        sign_in(owner, people.bob)
        app = turn_on(owner)
        sign_in(other, people.bob)

        assert other.post(STEP, {"code": code_of(app.secret)}).status_code == 422


def test_a_code_may_be_half_a_minute_early_or_late_but_not_more(people: People, turn_on: TurnOn) -> None:
    with time_machine.travel(1_900_000_005, tick=False) as clock:
        owner = Client()
        sign_in(owner, people.bob)
        app = turn_on(owner)
        clock.shift(300)
        statuses = []
        for step in (-2, -1, 1, 2):
            client = Client()
            sign_in(client, people.bob)
            statuses.append(client.post(STEP, {"code": code_of(app.secret, step)}).status_code)

    assert statuses == [422, 302, 302, 422]


def test_a_recovery_code_works_once(people: People, app: App) -> None:
    first, second = Client(), Client()
    sign_in(first, people.bob)
    sign_in(second, people.bob)

    used = first.post(STEP, {"code": f"{app.codes[3][:4]} {app.codes[3][4:]}"})
    again = second.post(STEP, {"code": app.codes[3]})
    other = second.post(STEP, {"code": app.codes[4]})

    assert len(set(app.codes)) == 10
    assert (used.status_code, again.status_code, other.status_code) == (302, 422, 302)
    assert "8 of 10 recovery codes left" in first.get("/account/").content.decode()


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(people: People, turn_on: TurnOn) -> None:
    client, other = Client(), Client()
    sign_in(client, people.bob)
    app = turn_on(client)

    again = client.get("/account/second-factor/codes/").content.decode()
    client.post("/account/second-factor/codes/")
    fresh = client.get("/account/second-factor/codes/").content.decode()
    sign_in(other, people.bob)

    assert not any(f"{code[:4]} {code[4:]}" in again for code in app.codes)
    assert "data:text/plain" in fresh and 'download="helix-recovery-codes.txt"' in fresh
    assert other.post(STEP, {"code": app.codes[0]}).status_code == 422


def test_five_wrong_codes_end_the_trying_for_the_account_wherever_they_come_from(people: People, app: App) -> None:
    answers = []
    for number in range(6):
        client = Client(REMOTE_ADDR=f"10.0.0.{number + 1}")
        sign_in(client, people.bob)
        answers.append(client.post(STEP, {"code": "000000"}).content.decode())
    right = client.post(STEP, {"code": code_of(app.secret, 1)})

    assert "is not right" in answers[4] and "Too many wrong tries" in answers[5]
    assert right.status_code == 422


def test_a_wrong_code_while_setting_up_keeps_the_secret(people: People) -> None:
    client = Client()
    sign_in(client, people.bob)
    before = client.get("/account/second-factor/").content.decode()

    refused = client.post("/account/second-factor/", {"code": "000000"})

    secret = before.partition("<code>")[2].partition("</code>")[0]
    assert refused.status_code == 422 and secret in refused.content.decode()
    assert not Authenticator.objects.exists()


def test_turning_it_on_ends_the_sessions_that_came_in_without_it(people: People, turn_on: TurnOn) -> None:
    old, new = Client(), Client()
    sign_in(old, people.bob)
    sign_in(new, people.bob)

    turn_on(new)

    assert old.get("/account/").status_code == 302
    assert new.get("/account/").status_code == 200
    assert "person.second_factor_on" in acts(people) and "person.sessions_ended" in acts(people)


def test_turned_off_it_is_not_asked_for_and_the_codes_are_gone(people: People, turn_on: TurnOn) -> None:
    client, other = Client(), Client()
    sign_in(client, people.bob)
    turn_on(client)

    client.post("/account/second-factor/off/")

    assert not Authenticator.objects.exists()
    assert sign_in(other, people.bob) == HOME
    assert acts(people)[-2:] == ["person.second_factor_off", "person.signed_in"]


def test_a_sign_in_link_takes_the_place_of_the_password_only(people: People, app: App) -> None:
    client = Client()

    assert client.get(f"/sign-in/{make_link(people.bob)}/").headers["Location"] == STEP
    assert client.get("/account/").status_code == 302
    assert client.post(STEP, {"code": code_of(app.secret, 1)}).headers["Location"] == HOME


def test_a_session_of_another_person_does_not_carry_over_a_link(people: People, app: App) -> None:
    client = Client()
    sign_in(client, people.ada)

    client.get(f"/sign-in/{make_link(people.bob)}/")

    assert client.get("/account/").status_code == 302  # Ada is out, Bob has not typed his code


def test_the_operator_lets_somebody_in_again(people: People, app: App) -> None:
    client = Client()

    call_command("remove_second_factor", "BOB@ours.example")

    assert sign_in(client, people.bob) == HOME
    assert Entry.objects.filter(act="person.second_factor_off").latest("pk").actor_kind == "command"
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("remove_second_factor", people.bob.email)


def test_the_secret_is_sealed_and_can_be_sealed_anew(people: People, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {each.type: each.data for each in Authenticator.objects.all()}
    assert app.secret not in str(kept) and not any(code in str(kept) for code in app.codes)

    assert seal_anew() == 0  # it is under the newest key already
    fresh = make_key()
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(f"{fresh},{os.environ['HELIX_VAULT_KEYS']}"))
    call_command("rotate_keys")
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(fresh))

    client = Client()
    sign_in(client, people.bob)
    assert {each.type: each.data for each in Authenticator.objects.all()} != kept
    assert client.post(STEP, {"code": code_of(app.secret, 1)}).headers["Location"] == HOME
    other = Client()
    sign_in(other, people.bob)
    assert other.post(STEP, {"code": app.codes[9]}).headers["Location"] == HOME
