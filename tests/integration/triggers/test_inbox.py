"""Deliveries become runs: fan-out, once per event and flow, one failing flow never in another's way, replay, forgetting."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.models import Run
from helix.engine.states import Cause
from helix.flows.models import Flow, FlowGrant, FlowVersion
from helix.ids import new_id
from helix.teams.models import Member, User
from helix.teams.roles import Role
from helix.teams.sharing import Level
from helix.triggers.endpoints import endpoint_of_connection, endpoint_of_trigger, replace_secret
from helix.triggers.inbox import MOST_TRIES, NotReplayable, forget_old, replay, turn_inbox
from helix.triggers.intake.take import Call, take
from helix.triggers.models import Endpoint, Listener, TriggerInbox
from helix.triggers.publish import set_enabled
from tests.integration.triggers.conftest import KEY, MakeFlow, event, signed


def deliver(endpoint: Endpoint, body: bytes) -> int:
    headers = {name.lower(): value for name, value in signed(body).items()}
    return take(Call(endpoint.team.slug, endpoint.path, headers, "", body)).status


@pytest.fixture
def reporting(connection: Connection) -> Endpoint:
    endpoint = endpoint_of_connection(connection)
    replace_secret(endpoint, KEY)
    return endpoint


def webhook(make_flow: MakeFlow, **config: Any) -> tuple[Flow, Endpoint]:
    flow = make_flow("trigger.webhook", verify="customerio", **config)
    endpoint = Endpoint.objects.get(flow=flow)
    replace_secret(endpoint, KEY)
    return flow, endpoint


def member(endpoint: Endpoint, role: Role) -> Member:
    user = User.objects.create_user("somebody@demo.example", "a long password of theirs")
    return Member.objects.create(team=endpoint.team, user=user, role=role)


def break_flow(flow: Flow) -> None:
    """A published version that no worker can read any more."""
    FlowVersion.objects.filter(flow=flow).update(plan="{}")


def test_an_event_begins_every_flow_that_listens_for_it_once(reporting: Endpoint, make_flow: MakeFlow) -> None:
    bounced = make_flow("trigger.customerio_event", "Bounced", events=["email_bounced", "email_dropped"])
    also = make_flow("trigger.customerio_event", "Also", events=["email_bounced"])
    make_flow("trigger.customerio_event", "Opened", events=["email_opened"])
    make_flow("trigger.customerio_event", "Others", events=["email_bounced"], campaign_ids=[123456])

    for _ in range(3):
        assert deliver(reporting, event(event_id="01J8")) == 202
    assert turn_inbox() == 2
    assert turn_inbox() == 0

    assert set(Run.objects.values_list("flow", "cause_kind")) == {(bounced.pk, Cause.EVENT), (also.pk, Cause.EVENT)}
    run = Run.objects.filter(flow=bounced).get()
    assert run.payload["metric"] == "bounced" and run.payload["received_at"]
    assert TriggerInbox.objects.get().begun == 2


def test_one_event_by_two_connections_of_a_workspace_begins_a_flow_once(
    connection: Connection, reporting: Endpoint, make_flow: MakeFlow
) -> None:
    make_flow("trigger.customerio_event", events=["email_bounced"])
    second = endpoint_of_connection(save_connection(connection.team, name="again", region="us", secrets={}))
    replace_secret(second, KEY)

    deliver(reporting, event())
    deliver(second, event())
    turn_inbox()

    assert Run.objects.count() == 1


def test_an_event_nobody_listens_for_is_kept_and_says_so(reporting: Endpoint) -> None:
    deliver(reporting, event())

    assert turn_inbox() == 0
    row = TriggerInbox.objects.get()
    assert row.state == "ignored" and "email_bounced" in row.note


def test_a_flow_that_is_switched_off_hears_nothing(reporting: Endpoint, make_flow: MakeFlow) -> None:
    set_enabled(make_flow("trigger.customerio_event", events=["email_bounced"]), False)

    deliver(reporting, event())

    assert turn_inbox() == 0
    assert not Listener.objects.exists()


def test_a_flow_that_cannot_begin_holds_up_no_other_and_is_tried_again(
    reporting: Endpoint, make_flow: MakeFlow
) -> None:
    broken = make_flow("trigger.customerio_event", "Broken", events=["email_bounced"])
    sound = make_flow("trigger.customerio_event", "Sound", events=["email_bounced"])
    break_flow(broken)
    deliver(reporting, event(event_id="1"))
    deliver(reporting, event(event_id="2"))

    assert turn_inbox() == 2

    assert set(Run.objects.values_list("flow", flat=True)) == {sound.pk}
    assert set(TriggerInbox.objects.values_list("state", "tries")) == {("new", 1)}
    for _ in range(MOST_TRIES):
        turn_inbox(timezone.now() + timedelta(days=1))
        TriggerInbox.objects.filter(state="new").update(due_at=timezone.now())
    assert set(TriggerInbox.objects.values_list("state", flat=True)) == {"failed"}
    assert Run.objects.count() == 2


def test_a_webhook_whose_version_is_unreadable_does_not_stop_the_inbox(make_flow: MakeFlow) -> None:
    (broken, first), (sound, second) = webhook(make_flow), webhook(make_flow)
    break_flow(broken)
    for number in range(15):
        deliver(first, json.dumps({"n": number}).encode())
    deliver(second, b'{"n": 1}')

    assert turn_inbox() == 1
    assert Run.objects.get().flow == sound


def test_fields_of_a_webhook_are_made_what_the_trigger_says(make_flow: MakeFlow) -> None:
    fields = [{"name": "amount", "type": "number", "required": True}, {"name": "when", "type": "date"}]
    _, endpoint = webhook(make_flow, fields=fields)

    deliver(endpoint, b'{"amount": "12.5", "when": "2026-01-31", "more": [1]}')
    deliver(endpoint, b'{"when": "2026-01-31"}')
    deliver(endpoint, b"[1]")

    assert turn_inbox() == 1
    assert Run.objects.get().payload["body"] == {"amount": 12.5, "when": "2026-01-31", "more": [1]}
    notes = list(TriggerInbox.objects.filter(state="ignored").order_by("received_at").values_list("note", flat=True))
    assert "“amount” is required" in notes[0] and "not an object" in notes[1]


def test_a_trigger_with_another_key_keeps_its_address(make_flow: MakeFlow) -> None:
    flow, endpoint = webhook(make_flow)

    renamed = endpoint_of_trigger(flow, "renamed", {"verify": "customerio"}, ["renamed"])

    assert renamed.pk == endpoint.pk
    deliver(endpoint, b"{}")
    assert turn_inbox() == 1
    assert Run.objects.get().entry == "begin"


def test_a_delivery_can_be_run_again_any_number_of_times(reporting: Endpoint, make_flow: MakeFlow) -> None:
    _, endpoint = webhook(make_flow)
    make_flow("trigger.customerio_event", events=["email_bounced"])
    deliver(endpoint, b'{"n": 1}')
    deliver(reporting, event())
    turn_inbox()

    by = member(endpoint, Role.OPERATOR)
    for row in TriggerInbox.objects.all():
        first, second = replay(row, by), replay(row, by)
        assert len(first) == len(second) == 1 and first[0].pk != second[0].pk
        assert first[0].payload == Run.objects.filter(flow=first[0].flow).earliest("created_at").payload

    assert Run.objects.count() == 6


def test_an_event_runs_again_only_what_the_person_may_run(reporting: Endpoint, make_flow: MakeFlow) -> None:
    open_to_all = make_flow("trigger.customerio_event", "All", events=["email_bounced"])
    hidden = make_flow("trigger.customerio_event", "Hidden", events=["email_bounced"])
    granted = make_flow("trigger.customerio_event", "Granted", events=["email_bounced"])
    looked_at = make_flow("trigger.customerio_event", "Looked at", events=["email_bounced"])
    Flow.objects.filter(pk__in=[hidden.pk, granted.pk, looked_at.pk]).update(restricted=True)
    by = member(reporting, Role.OPERATOR)
    FlowGrant.objects.create(flow=granted, user=by.user, level=Level.RUN)
    FlowGrant.objects.create(flow=looked_at, user=by.user, level=Level.VIEW)
    deliver(reporting, event())
    assert turn_inbox() == 4

    begun = replay(TriggerInbox.objects.get(), by)

    assert {run.flow_id for run in begun} == {open_to_all.pk, granted.pk}


def test_bodies_are_forgotten_after_a_week_and_repeats_are_still_known(make_flow: MakeFlow) -> None:
    _, endpoint = webhook(make_flow)
    deliver(endpoint, b'{"n": 1}')
    turn_inbox()
    TriggerInbox.objects.update(received_at=timezone.now() - timedelta(days=7, hours=1))

    forget_old()

    row = TriggerInbox.objects.get()
    assert row.purged and bytes(row.body) == b""
    with pytest.raises(NotReplayable):
        replay(row, member(endpoint, Role.OPERATOR))
    assert deliver(endpoint, b'{"n": 1}') == 202
    assert TriggerInbox.objects.count() == 1
    forget_old(timezone.now() + timedelta(days=30))
    assert not TriggerInbox.objects.exists()


def test_what_waits_is_never_forgotten_before_it_was_turned(make_flow: MakeFlow) -> None:
    _, endpoint = webhook(make_flow)
    deliver(endpoint, b'{"n": 1}')

    forget_old(timezone.now() + timedelta(days=10))

    assert turn_inbox(timezone.now() + timedelta(days=10)) == 1


def test_an_endpoint_is_a_flows_or_a_connections(connection: Connection) -> None:
    assert endpoint_of_connection(connection).pk == endpoint_of_connection(connection).pk
    assert Endpoint(id=new_id(), team=connection.team, path="x" * 22).armed is False
