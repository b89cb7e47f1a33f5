"""Random flows that pass the check: triggers, every action, branches, filters, joins, loops in loops, batches, CSV, waits for
answers, ends, error ways. Pure; the same seed draws the same flow."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from helix.expressions.types import ANY, Schema, alternatives, kinds
from helix.flows.check import CheckedGraph, ConnectionFacts, check
from helix.flows.graph import read_graph
from helix.flows.steps import STEP_TYPES
from helix.flows.steps.triggers import FIELD_TYPES
from helix.flows.subject import Subject
from tests.soundness.expressions import Speaker
from tests.soundness.values import NAMES, anything, value_of

CONNECTIONS = {
    "sandbox": ConnectionFacts("sandbox", "customerio", "us", frozenset({"track", "app", "pipelines"}), sandbox=True)
}
ACTIONS = tuple(key for key, step in STEP_TYPES.items() if step.kind == "action" and step.integration == "customerio")
LOGIC = (
    *("logic.set",) * 6,
    *("logic.branch",) * 3,
    "logic.filter",
    "logic.filter",
    "logic.join",
    "logic.join",
    "logic.wait",
    "logic.stop",
    *("logic.for_each",) * 3,
    "logic.batch",
    "data.csv",
    "data.csv",
    "logic.wait_for",
)
MOST_TRIES = 8
SAMPLE = {
    "id": 7,
    "who": {"email": "ada@example.com", "plan": None},
    "items": [{"name": "a", "n": 1}, {"name": "b", "n": 2.5}],
}
"""A message as a waiting step expects it."""
FIELDS = ("name", "email", "n", "when", "day", "flag", "ratio", "list_2", "company")
BASES: dict[str, dict[str, Any]] = {
    "identify_person": {"userId": "u-1", "traits": {"email": "u@example.com"}},
    "add_person_to_group": {"userId": "u-1", "groupId": "acme"},
    "create_alias": {"userId": "u-1", "previousId": "u-2"},
    "customer_io_suppress_person": {"identifier": "u-3"},
    "track_event": {"userId": "u-1", "event": "ordered", "properties": {"n": 1}},
    "track_page": {"userId": "u-1", "name": "Home", "properties": {}},
    "track_screen": {"anonymousId": "a-1", "name": "Feed"},
    "send_batch": {"batch": [{"type": "track", "userId": "u-1", "event": "ordered"}]},
    "report_push_events": {"event": "opened", "delivery_id": "d", "device_id": "x", "timestamp": 1_613_063_089},
    "get_segment_details": {"segment_id": 1},
    "get_segment_membership": {"segment_id": 1, "limit": 15},
    "get_messages": {"limit": 25},
    "list_newsletters": {"limit": 1, "sort": "desc"},
    "unsubscribe_delivery": {"delivery_id": "RPILAgUBcRhIBq=="},
    "trigger_broadcast": {"broadcast_id": 1, "emails": ["ada.lovelace@example.com"], "data": {"headline": "Hi"}},
    "get_trigger": {"broadcast_id": 1, "trigger_id": "1"},
    "get_triggers": {"broadcast_id": 1},
}
"""Settings that can be sent, to be varied."""


@dataclass
class Drawn:
    """A flow and how it begins. `checked` has no error."""

    seed: int
    graph: dict[str, Any]
    checked: CheckedGraph
    entry: str
    payload: dict[str, Any]


@dataclass
class _Drawing:
    random: Random
    risk: float
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, str]] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    """Ways out that lead nowhere yet."""
    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The loops around each step, outermost first."""

    def around(self, end: tuple[str, str]) -> tuple[str, ...]:
        """The loops that a step behind this end is in."""
        loops = self.inside.get(end[0], ())
        return (*loops, end[0]) if end[1] == "each" else loops

    def graph(self) -> dict[str, Any]:
        return {"format": 1, "nodes": self.nodes, "edges": self.edges, "notes": []}

    def subject(self) -> Subject:
        return Subject(read_graph(self.graph()), CONNECTIONS, STEP_TYPES)

    def errors(self) -> list[str]:
        return [problem.message for problem in check(read_graph(self.graph()), CONNECTIONS).errors]


def draw(seed: int, size: int = 9, risk: float = 0.15) -> Drawn:
    """The flow of this seed, of about `size` steps. `risk`: how often an expression with a warning is kept."""
    random = Random(seed)
    drawing = _Drawing(random, risk)
    _begin(drawing)
    for number in range(size):
        if not drawing.ends:
            break
        _grow(drawing, f"s{number}")
    checked = check(read_graph(drawing.graph()), CONNECTIONS)
    assert checked.ok, (seed, [problem.message for problem in checked.errors])
    entry = random.choice([node for node in drawing.nodes if node["type"].startswith("trigger.")])
    return Drawn(seed, drawing.graph(), checked, entry["key"], payload_for(entry, random))


