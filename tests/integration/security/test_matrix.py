"""Every address x method x role against the one table; an address without a row fails."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from helix.api.limits import forget_limit
from helix.teams.roles import Role, may
from tests.integration.security.addresses import parameters, routes, written
from tests.integration.security.table import CALLS, NO_ADDRESS, OPEN, PAGES, Row
from tests.integration.security.world import World, make_world

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
COUNTED = {"combinations": 0}


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    monkeypatch.setattr(settings.HELIX, "HELIX_SANDBOX_URL", "http://127.0.0.1:1")
    return make_world("mine")


@pytest.fixture
def other(world: World) -> World:
    return make_world("other")


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """How many combinations were asserted, for whoever reads the output."""
    yield
    forget_limit()
    print(f"\npermission matrix: {len(routes())} addresses, {COUNTED['combinations']} combinations asserted")


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = OPEN.keys() | PAGES.keys() | CALLS.keys() | NO_ADDRESS

    assert set(routes()) - rows == set(), "give these addresses a row in tests/integration/security/table.py"
    assert rows - set(routes()) == set(), "these rows have no address any more"
    assert len(OPEN) + len(PAGES) + len(CALLS) + len(NO_ADDRESS) == len(rows), "an address has two rows"


def ask(client: Client, method: str, address: str, row: Row | None, world: World, **headers: str) -> int:
    """The status of one request, in a transaction that is undone."""
    kind, content = "application/json", b""
    if row is not None and row.json is not None:
        content = json.dumps(row.json(world)).encode()
    given: dict[str, Any] = {"headers": headers}
    if row is not None and row.form is not None:
        given["data"] = row.form(world)
    elif content:
        given |= {"data": content, "content_type": kind}
    with transaction.atomic():
        answer = getattr(client, method.lower())(address, **given)
        answer.close()
        transaction.set_rollback(True)
    COUNTED["combinations"] += 1
    return int(answer.status_code)


def lines(found: dict[str, tuple[int, int]]) -> str:
    return "\n".join(f"{what}: expected {wanted}, got {got}" for what, (wanted, got) in found.items())


@pytest.mark.parametrize("route", sorted(PAGES))
def test_a_page_or_act_of_a_team(route: str, world: World, other: World) -> None:
    address, wrong = written(route, world), {}
    clients = {role: world.client(role) for role in Role}
    for method in METHODS:
        row = PAGES[route].get(method)
        expected: dict[str, int] = {"nobody": 302, "stranger": 404}
        for role in Role:
            expected[role] = 405 if row is None else row.status if row.ability and may(role, row.ability) else 403
        for who, status in expected.items():
            client = clients[Role(who)] if who in list(Role) else Client() if who == "nobody" else other.client(Role.OWNER)
            wanted = 405 if row is None else status
            got = ask(client, method, address, row, world)
            if got != wanted:
                wrong[f"{method} {route} as {who}"] = (wanted, got)
        if row is not None:
            got = ask(Client(), method, address, row, world, accept="application/json")
            if got != 401:
                wrong[f"{method} {route} as nobody who reads JSON"] = (401, got)
            got = ask(clients[Role.OWNER], method, written(route, world, team="no-such-team"), row, world)
            if got != 404:
                wrong[f"{method} {route} of a team that is none"] = (404, got)

    assert not wrong, lines(wrong)


@pytest.mark.parametrize("route", sorted(CALLS))
def test_a_call_of_the_api(route: str, world: World, other: World) -> None:
    address, client, wrong = written(route, world), Client(), {}
    of_a_thing = any(name not in ("part", "number") for name in parameters(route))
    for method in METHODS:
        row = CALLS[route].get(method)
        for role in (None, *Role):
            header = {"authorization": f"Bearer {world.tokens[role]}"} if role else {}
            allowed = bool(role and row and row.ability and may(role, row.ability))
            wanted = 405 if row is None else 401 if role is None else row.status if allowed else 403
            got = ask(client, method, address, row, world, **header)
            if got != wanted:
                wrong[f"{method} {route} with a token of {role}"] = (wanted, got)
        if row is not None:
            header = {"authorization": f"Bearer {other.tokens[Role.OWNER]}"}
            wanted = 404 if of_a_thing else row.status
            got = ask(client, method, address, row, world, **header)
            if got != wanted:
                wrong[f"{method} {route} with another team's token"] = (wanted, got)
            got = ask(world.client(Role.OWNER), method, address, row, world)
            if got != 401:
                wrong[f"{method} {route} with a session and no token"] = (401, got)

    assert not wrong, lines(wrong)


@pytest.mark.parametrize("route", sorted(OPEN))
def test_an_open_address(route: str, world: World) -> None:
    address, wrong = written(route, world), {}
    for method in METHODS:
        row = OPEN[route].get(method)
        for who in ("nobody", *Role):
            client = Client() if who == "nobody" else world.client(Role(who))
            out = row.signed_out if row is not None and who == "nobody" else None
            wanted = 405 if row is None else row.status if out is None else out
            got = ask(client, method, address, row, world)
            if got != wanted:
                wrong[f"{method} {route} as {who}"] = (wanted, got)

    assert not wrong, lines(wrong)
