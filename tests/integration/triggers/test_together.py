"""Deliveries that come together are kept by one statement: each has its own answer, and none is kept out by another."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.teams.models import Team
from helix.triggers.endpoints import address, endpoint_of_connection, replace_secret
from helix.triggers.intake.take import ANSWERS, Call, take_all
from helix.triggers.models import Endpoint, TriggerInbox
from tests.integration.triggers.conftest import KEY, event, signed


@pytest.fixture
def reporting(connection: Connection) -> Endpoint:
    endpoint = endpoint_of_connection(connection)
    replace_secret(endpoint, KEY)
    return endpoint


def call(endpoint: Endpoint, body: bytes, key: str = KEY) -> Call:
    team, path = address(endpoint).removeprefix("/h/").split("/")
    return Call(team, path, {name.lower(): value for name, value in signed(body, key).items()}, "", body)


def test_each_of_many_has_its_own_answer_in_its_place(reporting: Endpoint) -> None:
    one, other = event(event_id="one"), event(event_id="other")
    calls = [
        call(reporting, one),
        call(reporting, other, "a wrong key"),
        Call("nobody", "nowhere", {}, "", one),
        Call(ANSWERS, "no run waits here", {}, "", b"{}"),
        call(reporting, one),
        call(reporting, b"no json"),
        call(reporting, other),
    ]

    answers = take_all(calls)

    assert [answer.status for answer in answers] == [202, 401, 404, 404, 202, 202, 202]
    assert [bool(answer.delivery) for answer in answers] == [True, False, False, False, False, True, True]
    assert {str(pk) for pk in TriggerInbox.objects.values_list("pk", flat=True)} == {
        answer.delivery for answer in answers if answer.delivery
    }


def test_what_is_known_from_before_is_told_apart_from_what_is_new(reporting: Endpoint) -> None:
    take_all([call(reporting, event(event_id="early"))])

    answers = take_all([call(reporting, event(event_id=name)) for name in ("early", "late")])

    assert [bool(answer.delivery) for answer in answers] == [False, True]
    assert TriggerInbox.objects.count() == 2


def test_a_locked_vault_of_one_address_is_no_trouble_of_another(reporting: Endpoint, team: Team) -> None:
    locked = endpoint_of_connection(save_connection(team, name="locked", region="us", secrets={"app_key": "x"}))
    replace_secret(locked, KEY)
    Endpoint.objects.filter(pk=locked.pk).update(data_key=b"sealed by a key that is lost")

    answers = take_all([call(locked, event(event_id="1")), call(reporting, event(event_id="2"))])

    assert [answer.status for answer in answers] == [503, 202]


def test_many_calls_cost_two_statements(reporting: Endpoint) -> None:
    calls = [call(reporting, event(event_id=str(number))) for number in range(20)]

    with CaptureQueriesContext(database) as statements:
        answers = take_all(calls)

    assert all(answer.delivery for answer in answers)
    assert len(statements) == 2
