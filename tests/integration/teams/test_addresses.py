"""Changing one's e-mail address by a link that is sent to the new one; and letting a newcomer in."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from allauth.core import context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pydantic import SecretStr

from helix.audit.models import Entry
from helix.teams.models import User
from helix.teams.welcome import welcome
from tests.integration.teams.conftest import GOOD, People, sign_in

NEW = "robert@ours.example"


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch) -> None:
    """This installation has a mail server; Django's tests keep what is sent."""
    monkeypatch.setattr(settings.HELIX, "HELIX_EMAIL_URL", SecretStr("smtp://mail.ours.example"))


@pytest.fixture
def bob(people: People, mailing: None) -> Client:
    client = Client()
    sign_in(client, people.bob)
    return client


def link_in(text: str) -> str:
    found = re.search(r"http://testserver(/account/email/\S+)", str(text))
    assert found is not None
    return found[1]


def test_the_address_changes_when_the_link_is_opened_and_confirmed(people: People, bob: Client) -> None:
    bob.post("/account/email/", {"email": NEW.upper()})
    people.bob.refresh_from_db()
    before, [message] = people.bob.email, mail.outbox
    link = link_in(str(message.body))
    looked = bob.get(link).content.decode()
    people.bob.refresh_from_db()
    after_a_look = people.bob.email
    bob.post(link)
    people.bob.refresh_from_db()

    assert message.to == [NEW] and before == after_a_look == "bob@ours.example"
    assert NEW in looked and people.bob.email == NEW
    assert mail.outbox[1].to == ["bob@ours.example"] and NEW in str(mail.outbox[1].body)
    entry = Entry.objects.get(act="person.email_changed")
    assert (entry.before, entry.after) == ("bob@ours.example", NEW)
    assert bob.post(link).status_code == 410
    assert sign_in(Client(), people.bob) == "/"


def test_an_address_of_somebody_else_is_neither_taken_nor_told(people: People, bob: Client) -> None:
    told = bob.post("/account/email/", {"email": people.ada.email}, follow=True).content.decode()

    assert "A link is on its way" in told and mail.outbox == []


def test_an_address_that_was_taken_meanwhile_is_refused(people: People, bob: Client) -> None:
    bob.post("/account/email/", {"email": NEW})
    User.objects.create_user(NEW)

    assert bob.post(link_in(str(mail.outbox[0].body))).status_code == 410


def test_the_link_works_for_a_day_and_for_its_person_only(people: People, bob: Client) -> None:
    bob.post("/account/email/", {"email": NEW})
    link = link_in(str(mail.outbox[0].body))
    ada = Client()
    sign_in(ada, people.ada)

    assert Client().get(link).status_code == 302
    assert ada.post(link).status_code == 410
    assert bob.get(link[:-3] + "xx/").status_code == 410
    with time_machine.travel("2100-01-01"):
        late = Client()
        sign_in(late, people.bob)
        assert late.get(link).status_code == 410


def test_without_a_mail_server_it_is_said_plainly(people: People) -> None:
    client = Client()
    sign_in(client, people.bob)

    page = client.get("/account/").content.decode()
    sent = client.post("/account/email/", {"email": NEW})

    assert "this installation has no mail server" in page and "HELIX_EMAIL_URL" in page
    assert sent.status_code == 422 and mail.outbox == []


def test_a_mail_server_that_is_away_is_a_sentence(people: People, bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)

    answer = bob.post("/account/email/", {"email": NEW})

    assert answer.status_code == 422 and "did not take the message" in answer.content.decode()


@pytest.fixture
def request_of() -> Iterator[HttpRequest]:
    """A request of somebody who is not signed in, as a view of an invitation has it."""
    request = RequestFactory().post("/invitations/x/")
    request.session, request.user = SessionStore(), AnonymousUser()
    with context.request_context(request):
        yield request


def test_a_newcomer_is_made_and_signed_in(people: People, request_of: HttpRequest) -> None:
    user, answer = welcome(request_of, " Zoe@Ours.example ", name="Zoe", password=GOOD, wanted="/t/ours/flows/")

    assert user is not None and (user.email, user.name) == ("zoe@ours.example", "Zoe")
    assert request_of.user == user and answer.headers["Location"] == "/t/ours/flows/"
    assert sign_in(Client(), user) == "/"


def test_somebody_helix_knows_is_not_signed_in_by_an_invitation(people: People, request_of: HttpRequest) -> None:
    user, answer = welcome(request_of, people.ada.email, password="taken over by this", wanted="/invitations/x/")

    assert user is None and not request_of.user.is_authenticated
    assert answer.headers["Location"] == "/sign-in/?next=%2Finvitations%2Fx%2F"
    assert sign_in(Client(), people.ada) == "/"


def test_who_is_signed_in_takes_the_invitation_as_they_are(people: People, request_of: HttpRequest) -> None:
    request_of.user = people.ada

    user, answer = welcome(request_of, people.ada.email, wanted="/t/ours/flows/")

    assert user == people.ada and answer.headers["Location"] == "/t/ours/flows/"


def test_an_invitation_leads_to_no_other_site(people: People, request_of: HttpRequest) -> None:
    _, answer = welcome(request_of, "zoe@ours.example", wanted="https://evil.example/")

    assert answer.headers["Location"] == "/"
