"""The whole REST API under generated calls, against the web server as it runs: `python -m tests.schema [--examples N] [--seed N]`.

Every call of /api/v1/openapi.json is made with values that fit and values that do not. Wanted: no 5xx, no status and no
shape that the document does not tell. Ends with 1 when there is one.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fakes.furnished import MAKE
from tests.fakes.installation import installation

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
IDS = """
import json
from helix.connections.models import Connection
from helix.engine.models import Run, StepRun
from helix.flows.models import Flow
from helix.triggers.byhand import start_by_hand
flow = Flow.objects.get(name="Greet a lead")
run = start_by_hand(flow, {"email": "ada@example.com"}, draft=False, by=None)
print(json.dumps({"run_id": str(run.pk), "step_id": str(run.steps.first().pk), "flow_id": str(flow.pk),
                  "connection_id": str(Connection.objects.get().pk)}))
"""
SPARED = {"DELETE /flows/{flow_id}", "DELETE /connections/{connection_id}"}
"""Called with generated ids only: with the real ones there would be nothing left to call."""


def fuzz(url: str, token: str, ids: dict[str, str], *, examples: int, start: int) -> tuple[Counter[str], list[str]]:
    """How often each status came, and what was wrong, a line each."""
    statuses: Counter[str] = Counter()
    wrong: list[str] = []
    with requests.Session() as session:
        loaded = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
        for result in loaded.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try:
                    _fuzz_one(operation, mode, token, ids, examples, start, statuses, session)
                except (FailureGroup, AssertionError, ExceptionGroup) as found:
                    wrong.append(f"{operation.label}: {str(found)[:1500]}")
                except Exception as found:
                    if "Unsatisfiable" not in type(found).__name__:
                        wrong.append(f"{operation.label}: {type(found).__name__}: {str(found)[:1500]}")
    return statuses, wrong


def _fuzz_one(
    operation: Any,
    mode: Any,
    token: str,
    ids: dict[str, str],
    examples: int,
    start: int,
    statuses: Counter[str],
    session: requests.Session,
) -> None:
    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case: Any) -> None:
        if case.path_parameters and operation.label.replace("/api/v1", "") not in SPARED and statuses.total() % 3:
            case.path_parameters.update({name: ids[name] for name in case.path_parameters if name in ids})
        if isinstance(case.body, dict) and "wait_seconds" in case.body:
            case.body["wait_seconds"] = 0
        case.headers = {
            **{name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"},
            "Authorization": f"Bearer {token}",
        }
        answer = case.call(session=session, timeout=30)
        statuses[str(answer.status_code)] += 1
        case.validate_response(answer, checks=CHECKS)

    run: Callable[[], None] = calls
    run()


def run_all(folder: Path, *, examples: int, start: int) -> tuple[Counter[str], list[str]]:
    """The same in an installation of its own."""
    with installation(folder, NO_PROXY="*") as apart:
        made, ids = apart.run(MAKE), apart.run(IDS)
        statuses, wrong = fuzz(apart.serve(), made["owner"], ids, examples=examples, start=start)
        if any(status >= "500" for status in statuses):
            wrong.append(apart.log()[-6000:])
        return statuses, wrong


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--examples", type=int, default=200, help="calls of each kind for each operation")
    reading.add_argument("--seed", type=int, default=1)
    given = reading.parse_args()
    with tempfile.TemporaryDirectory(prefix="helix-schema-") as folder:
        statuses, wrong = run_all(Path(folder), examples=given.examples, start=given.seed)
    print(json.dumps({"calls": statuses.total(), "statuses": dict(sorted(statuses.items())), "wrong": len(wrong)}))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
