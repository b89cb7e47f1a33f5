"""People of one team, a way to sign them in as they do it themselves, and an authenticator app."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from helix.teams.models import Member, Team, User
from helix.teams.roles import Role

GOOD = "correct horse battery"


@dataclass
class People:
    """Ada owns the team, Bob edits, Nora is in no team. All know the good password."""

    team: Team
    ada: User
    bob: User
    nora: User

    def at(self, path: str) -> str:
        return f"/t/{self.team.slug}/{path}"


@pytest.fixture
def people(db: None) -> People:
    team = Team.objects.create(slug="ours", name="Ours")
    ada, bob, nora = (
        User.objects.create_user(f"{name}@ours.example", GOOD, name=name) for name in ("ada", "bob", "nora")
    )
    Member.objects.create(team=team, user=ada, role=Role.OWNER)
    Member.objects.create(team=team, user=bob, role=Role.EDITOR)
    return People(team, ada, bob, nora)


def code_of(secret: str, later: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(client: Client, user: User, password: str = GOOD, **more: str) -> str:
    """Sign in by the form; where it leads, "" when it is refused."""
    answer = client.post("/sign-in/", {"login": user.email, "password": password, **more})
    return str(answer.headers.get("Location", ""))


@dataclass
class App:
    """An authenticator app, and the recovery codes that were shown."""

    secret: str
    codes: list[str]


@pytest.fixture
def turn_on() -> Callable[[Client], App]:
    """Set a second factor up in the browser of somebody who is signed in. Its first code is used up by that."""

    def set_up(client: Client, code: Callable[[str], str] = code_of) -> App:
        page = client.get("/account/second-factor/").content.decode()
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert found is not None, page
        secret = found[1].replace(" ", "")
        answer = client.post("/account/second-factor/", {"code": code(secret)})
        assert answer.headers.get("Location") == "/account/second-factor/codes/", answer.content.decode()
        shown = client.get("/account/second-factor/codes/").content.decode()
        return App(secret, [each.replace(" ", "") for each in re.findall(r"<li><code>([\d ]+)</code>", shown)])

    return set_up
