"""What a step can use: the data before it as a tree with types, for the data picker; and whether a type fits a field. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helix.expressions.types import Schema, hop, items_of, kinds
from helix.expressions.words import path_words, type_words
from helix.flows.fits import misfit
from helix.flows.graph import Graph
from helix.flows.steps import STEP_TYPES, StepType
from helix.flows.subject import Subject

MOST_DEPTH = 6
MOST_ENTRIES = 2_000


@dataclass(frozen=True)
class PathEntry:
    """One datum. `path` is written as in an expression; `words` its type; `title` what a person calls it. `certain`: it is
    there on every path; otherwise `reason` says why it may not be. `depth` counts from 0 within its source."""

    path: str
    schema: Schema
    words: str
    certain: bool = True
    reason: str = ""
    title: str = ""
    source: str = ""
    """The key of the step it comes from; "" for the trigger's payload, the run and the flow."""
    depth: int = 0


def available(graph: Graph, key: str, steps: Mapping[str, StepType] = STEP_TYPES) -> list[PathEntry]:
    """Everything that the expressions of this step may use: in a loop its item first; the trigger, then the steps before
    it, nearest first, then the run and the flow. Empty for a step that does not exist; at most 2,000 entries."""
    subject = Subject(graph, {}, steps)
    if key not in subject.nodes:
        return []
    entries: list[PathEntry] = []
    for entry in _all(subject, key):
        entries.append(entry)
        if len(entries) == MOST_ENTRIES:
            break
    return entries


def _all(subject: Subject, key: str) -> Iterator[PathEntry]:
    names = subject.names(key)
    if subject.kind(subject.nodes[key]) != "trigger":
        if "item" in names:
            yield from _tree(names["item"], ("item",), "Item", "", True, "")
            yield _entry(names["index"], ("index",), "", 1, True, "", "Position")
        yield from _tree(names["trigger"], ("trigger",), "Trigger", "", True, "")
        for before in reversed(subject.paths.before(key)):
            if subject.kind(subject.nodes[before]) == "trigger":
                continue
            step = hop(names["steps"], before)
            if step.schema is None or step.never:
                continue
            title = subject.nodes[before].title
            data = step.schema.get("properties", {}).get("data", {})
            found = hop(step.schema, "data")
            sure = step.sure and found.sure
            yield from _tree(data, ("steps", before, "data"), title, before, sure, step.why or found.why)
            for name in ("successful", "error"):
                inner = hop(step.schema, name)
                if inner.schema is not None and kinds(inner.schema) != {"null"}:
                    yield _entry(
                        inner.schema,
                        ("steps", before, name),
                        before,
                        1,
                        step.sure and inner.sure,
                        step.why or inner.why,
                    )
    for name in ("run", "flow"):
        yield from _tree(names[name], (name,), name.capitalize(), "", True, "")


def _tree(
    schema: Schema, path: tuple[str | int, ...], title: str, source: str, sure: bool, why: str, depth: int = 0
) -> Iterator[PathEntry]:
    yield _entry(schema, path, source, depth, sure, why, title)
    if depth >= MOST_DEPTH:
        return
    inner = schema
    if kinds(schema) <= {"array", "null"} and "array" in kinds(schema):
        yield _entry({"type": "integer"}, (*path, "size"), source, depth + 1, sure, why, "How many")
        inner = items_of(schema)
        if not inner:
            return
        yield from _tree(
            inner, (*path, 0), "First item", source, False, "the list may be empty" if sure else why, depth + 1
        )
        return
    for name in inner.get("properties") or ():
        step = hop(schema, name)
        if step.schema is not None:
            yield from _tree(
                step.schema, (*path, name), "", source, sure and step.sure, why if not sure else step.why, depth + 1
            )


def _entry(
    schema: Schema, path: tuple[str | int, ...], source: str, depth: int, sure: bool, why: str, title: str = ""
) -> PathEntry:
    words = type_words(schema)
    named = schema.get("title") or title or str(path[-1])
    return PathEntry(path_words(path), schema, words, sure, "" if sure else why, str(named), source, depth)


def fits(found_schema: Schema, wanted_schema: Schema) -> str | None:
    """None when a value of the one type fits a field of the other, else why not, such as “is a list of text”."""
    wrong = misfit(found_schema, wanted_schema)
    return wrong.reason if wrong else None
