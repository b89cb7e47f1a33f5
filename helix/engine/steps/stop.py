"""Stop: the run ends here, well or not, with a message."""

from typing import Any

from helix.engine.outcomes import Outcome, Stopped, Told
from helix.engine.steps.moment import Moment
from helix.engine.steps.settings import settled
from helix.flows.plan import PlanNode


def stop(node: PlanNode, scope: dict[str, Any], moment: Moment) -> Outcome:
    config = settled(node, scope)
    well = config.get("outcome", "succeed") != "fail"
    return Stopped(well, str(config.get("message") or ""), config.get("values") or {}, Told(config))
