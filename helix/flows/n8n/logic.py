"""The nodes of n8n that call nobody: IF, Filter, Switch, Set, Merge, Loop Over Items, Wait, Stop and Error, No Operation."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n import conditions
from helix.flows.n8n.data import Data
from helix.flows.n8n.made import Desk, Made, NoCounterpart

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
MOST_WAIT = 400 * 86_400


def branch(desk: Desk) -> Made:
    """IF: outputs 0 and 1 are true and false."""
    return Made(
        "logic.branch",
        {"branches": [{"port": "yes", "label": "Yes", "when": _when(desk)}], "else": "no"},
        ports={0: "yes", 1: "no"},
    )


def filter_(desk: Desk) -> Made:
    """Filter: what does not hold ends there."""
    return Made("logic.filter", {"when": _when(desk)}, ports={0: "next"})


def _when(desk: Desk) -> dict[str, JsonValue]:
    held = desk.source.parameters.get("conditions")
    if isinstance(held, Mapping) and isinstance(held.get("conditions"), list):
        return conditions.new_form(desk.values, "/when", held)
    return conditions.old_form(desk.values, held, desk.source.parameters.get("combineOperation") == "any")


def switch(desk: Desk) -> Made:
    """Switch: one way for each rule, in their order, and one for all else."""
    given = desk.source.parameters
    if given.get("mode", "rules") != "rules":
        raise NoCounterpart("it works out the number of its way. Use “Branch” with a condition for each way.")
    held = given.get("rules")
    held = held if isinstance(held, Mapping) else {}
    listed = held.get("values") or held.get("rules")
    found = [each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping)]
    if not found:
        raise NoCounterpart("it has no rules. Use “Branch”.")
    ways: list[JsonValue] = []
    ports: dict[int, str] = {}
    for index, each in enumerate(found[:50]):
        place, port = f"/branches/{index}/when", f"way_{index + 1}"
        if "conditions" in each:
            when = conditions.new_form(desk.values, place, each["conditions"])
            label = each.get("outputKey") if each.get("renameOutput") else None
            ports[index] = port
        else:
            kind = str(given.get("dataType", "number"))
            when = {"all": [conditions.rule(desk.values, place, kind, given.get("value1"), each)]}
            output = each.get("output", index)
            label = each.get("outputKey")
            output = output if isinstance(output, int) else index
            if output in ports:
                raise NoCounterpart("two of its rules lead the same way. Use “Branch” with “any of”.")
            ports[output] = port
        ways.append({"port": port, "label": str(label)[:60] if label else f"Way {index + 1}", "when": when})
    options = given.get("options")
    fallback = options.get("fallbackOutput") if isinstance(options, Mapping) else given.get("fallbackOutput")
    if fallback == "extra":
        ports[len(found)] = "otherwise"
    elif isinstance(fallback, int) and fallback >= 0:
        desk.remark(f"What fits no rule left n8n by way {fallback + 1}; here it leaves by “Otherwise”: connect it.")
    if isinstance(options, Mapping) and options.get("allMatchingOutputs"):
        desk.remark("n8n took every way whose rule held; here the first one is taken.")
    return Made("logic.branch", {"branches": ways, "else": "otherwise"}, ports=ports)


def set_values(desk: Desk) -> Made:
    """Set, Edit Fields: names and values; other fields keep meaning what they meant before."""
    given = desk.source.parameters
    values: dict[str, JsonValue] = {}
    if given.get("mode") == "raw":
        found = desk.values.json("/values", given.get("jsonOutput", "{}"))
        if not isinstance(found, dict) or "$liquid" in found:
            raise NoCounterpart("its JSON is worked out as a whole. Use “Set values” and name each value.")
        values = found
    else:
        for name, kind, raw in _assigned(given):
            read = desk.values.number if kind == "number" else desk.values.any
            value: JsonValue
            if kind in ("array", "object"):
                value = desk.values.json(f"/values/{name}", raw)
            else:
                value = read(f"/values/{name}", raw)
            if kind == "boolean" and value in ("true", "false"):
                value = value == "true"
            values[name] = value
    if any("." in name for name in values):
        desk.remark("A dot in a name made an object in n8n; here it is part of the name.")
    old = "values" in given or desk.source.version < 3
    keeps_others = (
        not given.get("keepOnlySet")
        if old
        else bool(given.get("includeOtherFields") or given.get("include") in ("all", "except"))
    )
    names = {name: f"{desk.ours()}.{name}" for name in values if re.fullmatch(r"[A-Za-z_]\w*", name)}
    names |= {name: f'{desk.ours()}["{name}"]' for name in values if name not in names and not {'"', "\\"} & set(name)}
    data = Data(names=names, behind=desk.incoming) if keeps_others else Data(prefix=desk.ours())
    return Made("logic.set", {"values": values}, data=data)


def _assigned(given: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """(name, kind, value) in all the forms that n8n has had."""
    found: list[tuple[str, str, Any]] = []
    newer, fields, older = given.get("assignments"), given.get("fields"), given.get("values")
    for each in _listed(newer, "assignments"):
        found.append((str(each.get("name", "")), str(each.get("type", "string")), each.get("value")))
    for each in _listed(fields, "values"):
        kind = str(each.get("type", "stringValue")).removesuffix("Value")
        found.append((str(each.get("name", "")), kind, each.get(f"{kind}Value")))
    if isinstance(older, Mapping):
        for kind in older:
            for each in _listed(older, kind):
                found.append((str(each.get("name", "")), str(kind), each.get("value")))
    return [each for each in found if each[0]]


def _listed(held: Any, name: str) -> list[Mapping[str, Any]]:
    listed = held.get(name) if isinstance(held, Mapping) else None
    return [each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping)]


def merge(desk: Desk) -> Made:
    """Merge: paths meet. What n8n puts together there, later steps read from each step by its name."""
    mode = desk.source.text("mode", "append")
    if mode not in ("append", "passThrough", "wait", "chooseBranch", "combine", "multiplex", "mergeByPosition"):
        raise NoCounterpart("it matches items of two lists by a field. Use “For each” with “find” in an expression.")
    if mode not in ("chooseBranch", "wait", "passThrough"):
        desk.remark("n8n put the items of both paths together; here later steps read each step's data by its name.")
    return Made("logic.join", {"mode": "all"})


def loop(desk: Desk) -> Made:
    """Loop Over Items: since version 3 its first output is “done”, before it was the loop."""
    first, second = ("done", "each") if desk.source.version >= 3 else ("each", "done")
    size = desk.source.parameters.get("batchSize", 1 if desk.source.version >= 3 else 10)
    if size != 1:
        desk.remark(
            f"n8n went through {str(size)[:20]} items at a time; “For each” goes through one. “Batch” makes portions."
        )
    desk.remark("The way back to the loop is not drawn: “For each” goes on by itself.")
    done = Data(
        why="behind a loop n8n gives all items; here use “Collect” of “For each”, or the data of a step by its name"
    )
    ports = {0: first, 1: second}
    data_at = {output: Data("item") if port == "each" else done for output, port in ports.items()}
    return Made("logic.for_each", {"items": desk.items()}, ports=ports, data=Data("item"), data_at=data_at)


def split_out(desk: Desk) -> Made:
    """Split Out: what follows runs once for each entry of a list: “For each”."""
    name = desk.source.text("fieldToSplitOut")
    if not name or name.startswith("=") or "," in name:
        raise NoCounterpart("it names no single list. Use “For each”.")
    path = tuple(name.split("."))
    return Made("logic.for_each", {"items": desk.items(path)}, ports={0: "each"}, data=Data("item"))


def wait(desk: Desk) -> Made:
    """Wait: for a time, until a moment, or for a call."""
    given = desk.source.parameters
    match given.get("resume", "timeInterval"):
        case "timeInterval":
            amount, unit = (
                given.get("amount", 5 if desk.source.version >= 1.1 else 1),
                str(given.get("unit", "seconds" if desk.source.version >= 1.1 else "hours")),
            )
            if isinstance(amount, bool) or not isinstance(amount, (int, float)) or unit not in SECONDS:
                raise NoCounterpart("the length of its wait is worked out. Use “Wait” with “Until”.")
            return Made("logic.wait", {"seconds": min(max(amount, 0) * SECONDS[unit], MOST_WAIT)})
        case "specificTime":
            found = desk.values.any("/until", given.get("dateTime", ""))
            desk.remark("The moment must name its time zone, such as 2026-01-31T12:00:00Z.")
            return Made("logic.wait", {"until": found})
        case "webhook":
            desk.remark("n8n waited for ever; here the wait ends after 7 days by “Not in time”.")
            body = Data(names={"body": desk.ours("body")}, why="a call that was waited for gives “body” only")
            return Made(
                "logic.wait_for", {"for": "webhook", "expires_seconds": 604_800}, ports={0: "received"}, data=body
            )
    raise NoCounterpart("it waits for a form. Use “Wait for” with an approval or a webhook.")


def stop(desk: Desk) -> Made:
    """Stop and Error: the run fails with a message."""
    found = desk.values.text("/message", desk.source.parameters.get("errorMessage", "An error occurred!"))
    return Made("logic.stop", {"outcome": "fail", "message": found}, ports={-1: ""})


def nothing(desk: Desk) -> Made:
    """No Operation: a step that sets nothing, so that the picture stays the same."""
    return Made("logic.set", {"values": {}})
