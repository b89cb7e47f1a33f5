"""Random data of a JSON Schema: odd texts, big numbers, nulls, empty lists, optional names left out. Pure; seeded by the caller."""

from random import Random
from typing import Any

from helix.expressions.types import ANY, Schema, alternatives

TEXTS = (
    "Ada", "plan-b", "a,b,c", "x", "person@example.com", "Grüße", "日本語", "😀 ok", "a\nb\r\nc", " padded ", "O'Neil \"q\"", "<b>&amp;</b>",
    "{{ not.liquid }}", "{% raw %}", "null", "true", "0", "12", "-3.5", "1e5", "007", "1_000", "²", "١٢", "NaN", "Infinity", "+4", "50%",
    "2026-01-31", "2026-01-31T12:00:00Z", "31.01.2026", "1700000000", "a/b?c=d&e#f", "..", "\u202eabc", "é", "%2F", "~0~1", "it's",
)  # fmt: skip
EMPTY_TEXTS = ("", " ", "\t")
LONG_TEXT = "long " * 60
MOMENTS = (
    "2026-01-31T12:00:00Z",
    "2024-02-29T23:59:59+02:00",
    "1999-12-31T00:00:00.123456Z",
    "2026-03-29T02:30:00+01:00",
)
DAYS = ("2026-01-31", "2024-02-29", "1970-01-01")
WHOLES = (0, 1, 2, 3, 7, -1, -40, 100, 1_700_000_000, 2**31, 2**53 + 1, 10**15, -(2**63))
DECIMALS = (0.0, 0.5, -2.25, 3.0, 0.1, 1e-7, 1e15, 123456.789, -0.0)
NAMES = (
    "email",
    "plan",
    "n",
    "größe",
    "with space",
    "first",
    "size",
    "a.b",
    "x-y",
    "2nd",
    "last",
    "Ünï",
    "in",
    "a~b",
    "a/b",
)


def text(random: Random) -> str:
    """A text, now and then an empty or long one."""
    if random.random() < 0.06:
        return random.choice(EMPTY_TEXTS)
    return LONG_TEXT if random.random() < 0.03 else random.choice(TEXTS)


def anything(random: Random, depth: int = 0) -> Any:
    """Any JSON."""
    kind = random.randrange(8 if depth < 2 else 6)
    if kind == 6:
        return [anything(random, depth + 1) for _ in range(random.randrange(4))]
    if kind == 7:
        return {random.choice(NAMES): anything(random, depth + 1) for _ in range(random.randrange(4))}
    return (None, random.random() < 0.5, random.choice(WHOLES), random.choice(DECIMALS), text(random), text(random))[
        kind
    ]


def value_of(schema: Schema, random: Random, depth: int = 0) -> Any:
    """A value of this type. Optional names are left out about half the time; names nobody declared come where they may."""
    part = random.choice(alternatives(schema))
    if part == ANY or "type" not in part:
        return anything(random, depth + 1)
    if "const" in part:
        return part["const"]
    if part.get("enum"):
        return random.choice(part["enum"])
    match part["type"]:
        case "null":
            return None
        case "boolean":
            return random.random() < 0.5
        case "integer":
            return _within(random.choice(WHOLES), part, random)
        case "number":
            return _within(random.choice(DECIMALS + WHOLES), part, random)
        case "string":
            return _text_of(part, random)
        case "array":
            return _list_of(part, random, depth)
        case _:
            return _object_of(part, random, depth)


def _within(number: Any, part: Schema, random: Random) -> Any:
    low: Any = part.get("minimum")
    high: Any = part.get("maximum")
    if low is None and high is None:
        return number
    floor = low if low is not None else (high or 0) - 50
    ceiling = high if high is not None else floor + random.choice((3, 50, 100_000))
    return random.choice((floor, ceiling, random.randint(int(floor), int(ceiling))))


def _text_of(part: Schema, random: Random) -> str:
    form = part.get("format")
    if form == "date-time":
        return random.choice(MOMENTS)
    if form == "date":
        return random.choice(DAYS)
    if form == "email":
        return random.choice(("ada@example.com", "ü@example.com", "o'neil+tag@example.org"))
    if part.get("pattern", "").startswith("^[0-9]"):
        return random.choice(("1", "3", "5-37"))
    found = text(random)
    least, most = part.get("minLength", 0), part.get("maxLength", part.get("x-max-bytes"))
    if (part.get("pattern") or least) and not found.strip():
        found = "Ada"
    return found[: most // 4] if most else found


def _list_of(part: Schema, random: Random, depth: int) -> list[Any]:
    least, most = part.get("minItems", 0), part.get("maxItems", 3)
    count = random.randint(least, max(least, min(most, 3 if depth < 2 else 1)))
    items = _followed(part.get("items", ANY), part)
    return [value_of(items, random, depth + 1) for _ in range(count)]


def _object_of(part: Schema, random: Random, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    needed = part.get("required", ())
    for name, schema in part.get("properties", {}).items():
        if name in needed or random.random() < (0.5 if depth < 3 else 0.2):
            made[name] = value_of(_followed(schema, part), random, depth + 1)
    extra = part.get("additionalProperties", True)
    if extra is not False and depth < 3 and random.random() < 0.4:
        name = random.choice(NAMES)
        made.setdefault(name, value_of(extra if isinstance(extra, dict) else ANY, random, depth + 1))
    return made


def _followed(schema: Schema, around: Schema) -> Schema:
    return {**schema, "$defs": around["$defs"]} if "$defs" in around else schema
