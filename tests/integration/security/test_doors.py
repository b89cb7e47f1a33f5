"""Forged requests, headers of every answer, stolen and dead tokens, a lost vault key."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from helix.engine.models import Run
from helix.teams.models import ApiToken, Member
from helix.teams.roles import Role
from tests.integration.security.addresses import written
from tests.integration.security.table import CALLS, OPEN, PAGES
from tests.integration.security.world import World, digest_of

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
NO_COOKIE = ("h/", "api/")
"""Doors that read no cookie, so that nothing can be forged in somebody's name; test_open_doors.py counts them."""


def test_no_act_is_done_without_the_token_of_the_page(world: World) -> None:
    before, tried, wrong = digest_of(world.team), 0, []
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.OWNER])
    for route, rows in (OPEN | PAGES).items():
        if route.startswith(NO_COOKIE):
            continue
        for method in set(rows) & set(UNSAFE):
            row = rows[method]
            body = (row.form or row.json or (lambda world: {}))(world)
            given: Any = body if row.form else json.dumps(body)
            kind = {} if row.form and method == "POST" else {"content_type": "application/json"}
            for headers in ({}, {"origin": "https://evil.example"}, {"x-csrftoken": "a" * 64}):
                answer = getattr(client, method.lower())(written(route, world), given, headers=headers, **kind)
                tried += 1
                if answer.status_code != 403:
                    wrong.append(f"{method} {route}: {answer.status_code}")

    assert not wrong, "\n".join(wrong)
    assert tried > 150 and digest_of(world.team) == before
    print(f"\nforged requests: {tried} refused")


def test_a_session_opens_nothing_of_the_api(world: World) -> None:
    client = world.client(Role.OWNER)
    for route, rows in CALLS.items():
        for method in rows:
            assert getattr(client, method.lower())(written(route, world)).status_code in (401, 415), route


def test_every_answer_has_the_headers_that_keep_browsers_safe(world: World) -> None:
    seen = Counter[str]()
    for route, rows in (OPEN | PAGES).items():
        if "GET" not in rows or route.startswith("live/"):
            continue
        answer = world.client(Role.OWNER).get(written(route, world))
        found = answer.headers
        policy = found["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, route
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy and "form-action 'self'" in policy
        assert found["X-Frame-Options"] == "DENY" and found["X-Content-Type-Options"] == "nosniff"
        assert found["Referrer-Policy"] == "same-origin"
        assert found["Cross-Origin-Opener-Policy"] == found["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in found["Permissions-Policy"]
        if route in PAGES:
            assert "no-store" in found.get("Cache-Control", ""), (route, answer.status_code)
        for cookie in answer.cookies.values():
            assert cookie["samesite"] == "Lax" and (cookie["httponly"] or cookie.key == "theme"), (route, cookie.key)
        seen[route] += 1
    assert seen.total() > 40


def token(world: World, role: Role) -> dict[str, str]:
    return {"authorization": f"Bearer {world.tokens[role]}"}


DEATHS: dict[str, Any] = {
    "expired": lambda world: ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
    "revoked": lambda world: ApiToken.objects.update(revoked_at=timezone.now()),
    "its maker has left the team": lambda world: Member.objects.filter(user=world.people[Role.OWNER]).delete(),
    "its maker may not sign in": lambda world: type(world.people[Role.OWNER]).objects.update(is_active=False),
}


@pytest.mark.parametrize("how", DEATHS)
def test_a_dead_token_opens_nothing_at_once(how: str, world: World) -> None:
    assert Client().get("/api/v1/flows", headers=token(world, Role.ADMIN)).status_code == 200
    DEATHS[how](world)

    for route, rows in CALLS.items():
        for method in rows:
            answer = getattr(Client(), method.lower())(
                written(route, world) if route != "api/v1/tokens/<uuidstr:token_id>" else "/api/v1/tokens",
                headers=token(world, Role.ADMIN),
                **({} if method == "GET" else {"content_type": "application/json"}),
            )
            assert answer.status_code in (401, 405), (route, answer.status_code)
            assert "expired" not in answer.json()["error"]["message"]


def test_a_token_falls_with_its_makers_role(world: World) -> None:
    Member.objects.filter(user=world.people[Role.OWNER]).update(role=Role.VIEWER)

    run = Client().post(
        f"/api/v1/flows/{world.flow.pk}/runs", "{}", content_type="application/json", headers=token(world, Role.ADMIN)
    )
    assert run.status_code == 403
    assert Client().get("/api/v1/flows", headers=token(world, Role.ADMIN)).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer ",
        "bearer hlx_",
        "Basic {key}",
        "Bearer {key}x",
        "Bearer  {key} x",
        "Bearer \u00e9",
        "Token {key}",
    ],
)
def test_what_is_no_token_is_no_token(given: str, world: World) -> None:
    header = given.format(key=world.tokens[Role.OWNER])

    assert (
        Client().get("/api/v1/flows", headers={"authorization": header.encode().decode("latin-1")}).status_code == 401
    )


def test_a_token_in_an_address_or_a_cookie_opens_nothing(world: World) -> None:
    key, client = world.tokens[Role.OWNER], Client()
    client.cookies["token"] = client.cookies["authorization"] = key

    assert client.get(f"/api/v1/flows?token={key}&access_token={key}").status_code == 401


def test_a_lost_vault_key_is_a_sentence_and_destroys_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of(world.team)
    other = "other:HR4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(other))
    owner, wrong = world.client(Role.OWNER), []
    try:
        for route, rows in (PAGES | CALLS).items():
            if not any(word in route for word in ("connection", "endpoint", "events", "flows/<uuid", "webhook")):
                continue
            for method, row in rows.items():
                if method == "DELETE" or route.endswith(("remove/", "delete/", "import", "import/")):
                    continue
                given: dict[str, Any] = {"headers": token(world, Role.OWNER) if route in CALLS else {}}
                if row.form is not None:
                    given["data"] = row.form(world)
                elif row.json is not None:
                    given |= {"data": json.dumps(row.json(world)), "content_type": "application/json"}
                answer = getattr(owner, method.lower())(written(route, world), **given)
                told = b"HELIX_VAULT_KEYS" in getattr(answer, "content", b"")
                if answer.status_code >= 500 and not (answer.status_code == 503 and told):
                    wrong.append(f"{method} {route}: {answer.status_code}")
    finally:
        monkeypatch.undo()
    after = digest_of(world.team)

    assert not wrong, "\n".join(wrong)
    for table in ("Connection", "ConnectionSecret", "Endpoint", "TeamKey"):
        sealed = [
            {name: value for name, value in row.items() if isinstance(value, bytes | memoryview)}
            for row in before[table]
        ]
        now = [
            {name: value for name, value in row.items() if isinstance(value, bytes | memoryview)}
            for row in after[table]
        ]
        assert now[: len(sealed)] == sealed, table
    assert Run.objects.filter(team=world.team).exists() and not connection.needs_rollback
