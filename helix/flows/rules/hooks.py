"""Triggers and waits that listen to the outside: the events exist, and senders must prove who they are."""

from collections.abc import Iterator

from helix.expressions.near import nearest
from helix.flows.problems import Problem, pointer, repair
from helix.flows.steps.hooks import EVENT, WEBHOOK
from helix.flows.steps.waiting import WAIT_FOR
from helix.flows.subject import Subject
from integrations.customerio.hooks import EVENTS


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        if node.type in (EVENT, WAIT_FOR):
            names = node.config.get("events")
            for index, name in enumerate(names if isinstance(names, list) else ()):
                if not isinstance(name, str) or name in EVENTS:
                    continue
                place = f"/events{pointer(index)}"
                close = nearest(name, list(EVENTS))
                hint = f"Did you mean “{close}”?" if close else "Choose one of the list, such as email_bounced."
                mend = repair(f"Use {close}", ("replace", subject.path_of(node, place), close)) if close else None
                words = f"is “{name[:60]}”, which is no event of Customer.io."
                yield subject.field_problem(node, "event_unknown", place, words, hint, mend=mend)
        if node.type == WEBHOOK and node.config.get("verify") == "none":
            words = "asks for no proof: anybody who learns the address can begin runs."
            hint = "Choose a signature or a token, unless the flow only reads."
            mend = repair("Ask for a signature", ("replace", subject.path_of(node, "/verify"), "hmac"))
            yield subject.field_problem(node, "webhook_open", "/verify", words, hint, "warning", mend)
