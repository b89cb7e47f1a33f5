"""What happens when a step fails: the retry policy, the time limit, where the flow goes; with sentences that say what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helix.editor.fields import ABSENT, Field, Given, Kind, Option, html_id
from helix.editor.forms.words import listed, pause_words

DEFAULTS: dict[str, Any] = {
    "max_attempts": 5, "initial_seconds": 2, "factor": 2, "max_seconds": 300, "on": ["network", "rate_limited", "server_error"],
}  # fmt: skip
DEFAULT_TIMEOUT = 30

ON = {
    "network": ("Network trouble", "no connection, or no answer in time"),
    "rate_limited": ("Too many calls (429)", "the service asks to slow down"),
    "server_error": ("Trouble at the service (5xx)", "the service is down or failing"),
}
_EFFECTS = {
    "A": "Safe to repeat: doing it twice ends in the same state, so a retry can do no harm.",
    "B": "Safe to repeat: every attempt carries the same key, and the service drops the second of two equal calls.",
    "C": "Careful: a repeat could do it a second time. If nobody can tell whether a call arrived, the step stops as “unknown” "
    "and a person decides; it is only retried when it certainly did not arrive.",
    "D": "Careful: nothing tells whether a call arrived. If that is in doubt, the step stops as “unknown” and a person decides; "
    "it is only retried when it certainly did not arrive.",
}
_ON_ERROR = {
    "fail": ("Stop the run", "The run ends as failed; steps that wait for this one are not run."),
    "continue": (
        "Go on",
        "The next steps run; they can see what went wrong in “error”. Data of this step may be missing.",
    ),
    "branch": (
        "Take the error exit",
        "The step gets a second exit, “error”, for the steps that deal with the trouble.",
    ),
}


@dataclass(frozen=True)
class Retry:
    """The tab “Retry & errors”."""

    numbers: tuple[Field, ...]
    on: Field
    timeout: Field | None
    on_error: Field
    attempts_words: str
    effect: str
    effect_words: str
    on_error_words: str
    can_retry: bool


def retry_of(node: Mapping[str, Any], *, calls_out: bool, effect: str) -> Retry:
    """The form for a step; steps that call nobody (`calls_out` false) only choose where the flow goes."""
    key = str(node["key"])
    policy = node.get("retry") if isinstance(node.get("retry"), dict) else {}
    policy = policy or {}

    def field(
        name: str,
        title: str,
        help: str,
        kind: Kind = "number",
        unit: str = "",
        low: float = 0,
        high: float | None = None,
    ) -> Field:
        pointer = f"@retry/{name}"
        return Field(
            kind=kind, pointer=pointer, id=html_id(key, "retry-" + name), title=title, help=help, value=policy.get(name, ABSENT), unit=unit,
            placeholder=f"{DEFAULTS[name]}", minimum=low, maximum=high, mappable=False, redraw=True,
        )  # fmt: skip

    numbers = (
        field("max_attempts", "Attempts", "The first one included; 1 means: never again.", "integer", low=1, high=20),
        field("initial_seconds", "First pause", "Before the second attempt.", unit="seconds"),
        field("factor", "Growth", "Each pause is this many times the one before.", low=1),
        field("max_seconds", "Longest pause", "No pause is longer than this.", unit="seconds"),
    )
    chosen = policy.get("on", DEFAULTS["on"])
    held = chosen if isinstance(chosen, list) else []
    on = Field(
        kind="set", pointer="@retry/on", id=html_id(key, "retry-on"), title="Try again after", value=policy.get("on", ABSENT), mappable=False,
        default=DEFAULTS["on"], redraw=True, options=tuple(Option(name, words, help, chosen=name in held) for name, (words, help) in ON.items()),
    )  # fmt: skip
    timeout = Field(
        kind="number", pointer="@timeout_seconds", id=html_id(key, "timeout"), title="Time limit of one attempt", unit="seconds", mappable=False,
        value=_absent(node.get("timeout_seconds")), placeholder=f"{DEFAULT_TIMEOUT}", minimum=1,
        help="After this long without an answer an attempt counts as network trouble.",
    )  # fmt: skip
    now = str(node.get("on_error") or "fail")
    on_error = Field(
        kind="choice", pointer="@on_error", id=html_id(key, "on-error"), title="When it fails for good", value=now, mappable=False, redraw=True,
        required=True, default="fail", options=tuple(Option(name, words, chosen=name == now) for name, (words, _) in _ON_ERROR.items()),
    )  # fmt: skip
    return Retry(
        numbers=numbers,
        on=on,
        timeout=timeout if calls_out else None,
        on_error=on_error,
        attempts_words=attempts_words({**DEFAULTS, **policy}),
        effect=effect,
        effect_words=_EFFECTS.get(effect, ""),
        on_error_words=_ON_ERROR.get(now, ("", ""))[1],
        can_retry=calls_out,
    )


def attempts_words(policy: Mapping[str, Any]) -> str:
    """The pauses of a policy in a sentence; "" when its numbers are no numbers."""
    numbers = [policy[name] for name in ("max_attempts", "initial_seconds", "factor", "max_seconds")]
    if any(isinstance(each, bool) or not isinstance(each, int | float) or each < 0 for each in numbers):
        return ""
    most, first, factor, cap = numbers
    if most <= 1 or not policy.get("on"):
        return "One attempt, no retry."
    pauses = [min(cap, first * min(factor, 1e6) ** min(i, 60)) for i in range(min(int(most), 50) - 1)]
    shown = [pause_words(pause) for pause in pauses[:4]]
    rest = ["…"] if len(pauses) > 4 else []
    words = ", ".join(shown + rest) if rest else listed(shown)
    return (
        f"Up to {int(most)} attempts, with pauses of up to {words} between them: at most {pause_words(sum(pauses))} of waiting. "
        "A pause that the service asks for is obeyed."
    )


def _absent(value: Any) -> Given:
    return ABSENT if value is None else value
