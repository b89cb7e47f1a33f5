"""The form of a wait: for a time, until a moment, or until working hours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from helix.editor.fields import ABSENT, Field, Given, Option, html_id, liquid_of

UNITS = (("1", "seconds"), ("60", "minutes"), ("3600", "hours"), ("86400", "days"))


@dataclass(frozen=True)
class Wait:
    """What a `logic.wait` waits for. `mode`: "seconds", "until" or "window"; only the field of the mode is drawn."""

    mode: str
    field: Field
    modes: tuple[Option, ...]
    help: str


_MODES = {"seconds": "For a time", "until": "Until a moment", "window": "Working hours"}
_HELP = {
    "seconds": "Other steps and other runs are not held up. A wait survives restarts.",
    "until": "Other steps and other runs are not held up. A wait survives restarts.",
    "window": "Inside these hours the run goes on at once; outside of them it waits for the next ones.",
}


def mode_of(config: Mapping[str, JsonValue]) -> str:
    """What a config waits for; a fresh one waits for a time."""
    return next((mode for mode in _MODES if mode in config), "seconds")


def wait_of(config: Mapping[str, JsonValue], node: str, window: Field | None = None) -> Wait:
    """The form of a wait. `window`: the field of the working hours as its schema draws it."""
    mode = mode_of(config)
    value = config.get(mode, ABSENT)
    pointer = f"/{mode}"
    modes = tuple(Option(each, words, chosen=each == mode) for each, words in _MODES.items())
    if mode == "window" and window is not None:
        field = replace(window, required=True, title="Hours", help="", type_words="")
    elif mode == "until":
        field = Field(
            kind="date-time", pointer=pointer, id=html_id(node, pointer), title="Until", value=value, required=True, type_words="date and time",
            help="A moment with a time zone. If it has passed already, the flow goes on at once.",
        )  # fmt: skip
    else:
        field = Field(
            kind="duration", pointer=pointer, id=html_id(node, pointer), title="How long", value=value, required=True, type_words="seconds",
            options=units(value), minimum=0, placeholder="5",
        )  # fmt: skip
    if isinstance(value, list | dict) and mode != "window" and liquid_of(value) is None:
        field = replace(
            field,
            kind="json",
            note="This is no length of time and no moment. It is shown as JSON so that nothing is lost.",
        )
    return Wait(mode, field, modes, _HELP[mode])


def units(value: Given) -> tuple[Option, ...]:
    """The units of a duration; chosen is the largest that leaves no fraction."""
    seconds = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    fit = [size for size, _ in UNITS if seconds and seconds % int(size) == 0]
    chosen = fit[-1] if fit else "1" if seconds and liquid_of(value) is None else "60"
    return tuple(Option(size, words, chosen=size == chosen) for size, words in UNITS)
