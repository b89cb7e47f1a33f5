"""The short part of `make chaos`: a worker process dies or freezes at every named line, another takes over, and nothing is lost,
nothing that must not be repeated is, and whoever cannot know asks. On SQLite; the whole matrix is in tests/chaos."""

from pathlib import Path

from tests.chaos.cases import Case, placed
from tests.chaos.matrix import carry_out, grounds
from tests.chaos.outcome import Result

CASES = (
    "after_claim/kill/A",
    "before_sent_mark/kill/C",
    "after_sent_mark/kill/C",
    "before_connect/kill/B",
    "after_headers_sent/kill/C",
    "after_body_sent/kill/B",
    "after_body_sent/kill/C",
    "after_status_line/kill/C",
    "after_body_read/kill/A",
    "before_result_commit/kill/C",
    "inside_result_commit/kill/B",
    "after_result_commit/kill/C",
    "before_hint/kill/A",
    "during_heartbeat/kill/C",
    "before_connect/freeze/C",
    "before_result_commit/freeze/C",
)
IN_DOUBT = {"after_sent_mark"}
"""Where a call of class C has not arrived when the process fails, and nobody can know: the list of triggers shows the others."""


def test_a_process_may_die_or_freeze_at_any_named_line(tmp_path: Path) -> None:
    cases = [Case(*name.split("/")) for name in CASES if name.split("/")[0] in placed()]
    results: dict[str, Result] = {}

    with grounds(tmp_path, on_postgres=False, with_redis=False) as place:
        carry_out(place, cases, results.__setitem__, lanes=4, hands=True)

    assert {name: result for name, result in results.items() if not result.ok} == {}
    assert {case.name: results[case.name].kills for case in cases} == {case.name: 1 for case in cases}
    killed = [
        case for case in cases if case.deed == "kill"
    ]  # a frozen process may hold the database until it is thawed
    asked = {case.name for case in killed if results[case.name].unknown}
    assert asked == {case.name for case in killed if case.effect == "C" and case.point in IN_DOUBT}
