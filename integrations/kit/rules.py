"""Rules between the fields of a step, as data: evaluated at run time and, on half-known settings, by the flow checker.

A rule answers only faults that are certain: a value that only a run can work out (`unknown`) is given the benefit of
the doubt. One place for each rule: `Shape` validates with it, the checker asks it, the catalogue prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import JsonValue

from integrations.kit.faults import Fault, Unknown, never, pointer

Values = Mapping[str, JsonValue]
Titles = Mapping[str, str]
NO_TITLES: Titles = {}


class Rule(Protocol):
    """What every rule can do."""

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        """The faults that are certain, whatever the unknown values turn out to be. `titles` names fields for people."""
        ...

    def as_json(self) -> dict[str, JsonValue]:
        """The rule as data, for other readers (documents, the browser)."""
        ...


def _empty(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _or(names: tuple[str, ...], titles: Titles, word: str = "or") -> str:
    quoted = [f"“{titles.get(name, name)}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


@dataclass(frozen=True)
class AtLeastOne:
    """One of these fields must hold something; empty text counts as nothing."""

    fields: tuple[str, ...]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        if all(_empty(values.get(name)) and not unknown(values.get(name)) for name in self.fields):
            names = _or(self.fields, titles, "nor")
            words = f"Neither {names} is given." if len(self.fields) > 1 else f"{names} is missing."
            yield Fault(pointer(self.fields[0]), "at_least_one", words, f"Fill in {_or(self.fields, titles)}.")

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "at_least_one", "fields": list(self.fields)}


@dataclass(frozen=True)
class AtMostOne:
    """These fields exclude each other. With `empty_counts`, a field set to something empty counts as given."""

    fields: tuple[str, ...]
    empty_counts: bool = False
    hint: str = ""

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        given = tuple(name for name in self.fields if self._is_given(values, name, unknown))
        if len(given) > 1:
            yield Fault(
                pointer(given[1]),
                "at_most_one",
                f"{_or(given, titles, 'and')} exclude each other.",
                self.hint or f"Keep one of {_or(given, titles, 'and')} and clear the rest.",
            )

    def _is_given(self, values: Values, name: str, unknown: Unknown) -> bool:
        if self.empty_counts:
            return name in values
        return not _empty(values.get(name)) and not unknown(values.get(name))

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "at_most_one", "fields": list(self.fields)}


@dataclass(frozen=True)
class ExactlyOne:
    """One of these fields must hold something, and only one."""

    fields: tuple[str, ...]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        yield from AtLeastOne(self.fields).check(values, unknown, titles)
        yield from AtMostOne(self.fields).check(values, unknown, titles)

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "exactly_one", "fields": list(self.fields)}


@dataclass(frozen=True)
class Different:
    """Two fields may not hold the same value."""

    fields: tuple[str, str]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        first, second = (values.get(name) for name in self.fields)
        if first is not None and first == second:  # the same expression twice is the same value, too
            yield Fault(
                pointer(self.fields[1]),
                "different",
                f"{_or(self.fields, titles, 'and')} are the same.",
                "Give two different values: there is nothing to do for one and the same.",
            )

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "different", "fields": list(self.fields)}


@dataclass(frozen=True)
class Ordered:
    """The first field may not be greater than the second."""

    fields: tuple[str, str]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        low, high = (values.get(name) for name in self.fields)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield Fault(
                pointer(self.fields[1]),
                "ordered",
                f"{_or(self.fields[:1], titles)} ({low}) lies after {_or(self.fields[1:], titles)} ({high}).",
                "Swap the two, or correct one of them.",
            )

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "ordered", "fields": list(self.fields)}


@dataclass(frozen=True)
class OnlyWith:
    """A switch that means something only beside one of these fields. Off counts as absent; on is a warning."""

    field: str
    fields: tuple[str, ...]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        if values.get(self.field) and not self.applies(values):
            words = f"{_or((self.field,), titles)} has no effect without {_or(self.fields, titles)}."
            hint = "It is left out of the call. Clear it, or choose such an audience."
            yield Fault(pointer(self.field), "only_with", words, hint, severity="warning")

    def applies(self, values: Values) -> bool:
        """Whether the switch means something here."""
        return any(name in values for name in self.fields)

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "only_with", "field": self.field, "fields": list(self.fields)}


@dataclass(frozen=True)
class NeededWhen:
    """A field that must be given when another has a certain value."""

    field: str
    other: str
    value: str

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        if values.get(self.other) == self.value and self.field not in values:
            words = f"{_or((self.field,), titles)} is missing; {_or((self.other,), titles)} is {self.value}."
            yield Fault(pointer(self.field), "needed_when", words, f"Fill in {_or((self.field,), titles)}.")

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "needed_when", "field": self.field, "other": self.other, "value": self.value}


@dataclass(frozen=True)
class Guarded:
    """Some values of a field do harm: a warning, never an error."""

    field: str
    harm: Mapping[str, str]
    """The value, and what it does (a sentence)."""

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        value = values.get(self.field)
        if isinstance(value, str) and value.strip() in self.harm:
            hint = "Keep it only if that is what you want; put an approval or a filter before this step."
            yield Fault(pointer(self.field), "guarded", self.harm[value.strip()], hint, severity="warning")

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "guarded", "field": self.field, "values": list(self.harm)}


@dataclass(frozen=True)
class PerItem:
    """Every item of a list keeps the rules of its own kind, which its field `by` names; "" holds for every kind."""

    field: str
    rules: Mapping[str, tuple[Rule, ...]]
    by: str = ""

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        items = values.get(self.field)
        for index, item in enumerate(items if isinstance(items, list) and not unknown(items) else []):
            if not isinstance(item, dict) or unknown(item):
                continue
            kind = item.get(self.by, "")
            for rule in (
                *self.rules.get("", ()),
                *(self.rules.get(kind, ()) if kind and isinstance(kind, str) else ()),
            ):
                for fault in rule.check(item, unknown):
                    words = f"“{titles.get(self.field, self.field)}” item {index + 1}: {fault.message}"
                    place = pointer(self.field, index) + fault.pointer
                    yield Fault(place, fault.code, words, fault.hint, fault.severity)

    def as_json(self) -> dict[str, JsonValue]:
        return {
            "rule": "per_item",
            "field": self.field,
            "by": self.by,
            "rules": {kind: [rule.as_json() for rule in rules] for kind, rules in self.rules.items()},
        }


@dataclass(frozen=True)
class OneKey:
    """An object tree in which every object says exactly one thing; `deeper` names hold more such objects.

    `parts` are the rules of what the other names hold.
    """

    field: str
    names: tuple[str, ...]
    deeper: tuple[str, ...]
    parts: Mapping[str, tuple[Rule, ...]]

    def check(self, values: Values, unknown: Unknown = never, titles: Titles = NO_TITLES) -> Iterator[Fault]:
        if self.field in values:
            yield from self._check(values[self.field], (self.field,), unknown, titles.get(self.field, self.field))

    def _check(self, node: JsonValue, path: tuple[str | int, ...], unknown: Unknown, title: str) -> Iterator[Fault]:
        if unknown(node) or not isinstance(node, dict):
            return
        said = [name for name in node if name in self.names]
        if len(said) != 1:
            words = f"A part of “{title}” says {len(said) or 'nothing'}{' things at once' if said else ''}."
            hint = f"Give each part exactly one of: {', '.join(self.names)}."
            yield Fault(pointer(*path), "one_key", words, hint)
        for name, rules in self.parts.items():
            part = node.get(name)
            for rule in rules if isinstance(part, dict) and not unknown(part) else ():
                for fault in rule.check(part, unknown):  # type: ignore[arg-type]
                    yield replace(fault, pointer=pointer(*path, name) + fault.pointer)
        for name in self.deeper:
            inner = node.get(name)
            if isinstance(inner, list) and not unknown(inner):
                for index, part in enumerate(inner):
                    yield from self._check(part, (*path, name, index), unknown, title)
            else:
                yield from self._check(inner, (*path, name), unknown, title)

    def as_json(self) -> dict[str, JsonValue]:
        return {"rule": "one_key", "field": self.field, "names": list(self.names), "deeper": list(self.deeper)}
