"""What differs between two graphs, in plain sentences: steps, their settings, the ways between them. Where a step is drawn is
told apart, since it changes nothing. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue

from helix.expressions.parsing import is_expression
from helix.flows.graph import Edge, Graph, Node
from helix.flows.places import field_words, readable
from helix.flows.problems import parts_of, pointer
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.calls import HTTP
from helix.flows.words import describe_schedule, seconds_words, value_words, when_words
from integrations.http.discretion import discreet, is_secretive
from integrations.kit.auth import MASK

Kind = Literal["added", "removed", "renamed", "moved", "setting", "connection", "retry", "timeout", "on_error", "wired", "unwired", "note"]  # fmt: skip
MOST = 60
ON_ERROR = {"fail": "fail the run", "continue": "go on", "branch": "go another way"}
RETRY = {
    "max_attempts": "attempts",
    "initial_seconds": "first pause",
    "factor": "growth of the pauses",
    "max_seconds": "longest pause",
    "on": "what is tried again",
}


@dataclass(frozen=True)
class Change:
    """One difference. `node` is the step's key in the later graph, or in the earlier one when it was removed; `field` a JSON
    pointer into its config; `before` and `after` the two values where there are any."""

    kind: Kind
    sentence: str
    node: str | None = None
    field: str | None = None
    before: JsonValue = None
    after: JsonValue = None

    @property
    def is_semantic(self) -> bool:
        """Whether a run could notice it."""
        return self.kind not in ("moved", "note", "renamed")

    def as_json(self) -> dict[str, JsonValue]:
        """The change as JSON, under the names of its fields."""
        return {
            "kind": self.kind, "sentence": self.sentence, "node": self.node, "field": self.field, "before": self.before,
            "after": self.after,
        }  # fmt: skip


def compare(before: Graph, after: Graph) -> tuple[Change, ...]:
    """Every difference, in the order of the later graph; removed steps last. Equal graphs have none."""
    old, new = ({node.key: node for node in graph.nodes} for graph in (before, after))
    keys = _rekeyed(old, new)
    found: list[Change] = []
    for key, node in new.items():
        was = old.get(keys.get(key, key))
        found += _step(was, node) if was is not None else [_added(after, node)]
    gone = old.keys() - {keys.get(key, key) for key in new}
    for key in old:
        if key in gone:
            found.append(Change("removed", f"{_title(old[key])} was removed.", key))
    found += _ways(before, after, keys, gone)
    if before.notes != after.notes:
        found.append(Change("note", "The notes on the canvas were changed."))
    return tuple(found)


def _rekeyed(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
    """Steps that have another key but are the same: later key → earlier key. Same type and settings, and only one such."""
    gone = [node for key, node in old.items() if key not in new]
    found: dict[str, str] = {}
    for key, node in new.items():
        if key in old:
            continue
        same = [
            was for was in gone if (was.type, was.config, was.connection) == (node.type, node.config, node.connection)
        ]
        if len(same) == 1 and same[0].key not in found.values():
            found[key] = same[0].key
    return found


def _title(node: Node) -> str:
    return f"“{node.title[:MOST]}”"


def _added(graph: Graph, node: Node) -> Change:
    before = [graph.node(edge.source) for edge in graph.edges if edge.target == node.key]
    place = f" after {_title(before[0])}" if len(before) == 1 and before[0] is not None else ""
    kind = STEP_TYPES.get(node.type)
    what = f" ({kind.title})" if kind and kind.title != node.title else ""
    return Change("added", f"{_title(node)}{what} was added{place}.", node.key)


def _step(was: Node, now: Node) -> Iterator[Change]:
    title = _title(now)
    if was.title != now.title or was.key != now.key:
        old = f"{_title(was)} is called {title} now" if was.title != now.title else f"{title} has the key {now.key} now"
        yield Change("renamed", f"{old}.", now.key, before=was.name, after=now.name)
    if was.type != now.type:
        kinds = [STEP_TYPES[each].title if each in STEP_TYPES else each for each in (was.type, now.type)]
        yield Change(
            "setting", f"{title} was “{kinds[0]}” and is “{kinds[1]}” now.", now.key, before=was.type, after=now.type
        )
    if was.connection != now.connection:
        words = [f"“{each}”" if each else "no connection" for each in (was.connection, now.connection)]
        yield Change(
            "connection",
            f"{title} uses {words[1]} instead of {words[0]}.",
            now.key,
            before=was.connection,
            after=now.connection,
        )
    yield from _settings(was, now)
    yield from _retry(was, now)
    if was.timeout_seconds != now.timeout_seconds:
        yield Change("timeout", f"{title} may take {_seconds(now.timeout_seconds)} instead of {_seconds(was.timeout_seconds)}.", now.key,
                     before=was.timeout_seconds, after=now.timeout_seconds)  # fmt: skip
    if was.on_error != now.on_error:
        words = [ON_ERROR.get(str(each), str(each)) for each in (was.on_error, now.on_error)]
        yield Change(
            "on_error",
            f"When {title} fails, it shall {words[1]} instead of {words[0]}.",
            now.key,
            before=was.on_error,
            after=now.on_error,
        )
    if was.position != now.position:
        yield Change("moved", f"{title} was moved.", now.key)


def _seconds(value: JsonValue) -> str:
    return (
        seconds_words(float(value))
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else "the usual time"
    )


def _retry(was: Node, now: Node) -> Iterator[Change]:
    if was.retry == now.retry:
        return
    one, two = (each if isinstance(each, dict) else {} for each in (was.retry, now.retry))
    title = _title(now)
    if not one or not two:
        words = "has retry settings of its own now" if two else "is tried again as usual now"
        yield Change("retry", f"{title} {words}.", now.key, before=was.retry, after=now.retry)
        return
    for name in dict.fromkeys([*one, *two]):
        if one.get(name) != two.get(name):
            sentence = f"{title}: {RETRY.get(name, name)} when tried again: {_value(two.get(name))} instead of {_value(one.get(name))}."
            yield Change("retry", sentence, now.key, before=one.get(name), after=two.get(name))


def _settings(was: Node, now: Node) -> Iterator[Change]:
    if was.config == now.config:
        return
    title = _title(now)
    if now.type == "trigger.schedule" and "cron" in was.config and "cron" in now.config:
        words = [
            describe_schedule(str(each["cron"]), str(each.get("timezone", ""))) for each in (was.config, now.config)
        ]
        if words[0] != words[1]:
            yield Change(
                "setting",
                f"{title} starts {_lower(words[1])} instead of {_lower(words[0])}.",
                now.key,
                "/cron",
                was.config,
                now.config,
            )
        skip = {"cron", "timezone"}
    else:
        skip = set()
    kind = STEP_TYPES.get(now.type)
    schema: Mapping[str, Any] = kind.input_schema if kind else {}
    for name in dict.fromkeys([*was.config, *now.config]):
        if name not in skip:
            yield from _field(
                title, now, schema, pointer(name), was.config.get(name, MISSING), now.config.get(name, MISSING)
            )


class _Missing:
    """No value at all."""


MISSING: Any = _Missing()


def _field(title: str, now: Node, schema: Mapping[str, Any], place: str, one: Any, two: Any) -> Iterator[Change]:
    """A setting that differs, as deep inside as it is one difference only."""
    if (one is MISSING and two is MISSING) or _same(one, two):
        return
    objects = isinstance(one, dict) and isinstance(two, dict) and not is_expression(one) and not is_expression(two)
    if objects and not _is_condition(one) and not _is_condition(two):
        for name in dict.fromkeys([*one, *two]):
            yield from _field(title, now, schema, place + pointer(name), one.get(name, MISSING), two.get(name, MISSING))
        return
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        for index, (before, after) in enumerate(zip(one, two, strict=True)):
            yield from _field(title, now, schema, place + pointer(index), before, after)
        return
    what = field_words(schema, place)
    if now.type == HTTP and place.startswith(("/headers/", "/query/")) and is_secretive(parts_of(place)[-1]):
        one, two = (each if each is MISSING else MASK for each in (one, two))
        if one == two:
            yield Change(
                "setting", f"{title}: {what} is another value now; it is not shown, as it may be a key.", now.key, place
            )
            return
    if isinstance(one, str) and isinstance(two, str) and now.type == HTTP and place == "/url":
        one, two = discreet({"url": one})["url"], discreet({"url": two})["url"]
    if one is MISSING:
        sentence = f"{title}: {what} is {_value(two)} now; it was left out before."
    elif two is MISSING:
        sentence = f"{title}: {what} is left out now; it was {_value(one)}."
    else:
        sentence = f"{title}: {what} is {_value(two)} instead of {_value(one)}."
    yield Change("setting", sentence, now.key, place, None if one is MISSING else one, None if two is MISSING else two)


def _same(one: Any, two: Any) -> bool:
    return type(one) is type(two) and one == two


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and bool({"all", "any", "op"} & value.keys())


def _value(value: JsonValue) -> str:
    if _is_condition(value):
        return f"“{readable(when_words(value))}”"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and value and all(isinstance(each, (str, int, float)) for each in value):
        return readable(", ".join(str(each) for each in value))
    return readable(value_words(value))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _ways(before: Graph, after: Graph, keys: Mapping[str, str], gone: set[str]) -> Iterator[Change]:
    """Connections between steps that came or went; those of steps that came or went themselves are not worth a sentence."""
    earlier = {later: was for later, was in keys.items()}
    now = {
        (earlier.get(edge.source, edge.source), edge.port, earlier.get(edge.target, edge.target)): edge
        for edge in after.edges
    }
    then = {(edge.source, edge.port, edge.target): edge for edge in before.edges}
    fresh = {node.key for node in after.nodes} - {node.key for node in before.nodes} - keys.keys()
    for name, edge in now.items():
        if name not in then and edge.source not in fresh and edge.target not in fresh:
            yield Change("wired", f"{_way(after, edge)} leads to {_of(after, edge.target)} now.", edge.source)
    for name, edge in then.items():
        if name not in now and edge.source not in gone and edge.target not in gone:
            yield Change("unwired", f"{_way(before, edge)} no longer leads to {_of(before, edge.target)}.", edge.source)


def _way(graph: Graph, edge: Edge) -> str:
    by = "" if edge.port == "next" else f" by “{edge.port}”"
    return f"The way from {_of(graph, edge.source)}{by}"


def _of(graph: Graph, key: str) -> str:
    node = graph.node(key)
    return _title(node) if node else f"“{key}”"
