"""Wait: asleep for a number of seconds from the step's first moment, or until an instant. The database keeps the time."""

from datetime import UTC, datetime, timedelta
from typing import Any

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


def _until(config: dict[str, Any], moment: Moment) -> datetime:
    if config.get("until"):
        until = datetime.fromisoformat(str(config["until"]))
        return until if until.tzinfo else until.replace(tzinfo=UTC)
    return moment.begun + timedelta(seconds=float(config["seconds"]))
