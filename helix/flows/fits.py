"""Whether a value of one type fits a place of another: no coercion, as the shapes of the actions read them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helix.expressions.types import ANY, Schema, alternatives, constants, kinds
from helix.expressions.words import type_words, with_article
from helix.flows.conditions import moment
from helix.flows.problems import Severity

MOST_DEPTH = 6


@dataclass(frozen=True)
class Misfit:
    """Why it does not fit. `is_null`: only because it may be empty. `fix`: filters that make it fit, "" when there are none."""

    severity: Severity
    reason: str
    fix: str = ""
    is_null: bool = False


def misfit(found: Schema, wanted: Schema, depth: int = 0) -> Misfit | None:
    """None when it fits, or may for all that is known. An error when no value of the type fits, a warning when some do."""
    places, given = alternatives(wanted), alternatives(found)
    if ANY in places or not _is_strict(wanted) or depth > MOST_DEPTH:
        return None
    null = any(part.get("type") == "null" for part in given)
    parts = [part for part in given if part.get("type") != "null"]
    takes_null = "null" in kinds(wanted)
    each = [_against(part, places, depth) if part else None for part in parts]
    bad = [one for one in each if one]
    if null and not parts:
        return None if takes_null else Misfit("error", "is always empty (null)", _neutral(places), True)
    if bad:
        surely = len(bad) == len(each) and all(one.severity == "error" for one in bad)
        first = next((one for one in bad if one.severity == "error"), bad[0])
        others = len(bad) < len(each)
        reason = f"may be {with_article(type_words(parts[each.index(first)]))}" if others else first.reason
        return Misfit(
            "error" if surely else "warning", reason, first.fix if not others or first.fix == "append: ''" else ""
        )
    if null and not takes_null:
        return Misfit("warning", "may be empty (null)", _neutral(places), True)
    return None


def _is_strict(wanted: Schema) -> bool:
    return bool(wanted.keys() & {"type", "enum", "const", "anyOf", "oneOf", "$ref", "properties"})


def _neutral(places: tuple[Schema, ...]) -> str:
    found = {place.get("type") for place in places}
    if "string" in found:
        return "default: ''"
    return "default: 0" if found & {"integer", "number"} else "default: false" if "boolean" in found else ""


def _against(part: Schema, places: tuple[Schema, ...], depth: int) -> Misfit | None:
    """The least bad misfit of one kind of value with the kinds that a place takes."""
    best: Misfit | None = None
    for place in places:
        found = _one(part, place, depth)
        if found is None:
            return None
        if best is None or (best.severity, not best.fix) > (found.severity, not found.fix):
            best = found
    return best


def _one(part: Schema, place: Schema, depth: int) -> Misfit | None:
    kind, wanted = part.get("type"), place.get("type")
    if kind == "integer" and wanted == "number":
        return _limits(part, place)
    if kind == "number" and wanted == "integer":
        values = constants(part)
        if values and all(float(value).is_integer() for value in values):
            return _limits(part, place)
        return Misfit("error" if values else "warning", "may have decimals" if not values else "has decimals", "round")
    if kind != wanted:
        return Misfit("error", f"is {with_article(type_words(part))}", _fix(part, place))
    if kind == "array":
        return _items(part, place, depth)
    if kind == "object":
        return next(iter(_properties(part, place, depth)), None)
    return _limits(part, place) or (_text(part, place) if kind == "string" else None)


_TO_MOMENT = "date: '%Y-%m-%dT%H:%M:%SZ'"


def _fix(part: Schema, place: Schema) -> str:
    kind, wanted = part.get("type"), place.get("type")
    if kind == "array" and misfit(part.get("items", ANY), place) is None:
        return "first"
    if wanted == "string":
        if place.get("format") == "date-time":
            return _TO_MOMENT if kind in ("integer", "number") else ""
        return {
            "integer": "append: ''",
            "number": "append: ''",
            "boolean": "append: ''",
            "object": "json",
            "array": "join: ', '",
        }.get(str(kind), "")
    if kind == "string" and wanted in ("integer", "number"):
        return (
            "date: '%s' | plus: 0"
            if part.get("format") == "date-time"
            else "plus: 0 | round"
            if wanted == "integer"
            else "plus: 0"
        )
    return "size" if wanted == "integer" and kind == "array" else ""


def _limits(part: Schema, place: Schema) -> Misfit | None:
    """Constants must be among the choices and within the bounds."""
    values, offered = constants(part), constants(place)
    if values is None:
        return Misfit("warning", f"may be any {type_words(part)}") if offered else None
    out = [value for value in values if (offered is not None and value not in offered) or not _within(value, place)]
    if not out:
        return None
    words = _shown(out[0]) if offered is not None else f"{_shown(out[0])}, which is {_bounds(place)}"
    surely = len(out) == len(values)
    return Misfit("error" if surely else "warning", f"{'is' if surely else 'may be'} {words}")


def _bounds(place: Schema) -> str:
    low, high = place.get("minimum"), place.get("maximum")
    if low is None and high is None:
        return "out of bounds"
    return (
        f"not from {low} to {high}"
        if None not in (low, high)
        else f"less than {low}"
        if low is not None
        else f"more than {high}"
    )


def _shown(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


def _within(value: Any, place: Schema) -> bool:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = place.get("minimum"), place.get("maximum")
        return (low is None or value >= low) and (high is None or value <= high)
    if isinstance(value, str):
        most, least = place.get("maxLength"), place.get("minLength")
        return (
            (most is None or len(value) <= most)
            and (least is None or len(value) >= least)
            and (place.get("pattern") != r"\S" or bool(value.strip()))
        )
    return True


def _text(part: Schema, place: Schema) -> Misfit | None:
    if place.get("format") != "date-time":
        return None
    values = constants(part)
    if part.get("format") == "date":
        return Misfit("error", "is a date without a time", _TO_MOMENT)
    if values is None and part.get("format") is None:
        return Misfit("warning", "may be a text that is no date and time", _TO_MOMENT)
    if part.get("format") in ("email", "uri"):
        return Misfit("error", f"is {with_article(type_words(part))}")
    wrong = [
        value
        for value in values or ()
        if isinstance(value, str) and ("T" not in value.upper() or moment(value) is None)
    ]
    return (
        Misfit(
            "error" if values and len(wrong) == len(values) else "warning",
            f"is {_shown(wrong[0])}, which is no date and time",
        )
        if wrong
        else None
    )


def _items(part: Schema, place: Schema, depth: int) -> Misfit | None:
    inner = misfit(part.get("items", ANY) or ANY, place.get("items", ANY) or ANY, depth + 1)
    if inner is None:
        return None
    return Misfit(inner.severity, f"has items of which each {inner.reason}", "compact" if inner.is_null else "")


def _properties(part: Schema, place: Schema, depth: int) -> Iterator[Misfit]:
    has, takes = part.get("properties") or {}, place.get("properties") or {}
    extra = place.get("additionalProperties", True)
    closed = part.get("additionalProperties") is False
    sure = part.get("required", ())
    for name in place.get("required", ()):
        if name not in has:
            yield Misfit("error", f"lacks “{name}”") if closed else Misfit("warning", f"may lack “{name}”")
        elif name not in sure and "default" not in has[name]:
            yield Misfit("warning", f"may lack “{name}”")
    for name, found in has.items() if isinstance(has, Mapping) else ():
        wanted = takes.get(name, extra if isinstance(extra, Mapping) else ANY)
        if name not in takes and extra is False:
            yield Misfit("error", f"has “{name}”, which has no place there")
            continue
        inner = misfit(found, wanted, depth + 1) if wanted else None
        if inner:
            yield Misfit(inner.severity, f"has “{name}”, which {inner.reason}")
    rest = part.get("additionalProperties", True)
    if isinstance(extra, Mapping) and isinstance(rest, Mapping) and rest and (inner := misfit(rest, extra, depth + 1)):
        yield Misfit(inner.severity, f"has values of which each {inner.reason}")