def payload_for(trigger: dict[str, Any], random: Random) -> dict[str, Any]:
    """What a person may fill in, or a schedule gives. Optional fields are left out or empty now and then."""
    if trigger["type"] == "trigger.schedule":
        return {"fired_at": "2026-03-29T01:30:00+00:00", "scheduled_for": "2026-03-29T01:30:00+01:00"}
    given: dict[str, Any] = {}
    for each in trigger["config"]["fields"]:
        if each["required"] or random.random() < 0.5:
            given[each["name"]] = _given(each["type"], each["required"], random)
    return given


def _given(kind: str, required: bool, random: Random) -> Any:
    if kind == "json":
        found = anything(random)
        return found if found not in (None, "") or not required else {"id": 1}
    found = value_of(FIELD_TYPES[kind], random)
    return found or "Ada" if kind == "text" and required else found


def _begin(drawing: _Drawing) -> None:
    """One or two triggers; the fields of a form are of every type."""
    random = drawing.random
    which = random.choice(("manual", "manual", "manual", "schedule", "both"))
    if which != "schedule":
        fields = []
        for name in random.sample(FIELDS, random.randint(0, 6)):
            kind = {
                "n": "integer",
                "when": "datetime",
                "day": "date",
                "flag": "boolean",
                "ratio": "number",
                "list_2": "json",
            }
            made: dict[str, Any] = {"name": name, "type": kind.get(name, "text"), "required": random.random() < 0.6}
            if not made["required"] and random.random() < 0.3:
                made["default"] = _given(made["type"], True, random)
            fields.append(made)
        drawing.nodes.append({"key": "go", "type": "trigger.manual", "name": "Go", "config": {"fields": fields}})
    if which != "manual":
        config = {
            "cron": random.choice(("0 2 * * *", "*/7 1-5 * 2 mon")),
            "timezone": random.choice(("Europe/Paris", "UTC")),
        }
        drawing.nodes.append({"key": "clock", "type": "trigger.schedule", "name": "Clock", "config": config})
    for node in drawing.nodes:
        drawing.ends.append((node["key"], "next"))


def _grow(drawing: _Drawing, key: str) -> None:
    """One step more, behind one open end or several (then they meet there)."""
    random = drawing.random
    type_ = random.choice(ACTIONS) if random.random() < 0.5 else random.choice(LOGIC)
    behind = [random.choice(drawing.ends)]
    together = [end for end in drawing.ends if drawing.around(end) == drawing.around(behind[0])]
    if len(together) > 1 and (type_ == "logic.join" or random.random() < 0.25):
        behind = random.sample(together, random.randint(2, min(3, len(together))))
    elif random.random() < 0.25:  # a second way out of a step that goes on already: ways in parallel
        edge = random.choice(drawing.edges) if drawing.edges else None
        behind = [(edge["source"], edge["port"])] if edge else behind
    node: dict[str, Any] = {"key": key, "type": type_, "name": key.upper(), "config": {}}
    if STEP_TYPES[type_].kind == "action":
        node["connection"] = "sandbox"
    if STEP_TYPES[type_].can_fail and random.random() < 0.6:
        node["on_error"] = random.choice(("continue", "branch"))
    if type_ == "logic.branch" and node.get("on_error") == "continue":
        del node["on_error"]
    drawing.nodes.append(node)
    drawing.inside[key] = drawing.around(behind[0])
    drawing.edges += [{"source": source, "port": port, "target": key} for source, port in behind]
    _settle(drawing, node)
    drawing.ends = [end for end in drawing.ends if end not in behind]
    drawing.ends += [(key, port.key) for port in STEP_TYPES[node["type"]].ports(node)]
    if node["type"] == "logic.for_each":  # something is done with its items, and perhaps kept
        drawing.ends.remove((key, "each"))
        _first_of_body(drawing, node)


def _first_of_body(drawing: _Drawing, loop: dict[str, Any]) -> None:
    key = f"{loop['key']}_in"
    node: dict[str, Any] = {"key": key, "type": "logic.set", "name": key.upper(), "config": {}}
    drawing.nodes.append(node)
    drawing.inside[key] = drawing.around((loop["key"], "each"))
    drawing.edges.append({"source": loop["key"], "port": "each", "target": key})
    _settle(drawing, node)
    drawing.ends.append((key, "next"))
    if drawing.random.random() < 0.6:
        loop["config"]["collect"] = key


def _settle(drawing: _Drawing, node: dict[str, Any]) -> None:
    """Settings that the check accepts; after too many tries the step becomes one that sets nothing odd."""
    subject = drawing.subject()
    names, present = subject.names(node["key"]), subject.present(node["key"])
    for _ in range(MOST_TRIES):
        node["config"] = _config(drawing, node, Speaker(names, present, drawing.random, drawing.risk))
        if not drawing.errors():
            return
    node.pop("connection", None)
    node.pop("on_error", None)
    node["type"], node["config"] = "logic.set", {"values": {"plain": 1}}
    assert not drawing.errors()


