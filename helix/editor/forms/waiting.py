"""The form of a wait: for a time, or until a moment."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Given, Option, html_id, liquid_of

UNITS = (("1", "seconds"), ("60", "minutes"), ("3600", "hours"), ("86400", "days"))


@dataclass(frozen=True)
class Wait:
    """What a `logic.wait` waits for. `mode`: "seconds" or "until"; only the field of the mode is drawn."""

    mode: str
    field: Field
    modes: tuple[Option, ...]
    help: str


def wait_of(config: Mapping[str, JsonValue], node: str) -> Wait:
    """The form of a wait; a fresh one waits for a time."""
    mode = "until" if "until" in config and "seconds" not in config else "seconds"
    value = config.get(mode, ABSENT)
    pointer = f"/{mode}"
    modes = (
        Option("seconds", "For a time", chosen=mode == "seconds"),
        Option("until", "Until a moment", chosen=mode == "until"),
    )
    if mode == "until":
        field = Field(
            kind="date-time", pointer=pointer, id=html_id(node, pointer), title="Until", value=value, required=True, type_words="date and time",
            help="A moment with a time zone. If it has passed already, the flow goes on at once.",
        )  # fmt: skip
    else:
        field = Field(
            kind="duration", pointer=pointer, id=html_id(node, pointer), title="How long", value=value, required=True, type_words="seconds",
            options=units(value), minimum=0, placeholder="5",
        )  # fmt: skip
    return Wait(mode, field, modes, "Other steps and other runs are not held up. A wait survives restarts.")


def units(value: Given) -> tuple[Option, ...]:
    """The units of a duration; chosen is the largest that leaves no fraction."""
    seconds = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    fit = [size for size, _ in UNITS if seconds and seconds % int(size) == 0]
    chosen = fit[-1] if fit else "1" if seconds and liquid_of(value) is None else "60"
    return tuple(Option(size, words, chosen=size == chosen) for size, words in UNITS)
