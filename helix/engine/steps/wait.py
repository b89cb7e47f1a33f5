"""Wait: asleep for a number of seconds from the step's first moment, or until an instant. The database keeps the time."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from helix.engine.outcomes import Deferred, Failed, Outcome, Succeeded, Told, Trouble
from helix.engine.steps.moment import Moment
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode

LONGEST = timedelta(days=400)


def wait(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    config = settled(node, scope)
    told = Told(config)
    try:
        until = _until(config, moment)
    except (LookupError, ValueError, OverflowError, TypeError):
        return Failed(
            Trouble(
                "invalid_input", "This is no time to wait for.", "Give seconds (0 or more) or an ISO date and time."
            ),
            told,
        )
    if until - moment.begun > LONGEST:
        return Failed(Trouble("invalid_input", "This wait is longer than 400 days.", "Choose an earlier time."), told)
    if until > moment.now:
        return Deferred(until, told=told)
    return Succeeded({"until": until.isoformat()}, told=told)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def opens(window: dict[str, Any], now: datetime) -> datetime:
    """The first moment from `now` on that is within the hours of the days: `now` itself when it is."""
    zone = ZoneInfo(str(window["timezone"]))
    first, last = (time.fromisoformat(str(window[name])) for name in ("from", "to"))
    today = now.astimezone(zone).date()
    for days in range(-1, 9):
        day = today + timedelta(days=days)
        if DAYS[day.weekday()] not in window["days"]:
            continue
        begins = datetime.combine(day, first, zone)
        ends = datetime.combine(day if last > first else day + timedelta(days=1), last, zone)
        if now < ends.astimezone(UTC):
            return max(now, begins.astimezone(UTC))
    raise ValueError


def _until(config: dict[str, Any], moment: Moment) -> datetime:
    if config.get("window"):
        return opens(config["window"], moment.now)
    if config.get("until"):
        until = datetime.fromisoformat(str(config["until"]))
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    return moment.begun + timedelta(seconds=float(config["seconds"]))
