"""Connections to other services: connect, test, change; a key that is kept goes no further than it might before."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from helix.catalogue.views.connections import NOTHING_TO_TRY
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.connections.opening import open_credentials
from helix.engine.steps.http_request import http_request
from helix.teams.keys import make_token
from helix.teams.roles import Role
from integrations.kit.client import open_client
from integrations.kit.errors import CallError
from tests.integration.pages.conftest import SignIn, World
from tests.unit.integrations.listener import Listener, Says

TOKEN = "a-secret-token-of-the-team-4321"
GIVEN = {
    "integration": "http",
    "name": "Warehouse",
    "way": "bearer",
    "token": TOKEN,
    "hosts": "api.example.com\n*.cdn.example",
}


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A service of this machine that the installation's operator has listed."""
    listener = Listener()
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", f"127.0.0.1:{listener.server.server_port}")
    yield listener
    listener.close()


def made(world: World, **options: Any) -> Connection:
    return save_connection(world.team, name="warehouse", secrets={"token": TOKEN}, integration="http", options=options)


def test_connecting_keeps_the_key_and_its_hosts_and_shows_only_its_end(world: World, as_: SignIn) -> None:
    answer = as_("alice").post(world.at("connections/connect/"), GIVEN, follow=True)

    page = answer.content.decode()
    kept = Connection.objects.get(team=world.team, name="warehouse")
    assert (kept.integration, kept.sandbox, kept.state) == ("http", False, "untested")
    assert kept.options == {"hosts": ["api.example.com", "*.cdn.example"], "test_url": ""}
    assert "••••4321" in page and TOKEN not in page
    assert "HTTP service · api.example.com, *.cdn.example" in page
    assert "load once" not in page  # it names no address to try the key at
    assert open_credentials(kept).secret("token") == TOKEN


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": ""}, "Enter the token."),
        ({"way": "basic"}, "Enter the user."),
        ({"way": "header", "header_value": "v"}, "Enter the header&#x27;s name"),
        ({"way": "header", "header": "X Key", "header_value": "v"}, "A header&#x27;s name has"),
        ({"way": "other"}, "other"),
        ({"hosts": "https://api.example.com"}, "is no host"),
        ({"test_url": "api.example.com"}, "Write the whole address"),
        ({"name": "sandbox"}, "There is a connection “sandbox” already."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(given: dict[str, str], words: str, world: World, as_: SignIn) -> None:
    answer = as_("alice").post(world.at("connections/connect/"), {**GIVEN, **given})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page and "data-open" in page and TOKEN not in page
    assert not Connection.objects.filter(name="warehouse").exists()


def test_a_person_without_the_right_connects_nothing(world: World, as_: SignIn) -> None:
    assert as_("bob").post(world.at("connections/connect/"), GIVEN).status_code == 403


def test_another_kind_of_key_takes_the_place_of_the_one_before(world: World, as_: SignIn) -> None:
    connection = made(world, hosts=["api.example.com"])

    as_("alice").post(
        world.at(f"connections/{connection.pk}/change/"),
        {"way": "header", "header": "X-Api-Key", "header_value": "another-5555", "hosts": "other.example.com"},
    )

    connection.refresh_from_db()
    assert list(connection.secrets.values_list("field", "last4")) == [("header_value", "5555")]
    assert connection.options == {"header": "X-Api-Key", "hosts": ["other.example.com"], "test_url": ""}


@pytest.mark.parametrize("hosts", ["api.example.com\nevil.example.com", ""])
def test_a_kept_key_goes_to_no_more_hosts_without_being_entered_again(hosts: str, world: World, as_: SignIn) -> None:
    connection = made(world, hosts=["api.example.com", "b.example.com"])
    address = world.at(f"connections/{connection.pk}/change/")

    refused = as_("alice").post(address, {"way": "bearer", "hosts": hosts})
    fewer = as_("alice").post(address, {"way": "bearer", "hosts": "api.example.com"})

    assert (refused.status_code, fewer.status_code) == (422, 302)
    assert "Enter the key again, too" in refused.content.decode()
    connection.refresh_from_db()
    assert connection.options["hosts"] == ["api.example.com"]


def test_testing_sends_the_key_to_the_test_address(world: World, as_: SignIn, listener: Listener) -> None:
    connection = made(world, test_url=f"{listener.url}/me")
    address = world.at(f"connections/{connection.pk}/test/")
    listener.says(Says(200, {}), Says(401, {"error": "expired"}))

    good = as_("alice").post(address, headers={"HX-Request": "true"}).content.decode()
    bad = as_("alice").post(address, headers={"HX-Request": "true"}).content.decode()

    assert [heard.headers["authorization"] for heard in listener.heard] == [f"Bearer {TOKEN}"] * 2
    assert 'data-connection-state="working"' in good
    assert 'data-connection-state="refused"' in bad and "expired" in bad


def test_a_test_address_within_this_machine_is_not_called_unless_it_is_listed(world: World, as_: SignIn) -> None:
    listener = Listener()
    connection = made(world, test_url=listener.url.replace("http:", "https:"))

    page = as_("alice").post(world.at(f"connections/{connection.pk}/test/"), headers={"HX-Request": "true"})
    listener.close()

    assert "private network" in page.content.decode()
    assert listener.heard == []


def test_without_a_test_address_there_is_nothing_to_try(world: World, as_: SignIn) -> None:
    connection = made(world)
    address = world.at(f"connections/{connection.pk}/test/")

    page = as_("alice").post(address, headers={"HX-Request": "true"}).content.decode()
    whole = as_("alice").post(address, follow=True).content.decode()

    connection.refresh_from_db()
    assert connection.state == "untested"
    assert NOTHING_TO_TRY in page and NOTHING_TO_TRY in whole


def test_a_step_calls_with_the_key_of_its_connection_and_only_where_it_may(world: World, listener: Listener) -> None:
    port = listener.server.server_port
    given = {"method": "POST", "url": f"{listener.url}/orders", "body_type": "json", "json": {"id": 1}}
    marks: list[str] = []
    with open_client() as client:

        def call(hosts: list[str]) -> Any:
            return http_request(
                given, open_credentials(made(world, hosts=hosts)), client=client, idempotency_key="01KEY", timeout_seconds=5,
                before_send=lambda: marks.append("sent"),
            )  # fmt: skip

        reply = call([f"127.0.0.1:{port}"])
        with pytest.raises(CallError) as caught:
            call(["api.example.com"])

    assert reply.data["status"] == 200
    assert listener.heard[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert (caught.value.kind, caught.value.sent) == ("blocked", False)
    assert (len(listener.heard), marks) == (1, ["sent"])


def test_the_api_shows_the_connection_and_puts_no_key_of_customerio_into_it(world: World, as_: SignIn) -> None:
    connection = made(world)
    token = make_token(world.team, world.people["alice"], Role.OWNER, "tests")
    client, headers = as_("nobody"), {"Authorization": f"Bearer {token}"}

    shown = client.get("/api/v1/connections", headers=headers).json()
    changed = client.patch(
        f"/api/v1/connections/{connection.pk}", {"secrets": {"app_key": "k" * 20}}, "application/json", headers=headers
    )

    assert [each["families"] for each in shown if each["name"] == "warehouse"] == [["bearer"]]
    assert TOKEN not in str(shown)
    assert changed.status_code == 422
    assert "has no key “app_key”" in changed.json()["error"]["message"]
    assert list(connection.secrets.values_list("field", flat=True)) == ["token"]
