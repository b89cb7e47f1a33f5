"""Whether types can go into a filter or a comparison. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from liquid.exceptions import LiquidError

from helix.expressions.bodies import number
from helix.expressions.functions import LISTS, NUMBERS, SCALARS, Function, takes_words
from helix.expressions.gives import mapped
from helix.expressions.near import nearest
from helix.expressions.types import Schema, alternatives, constants, hop, items_of, kinds
from helix.expressions.words import type_words, with_article


@dataclass(frozen=True)
class Refused:
    """What a filter does not take."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str
    column: int


def findings(function: Function, given: Schema, arguments: list[Schema], column: int) -> Iterator[Refused]:
    """What is wrong with a filter for a value and arguments of these types."""
    needed = sum(spec.required for spec in function.arguments)
    if not needed <= len(arguments) <= len(function.arguments):
        words = f"gives {function.name} {len(arguments)} argument{'' if len(arguments) == 1 else 's'}."
        yield Refused("filter_arguments", "error", words, f"{function.name} takes {function.argument_words}.", column)
        return
    if function.name != "default":
        yield from _value(function, given, column)
    for spec, found in zip(function.arguments, arguments, strict=False):
        bad = _refused(found, spec.takes)
        if bad:
            words = f"gives {function.name} {with_article(type_words(found))} as its {spec.name}."
            hint = f"“{spec.name}” of {function.name} is {with_article(takes_words(spec.takes))}."
            yield Refused("filter_arguments", bad, words, hint, column)
    if function.name in ("divided_by", "modulo") and constants(arguments[0]) == (0,):
        yield Refused("filter_arguments", "error", "divides by 0.", "Divide by another number.", column)
    yield from _items(function, given, arguments, column)
    names = (
        constants(arguments[0])
        if arguments and function.takes == LISTS and function.arguments[0].name == "name"
        else None
    )
    if names and isinstance(names[0], str):
        yield from _field(function, given, names[0], column)


def _value(function: Function, given: Schema, column: int) -> Iterator[Refused]:
    bad = _refused(given, function.takes)
    if bad:
        words = f"puts {with_article(type_words(given))} into {function.name}, which takes {with_article(takes_words(function.takes))}."
        yield Refused("filter_input", bad, words, _advice(function, given), column)
    elif function.name == "date" and kinds(given) & {"null"}:
        severity: Literal["error", "warning"] = "error" if kinds(given) == {"null"} else "warning"
        yield Refused(
            "filter_input",
            severity,
            "makes a date of something that may be empty.",
            "Put “| default: 'now'” before date.",
            column,
        )
    elif function.takes == NUMBERS and function.name != "date":
        for value in constants(given) or ():
            if isinstance(value, str) and not _is_number(value):
                yield Refused(
                    "filter_input",
                    "error",
                    f"puts the text “{value[:40]}” into {function.name}, which takes a number.",
                    "Give a number.",
                    column,
                )


def _is_number(text: str) -> bool:
    try:
        number(text)
    except LiquidError:
        return False
    return True


def _refused(given: Schema, takes: frozenset[str]) -> Literal["error", "warning"] | None:
    if "any" in takes:
        return None
    found = [kind for kind in kinds(given) if kind not in ("null", "any")]
    bad = [kind for kind in found if kind not in takes]
    return None if not bad else "error" if len(bad) == len(found) and "any" not in kinds(given) else "warning"


def _advice(function: Function, given: Schema) -> str:
    found = kinds(given)
    if found <= {"array", "null"} and "string" in function.takes:
        return "Take one item first (| first), or make one text of all (| join: ', ')."
    if "array" in function.takes:
        return "Give it a list, or leave the filter out."
    return "Leave the filter out, or give it what it takes."


def _items(function: Function, given: Schema, arguments: list[Schema], column: int) -> Iterator[Refused]:
    """What is joined must be text, what is summed must be numbers."""
    takes = {"join": SCALARS | LISTS, "sum": NUMBERS}.get(function.name)
    if takes is None or "array" not in kinds(given):
        return
    items = items_of(given)
    if function.name == "sum" and arguments:
        items = items_of(mapped(given, arguments))
    bad = _refused(items, takes)
    if bad:
        words = f"puts a list into {function.name} whose items are {type_words(items)}."
        hint = "Take one of their fields first, such as | map: 'name'."
        yield Refused("filter_input", bad, words, hint, column)


def _field(function: Function, given: Schema, name: str, column: int) -> Iterator[Refused]:
    items = items_of(given)
    if not items:
        return
    found = [kind for kind in kinds(items) if kind not in ("null", "any")]
    if found and "object" not in found:
        words = f"asks {function.name} for the field “{name}” of items that are {type_words(items)}, not objects."
        yield Refused("filter_input", "error", words, "Use it on a list of objects.", column)
        return
    step = hop(items, name)
    if step.schema is None and step.names:
        close = nearest(name, step.names)
        hint = f"Did you mean “{close}”?" if close else f"They have: {', '.join(step.names[:8])}."
        yield Refused(
            "unknown_path",
            "error",
            f"asks {function.name} for the field “{name}”, which the items do not have.",
            hint,
            column,
        )


ORDERED = frozenset({"number", "text"})


def comparable(left: Schema, right: Schema) -> bool:
    """Whether less and more can be asked of values of these types; unknown ones get the benefit of the doubt."""
    one, other = _orders(left), _orders(right)
    return not one or not other or bool(one & other & ORDERED)


def fails_for_some(left: Schema, right: Schema) -> bool:
    """Whether less and more cannot be asked of some of the kinds of value that these types have."""
    one, other = _orders(left), _orders(right)
    return bool(one and other) and not (len(one | other) == 1 and one <= ORDERED)


def _orders(schema: Schema) -> frozenset[str]:
    """“number”, “text” for what has an order; empty when it is not known."""
    names = {"integer": "number", "number": "number", "string": "text"}
    found = frozenset(
        names.get(str(part.get("type", "")), str(part.get("type", "")))
        for part in alternatives(schema)
        if part.get("type") != "null"
    )
    return frozenset() if "" in found else found
