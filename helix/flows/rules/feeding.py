"""A flow that hears of messages and sends some may begin itself again, without an end."""

from collections.abc import Iterator

from helix.flows.mass import MASS
from helix.flows.problems import Problem
from helix.flows.subject import Subject

HEARS = "trigger.customerio_event"
OF_MESSAGES = ("email_", "push_", "sms_", "in_app_", "slack_", "webhook_", "whatsapp_")
NARROWED = ("campaign_ids", "newsletter_ids")
"""Settings of the trigger that say whose messages it hears of: a broadcast that is triggered over the API has an id of its own."""


def rule(subject: Subject) -> Iterator[Problem]:
    sends = [node for node in subject.nodes.values() if node.type in MASS and node.key in subject.reachable]
    for node in subject.nodes.values():
        listed = node.config.get("events")
        if node.type != HEARS or not sends or not isinstance(listed, list):
            continue
        heard = any(isinstance(name, str) and name.startswith(OF_MESSAGES) for name in listed)
        if not heard or any(node.config.get(name) for name in NARROWED):
            continue
        words = (
            f"it hears of messages, and “{sends[0].title[:60]}” sends some: the flow may begin itself again and again."
        )
        hint = "Listen to other events, or only to chosen campaigns and newsletters that this flow does not send."
        yield subject.problem(node, "feeds_itself", words, hint, field="/events", severity="warning")
