"""What the types promise, an evaluation keeps: no finding, no failure, and a value of the inferred type."""

from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from helix.expressions import ExpressionError, evaluate, infer
from helix.expressions.types import constant, kinds
from helix.flows.fits import misfit
from tests.unit.expressions.worlds import NAMES, VALUES, lone, texts

TOO_MUCH = (
    "does too much",
    "too large",
    "longer than",
    "is no date",
    "is no number",
    "is too large",
    "divided by 0",
    "date got nothing",
)


def type_of(value: Any) -> Any:
    if isinstance(value, dict):
        parts = {name: type_of(part) for name, part in value.items()}
        return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}
    if isinstance(value, list):
        found = [type_of(part) for part in value]
        return {"type": "array", "items": {"anyOf": found}} if found else {"type": "array"}
    return constant(value)


def keeps_its_promise(text: str, data: Any) -> None:
    promised = infer(text, NAMES)
    if promised.findings:
        return
    try:
        value = evaluate(text, {"trigger": data})
    except ExpressionError as error:
        # A text that is no number or no date, and sheer size, are not in a type; nor is what lies in “free”.
        assert "free" in text or any(words in error.message for words in TOO_MUCH), f"{text}: {error.message}"
        return
    if "any" in kinds(promised.schema) or value in ([], {}):
        return
    wrong = misfit(type_of(value), promised.schema)
    assert wrong is None or wrong.severity == "warning", f"{text} promised {promised.schema}, gave {value!r}: {wrong}"


PHASES = [Phase.explicit, Phase.generate, Phase.shrink]  # not Phase.explain: it runs everything again under a tracer
SLOW = settings(
    max_examples=200,
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@SLOW
@given(lone, VALUES)
def test_a_lone_expression_without_findings_has_a_value_of_the_promised_type(text: str, data: Any) -> None:
    keeps_its_promise(text, data)


@SLOW
@given(texts, VALUES)
def test_a_text_without_findings_can_be_rendered(text: str, data: Any) -> None:
    keeps_its_promise(text, data)


@SLOW
@given(st.text(alphabet="{}%|.:'\"[]()-_ abcifortgesn019,=<>#", max_size=60))
@example("{{ a['b'].c[0] | d: e, f: g }}")
@example("{% for a in b reversed limit: 3 offset: continue %}{% endfor %}")
def test_no_text_whatever_makes_inference_or_evaluation_raise_anything_else(text: str) -> None:
    first = infer(text, NAMES)

    assert infer(text, NAMES) == first
    try:
        evaluate(text, {"trigger": {}})
    except ExpressionError as error:
        assert error.message
