"""Whose sign-in is old is asked again, with a valid CSRF token too, on exactly these pages; until then nothing is done."""

import json
import time
from typing import Any

from django.db import transaction
from django.test import Client

from helix.audit.models import Entry
from helix.teams.roles import Role
from helix.teams.sudo import CONFIRMED
from tests.integration.security.addresses import written
from tests.integration.security.table import PAGES, Row
from tests.integration.security.world import World

T = "t/<slug:team>/"
C = T + "connections/<uuid:connection_id>/"
ASKED = {
    T + "audit/export/",
    T + "connections/connect/",
    *(C + page for page in ("change/", "remove/", "rotation/", "events/")),
    T + "flows/<uuid:flow_id>/webhook/",
    T + "second-factor/",
    *(
        T + "team/" + page
        for page in ("members/<uuid:user_id>/role/", "members/<uuid:user_id>/remove/", "privacy/person/")
    ),
    *(T + "team/" + page for page in ("settings/hand-over/", "settings/delete/", "tokens/", "invitations/", "export/")),
}


def aged(world: World) -> tuple[Client, dict[str, str]]:
    """The owner, who signed in an hour ago, and the headers that a page of ours sends."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.OWNER])
    session = client.session
    session[CONFIRMED] = time.time() - 3600
    session.save()
    client.get(f"/t/{world.team.slug}/flows/")
    return client, {"X-CSRFToken": client.cookies[next(name for name in client.cookies if "csrf" in name)].value}


def asks(world: World, route: str, method: str, row: Row, **more: str) -> bool:
    """Whether the person is asked who they are; then nothing may have been noted in the audit log."""
    client, headers = aged(world)
    given: dict[str, Any] = {"headers": {**headers, **more}}
    if row.form is not None:
        given["data"] = row.form(world)
    elif row.json is not None:
        given |= {"data": json.dumps(row.json(world)), "content_type": "application/json"}
    with transaction.atomic():
        before = Entry.objects.count()
        answer = getattr(client, method.lower())(written(route, world), **given)
        noted = Entry.objects.count() - before
        transaction.set_rollback(True)
    to = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
    found = to.startswith("/account/confirm/") or (answer.status_code == 403 and b"confirm_first" in answer.content)
    assert not (found and noted), f"{method} {route} asked, and did it"
    assert found or answer.status_code != 403, f"{method} {route}: refused, not asked"
    return found


def test_these_pages_ask_and_no_others(world: World) -> None:
    found = {
        route
        for route, rows in PAGES.items()
        for method, row in rows.items()
        if method in ("POST", "PUT", "PATCH", "DELETE") and asks(world, route, method, row)
    }

    assert (found - ASKED, ASKED - found) == (set(), set())


def test_they_ask_in_every_form_of_request(world: World) -> None:
    for route in sorted(ASKED):
        for method, row in PAGES[route].items():
            if method in ("GET", "HEAD"):
                continue
            assert asks(world, route, method, row, **{"HX-Request": "true"}), route
            assert asks(world, route, method, row, accept="application/json"), route
