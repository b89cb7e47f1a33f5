"""Replacing a key while runs use it: the new one waits for its test, the old one helps out for a while, then it is wiped."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from helix.audit.models import Entry
from helix.connections import rotation
from helix.connections.keeping import save_connection
from helix.connections.models import Connection, ConnectionSecret, SpareSecret
from helix.connections.opening import open_credentials
from helix.engine import credentials
from helix.engine.calls import Doing
from helix.engine.credentials import opened
from helix.flows.drafts import check_text, create_flow
from helix.triggers.publish import NotPublishable, publish
from integrations.customerio.sandbox.auth import APP_KEY
from integrations.customerio.segments import get_segments
from integrations.kit.auth import Credentials
from integrations.kit.client import Reply, open_client, send
from tests.build import cast, graph_text
from tests.fakes.sandbox import SandboxProcess

NEXT, OLD = SpareSecret.NEXT, SpareSecret.OLD
FIRST, SECOND = "first-key-of-the-app", "second-key-of-the-app"


@pytest.fixture
def connection(db: None) -> Connection:
    credentials._kept.clear()
    team, people = cast()
    return save_connection(team, name="production", secrets={"app_key": FIRST}, by=people["alice"], sandbox=True)


def in_use(connection: Connection) -> str:
    fresh = Connection.objects.get(pk=connection.pk)
    secret = bytes(fresh.secrets.get(field="app_key").sealed)
    from_spare = {bytes(spare.sealed) for spare in fresh.spares.all()}
    assert secret not in from_spare
    return fresh.secrets.get(field="app_key").last4


def test_a_new_key_waits_until_it_passed_its_test(connection: Connection, sandbox: SandboxProcess) -> None:
    with open_client() as client:
        rotation.enter_next(connection, {"app_key": "a-key-that-is-refused"})
        refused = rotation.test_next(connection, client)
        assert [result.ok for result in refused] == [False]
        assert in_use(connection) == FIRST[-4:]

        rotation.enter_next(connection, {"app_key": APP_KEY})
        assert [result.ok for result in rotation.test_next(connection, client)] == [True]

    fresh = Connection.objects.get(pk=connection.pk)
    assert open_credentials(fresh).secret("app_key") == APP_KEY
    assert fresh.state == "working"
    old = fresh.spares.get()
    assert (old.role, old.last4) == (OLD, FIRST[-4:])
    assert old.until is not None and timedelta(minutes=59) < old.until - timezone.now() < timedelta(minutes=61)
    acts = list(Entry.objects.filter(act__startswith="connection.key").values_list("act", flat=True).order_by("number"))
    assert acts == ["connection.key_entered", "connection.key_entered", "connection.key_switched"]
    assert APP_KEY not in str(list(Entry.objects.values()))


def test_the_old_key_is_taken_when_the_new_one_is_refused(connection: Connection, sandbox: SandboxProcess) -> None:
    save_connection(connection.team, name="production", secrets={"app_key": APP_KEY}, sandbox=True)
    rotation.enter_next(connection, {"app_key": SECOND})
    rotation.switch(connection)
    found = opened(connection.team_id, "production")

    with open_client() as client:

        def call(keys: Credentials | None) -> Reply:
            assert keys is not None
            return send(get_segments, {}, keys, client=client, idempotency_key="", timeout_seconds=10)

        reply = Doing(found, "app", get_segments.pace, call).once()

    assert reply.data["segments"]
    assert SpareSecret.objects.get(role=OLD).used_at is not None
    assert all(form in found.forms for form in (APP_KEY, SECOND))  # both are blotted out of every line


def test_an_old_key_is_wiped_in_time_and_no_sooner(connection: Connection) -> None:
    rotation.enter_next(connection, {"app_key": SECOND}, minutes=60)
    rotation.switch(connection)

    assert rotation.wipe_due() == 0
    assert rotation.fallback(Connection.objects.get(pk=connection.pk), timezone.now() + timedelta(minutes=61)) is None
    assert rotation.wipe_due(timezone.now() + timedelta(minutes=61)) == 1
    assert not SpareSecret.objects.exists()
    assert Entry.objects.filter(act="connection.key_wiped").count() == 1


def test_a_key_that_leaked_is_kept_nowhere(connection: Connection, sandbox: SandboxProcess) -> None:
    rotation.enter_next(connection, {"app_key": SECOND}, minutes=0)
    rotation.switch(connection)

    assert not SpareSecret.objects.exists()
    assert open_credentials(Connection.objects.get(pk=connection.pk)).secret("app_key") == SECOND


def test_versions_never_come_twice(connection: Connection, sandbox: SandboxProcess) -> None:
    for value in (SECOND, "third-key-of-the-app", "fourth-key-of-the-app"):
        rotation.enter_next(connection, {"app_key": value})
        rotation.switch(connection)

    assert ConnectionSecret.objects.get().version == 4
    kept = rotation.fallback(Connection.objects.get(pk=connection.pk))
    assert kept is not None and kept.secret("app_key") == "third-key-of-the-app"


def test_other_hosts_take_no_older_key_along(db: None) -> None:
    team, _ = cast()
    options = {"hosts": ["api.example.com"], "test_url": ""}
    made = save_connection(team, name="api", integration="http", secrets={"token": FIRST}, options=options)
    rotation.enter_next(made, {"token": SECOND})
    rotation.switch(made)

    wider = {"hosts": ["elsewhere.example.com"], "test_url": ""}
    save_connection(team, name="api", integration="http", secrets={"token": "third-key-0123"}, options=wider)

    assert not SpareSecret.objects.exists()


def test_the_page_keeps_the_new_key_beside_the_old_one(client: Browser, db: None) -> None:
    team, people = cast()
    client.force_login(people["alice"])
    made = save_connection(team, name="production", secrets={"app_key": FIRST})
    at = f"/t/{team.slug}/connections/{made.pk}/"

    client.post(at + "change/", {"region": "us", "app_key": SECOND, "keep": "60"})
    page = client.get(f"/t/{team.slug}/connections/").content.decode()
    assert 'data-rotation="next"' in page
    assert "api.customer.io" in page
    assert SECOND not in page and FIRST not in page
    assert open_credentials(Connection.objects.get()).secret("app_key") == FIRST

    client.post(at + "rotation/", {"act": "use"})
    assert 'data-rotation="old"' in client.get(f"/t/{team.slug}/connections/").content.decode()
    client.post(at + "rotation/", {"act": "wipe"})
    assert not SpareSecret.objects.exists()


SEGMENTS: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "read", "type": "customerio.get_segments", "connection": "production"},
]


def test_a_limited_connection_is_for_chosen_members(client: Browser, db: None) -> None:
    team, people = cast()
    editor = people["bob"]
    made = save_connection(team, name="production", secrets={"app_key": FIRST})
    flow = create_flow(team, "Reads", graph_text(SEGMENTS, ["go>read"]))
    client.force_login(people["alice"])
    at = f"/t/{team.slug}/connections/{made.pk}/grants/"

    client.post(at, {"limited": "1"})
    assert [problem.code for problem in check_text(team, flow.draft, editor).errors] == ["connection_withheld"]
    with pytest.raises(NotPublishable):
        publish(flow, editor)
    assert check_text(team, flow.draft, people["alice"]).ok

    client.post(at, {"limited": "1", "members": [str(editor.pk)]})
    assert check_text(team, flow.draft, editor).ok
    assert publish(flow, editor).number == 1
    assert Entry.objects.filter(act="connection.granted").count() == 2


def test_a_flow_with_a_broadcast_is_published_by_its_typed_name(client: Browser, db: None) -> None:
    team, people = cast()
    save_connection(team, name="production", secrets={"app_key": FIRST})
    send_all = {
        "key": "send",
        "type": "customerio.trigger_broadcast",
        "connection": "production",
        "config": {"broadcast_id": 1, "emails": ["ada@example.com"]},
    }
    flow = create_flow(team, "To all", graph_text([SEGMENTS[0], send_all], ["go>send"]))
    client.force_login(people["bob"])
    at = f"/t/{team.slug}/flows/{flow.pk}/publish/"

    refused = client.post(at, {"note": ""}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "confirm_mass")
    assert client.post(at, {"confirm": "To all"}, content_type="application/json").status_code == 201
