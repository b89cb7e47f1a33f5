"""Who is in a segment, and who passes a filter. A dynamic segment is a condition on attributes, worked out when asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.customerio.sandbox.people import People, Person

PARTS = ("and", "or", "not", "segment", "attribute")


def find_segment(data: Mapping[str, Any], number: Any) -> dict[str, Any] | None:
    """The segment of this number, given as a number or as text."""
    return next((row for row in data["segments"] if str(row["id"]) == str(number)), None)


def public(segment: Mapping[str, Any]) -> dict[str, Any]:
    """A segment as the App API shows it."""
    return {name: value for name, value in segment.items() if name not in ("members", "where")}


def members(people: People, segment: Mapping[str, Any]) -> list[Person]:
    """The people in a segment, oldest first."""
    if segment["type"] == "manual":
        return [people.rows[cio_id] for cio_id in segment["members"] if cio_id in people.rows]
    return [who for who in people.rows.values() if _holds(segment["where"], who)]


def _holds(where: Mapping[str, Any] | None, who: Person) -> bool:
    """`where`: None for everybody, else {"field", "among": [values]}."""
    return where is None or who["attributes"].get(where["field"]) in where["among"]


def filter_faults(found: Any, data: Mapping[str, Any], place: str = "recipients") -> Iterator[tuple[str, str]]:
    """What is wrong with a filter: pairs of pointer and words."""
    if not isinstance(found, dict) or not found:
        yield place, "empty recipients filter is not valid"
    elif len(found) != 1 or next(iter(found)) not in PARTS:
        yield place, f"a filter has exactly one of {', '.join(PARTS)}"
    else:
        ((kind, value),) = found.items()
        here = f"{place}/{kind}"
        if kind in ("and", "or"):
            if not isinstance(value, list) or not value:
                yield here, f"{kind} must be a list of filters"
            else:
                for index, part in enumerate(value):
                    yield from filter_faults(part, data, f"{here}/{index}")
        elif kind == "not":
            yield from filter_faults(value, data, here)
        elif not isinstance(value, dict):
            yield here, f"{kind} must be an object"
        elif kind == "segment" and find_segment(data, value.get("id")) is None:
            yield f"{here}/id", "segment not found"
        elif kind == "attribute" and (
            not isinstance(value.get("field"), str) or value.get("operator") not in ("eq", "exists")
        ):
            yield here, "attribute needs field, and operator eq or exists"


def matches(found: Mapping[str, Any], who: Person, data: Mapping[str, Any]) -> bool:
    """Whether a person passes a filter that has no faults."""
    ((kind, value),) = found.items()
    if kind == "and":
        return all(matches(part, who, data) for part in value)
    if kind == "or":
        return any(matches(part, who, data) for part in value)
    if kind == "not":
        return not matches(value, who, data)
    if kind == "segment":
        segment = find_segment(data, value["id"])
        if segment is None:
            return False
        return who["cio_id"] in segment["members"] if segment["type"] == "manual" else _holds(segment["where"], who)
    has = {"email": who["email"], "id": who["id"], **who["attributes"]}.get(value["field"])
    return has is not None if value["operator"] == "exists" else str(has).lower() == str(value.get("value")).lower()
