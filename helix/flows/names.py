"""The types of the names that a step's expressions may use: trigger, steps, run and flow, as they are at that step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helix.expressions.types import ANY, MISSING_MARK, MOMENT, NAMED_MARK, NULL, TEXT, WHOLE, YES_NO, Schema, union
from helix.flows.steps.loops import item_type
from helix.flows.steps.waiting import EXPIRED, WAIT_FOR

if TYPE_CHECKING:
    from helix.flows.subject import Subject

ERROR: Schema = {
    "type": "object",
    "title": "What went wrong",
    "properties": {
        "kind": {**TEXT, "title": "Kind"},
        "message": {**TEXT, "title": "Message"},
        "hint": {**TEXT, "title": "Hint"},
        "status": {"type": ["integer", "null"], "title": "HTTP status"},
    },
    "required": ["kind", "message", "hint", "status"],
    "additionalProperties": True,
}
RUN: Schema = {
    "type": "object",
    "properties": {
        "id": {**TEXT, "title": "Id of the run"},
        "started_at": {**MOMENT, "title": "When it began"},
        "answer_url": {
            **TEXT,
            "title": "Address for an answer",
            "description": "A message sent here is what a step “Wait for” a message goes on with.",
        },
    },
    "required": ["id", "started_at", "answer_url"],
    "additionalProperties": False,
}
FLOW: Schema = {
    "type": "object",
    "properties": {"name": {**TEXT, "title": "Name of the flow"}},
    "required": ["name"],
    "additionalProperties": False,
}


INDEX: Schema = {**WHOLE, "title": "Position of the item", "description": "Counted from 0."}


class _All:
    """Every name is required; what may be missing says so itself."""

    def __contains__(self, name: object) -> bool:
        return True


class Envelopes(Mapping[str, Schema]):
    """`steps`: the envelope of every step, made when it is asked for."""

    def __init__(self, subject: Subject, key: str) -> None:
        self.subject = subject
        self.key = key
        self.made: dict[str, Schema] = {}

    def __getitem__(self, name: str) -> Schema:
        if name not in self.made:
            if name not in self.subject.nodes:
                raise KeyError(name)
            self.made[name] = envelope(self.subject, name, self.key)
        return self.made[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.subject.nodes else default

    def __iter__(self) -> Iterator[str]:
        return iter(key for key in self.subject.nodes if self.subject.paths.is_before(key, self.key))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def names_at(subject: Subject, key: str) -> Mapping[str, Schema]:
    """The names with their types."""
    steps: dict[str, Any] = {
        "type": "object",
        "properties": Envelopes(subject, key),
        "required": _All(),
        "additionalProperties": False,
        NAMED_MARK: True,
    }
    names = {"trigger": payload(subject, key), "steps": steps, "run": RUN, "flow": FLOW}
    around = subject.loops(key)
    if around:
        loop = subject.nodes[around[-1]]
        item = item_type(loop.config, lambda value: subject.type_of_value(loop, value))
        return {**names, "item": {**item, "title": f"Item of {_title(subject, loop.key)}"}, "index": INDEX}
    return names


def payload(subject: Subject, key: str) -> Schema:
    """The type of `trigger`: the data of the triggers that lead to this step; of all, where none does yet."""
    paths = subject.paths
    leading = [each for each in subject.triggers if each == key or paths.is_before(each, key)] or subject.triggers
    if len(leading) < 2:
        return subject.output(leading[0]) if leading else ANY
    given = {each: subject.output(each).get("properties", {}) for each in leading}
    properties: dict[str, Any] = {}
    for name in dict.fromkeys(name for each in given.values() for name in each):
        having = [each[name] for each in given.values() if name in each]
        lacking = [each for each, names in given.items() if name not in names]
        marks = [each[MISSING_MARK] for each in having if MISSING_MARK in each]
        if lacking:
            marks = [{"severity": "error", "why": f"{_title(subject, lacking[0])} begins runs without it"}]
        properties[name] = {**union(having), **({MISSING_MARK: marks[0]} if marks else {})}
    sure = [name for name, found in properties.items() if MISSING_MARK not in found]
    return {"type": "object", "properties": properties, "required": sure, "additionalProperties": False}


def _title(subject: Subject, name: str) -> str:
    return f"“{subject.nodes[name].title[:60]}”"


def _never(code: str, why: str, hint: str) -> Schema:
    mark = {"severity": "error", "why": why, "code": code, "hint": hint}
    return {"type": "object", "properties": {}, MISSING_MARK: mark}


def envelope(subject: Subject, name: str, key: str) -> Schema:
    """The output of a step as it is when the step `key` runs: {data, error, successful}."""
    paths = subject.paths
    title = _title(subject, name)
    if name == key:
        return _never("own_output", f"{title} cannot use what it gives itself", "Use the data of an earlier step.")
    if not paths.is_before(name, key):
        later = paths.is_before(key, name)
        why = f"{title} comes later" if later else f"no path leads from {title} to this step"
        return _never("not_upstream", why, f"Connect {title} so that it comes before this step, or use other data.")
    if name in subject.loops(key):
        why = f"{title} has not ended while its items are worked on"
        return _never("inside_loop", why, "Use item and index here; its counts are known after it.")
    if set(subject.loops(name)) - set(subject.loops(key)):
        loop = next(each for each in subject.loops(name) if each not in subject.loops(key))
        why = f"{title} runs once for every item of {_title(subject, loop)}, and this step stands outside"
        hint = (
            f"Let {_title(subject, loop)} collect {title}, and use steps.{loop}.data.results; or move this step inside."
        )
        return _never("inside_loop", why, hint)
    if not paths.is_over(name, key):
        why = f"{title} may still be running when the join lets the first path through"
        return _marked(subject, name, key, why)
    if not paths.surely_runs(name, key):
        return _marked(subject, name, key, _why_not(subject, name, key))
    return _envelope(subject, name, key)


def _marked(subject: Subject, name: str, key: str, why: str) -> Schema:
    return {**_envelope(subject, name, key), MISSING_MARK: {"severity": "error", "why": why}}


def _why_not(subject: Subject, name: str, key: str) -> str:
    """The branch, filter or error path that may lead past a step."""
    paths = subject.paths
    for before in reversed(paths.before(name)):
        node = subject.nodes[before]
        if len(subject.ports(node) or ()) > 1 or node.type == "logic.filter":
            if paths.surely_runs(before, key) or len(subject.triggers) == 1:
                return f"{_title(subject, name)} does not run when {_title(subject, before)} goes another way"
            break
    if len(subject.triggers) > 1:
        return f"{_title(subject, name)} does not run for every trigger of this flow"
    return f"{_title(subject, name)} does not run on every path to this step"


def _in_time(subject: Subject, name: str, key: str, data: Schema) -> Schema:
    """What a waiting step gives: nothing when it has expired."""
    title = _title(subject, name)
    if subject.paths.surely_leaves(name, EXPIRED.key, key):
        mark = {"severity": "error", "why": f"nothing came in time for {title} on this path", "code": "expired_here"}
        return {"type": "object", MISSING_MARK: mark}
    answers = [port for port in subject.ports(subject.nodes[name]) or () if port not in (EXPIRED.key, "error")]
    if any(subject.paths.surely_leaves(name, port, key) for port in answers):
        return data
    return {**data, MISSING_MARK: {"severity": "error", "why": f"nothing may have come in time for {title}"}}


def _envelope(subject: Subject, name: str, key: str) -> Schema:
    node, data, error = subject.nodes[name], subject.output(name), NULL
    if node.type == WAIT_FOR:
        data = _in_time(subject, name, key, data)
    if subject.kind(node) != "trigger" and node.on_error in ("continue", "branch"):
        failed = f"{_title(subject, name)} may have failed, and the flow goes on"
        if node.on_error == "branch" and subject.paths.surely_leaves(name, "error", key):
            why = f"{_title(subject, name)} has failed on this path"
            hint = f"Use steps.{name}.error.message, or data of another step."
            mark = {"severity": "error", "why": why, "code": "failed_here", "hint": hint}
            data, error = {"type": "object", MISSING_MARK: mark}, ERROR
        elif not (node.on_error == "branch" and _left_well(subject, name, key)):
            data = {**data, MISSING_MARK: {"severity": "error", "why": failed}}
            error = {**ERROR, MISSING_MARK: {"severity": "error", "why": f"{_title(subject, name)} may have gone well"}}
    return {
        "type": "object",
        "title": node.title,
        "properties": {"data": data, "error": error, "successful": YES_NO},
        "required": ["data", "error", "successful"],
        "additionalProperties": False,
    }


def _left_well(subject: Subject, name: str, key: str) -> bool:
    """Whether the step did not leave by its error port whenever `key` runs."""
    ports = [port for port in subject.ports(subject.nodes[name]) or () if port != "error"]
    return any(subject.paths.surely_leaves(name, port, key) for port in ports)
