"""A secret that was put into a connection is in no page, no answer, no file, no error, no log and no row, in no form."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.models import Attempt, Run, StepRun
from helix.engine.perform import work
from helix.flows.drafts import create_flow
from helix.teams.roles import Role
from helix.triggers.byhand import start_by_hand
from helix.triggers.endpoints import replace_secret
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.security.addresses import written
from tests.integration.security.table import CALLS, PAGES
from tests.integration.security.world import World
from tests.unit.integrations.listener import Listener, Says

CANARIES = {name: f"canary-{name.replace('_', '-')}-9b1f/+?&7" for name in ("token", "password", "header_value")}
ASCII = {name: f"canary-{name.replace('_', '-')}-9b1f7c" for name in ("site_id", "track_key", "app_key", "pipelines_key",
         "user", "signing")}  # fmt: skip
ALL = {**CANARIES, **ASCII}
TRIGGER = {"key": "go", "type": "trigger.manual", "config": {"fields": []}}


def forms(secret: str) -> set[str]:
    """How a secret could look where it does not belong."""
    raw = secret.encode()
    plain = {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], secret[::-1], raw.hex()}
    return plain | {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}


FORMS = {form for secret in ALL.values() for form in forms(secret)}


def found_in(text: str) -> list[str]:
    return sorted(form for form in FORMS if form in text)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A service that the operator has listed, and that says back whatever it was told."""
    listener = Listener()
    port = listener.server.server_port
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", f"127.0.0.1:{port}")
    yield listener
    listener.close()


@pytest.fixture
def sealed(world: World) -> World:
    """The world with canaries for all its secrets."""
    by = world.people[Role.ADMIN]
    keys = {name: ASCII[name] for name in ("site_id", "track_key", "app_key", "pipelines_key")}
    save_connection(world.team, name="sandbox", secrets=keys, sandbox=True, by=by)
    save_connection(world.team, name="live", secrets=keys, by=by)
    ways = {
        "spare": ({"token": CANARIES["token"]}, ""), "basic": ({"user": ASCII["user"], "password": CANARIES["password"]}, ""),
        "named": ({"header_value": CANARIES["header_value"]}, "X-Api-Key"),
    }  # fmt: skip
    for name, (secrets, header) in ways.items():
        options = {"hosts": ["127.0.0.1"], "header": header, "test_url": ""}
        save_connection(world.team, name=name, integration="http", secrets=secrets, options=options, by=by)
    replace_secret(world.endpoint, ASCII["signing"])
    return world


def test_no_page_answer_or_file_holds_a_secret(sealed: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    looked, wrong = 0, []
    for route, rows in (PAGES | CALLS).items():
        for method, row in rows.items():
            if route.startswith("live/") or method == "DELETE" or route.endswith(("remove/", "delete/", "webhook/")):
                continue
            given: dict[str, Any] = {}
            if route in CALLS:
                given["headers"] = {"authorization": f"Bearer {sealed.tokens[Role.OWNER]}"}
            if row.form is not None:
                given["data"] = row.form(sealed)
            elif row.json is not None:
                given |= {"data": json.dumps(row.json(sealed)), "content_type": "application/json"}
            answer = getattr(sealed.client(Role.OWNER), method.lower())(written(route, sealed), **given)
            text = (answer.getvalue() if answer.streaming else answer.content).decode("utf-8", "replace")
            looked += 1
            if found := found_in(text + str(dict(answer.headers))):
                wrong.append(f"{method} {route}: {found}")

    assert not wrong, "\n".join(wrong)
    assert looked > 100 and found_in(caplog.text) == []
    print(f"\ncanaries: {len(ALL)} secrets in {len(FORMS)} forms, {looked} answers looked through")


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("connection", ["spare", "basic", "named"])
def test_a_service_that_says_the_key_back_gives_nothing_away(
    connection: str, status: int, sealed: World, echo: Listener, budget: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for known in Connection.objects.filter(team=sealed.team, integration="http"):
        known.options["hosts"] = [f"127.0.0.1:{echo.server.server_port}"]
        known.save()
    said = {"echo": [form for secret in ALL.values() for form in (secret, base64.b64encode(secret.encode()).decode())]}
    echo.says(Says(status, said), Says(status, said), Says(status, said))
    config = {"method": "GET", "url": f"{echo.url}/me", "headers": {}, "query": {}, "body_type": "none"}
    call = {"key": "call", "type": "http.request", "connection": connection, "config": config}
    flow = create_flow(sealed.team, "Echo", graph_text([TRIGGER, call], ["go>call"]), sealed.people[Role.EDITOR])
    publish(flow, sealed.people[Role.EDITOR])
    flow.refresh_from_db()
    run = start_by_hand(flow, {}, draft=False, by=None)
    work()

    assert echo.heard, list(StepRun.objects.filter(run=run).values("node", "state", "explanation", "output"))
    own = {"spare": [CANARIES["token"]], "basic": [CANARIES["password"]], "named": [CANARIES["header_value"]]}[
        connection
    ]
    mine = {form for secret in own for form in (secret, base64.b64encode(secret.encode()).decode())}
    kept = json.dumps(
        [list(StepRun.objects.filter(run=run).values()), list(Attempt.objects.filter(step__run=run).values()),
         list(Run.objects.filter(pk=run.pk).values())], default=str, ensure_ascii=False,
    )  # fmt: skip
    page = sealed.client(Role.OWNER).get(f"/t/{sealed.team.slug}/runs/{run.pk}/?step=call").content.decode()
    header = {"authorization": f"Bearer {sealed.tokens[Role.OWNER]}"}
    told = Client().get(f"/api/v1/runs/{run.pk}", headers=header).content.decode()
    for place in (kept, page, told, caplog.text):
        assert [form for form in mine if form in place] == []


def test_no_row_of_the_database_holds_a_secret_in_the_clear(sealed: World) -> None:
    rows = 0
    for model in apps.get_models():
        for row in model._default_manager.values():
            rows += 1
            text = "".join(bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                           for value in row.values())  # fmt: skip
            assert found_in(text) == [], model.__name__
    assert rows > 100
