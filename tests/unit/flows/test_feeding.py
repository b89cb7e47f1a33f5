"""A flow that hears of messages and sends a broadcast is warned of: it may begin itself again."""

from typing import Any

import pytest

from tests.build import graph
from tests.unit.flows.cast import checked

SEND = {"key": "send", "type": "customerio.trigger_broadcast", "config": {"broadcast_id": 1, "emails": ["a@b.example"]}}


def warned(events: list[str], **more: Any) -> list[str]:
    begin = {"key": "begin", "type": "trigger.customerio_event", "config": {"events": events, **more}}
    found = checked(graph([begin, SEND], ["begin>send"])).problems
    return [problem.message for problem in found if problem.code == "feeds_itself"]


@pytest.mark.parametrize("events", [["email_sent"], ["customer_subscribed", "push_opened"]])
def test_messages_that_begin_a_flow_which_sends_some(events: list[str]) -> None:
    (message,) = warned(events)
    assert "may begin itself again and again" in message


def test_other_events_and_chosen_campaigns_are_fine() -> None:
    assert warned(["customer_subscribed"]) == []
    assert warned(["email_sent"], campaign_ids=[4]) == []
