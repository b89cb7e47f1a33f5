"""Conditions of n8n (IF, Filter, Switch; old and new form) as conditions of Helix."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n.made import NoCounterpart
from helix.flows.n8n.values import Values

OPERATORS = {
    "equal": "eq", "equals": "eq", "notequal": "ne", "notequals": "ne", "larger": "gt", "gt": "gt", "largerequal": "gte", "gte": "gte",
    "smaller": "lt", "lt": "lt", "smallerequal": "lte", "lte": "lte", "contains": "contains", "notcontains": "not_contains",
    "startswith": "starts_with", "endswith": "ends_with", "regex": "matches", "isempty": "is_empty", "empty": "is_empty",
    "isnotempty": "is_not_empty", "notempty": "is_not_empty", "exists": "exists", "notexists": "not_exists", "after": "gt", "before": "lt",
    "afterorequals": "gte", "beforeorequals": "lte",
}  # fmt: skip
"""By the name in n8n, in small letters."""
ALONE = frozenset({"is_empty", "is_not_empty", "exists", "not_exists"})
BOOLEANS = {"true": True, "false": False}


def new_form(values: Values, place: str, found: Any) -> dict[str, JsonValue]:
    """`{combinator, conditions: [{leftValue, rightValue, operator}]}`, since IF 2 and Switch 3."""
    if not isinstance(found, Mapping) or not isinstance(found.get("conditions"), list):
        raise NoCounterpart("its conditions cannot be read. Use “Branch” or “Only go on if”.")
    parts: list[JsonValue] = []
    for index, each in enumerate(found["conditions"]):
        if not isinstance(each, Mapping):
            raise NoCounterpart("one of its conditions cannot be read. Use “Branch” or “Only go on if”.")
        operator = each.get("operator")
        operator = operator if isinstance(operator, Mapping) else {}
        kind, name = operator.get("type"), operator.get("operation")
        at = f"{place}/{index}"
        left = values.any(f"{at}/left", each.get("leftValue"))
        if kind == "boolean" and name in BOOLEANS:
            parts.append({"left": left, "op": "eq", "right": BOOLEANS[name]})
            continue
        if kind == "array" and isinstance(name, str) and name.startswith("length"):
            parts.append(
                _leaf(_size(left), name.removeprefix("length"), values.number(f"{at}/right", each.get("rightValue")))
            )
            continue
        read = values.number if kind == "number" else values.any
        parts.append(_leaf(left, name, read(f"{at}/right", each.get("rightValue"))))
    return _grouped(parts, found.get("combinator") == "or")


def old_form(values: Values, found: Any, is_any: bool) -> dict[str, JsonValue]:
    """`{string: [{value1, operation, value2}], number: […]}`, of IF 1."""
    if not isinstance(found, Mapping):
        raise NoCounterpart("its conditions cannot be read. Use “Branch”.")
    parts: list[JsonValue] = []
    for kind, listed in found.items():
        for index, each in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(each, Mapping):
                parts.append(rule(values, f"/when/{kind}/{index}", str(kind), each.get("value1"), each))
    return _grouped(parts, is_any)


def rule(values: Values, place: str, kind: str, left: Any, each: Mapping[str, Any]) -> JsonValue:
    """One comparison of the old form. n8n takes “equal” for granted (for numbers “smaller”)."""
    name = each.get("operation", "smaller" if kind == "number" else "equal")
    read = values.number if kind == "number" else values.any
    right = each.get("value2", False if kind == "boolean" else "")
    return _leaf(read(f"{place}/left", left), name, read(f"{place}/right", right))


def _leaf(left: JsonValue, name: Any, right: JsonValue) -> dict[str, JsonValue]:
    op = OPERATORS.get(str(name).replace("_", "").lower())
    if op is None:
        raise NoCounterpart(f"Helix has no comparison “{str(name)[:40]}”. Use “Branch” with another one.")
    return {"left": left, "op": op} if op in ALONE else {"left": left, "op": op, "right": right}


def _size(left: JsonValue) -> JsonValue:
    if isinstance(left, dict) and isinstance(text := left.get("$liquid"), str) and text.endswith(" }}"):
        return {"$liquid": text.removesuffix(" }}") + " | size }}"}
    return left


def _grouped(parts: list[JsonValue], is_any: bool) -> dict[str, JsonValue]:
    if not parts:
        raise NoCounterpart("it has no condition. Use “Branch” or “Only go on if”.")
    return {"any" if is_any else "all": parts}
