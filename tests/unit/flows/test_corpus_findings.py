"""What random flows and mutants once found wrong in the check or the engine, each in small."""

from datetime import UTC, datetime
from typing import Any

import pytest

from helix.engine.outcomes import Failed
from helix.engine.steps.moment import Moment
from helix.engine.steps.wait import wait
from helix.expressions import ExpressionError, evaluate, infer
from helix.expressions.types import union
from helix.flows.compared import clash
from helix.flows.conditions import compare
from helix.flows.fits import misfit
from helix.flows.plan import PlanNode
from tests.unit.flows.cast import action, checked, flow, found, liquid, manual

TEXT: dict[str, Any] = {"type": "string"}
OBJECT_OR_TEXT: dict[str, Any] = {"anyOf": [{"type": "object"}, TEXT]}
NAMES: dict[str, Any] = {
    "trigger": {
        "type": "object",
        "properties": {
            "list": {"type": "array", "items": TEXT},
            "text": TEXT,
            "either": {"anyOf": [{"type": "boolean"}, TEXT]},
        },
        "required": ["list", "text", "either"],
        "additionalProperties": False,
    }
}
DATA: dict[str, Any] = {"trigger": {"list": ["a"], "text": "b", "either": True}}


def codes(text: str) -> list[tuple[str, str]]:
    return [(finding.severity, finding.code) for finding in infer(text, NAMES).findings]


@pytest.mark.parametrize("op", ["contains", "starts_with", "ends_with", "matches", "gt", "lte"])
@pytest.mark.parametrize(("one", "other"), [("a", None), (None, "a"), (None, None)])
def test_nothing_can_be_compared_with_anything_and_the_answer_is_no(op: str, one: Any, other: Any) -> None:
    assert compare(one, op, other) is False
    assert compare(one, "in", None) is False


def test_an_empty_list_can_be_added_to_a_list() -> None:
    assert evaluate("{{ trigger.list | concat: empty }}", DATA) == ["a"]
    assert infer("{{ trigger.list | concat: empty }}", NAMES).schema == {"type": "array", "items": TEXT}


def test_a_part_of_the_empty_list_is_an_empty_list() -> None:
    assert evaluate("{{ empty | slice: 0 }}", {}) == []


@pytest.mark.parametrize("word", ["Infinity", "NaN", "-inf"])
def test_a_word_is_no_number(word: str) -> None:
    with pytest.raises(ExpressionError, match="is no number"):
        evaluate(f"{{{{ '{word}' | times: 2 }}}}", {})


def test_now_is_a_text_that_can_be_compared_with_a_text() -> None:
    assert evaluate("{% if now > trigger.text %}later{% else %}earlier{% endif %}", DATA) == "earlier"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if trigger.list < trigger.list %}a{% endif %}", [("error", "incomparable")]),
        ("{% if trigger.text > blank %}a{% endif %}", [("error", "incomparable")]),
        ("{% if trigger.list contains blank %}a{% endif %}", [("error", "incomparable")]),
        ("{% if trigger.either > trigger.text %}a{% endif %}", [("warning", "incomparable")]),
        ("{% if trigger.text > 'a' %}a{% endif %}", []),
    ],
)
def test_what_has_no_order_is_told_before_it_runs(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text) == expected


def test_a_comparison_that_fails_for_some_kinds_of_value_is_a_warning() -> None:
    wrong = clash("gt", OBJECT_OR_TEXT, TEXT)

    assert wrong is not None and (wrong.code, wrong.severity) == ("incomparable", "warning")


def test_a_free_text_where_a_date_or_a_choice_is_wanted_is_a_warning() -> None:
    for wanted in ({**TEXT, "format": "date-time"}, {**TEXT, "enum": ["asc", "desc"]}):
        wrong = misfit(TEXT, wanted)
        assert wrong is not None and wrong.severity == "warning"


def test_an_object_that_may_lack_a_name_that_is_needed_is_a_warning() -> None:
    wanted = {"type": "object", "properties": {"id": TEXT}, "required": ["id"]}

    for given in ({"type": "object"}, {"type": "object", "properties": {"id": TEXT}, "additionalProperties": False}):
        wrong = misfit(given, wanted)
        assert wrong is not None and wrong.severity == "warning"


def test_both_ids_of_a_screen_are_refused_when_they_are_expressions_too() -> None:
    screen = action(
        "call", "track_screen", name="x", userId=liquid("{{ run.id }}"), anonymousId=liquid("{{ flow.name }}")
    )

    assert ("error", "at_most_one", "call", "/anonymousId") in found(flow(manual(), screen))


def test_the_payload_of_one_of_two_triggers_is_not_taken_for_that_of_the_other() -> None:
    clock = {"key": "clock", "type": "trigger.schedule", "config": {"cron": "0 9 * * 1", "timezone": "UTC"}}
    kept = {"key": "kept", "type": "logic.set", "config": {"values": {"all": liquid("{{ trigger }}")}}}
    use = {"key": "use", "type": "logic.set", "config": {"values": {"name": liquid("{{ steps.kept.data.all.name }}")}}}

    graph = flow(manual(name="text"), clock, kept, use, edges="start>kept, clock>kept, kept>use")

    assert ("error", "maybe_missing", "use", "/values/name") in found(graph)


def test_a_guard_does_not_make_a_step_exist() -> None:
    asked = {"left": liquid("{{ steps.gone.data.x }}"), "op": "exists"}
    only = {"key": "only", "type": "logic.filter", "config": {"when": asked}}
    use = {"key": "use", "type": "logic.set", "config": {"values": {"x": liquid("{{ steps.gone.data.x }}")}}}

    problems = found(flow(manual(), only, use))

    assert {("error", "unknown_step", "only", "/when/left"), ("error", "unknown_step", "use", "/values/x")} <= problems


def test_the_repair_of_a_step_that_was_renamed_mends_every_mention_in_a_text() -> None:
    kept = {"key": "kept_x", "type": "logic.set", "config": {"values": {"a": 1, "b": 2}}}
    use = {
        "key": "use",
        "type": "logic.set",
        "config": {"values": {"x": liquid("{{ steps.kept.data.a }} {{ steps.kept.data.b }}")}},
    }

    problem = checked(flow(manual(), kept, use)).errors[0]

    assert problem.repair is not None
    assert problem.repair["patch"][0]["value"] == "{{ steps.kept_x.data.a }} {{ steps.kept_x.data.b }}"  # type: ignore[index,call-overload]


def test_a_wait_until_nothing_is_a_sentence_and_no_defect() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    node = PlanNode(key="w", type="logic.wait", config={"until": liquid("{{ '' }}")})

    outcome = wait(node, {}, Moment(now, now))

    assert isinstance(outcome, Failed) and outcome.trouble.kind == "invalid_input"


def test_a_type_of_very_many_alternatives_is_known_by_its_kinds() -> None:
    many = union([{"type": "string", "const": str(number)} for number in range(100)])

    assert many == TEXT