def _config(drawing: _Drawing, node: dict[str, Any], speaker: Speaker) -> dict[str, Any]:
    random, type_ = drawing.random, node["type"]
    match type_:
        case "logic.set":
            names = random.sample(("a", "b", "c", *NAMES), random.randint(1, 4))
            return {"values": {name: value(ANY, speaker, random) for name in names}}
        case "logic.branch":
            ports = random.sample(("yes", "no", "maybe", "big"), random.randint(1, 3))
            branches = [{"port": port, "label": port, "when": speaker.condition()} for port in ports]
            return {"branches": branches, "else": "otherwise"}
        case "logic.filter":
            return {"when": speaker.condition()}
        case "logic.join":
            return {"mode": random.choice(("all", "any"))}
        case "logic.wait":
            return random.choice(
                (
                    {"seconds": 0},
                    {"until": "2020-01-01T00:00:00Z"},
                    {"until": value({"type": "string", "format": "date-time"}, speaker, random)},
                )
            )
        case "logic.stop":
            return {
                "outcome": random.choice(("succeed", "fail")),
                "message": value({"type": "string"}, speaker, random),
            }
        case "logic.for_each":
            failing = random.choice(("stop", "continue"))
            return {"items": _items(speaker, random), "concurrency": random.choice((1, 3)), "on_item_failure": failing}
        case "logic.batch":
            sizes = random.choice(({"max_count": 2}, {"max_bytes": 40}, {"max_count": 3, "max_bytes": 4000}))
            return {"items": _items(speaker, random), **sizes}
        case "data.csv":
            return _csv(speaker, random)
        case "logic.wait_for":
            return {
                "expires_seconds": 3600,
                **random.choice(({"for": "approval"}, {"for": "webhook", "sample": SAMPLE})),
            }
        case _:
            return _call(
                STEP_TYPES[type_].input_schema, BASES.get(type_.removeprefix("customerio."), {}), speaker, random
            )


def _items(speaker: Speaker, random: Random) -> Any:
    """A list of an earlier step, or one written down."""
    if random.random() < 0.7 and (text := speaker.lone({"type": "array"})):
        return {"$liquid": text}
    return [value(ANY, speaker, random, 2) for _ in range(random.randint(0, 4))]


def _csv(speaker: Speaker, random: Random) -> dict[str, Any]:
    if random.random() < 0.5:
        columns = {"columns": random.sample(NAMES, 2)} if random.random() < 0.3 else {}
        row = {"anyOf": [{"type": "object"}, {"type": "array"}]}
        rows = speaker.lone({"type": "array"}) if random.random() < 0.6 else None
        given: Any = {"$liquid": rows} if rows else [value_of(row, random, 2) for _ in range(random.randint(0, 3))]
        return {"mode": "write", "rows": given, **columns}
    text = speaker.lone({"type": "string"}) or "a"
    return {"mode": "read", "text": random.choice(({"$liquid": text}, "a,b\n1,2")), "has_header": random.random() < 0.7}


def _call(schema: Schema, base: dict[str, Any], speaker: Speaker, random: Random) -> dict[str, Any]:
    """The settings of an action: some of the plain ones replaced, some optional ones added."""
    config = dict(base)
    for name, part in schema["properties"].items():
        wanted = {**part, **({"$defs": schema["$defs"]} if "$defs" in schema else {})}
        if name in ("follow_pages", "max_items") or part.get("readOnly"):
            continue
        if (name in config and random.random() < 0.5) or (name not in config and random.random() < 0.12):
            config[name] = value(wanted, speaker, random)
    return config


def value(wanted: Schema, speaker: Speaker, random: Random, depth: int = 0) -> Any:
    """A value for a place of this type: a literal, an expression, or a structure with expressions inside."""
    found = kinds(wanted)
    dice = random.random()
    if dice < 0.45 and (text := speaker.lone(wanted)):
        return {"$liquid": text}
    if dice < 0.6 and found & {"string", "any"} and "format" not in wanted and (text := speaker.text()):
        return {"$liquid": text}
    part = random.choice(alternatives(wanted))
    if depth < 3 and part.get("type") == "object" and (part.get("properties") or dice < 0.9):
        return _filled(part, speaker, random, depth)
    if depth < 3 and (part.get("type") == "array" or ("any" in found and dice < 0.7)):
        items = part.get("items", ANY)
        inner = {**items, "$defs": part["$defs"]} if "$defs" in part else items
        least = part.get("minItems", 0)
        return [value(inner, speaker, random, depth + 1) for _ in range(random.randint(least, least + 2))]
    if depth < 3 and "any" in found and dice < 0.85:
        return {name: value(ANY, speaker, random, depth + 1) for name in random.sample(NAMES, random.randint(0, 3))}
    return value_of(wanted, random)


def _filled(part: Schema, speaker: Speaker, random: Random, depth: int) -> dict[str, Any]:
    definitions = {"$defs": part["$defs"]} if "$defs" in part else {}
    made: dict[str, Any] = {}
    for name, inner in part.get("properties", {}).items():
        if name in part.get("required", ()) or random.random() < 0.25:
            made[name] = value({**inner, **definitions}, speaker, random, depth + 1)
    extra = part.get("additionalProperties", True)
    if extra is not False:
        for name in random.sample(NAMES, random.randint(0, 2)):
            made.setdefault(name, value(extra if isinstance(extra, dict) else ANY, speaker, random, depth + 1))
    return made
