"""Pins: samples of what steps give, kept beside the draft. Tests use them in the steps' place; what is published never does."""

import json
from typing import Any

from helix.flows.graph import UnreadableGraph, read_graph
from helix.flows.json_text import look_through
from helix.flows.models import Flow, Pin
from helix.flows.sample import misplaced
from helix.flows.steps import STEP_TYPES
from helix.flows.subject import Subject
from helix.teams.models import User

LARGEST = 64 * 1024
"""Bytes of JSON that one sample may have, and a sixteenth of what all samples of a flow may have."""
PATHS = frozenset({"next", "error"})
NEVER = frozenset({"logic.for_each", "logic.stop", "logic.join", "logic.wait_for", "logic.filter"})


class BadSample(Exception):
    """The sample cannot be kept; the text says why and what to do."""


def pins_of(flow: Flow) -> dict[str, Any]:
    """The samples of the flow's draft, by step."""
    return dict(flow.pins.values_list("node", "sample"))


def may_pin(type_: str, ports: tuple[str, ...]) -> bool:
    """Whether a sample may stand in for such a step: it must go on by one way only, and not begin the flow."""
    step = STEP_TYPES.get(type_)
    return step is not None and step.kind != "trigger" and type_ not in NEVER and PATHS.issuperset(ports)


def pin(flow: Flow, node: str, sample: Any, by: User | None) -> Pin:
    """Keep the sample for this step; BadSample when the step has no place for one, or would never give this."""
    subject = Subject(read_graph(flow.draft), {}, STEP_TYPES)
    step = subject.nodes.get(node)
    if step is None:
        raise BadSample("This step is not in the saved draft. Wait until the draft is saved, then pin again.")
    if not may_pin(step.type, subject.ports(step) or ()):
        raise BadSample(
            f"“{step.title}” decides where the run goes, so it is always carried out. Pin the steps before it."
        )
    try:
        look_through(sample)
    except UnreadableGraph as bad:
        raise BadSample(str(bad)) from None
    size = len(json.dumps(sample, ensure_ascii=False).encode())
    if size > LARGEST:
        raise BadSample(
            f"The sample has {size // 1024} KB; at most {LARGEST // 1024} KB can be pinned. Shorten its lists."
        )
    schema = subject.output(node)
    if words := misplaced(sample, schema):
        raise BadSample(words)
    others = sum(len(json.dumps(each)) for each in flow.pins.exclude(node=node).values_list("sample", flat=True))
    if others + size > 16 * LARGEST:
        raise BadSample("The samples of this flow have 1 MB together, which is the most. Unpin a step first.")
    return Pin.objects.update_or_create(flow=flow, node=node, defaults={"sample": sample, "by": by})[0]


def unpin(flow: Flow, node: str) -> bool:
    """Forget the step's sample; whether there was one."""
    return flow.pins.filter(node=node).delete()[0] > 0
