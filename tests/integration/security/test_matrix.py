"""Every address x method x role against the one table; an address without a row fails."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helix.teams.roles import Role, may
from tests.integration.security.addresses import parameters, routes, written
from tests.integration.security.table import CALLS, NO_ADDRESS, OPEN, PAGES, Row
from tests.integration.security.world import World

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
asserted: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """How many combinations were asserted, for whoever reads the output."""
    yield
    print(f"\npermission matrix: {len(routes())} addresses, {asserted.total()} combinations asserted {dict(asserted)}")


class Wrong(dict[str, tuple[int, int]]):
    """What was answered otherwise than the table says."""

    def note(self, kind: str, what: str, wanted: int, got: int) -> None:
        asserted[kind] += 1
        if wanted != got:
            self[what] = (wanted, got)

    def __str__(self) -> str:
        return "\n".join(f"{what}: expected {wanted}, got {got}" for what, (wanted, got) in self.items())


def ask(client: Client, method: str, address: str, row: Row | None, world: World, **headers: str) -> int:
    """The status of one request, in a transaction that is undone."""
    given: dict[str, Any] = {"headers": headers}
    if row is not None and row.form is not None:
        given["data"] = row.form(world)
    elif row is not None and row.json is not None:
        given |= {"data": json.dumps(row.json(world)), "content_type": "application/json"}
    elif address.startswith("/api/") and method not in ("GET", "HEAD"):
        given |= {"data": "{}", "content_type": "application/json"}
    with transaction.atomic():
        answer = getattr(client, method.lower())(address, **given)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = OPEN.keys() | PAGES.keys() | CALLS.keys() | NO_ADDRESS

    assert set(routes()) - rows == set(), "give these addresses a row in tests/integration/security/table.py"
    assert rows - set(routes()) == set(), "these rows have no address any more"
    assert len(OPEN) + len(PAGES) + len(CALLS) + len(NO_ADDRESS) == len(rows), "an address has two rows"


def test_pages_and_acts_of_a_team(world: World, other: World) -> None:
    wrong, nobody = Wrong(), Client()
    clients: dict[str, Client] = {
        "nobody": nobody,
        "stranger": other.client(Role.OWNER),
        **{str(role): world.client(role) for role in Role},
    }
    for route, rows in PAGES.items():
        address = written(route, world)
        for method in METHODS:
            row = rows.get(method)
            for who, client in clients.items():
                wanted = {"nobody": 302, "stranger": 404}.get(who) or 403
                if row is None:
                    wanted = 405
                elif who not in ("nobody", "stranger") and row.ability and may(who, row.ability):
                    wanted = row.status
                wrong.note("pages", f"{method} {route} as {who}", wanted, ask(client, method, address, row, world))
            if row is not None:
                got = ask(nobody, method, address, row, world, accept="application/json")
                wrong.note("pages", f"{method} {route} as nobody who reads JSON", 401, got)
                nowhere = written(route, world, team="no-such-team")
                got = ask(clients[Role.OWNER], method, nowhere, row, world)
                wrong.note("pages", f"{method} {route} of a team that is none", 404, got)

    assert not wrong, str(wrong)


def test_calls_of_the_api(world: World, other: World) -> None:
    wrong, client, signed_in = Wrong(), Client(), world.client(Role.OWNER)
    for route, rows in CALLS.items():
        address = written(route, world)
        of_a_thing = any(name not in ("part", "number") for name in parameters(route))
        for method in METHODS:
            row = rows.get(method)
            for role in (None, *Role):
                header = {"authorization": f"Bearer {world.tokens[role]}"} if role else {}
                allowed = bool(role and row and row.ability and may(role, row.ability))
                wanted = 405 if row is None else 401 if role is None else row.status if allowed else 403
                got = ask(client, method, address, row, world, **header)
                wrong.note("calls", f"{method} {route} with a token of {role}", wanted, got)
            if row is not None:
                header = {"authorization": f"Bearer {other.tokens[Role.OWNER]}"}
                got = ask(client, method, address, row, world, **header)
                wanted = 404 if of_a_thing else row.status
                wrong.note("calls", f"{method} {route} with another team's token", wanted, got)
                got = ask(signed_in, method, address, row, world)
                wrong.note("calls", f"{method} {route} with a session and no token", 401, got)

    assert not wrong, str(wrong)


def test_open_addresses(world: World) -> None:
    wrong = Wrong()
    for route, rows in OPEN.items():
        address = written(route, world)
        for method in METHODS:
            row = rows.get(method)
            for who in ("nobody", *Role):
                client = Client() if who == "nobody" else world.client(Role(who))
                out = row.signed_out if row is not None and who == "nobody" else None
                wanted = 405 if row is None else row.status if out is None else out
                wrong.note("open", f"{method} {route} as {who}", wanted, ask(client, method, address, row, world))

    assert not wrong, str(wrong)
