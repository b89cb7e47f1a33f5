"""The filters of an expression, as a table: name, what it takes, its arguments, what it gives, help, body.

This list is all there is. What a filter takes and gives is used twice: the check infers types with it, and an evaluation
refuses anything else, so what the check lets through runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from liquid.exceptions import FilterArgumentError, LiquidTypeError
from liquid.undefined import is_undefined

from helix.expressions import bodies, bodies_lists, gives, limits
from helix.expressions.kept import LargeList
from helix.expressions.types import TEXT, WHOLE, YES_NO, Schema
from helix.expressions.values import finite, items_at_most
from helix.expressions.words import with_article

SCALARS = frozenset({"string", "number", "integer", "boolean"})
"""What is written as text without loss."""
NUMBERS = frozenset({"number", "integer", "string"})
"""A text counts as a number when it is written as one."""
LISTS = frozenset({"array"})
WORDS = frozenset({"string"})
ANYTHING = frozenset({"any"})

LOOKS_ONLY = frozenset({"size", "first", "last", "default"})
"""Filters that need not read all items of a list, so that no list is too large for them."""

Gives = Schema | Callable[[Schema, list[Schema]], Schema]


@dataclass(frozen=True)
class Argument:
    """One argument, by position."""

    name: str
    takes: frozenset[str] = SCALARS
    required: bool = True


@dataclass(frozen=True)
class Function:
    """One filter. Null counts as empty text, zero or an empty list, as in Liquid, unless `takes` says otherwise."""

    name: str
    takes: frozenset[str]
    gives: Gives
    help: str
    body: Callable[..., Any]
    arguments: tuple[Argument, ...] = ()
    example: str = ""
    named: frozenset[str] = frozenset()
    """Arguments that are given by name."""

    def result(self, given: Schema, arguments: list[Schema]) -> Schema:
        """The type of what it gives for a value and arguments of these types."""
        return self.gives(given, arguments) if callable(self.gives) else self.gives

    @cached_property
    def guarded(self) -> Callable[..., Any]:
        """The body, refusing what it does not take, and whatever is too large going in or coming out."""

        def run(value: Any, *arguments: Any, **named: Any) -> Any:
            if len(arguments) > len(self.arguments) or named.keys() - self.named:
                raise FilterArgumentError(f"{self.name} takes {self.argument_words}", token=None)
            for spec, argument in zip(self.arguments, arguments, strict=False):
                self._admit(argument, spec.takes, f"“{spec.name}” of {self.name}")
            if len(arguments) < sum(spec.required for spec in self.arguments):
                raise FilterArgumentError(f"{self.name} takes {self.argument_words}", token=None)
            if self.name != "default":
                self._admit(value, self.takes, self.name)
            if not (isinstance(value, LargeList) and self.name in LOOKS_ONLY):
                value = _plain(value, self.takes)
            found = self.body(value, *arguments, **named)
            if not (isinstance(found, LargeList) and self.name in LOOKS_ONLY):
                _within(found, f"the result of {self.name}")
            return found

        return run

    @property
    def argument_words(self) -> str:
        """“no argument”, “1 argument (separator)”, …"""
        if not self.arguments:
            return "no argument"
        names = ", ".join(spec.name for spec in self.arguments)
        needed, most = sum(spec.required for spec in self.arguments), len(self.arguments)
        count = f"{most}" if needed == most else f"{needed} to {most}"
        return f"{count} argument{'s' if most > 1 else ''} ({names})"

    def _admit(self, value: Any, takes: frozenset[str], what: str) -> None:
        if is_undefined(value):
            str(value)  # raises, and says what is missing
        kind = _kind(value)
        if kind not in takes and kind not in ("null", "range" if "array" in takes else "") and "any" not in takes:
            wanted = with_article(takes_words(takes))
            raise LiquidTypeError(f"{what} takes {wanted}, but got {with_article(_PLAIN.get(kind, kind))}", token=None)
        if not (isinstance(value, LargeList) and self.name in LOOKS_ONLY):
            _within(value, what)


_PLAIN = {"array": "list", "string": "text", "boolean": "true or false"}


def takes_words(takes: frozenset[str]) -> str:
    """What is taken, in words."""
    if "any" in takes:
        return "anything"
    if takes == NUMBERS or takes == NUMBERS - {"string"}:
        return "number"
    if takes >= SCALARS:
        return "text or a list" if "array" in takes else "text"
    return " or ".join(sorted(_PLAIN.get(kind, kind) for kind in takes if kind != "integer" or "number" not in takes))


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number" if isinstance(value, float) else "integer"
    if isinstance(value, (list, tuple, LargeList)):
        return "array"
    if isinstance(value, range):
        return "range"
    if isinstance(value, Mapping):
        return "object"
    if value is None or type(value).__name__ in ("Nil", "_Null", "Empty", "Blank"):
        return "null"
    return "string" if type(value).__name__ in ("datetime", "date") else type(value).__name__


def _plain(value: Any, takes: frozenset[str]) -> Any:
    if isinstance(value, (range, LargeList)):
        return list(value)
    if _kind(value) == "null":
        is_list = takes == LISTS or ("array" in takes and type(value).__name__ == "Empty")  # the word `empty` is a list
        return [] if is_list else "" if "string" in takes and "number" in takes and takes != NUMBERS else None
    return value


def _within(value: Any, what: str) -> None:
    if isinstance(value, str):
        if len(value) > limits.TEXT_BYTES:
            raise LiquidTypeError(f"{what}: a text longer than {limits.TEXT_BYTES // 1024} KB", token=None)
    elif isinstance(value, int):
        if abs(value) >= 10**limits.INTEGER_DIGITS:
            raise LiquidTypeError(f"{what}: a number of more than {limits.INTEGER_DIGITS} digits", token=None)
    elif isinstance(value, float):
        finite(value)
    elif isinstance(value, LargeList):
        if len(value) > limits.LIST_ITEMS:
            raise LiquidTypeError(f"{what}: a list of more than {limits.LIST_ITEMS:,} items", token=None)
    elif isinstance(value, (list, tuple)) and not items_at_most(value, limits.LIST_ITEMS):
        raise LiquidTypeError(f"{what}: a list of more than {limits.LIST_ITEMS:,} items", token=None)


def _table(*functions: Function) -> Mapping[str, Function]:
    return {function.name: function for function in functions}


_text = Argument("text")
_number = Argument("number", NUMBERS)
_name = Argument("name", WORDS)
_may_name = Argument("name", WORDS, required=False)
_value = Argument("value", SCALARS, required=False)
_F = Function

FUNCTIONS: Mapping[str, Function] = _table(
    _F("default", ANYTHING, gives.default, "Another value when this one is missing, empty or false.", bodies.default,
       (Argument("value", ANYTHING, required=False),), "{{ trigger.name | default: 'there' }}", frozenset({"allow_false"})),
    _F("append", SCALARS, TEXT, "Adds text at the end.", bodies.append, (_text,), "{{ 7 | append: ' days' }}"),
    _F("prepend", SCALARS, TEXT, "Adds text at the start.", bodies.prepend, (_text,), "{{ 'Ada' | prepend: 'Dear ' }}"),
    _F("upcase", SCALARS, TEXT, "In capital letters.", bodies.upcase, (), "{{ 'eu' | upcase }}"),
    _F("downcase", SCALARS, TEXT, "In small letters.", bodies.downcase, (), "{{ trigger.email | downcase }}"),
    _F("capitalize", SCALARS, TEXT, "First letter large, the others small.", bodies.capitalize, (), "{{ 'ada' | capitalize }}"),
    _F("strip", SCALARS, TEXT, "Without spaces around.", bodies.strip, (), "{{ ' a ' | strip }}"),
    _F("lstrip", SCALARS, TEXT, "Without spaces at the start.", bodies.lstrip),
    _F("rstrip", SCALARS, TEXT, "Without spaces at the end.", bodies.rstrip),
    _F("squish", SCALARS, TEXT, "Without spaces around, and single ones inside.", bodies.squish),
    _F("strip_newlines", SCALARS, TEXT, "Without line breaks.", bodies.strip_newlines),
    _F("strip_html", SCALARS, TEXT, "Without HTML tags.", bodies.strip_html),
    _F("newline_to_br", SCALARS, TEXT, "Line breaks as <br />.", bodies.newline_to_br),
    _F("escape", SCALARS, TEXT, "Safe inside HTML.", bodies.escape),
    _F("escape_once", SCALARS, TEXT, "Safe inside HTML; what is escaped already stays.", bodies.escape_once),
    _F("replace", SCALARS, TEXT, "Every occurrence of a text by another.", bodies.replace,
       (_text, Argument("by", SCALARS, required=False)), "{{ 'a-b' | replace: '-', ' ' }}"),
    _F("replace_first", SCALARS, TEXT, "The first occurrence of a text by another.", bodies.replace_first,
       (_text, Argument("by", SCALARS, required=False))),
    _F("replace_last", SCALARS, TEXT, "The last occurrence of a text by another.", bodies.replace_last, (_text, Argument("by"))),
    _F("remove", SCALARS, TEXT, "Without any occurrence of a text.", bodies.remove, (_text,)),
    _F("remove_first", SCALARS, TEXT, "Without the first occurrence of a text.", bodies.remove_first, (_text,)),
    _F("remove_last", SCALARS, TEXT, "Without the last occurrence of a text.", bodies.remove_last, (_text,)),
    _F("truncate", SCALARS, TEXT, "At most so many characters.", bodies.truncate,
       (Argument("length", NUMBERS, required=False), Argument("end", SCALARS, required=False)), "{{ 'a long text' | truncate: 6 }}"),
    _F("truncatewords", SCALARS, TEXT, "At most so many words.", bodies.truncatewords,
       (Argument("words", NUMBERS, required=False), Argument("end", SCALARS, required=False))),
    _F("url_encode", SCALARS, TEXT, "Safe inside a web address.", bodies.url_encode),
    _F("url_decode", SCALARS, TEXT, "The reverse of url_encode.", bodies.url_decode),
    _F("base64_encode", SCALARS, TEXT, "As Base64.", bodies.base64_encode),
    _F("base64_decode", SCALARS, TEXT, "The reverse of base64_encode.", bodies.base64_decode),
    _F("split", SCALARS, gives.texts, "Cuts a text into a list.", bodies.split, (Argument("separator"),), "{{ 'a,b' | split: ',' }}"),
    _F("slice", SCALARS | LISTS, gives.sliced, "A part of a text or list: from where, how many.", bodies.slice_,
       (Argument("start", NUMBERS), Argument("length", NUMBERS, required=False)), "{{ 'abcd' | slice: 1, 2 }}"),
    _F("size", frozenset({"string", "array", "object", "number", "integer", "boolean"}), WHOLE, "How many characters or items.",
       bodies.size, (), "{{ steps.find.data.segments | size }}"),
    _F("date", frozenset({"string", "integer", "number"}), gives.date, "A date or time in another form.", bodies.date,
       (Argument("format", WORDS),), "{{ 'now' | date: '%Y-%m-%d' }}"),
    _F("abs", NUMBERS, gives.number, "Without its sign.", bodies.abs_),
    _F("plus", NUMBERS, gives.numbers, "The sum with a number.", bodies.plus, (_number,), "{{ '3' | plus: 4 }}"),
    _F("minus", NUMBERS, gives.numbers, "The difference.", bodies.minus, (_number,)),
    _F("times", NUMBERS, gives.numbers, "The product.", bodies.times, (_number,)),
    _F("divided_by", NUMBERS, gives.numbers, "The quotient; whole numbers give a whole number.", bodies.divided_by, (_number,)),
    _F("modulo", NUMBERS, gives.numbers, "What remains after dividing.", bodies.modulo, (_number,)),
    _F("at_least", NUMBERS, gives.numbers, "The larger of two numbers.", bodies.at_least, (_number,)),
    _F("at_most", NUMBERS, gives.numbers, "The smaller of two numbers.", bodies.at_most, (_number,)),
    _F("ceil", NUMBERS, WHOLE, "Rounded up.", bodies.ceil),
    _F("floor", NUMBERS, WHOLE, "Rounded down.", bodies.floor),
    _F("round", NUMBERS, gives.rounded, "Rounded, to so many decimals.", bodies.round_, (Argument("decimals", NUMBERS, required=False),)),
    _F("join", LISTS, TEXT, "The items of a list as one text.", bodies_lists.join, (Argument("separator", SCALARS, required=False),),
       "{{ trigger.emails | join: ', ' }}"),
    _F("first", LISTS, gives.item, "The first item.", bodies_lists.first, (), "{{ trigger.emails | first }}"),
    _F("last", LISTS, gives.item, "The last item.", bodies_lists.last),
    _F("map", LISTS, gives.mapped, "One field of every item.", bodies_lists.map_, (_name,), "{{ steps.find.data.segments | map: 'id' }}"),
    _F("where", LISTS, gives.same, "The items whose field has this value.", bodies_lists.where, (_name, _value),
       "{{ steps.find.data.segments | where: 'type', 'manual' }}"),
    _F("reject", LISTS, gives.same, "The items whose field has another value.", bodies_lists.reject, (_name, _value)),
    _F("find", LISTS, gives.item, "The first item whose field has this value.", bodies_lists.find, (_name, _value)),
    _F("find_index", LISTS, gives.position, "The position of the first item whose field has this value.", bodies_lists.find_index, (_name, _value)),
    _F("has", LISTS, YES_NO, "Whether an item has this value in its field.", bodies_lists.has, (_name, _value)),
    _F("sort", LISTS, gives.same, "In order, by a field if one is named.", bodies_lists.sort, (_may_name,)),
    _F("sort_natural", LISTS, gives.same, "In order, capital letters or not.", bodies_lists.sort_natural, (_may_name,)),
    _F("reverse", LISTS, gives.same, "In the opposite order.", bodies_lists.reverse),
    _F("uniq", LISTS, gives.same, "Without repeats, by a field if one is named.", bodies_lists.uniq, (_may_name,)),
    _F("compact", LISTS, gives.compacted, "Without empty items.", bodies_lists.compact, (_may_name,)),
    _F("concat", LISTS, gives.joined, "This list and another.", bodies_lists.concat, (Argument("list", LISTS),)),
    _F("sum", LISTS, gives.summed, "The sum of the items, or of one of their fields.", bodies_lists.sum_, (_may_name,)),
    _F("json", ANYTHING, TEXT, "As JSON text.", bodies_lists.json_, (), "{{ trigger | json }}"),
)  # fmt: skip
