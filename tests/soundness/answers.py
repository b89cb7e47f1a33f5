"""What the service answers to a flow: now and then an odd answer that keeps its declared type, or a refusal, instead of the
sandbox's own. As faults of the sandbox."""

import re
from random import Random
from typing import Any

from integrations.catalog import CUSTOMERIO
from tests.soundness.flows import Drawn
from tests.soundness.values import value_of

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

REFUSALS = (400, 403, 404, 409, 422)
TIMES = 30


def faults_for(drawn: Drawn) -> list[dict[str, Any]]:
    """The odd answers for this flow's calls. A call to a path that several actions share gets the sandbox's own answer."""
    random = Random(drawn.seed + 1)
    used = sorted({node["type"] for node in drawn.graph["nodes"] if node["type"] in ACTIONS})
    found = []
    for key in used:
        action, glob = ACTIONS[key], glob_of(ACTIONS[key].path)
        if any(_matches(glob, ACTIONS[other].path) for other in used if other != key):
            continue
        dice = random.random()
        fault: dict[str, Any] = {"match": {"method": action.method, "path": glob}, "do": "status", "times": TIMES}
        if dice < 0.15:
            found.append(
                {**fault, "status": random.choice(REFUSALS), "body": {"errors": [{"detail": "no such thing"}]}}
            )
        elif dice < 0.6 and action.method == "GET":
            found.append({**fault, "status": 200, "body": _answer(action.output_schema(), random)})
    return found


def _answer(schema: Any, random: Random) -> Any:
    """A body of this type. The cursor of the next page is left out: pages are another test's."""
    body = value_of(schema, random)
    if "next" in body:
        body["next"] = ""
    return body


def glob_of(path: str) -> str:
    """/v1/segments/{segment_id} as a glob."""
    return re.sub(r"\{[^}]*\}", "*", path)


def _matches(glob: str, path: str) -> bool:
    return re.fullmatch(re.escape(glob).replace(r"\*", ".*"), path) is not None
