"""A JSON Schema as rows that people read: one a field, nested ones below theirs. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helix.flows.words import type_words

DEEPEST = 3
LONGEST_EXAMPLE = 160
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field of an input or output. `depth` counts the objects and lists it lies in."""

    name: str
    title: str
    type: str
    required: bool
    depth: int
    help: str
    limits: tuple[str, ...]
    example: str
    default: str
    advanced: bool


def fields(schema: Schema) -> list[Field]:
    """The fields of an object's schema, each followed by those inside it, three levels deep; what refers back to itself is named once."""
    return _fields(schema, schema.get("$defs", {}), 0)


def _fields(schema: Schema, definitions: Schema, depth: int) -> list[Field]:
    found: list[Field] = []
    required = set(schema.get("required", ()))
    for name, raw in schema.get("properties", {}).items():
        part = _whole(raw, definitions)
        found.append(_field(name, part, name in required, depth))
        items = part.get("items")
        inner = items if isinstance(items, Mapping) else part
        if depth + 1 < DEEPEST and "$ref" not in raw and "$ref" not in inner:
            found += _fields(inner, definitions, depth + 1)
    return found


def _whole(part: Schema, definitions: Schema) -> Schema:
    """The part, with what it refers to filled in."""
    name = str(part.get("$ref", "")).rsplit("/", 1)[-1]
    return {**definitions[name], **part} if name in definitions else part


def _field(name: str, part: Schema, required: bool, depth: int) -> Field:
    examples = part.get("examples") or []
    return Field(
        name=name,
        title=str(part.get("title", "")),
        type=type_words({key: value for key, value in part.items() if key != "$ref"}),
        required=required,
        depth=depth,
        help=str(part.get("description", "")),
        limits=tuple(limits(part)),
        example=_short(examples[0]) if examples else "",
        default=_short(part["default"]) if "default" in part else "",
        advanced=bool(part.get("x-advanced")),
    )


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"


def limits(part: Schema) -> list[str]:
    """What a value may be, beyond its type, in words."""
    unit = f" {part['x-unit']}" if part.get("x-unit") else ""
    said: list[str] = []
    if "const" in part:
        said.append(f"always {json.dumps(part['const'], ensure_ascii=False)}")
    if "enum" in part:
        said.append("one of " + ", ".join(map(str, part["enum"])))
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low:,} to {high:,}{unit}")
    elif low is not None:
        said.append(f"{low:,} or more{unit}")
    elif high is not None:
        said.append(f"at most {high:,}{unit}")
    if part.get("maxLength"):
        said.append(f"at most {part['maxLength']:,} characters")
    if part.get("maxItems"):
        said.append(f"at most {part['maxItems']:,}{unit or ' entries'}")
    if part.get("minItems"):
        said.append("not empty" if part["minItems"] == 1 else f"at least {part['minItems']:,}{unit or ' entries'}")
    if part.get("x-max-bytes"):
        said.append(f"at most {part['x-max-bytes']:,} bytes as JSON")
    if part.get("x-choices"):
        said.append(f"chosen from the account's {str(part['x-choices']).replace('_', ' ')}")
    return said


def rule_words(rules: Sequence[Schema]) -> list[str]:
    """The rules between fields (`x-rules` of an input schema), each as a sentence."""
    return [words for rule in rules for words in _rule(rule)]


def _rule(rule: Schema) -> list[str]:
    names = _listed(rule.get("fields", ()))
    match rule.get("rule"):
        case "at_least_one":
            needed = len(rule["fields"]) == 1
            return [f"{names} is needed." if needed else f"At least one of {names} is needed."]
        case "at_most_one":
            return [f"At most one of {names} may be given."]
        case "exactly_one":
            return [f"Exactly one of {names} is needed."]
        case "different":
            return [f"{names} must differ."]
        case "ordered":
            return [f"{' must not be later than '.join(rule['fields'])}."]
        case "only_with":
            return [f"{rule['field']} goes only with {_listed(rule['fields'], 'or')}."]
        case "needed_when":
            return [f"{rule['field']} is needed when {rule['other']} is {rule['value']}."]
        case "guarded":
            return [
                f"{rule['field']} as {_listed(rule['values'], 'or')} does harm: Customer.io acts on these names. You are warned."
            ]
        case "one_key":
            return [f"{rule['field']} (and what is nested in it) holds exactly one of {_listed(rule['names'])}."]
        case "per_item":
            return [
                f"In each entry of {rule['field']}{_kind(rule, kind)}: {words[0].lower()}{words[1:]}"
                for kind, inner in rule["rules"].items()
                for words in rule_words(inner)
            ]
        case _:
            return []


def _kind(rule: Schema, kind: str) -> str:
    return f" whose {rule['by']} is {kind}" if kind else ""


def _listed(names: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def example_of(schema: Schema) -> dict[str, Any]:
    """Settings with an example for each field that has one; of fields that exclude each other, the first only."""
    found = {name: part["examples"][0] for name, part in schema.get("properties", {}).items() if part.get("examples")}
    for rule in schema.get("x-rules", ()):
        if rule["rule"] in ("at_most_one", "exactly_one"):
            for name in [name for name in rule["fields"] if name in found][1:]:
                del found[name]
    for rule in schema.get("x-rules", ()):
        if rule["rule"] == "only_with" and not any(name in found for name in rule["fields"]):
            found.pop(rule["field"], None)
    return found
