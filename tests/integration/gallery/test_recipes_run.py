"""Every template runs against the sandbox over real HTTP: what it does when all is well, and that troubles on the way change nothing of it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from helix.connections.models import Connection
from helix.engine.models import Run, StepRun
from helix.engine.states import RunState
from helix.gallery.catalogue import TEMPLATES
from helix.triggers.endpoints import SANDBOX_SIGNING_KEY, endpoint_of_connection
from helix.triggers.inbox import turn_inbox
from integrations.customerio.hooks import EVENTS
from tests.integration.gallery.conftest import Town
from tests.integration.triggers.conftest import signed

NOW = datetime.now(UTC).isoformat()
CLOCK = {"fired_at": NOW, "scheduled_for": NOW}
DELIVERY = "RPILAgUBcRhIBq000003IwdIYJKxTY="


def hook(**body: Any) -> dict[str, Any]:
    """The payload of a webhook's trigger."""
    return {"body": body, "headers": {}, "query": {}, "received_at": NOW, "delivery": "delivery-1"}


def event(name: str, **data: Any) -> dict[str, Any]:
    """The payload of an event's trigger."""
    example: dict[str, Any] = dict(EVENTS[name].example)
    return {**example, "data": {**example["data"], **data}, "received_at": NOW}


@dataclass(frozen=True)
class Case:
    """One run: how it begins, and what the recipe expects of it."""

    key: str
    entry: str
    payload: dict[str, Any]
    effects: dict[str, Any]
    values: dict[str, str | int] = field(default_factory=dict)
    name: str = "well"
    state: str = RunState.SUCCEEDED
    yes: bool = True


ASKED = {"number": "77", "requester": "me@example.com"}
LEAD = {"email": " Ann@Example.com ", "name": "Ann", "company": "ACME Inc", "seats": 3}
WHO = {"id": "4", "email": "edsger.lovelace@example.com", "cio_id": "a3000004"}
BOUNCED = event("email_bounced", identifiers=WHO, delivery_id=DELIVERY, transactional_message_id=2)
SMALL: dict[str, str | int] = {"segment": 2, "broadcast": 12, "more_than": 10}
ROWS = [{"type": "track", "userId": str(n), "event": "imported", "messageId": f"row-{n}"} for n in range(1, 31)]
WELL = [
    Case("r01_erase", "webhook", hook(id="4", email="edsger.lovelace@example.com", **ASKED),
         {"suppressed": 2, "new people": -1, "http": ["DELETE history"], "mails": ["Erased: request 77"]}),
    Case("r02_segment_export", "nightly", CLOCK, {"http": ["PUT upload"], "mails": ["Export of the night"]},
         {"segment": "Everyone"}),
    Case("r03_weekly_broadcast", "monday", CLOCK, {"triggers": 1, "mails": ["Weekly broadcast"]}, SMALL),
    Case("r04_bounce_sync", "report", BOUNCED, {"events": {"email_bounced_synced": 1}, "http": ["PUT crm"]}),
    Case("r05_preference_page", "page", hook(user_id="4", delivery_id=DELIVERY, choice="out"),
         {"events": {"preferences_changed": 1}, "unsubscribed": 1}),
    Case("r06_fallback", "report", BOUNCED,
         {"events": {"transactional_fallback": 1}, "mails": ["No fallback delivered"]}),
    Case("r07_lead_in", "hook", hook(**LEAD),
         {"events": {"lead_captured": 1}, "new people": 1, "mails": ["New lead: ann@example.com"]}),
    Case("r09_deliverability", "monday", CLOCK, {"mails": ["Deliverability is well"]}, {"least": 1}),
    Case("r11_bulk_import", "file", {"calls": ROWS}, {"events": {"imported": 30}, "mails": ["Import"]}),
    Case("r14_push_report", "gateway", hook(person="4", delivery_id="d-1", device_id="v-1", opened_at=1_760_000_000),
         {"pushes": 1}),
]  # fmt: skip
BRANCHES = [
    Case("r01_erase", "form", {**ASKED}, {}, name="names nobody", state=RunState.FAILED),
    Case("r01_erase", "form", {"id": "4", **ASKED}, {"mails": ["Your request 77"]}, name="rejected", yes=False),
    Case("r02_segment_export", "nightly", CLOCK, {}, {"segment": "VIP"}, "no such segment", RunState.FAILED),
    Case("r02_segment_export", "nightly", CLOCK, {"http": ["PUT upload"], "mails": ["Export of the night"]},
         {"segment": "Imported, nobody yet"}, "empty"),
    Case("r03_weekly_broadcast", "monday", CLOCK, {"mails": ["Weekly broadcast skipped"]}, {**SMALL, "more_than": 500},
         "too small"),
    Case("r04_bounce_sync", "report", event("email_spammed", identifiers=WHO, delivery_id=DELIVERY),
         {"unsubscribed": 1, "http": ["PUT crm"]}, name="spam"),
    Case("r04_bounce_sync", "report", event("email_bounced", identifiers={"id": ""}),
         {"http": ["POST crm", "PUT crm"]}, name="nobody known"),
    Case("r05_preference_page", "page", hook(user_id="4", choice="out"),
         {"events": {"preferences_changed": 1}}, name="by person"),
    Case("r06_fallback", "report", BOUNCED, {}, {"first": "Something", "second": "Else"}, "not watched"),
    Case("r07_lead_in", "form", {**LEAD, "email": "nobody"}, {"http": ["POST rejects"]}, name="invalid"),
    Case("r07_lead_in", "form", {**LEAD, "company": ""},
         {"events": {"lead_captured": 1}, "new people": 1, "mails": ["New lead: ann@example.com"]}, name="no company"),
    Case("r09_deliverability", "monday", CLOCK, {"mails": ["Deliverability: "]}, {"least": 101}, "red"),
    Case("r11_bulk_import", "file", {"calls": [*ROWS, *[{"type": "track"}] * 3]}, {}, name="many bad, refused",
         state=RunState.FAILED, yes=False),
    Case("r14_push_report", "gateway", hook(person="4", opened_at=1_760_000_000), {"events": {"push_opened": 1}}, name="no ids"),
]  # fmt: skip
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"do": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "500": {"do": "status", "status": 500},
    "broken off": {"do": "reset"},
    "answer lost": {"do": "commit_then_reset"},
}


