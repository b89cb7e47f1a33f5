"""What an alert says: what, where, since when, what to do. Pure; no value of a run ever gets here.

Names of flows, steps and connections are the team's own words; anything that a run carried (its payload, messages,
addresses of people) stays out, since e-mail and webhooks leave this installation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helix.alerts.standing import CAPPED, FAILED, LATE, PAUSED, SILENT

TITLES = {FAILED: "Fails", LATE: "Is late", SILENT: "Is silent", PAUSED: "Is paused", CAPPED: "Nears its daily cap"}
REASONS = {
    "unauthorized": "the service refused the key",
    "missing_key": "a key is missing or does not open",
    "missing_connection": "its connection is missing",
    "not_found": "what it asks for is not there",
    "rate_limited": "the service asked to slow down for too long",
    "refused": "the service refused the call",
    "server": "the service had trouble of its own",
    "server_error": "the service had trouble of its own",
    "network": "the service could not be reached",
    "blocked": "the address may not be called",
    "invalid_input": "a value did not fit",
    "bad_answer": "the answer could not be read",
    "too_large": "a value was too large",
    "poisoned": "its workers stopped while carrying it",
    "lost": "its worker stopped while carrying it",
    "paused": "its connection is paused",
    "expression": "an expression could not be worked out",
}
"""Kinds of trouble, as an alert may say them."""


@dataclass(frozen=True)
class Facts:
    """What a message is made of."""

    kind: str
    event: str  # opened | reminder | closed | test
    name: str  # of the flow or connection
    team: str
    link: str
    since: datetime | None = None
    until: datetime | None = None
    count: int = 1
    detail: str = ""


def subject_of(facts: Facts) -> str:
    """One line that says it all."""
    name = " ".join(facts.name.split())[:120]
    match facts.event, facts.kind:
        case "test", _:
            line = f"Test alert of {facts.team}"
        case "closed", "failed":
            line = f"“{name}” recovered"
        case "closed", "late":
            line = f"“{name}” is on time again"
        case "closed", "silent":
            line = f"“{name}” runs again"
        case "closed", "capped":
            line = f"The connection “{name}” is well below its daily cap again"
        case _, "capped":
            line = f"The connection “{name}” has used most of its daily cap"
        case "closed", _:
            line = f"The connection “{name}” goes on"
        case event, "failed":
            line = f"“{name}” still fails: {_times(facts.count)}" if event == "reminder" else f"“{name}” failed"
        case event, "paused":
            line = f"The connection “{name}” is {'still ' if event == 'reminder' else ''}paused"
        case event, kind:
            line = f"“{name}” is {'still ' if event == 'reminder' else ''}{kind}"
    return f"[Helix] {line}"


def text_of(facts: Facts, zone: str = "UTC") -> str:
    """The message."""
    parts = [_sentence(facts, zone)]
    if facts.event in ("opened", "reminder"):
        if facts.detail:
            parts.append(facts.detail)
        parts.append(_advice(facts))
    parts.append(facts.link)
    parts.append(f"Team: {facts.team}. Who is told of what is set under Alerts.")
    return "\n\n".join(parts)


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """A moment as a message says it: the day, the clock, and which clock."""
    if value is None:
        return "an unknown time"
    there = value.astimezone(ZoneInfo(zone or "UTC"))
    return f"{there.day} {there:%b %H:%M} {there.tzname() or zone}"


def span(length: timedelta) -> str:
    """A length of time in whole minutes, hours or days."""
    minutes = max(1, round(length.total_seconds() / 60))
    for size, word in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            whole = minutes // size
            return f"{whole} {word}{'s' if whole > 1 else ''}"
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _sentence(facts: Facts, zone: str) -> str:
    since = moment(facts.since, zone)
    length = span(facts.until - facts.since) if facts.since and facts.until else "a while"
    match facts.event, facts.kind:
        case "test", _:
            return "This is a test. Alerts of this team arrive here."
        case "closed", "failed":
            return f"The flow “{facts.name}” runs well again. It failed {_times(facts.count)} in {length}, first at {since}."
        case "closed", "late":
            return f"The flow “{facts.name}” starts on time again. It was late for {length}."
        case "closed", "silent":
            return f"The flow “{facts.name}” has begun a run again. It was silent for {length} longer than expected."
        case "closed", "capped":
            return f"The connection “{facts.name}” is well below its daily caps again."
        case _, "capped":
            return f"The connection “{facts.name}” has used four fifths or more of what it may do today (noticed at {since})."
        case "closed", _:
            return f"The connection “{facts.name}” works again, and the steps that waited for it go on. It was paused for {length}."
        case "opened", "failed":
            return f"The flow “{facts.name}” failed at {since}."
        case "reminder", "failed":
            return f"The flow “{facts.name}” failed {_times(facts.count)} since {since}."
        case _, "paused":
            return f"The connection “{facts.name}” is paused since {since}: the service refused its key."
        case _, "silent":
            return f"The flow “{facts.name}” is silent: it began no run in the time that is expected of it (noticed at {since})."
        case _:
            return f"The flow “{facts.name}” is late since {since}."


def _advice(facts: Facts) -> str:
    match facts.kind:
        case "failed":
            return "Open the failed run to see which step it was and what the service said; runs can go on from there once it is mended. Further failures are counted, not sent one by one."
        case "paused":
            return "Steps that need it wait, and nothing is lost. Enter a good key under Connections and press “Try again”; they go on by themselves then."
        case "capped":
            return "When the cap is reached, further steps wait for midnight UTC. Look whether a flow runs away; an admin can raise the cap under Connections."
        case "silent":
            return "Look whether it is switched on, and whether what starts it (its schedule, the sender of its webhook or events) still does."
        case _:
            return "Look whether Helix's scheduler and workers run (“manage.py doctor” tells), and whether an earlier run is still in the way."
