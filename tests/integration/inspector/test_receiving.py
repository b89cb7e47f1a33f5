"""What comes in from outside, in the inspector: the address and its secret for editors, deliveries as samples, other schedules."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from helix.connections.models import Connection
from helix.engine.models import Run
from helix.flows.models import Flow
from helix.triggers.endpoints import endpoint_of_connection, listen, reveal
from helix.triggers.inbox import turn_inbox
from helix.triggers.models import Endpoint, TriggerInbox
from helix.triggers.publish import publish, set_enabled
from tests.build import graph_text
from tests.integration.inspector.test_inspector import Desk, desk

__all__ = ["desk"]
WEBHOOK: dict[str, Any] = {"key": "step", "type": "trigger.webhook", "config": {"verify": "bearer"}}
STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed"}}


def act(desk: Desk, as_: str = "bob", **given: Any) -> tuple[int, dict[str, Any]]:
    answer = desk.post("webhook", {"node": "step", **given}, as_)
    return answer.status_code, json.loads(answer.content) if answer.status_code != 403 else {}


def call(endpoint: Endpoint, body: str = '{"email": "ada@example.com"}') -> int:
    headers = {"Authorization": f"Bearer {reveal(endpoint)}"}
    path = f"/h/{endpoint.team.slug}/{endpoint.path}"
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def test_the_address_is_made_when_an_editor_looks_and_the_secret_is_shown_on_demand(desk: Desk) -> None:
    seen_by_viewer = desk.form(WEBHOOK, "carol")
    form = desk.form(WEBHOOK)
    endpoint = Endpoint.objects.get(flow=desk.flow)

    assert "data-webhook" not in seen_by_viewer
    assert f"/h/demo/{endpoint.path}" in form
    assert reveal(endpoint) not in form
    assert act(desk, act="reveal") == (200, {"secret": reveal(endpoint)})
    assert act(desk, "carol", act="reveal")[0] == 403
    assert f"/h/demo/{endpoint.path}" in desk.form({**WEBHOOK, "config": {"verify": "hmac"}})


def test_a_secret_is_replaced_by_one_of_ours_or_the_senders(desk: Desk) -> None:
    desk.form(WEBHOOK)
    endpoint = Endpoint.objects.get(flow=desk.flow)
    first = reveal(endpoint)

    assert act(desk, act="replace")[0] == 200
    endpoint.refresh_from_db()
    assert reveal(endpoint) not in ("", first)
    assert act(desk, act="replace", value="the sender's own secret")[0] == 200
    endpoint.refresh_from_db()
    assert reveal(endpoint) == ""  # what the sender brought is not shown again
    assert "cret" in desk.form(WEBHOOK)
    assert act(desk, act="replace", value="x" * 600)[0] == 422


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_was_listened_for_is_offered_as_sample(desk: Desk) -> None:
    desk.form(WEBHOOK)
    status, before = act(desk, act="listen")
    endpoint = Endpoint.objects.get(flow=desk.flow)

    assert call(endpoint) == 202

    assert status == 200 and before == {"newest": ""}
    assert act(desk, act="look")[1]["newest"] == str(TriggerInbox.objects.get().pk)
    form = desk.form(WEBHOOK)
    sample = re.search(r'data-sample="([^"]+)"', form)
    assert sample is not None and json.loads(html.unescape(sample[1])) == {"email": "ada@example.com"}
    assert "data-listening" in form
    assert "data-sample" not in desk.form(WEBHOOK, "carol")


@pytest.mark.django_db(transaction=True)
def test_a_delivery_is_run_again_from_the_form(desk: Desk) -> None:
    Flow.objects.filter(pk=desk.flow.pk).update(draft=graph_text([WEBHOOK, STOP], ["step>halt"]))
    desk.flow.refresh_from_db()
    publish(desk.flow, None)
    endpoint = Endpoint.objects.get(flow=desk.flow)
    call(endpoint)
    turn_inbox()

    status, answer = act(desk, act="again", delivery=str(TriggerInbox.objects.get().pk))

    assert status == 200 and len(answer["runs"]) == 1
    assert Run.objects.filter(flow=desk.flow).count() == 2
    assert act(desk, act="again", delivery="nonsense")[0] == 404
    set_enabled(desk.flow, False)
    listen(endpoint)
    assert "began a run" in desk.form(WEBHOOK)


def test_acts_that_make_no_sense_are_refused(desk: Desk) -> None:
    assert act(desk, act="reveal")[0] == 404
    desk.form(WEBHOOK)
    assert act(desk, act="explode")[0] == 400


def test_an_event_trigger_says_which_connections_hear(desk: Desk) -> None:
    endpoint_of_connection(Connection.objects.get(name="sandbox"))

    form = desk.form({"type": "trigger.customerio_event", "config": {"events": ["email_bounced"]}})

    assert "<b>sandbox</b>: ready" in form
    assert "<b>tracker</b>: its reporting webhook is not set up" in form


@pytest.mark.parametrize(
    ("config", "words", "place"),
    [
        ({"every_minutes": 90, "timezone": "UTC"}, "Every 90 minutes", 'data-field="/every_minutes"'),
        ({"at": "2125-01-31T12:00:00Z", "timezone": "Europe/Paris"}, "31 Jan 2125, 13:00", 'data-field="/at"'),
        ({"at": "2025-01-31T12:00:00Z", "timezone": "UTC"}, "This moment has passed", 'data-field="/at"'),
        ({"at": "", "timezone": "UTC"}, "Say when the flow is to start", 'data-field="/at"'),
    ],
)
def test_other_ways_to_say_when_have_their_form(desk: Desk, config: dict[str, Any], words: str, place: str) -> None:
    form = desk.form({"type": "trigger.schedule", "config": config})

    assert words in form and place in form
    assert 'data-field="/cron"' not in form
    assert 'data-field="/overlap"' in form