def carried(town: Town, case: Case) -> dict[str, Any]:
    """The case run to its end: its state is right; the effects that it had."""
    run = town.carry(town.begin(town.publish(case.key, **case.values), case.entry, case.payload), case.yes)
    steps = list(StepRun.objects.filter(run=run).values_list("node", "state", "explanation", "output__error"))
    assert run.state == case.state, (run.message, steps)
    print(f"RECIPE {case.key:22} {case.name:18} {run.state:10} {town.effects()}")
    return town.effects()


def alike(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """The same effects; of a subject that ends with a number only the beginning counts."""
    cut = [each.split(":")[0] for each in found.get("mails", [])]
    return {**found, "mails": cut} == {**{"mails": []}, **wanted, "mails": [
        each.split(":")[0] for each in wanted.get("mails", [])
    ]}  # fmt: skip


def test_every_template_has_its_case() -> None:
    assert [case.key for case in WELL] == sorted(TEMPLATES)


@pytest.mark.parametrize("case", [*WELL, *BRANCHES], ids=lambda case: f"{case.key} {case.name}")
def test_a_template_does_what_its_recipe_expects(town: Town, case: Case) -> None:
    found = carried(town, case)

    assert alike(found, case.effects), found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", WELL, ids=lambda case: case.key)
def test_troubles_on_the_way_change_nothing(town: Town, case: Case, fault: str) -> None:
    """The first two calls go wrong; every effect is there once all the same."""
    reads = case.key == "r03_weekly_broadcast"
    match = {"method": "GET" if reads else "*", "path": "*"}
    expected = case.effects
    if case.key == "r14_push_report" and fault == "429":
        expected = {"events": {"push_opened": 1}}  # the old action is not asked again: an event takes its place
    town.sandbox.faults([{"match": match, "times": 2, **FAULTS[fault]}])

    found = carried(town, case)

    if case.key == "r14_push_report" and fault == "answer lost":
        found["pushes"] = min(
            found["pushes"], 1
        )  # Customer.io counts an opening of one delivery once; never an event too
    assert alike(found, expected), found


def test_a_broadcast_whose_answer_was_lost_is_looked_for_and_there_once(town: Town) -> None:
    town.sandbox.faults([{"match": {"method": "POST", "path": "*"}, "times": 1, **FAULTS["answer lost"]}])
    version = town.publish("r03_weekly_broadcast", **SMALL)

    run = town.begin(version, "monday", CLOCK)
    town.carry(run)

    send = StepRun.objects.get(run=run, node="send")
    assert (send.state, run.state) == ("succeeded", RunState.SUCCEEDED)
    assert "it arrived, and was not sent again" in send.explanation
    assert town.effects()["triggers"] == 1

    again = town.carry(town.begin(version, "monday", CLOCK))

    assert again.state == RunState.SUCCEEDED
    assert town.effects()["triggers"] == 1 and "Weekly broadcast skipped" in town.effects()["mails"]


def test_a_lead_is_a_person_before_an_event_before_a_company(town: Town) -> None:
    carried(town, WELL[6])

    assert [path for path in town.writes() if path.startswith("/v1/")] == ["/v1/identify", "/v1/track", "/v1/group"]


def test_a_group_that_is_refused_leaves_a_warning_and_the_lead_goes_on(town: Town) -> None:
    town.sandbox.faults([{"match": {"method": "POST", "path": "/v1/group"}, "times": 9, "do": "status", "status": 400}])

    carried(town, WELL[6])

    (mail,) = town.mail.received
    assert "Linked: false" in mail.message.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_a_delivery_that_is_not_known_falls_back_to_the_person(town: Town) -> None:
    town.sandbox.faults(
        [{"match": {"method": "*", "path": "/unsubscribe/*"}, "times": 1, "do": "status", "status": 404}]
    )

    assert carried(town, WELL[4]) == {"events": {"preferences_changed": 1}}


@pytest.mark.parametrize("status", [404, 410])
def test_a_push_report_that_is_gone_becomes_an_event_and_never_both(town: Town, status: int) -> None:
    town.sandbox.faults([{"match": {"method": "POST", "path": "*push*"}, "times": 1, "do": "status", "status": status}])

    assert carried(town, WELL[9]) == {"events": {"push_opened": 1}}


def test_the_export_holds_everybody_once(town: Town) -> None:
    carried(town, WELL[1])

    rows = town.service.heard[0].body.decode().splitlines()
    assert rows[0].startswith("id,email") and len(rows) == 41 and len(set(rows)) == 41


def test_an_import_of_600_kb_makes_two_batches(town: Town) -> None:
    calls = [{**ROWS[0], "messageId": f"big-{n}", "properties": {"note": "x" * 20_000}} for n in range(30)]

    found = carried(town, Case("r11_bulk_import", "file", {"calls": calls}, {}))

    assert town.writes() == ["/v1/batch"] * 2 and found["events"] == {"imported": 30}


def test_the_receipt_of_an_erasing_names_nobody(town: Town) -> None:
    carried(town, WELL[0])

    text = town.mail.received[0].message.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "edsger" not in text and "By id: true" in text


def test_a_report_that_comes_three_times_is_one_run_and_one_event(town: Town) -> None:
    town.publish("r04_bounce_sync")
    endpoint = endpoint_of_connection(Connection.objects.get(team=town.team))
    told = {name: value for name, value in BOUNCED.items() if name != "received_at"}
    body = json.dumps(told).encode()

    answers = [
        Client().post(
            f"/h/demo/{endpoint.path}", body, content_type="application/json", headers=signed(body, SANDBOX_SIGNING_KEY)
        )
        for _ in range(3)
    ]
    turn_inbox()
    town.carry(Run.objects.get())

    assert all(answer.status_code < 300 for answer in answers)
    assert town.effects()["events"] == {"email_bounced_synced": 1}
