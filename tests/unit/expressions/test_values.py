"""Values of expressions: native or text, filters, what is missing, and places of mistakes."""

from typing import Any

import pytest

from helix.expressions import ExpressionError, Reference, analyze, evaluate, resolve, value_or_nothing
from helix.expressions.functions import FUNCTIONS
from helix.expressions.infer import infer

SCOPE: dict[str, Any] = {
    "trigger": {"email": "Ada@Example.com", "n": 3, "price": 2.5, "tags": ["b", "a", "a"], "none": None, "limit": 9},
    "steps": {
        "find": {"data": {"segments": [{"id": 7, "name": "New"}, {"id": 9}]}, "error": None, "successful": True},
        "broken": {"data": None, "error": {"message": "No."}, "successful": False},
    },
    "run": {"id": "r1"},
    "flow": {"name": "Lead in"},
}

VALUES: list[tuple[str, Any]] = [
    ("{{ trigger.n }}", 3),
    ("  {{ trigger.n }}\n", 3),
    ("{{- trigger.n -}}", 3),
    ("{{ trigger.tags }}", ["b", "a", "a"]),
    ("{{ trigger.none }}", None),
    ("{{ steps.find.data.segments[1] }}", {"id": 9}),
    ("{{ steps.find.data.segments.first.name }}", "New"),
    ("{{ steps.find.data.segments[-1].id }}", 9),
    ("n={{ trigger.n }}", "n=3"),
    ("{{ trigger.n }}{{ trigger.price }}", "32.5"),
    ("[{{ trigger.none }}]", "[]"),
    ("{{ true }} or not", "true or not"),
    ("plain text", "plain text"),
    ("", ""),
    ("{{ trigger['limit'] }}", 9),
    ("{{ trigger.email | downcase }}", "ada@example.com"),
    ("{{ trigger.tags | sort | uniq | join: '+' }}", "a+b"),
    ("{{ trigger.tags | size }}", 3),
    ("{{ trigger.n | plus: 0.5 }}", 3.5),
    ("{{ '3' | plus: 4 }}", 7),
    ("{{ 7 | divided_by: 2 }}", 3),
    ("{{ 2.6 | round }}", 3),
    ("{{ trigger.n | append: '' }}", "3"),
    ("{{ steps.find.data.segments | map: 'id' }}", [7, 9]),
    ("{{ steps.find.data.segments | map: 'name' }}", ["New", None]),
    ("{{ steps.find.data.segments | map: 'name' | compact }}", ["New"]),
    ("{{ steps.find.data.segments | where: 'id', 9 | size }}", 1),
    ("{{ steps.find.data.segments | find: 'name', 'New' | json }}", '{"id": 7, "name": "New"}'),
    ("{{ steps.find.data.segments | sum: 'id' }}", 16),
    ("{{ trigger.gone | default: 'x' }}", "x"),
    ("{{ trigger.gone | default: empty }}", []),
    ("{{ trigger.none | default: 5 }}", 5),
    ("{{ steps.never.data.x.y | default: 0 }}", 0),
    ("{% if trigger.gone %}a{% else %}b{% endif %}", "b"),
    ("{% if trigger.gone > 3 %}a{% else %}b{% endif %}", "b"),
    ("{% for s in steps.find.data.segments %}{{ forloop.index }}:{{ s.id }} {% endfor %}", "1:7 2:9 "),
    ("{% assign x = trigger.n | times: 2 %}{{ x }}!", "6!"),
    ("{% case trigger.n %}{% when 3 %}three{% else %}other{% endcase %}", "three"),
    ("{{ 1700000000 | date: '%Y-%m-%dT%H:%M:%SZ' }}", "2023-11-14T22:13:20Z"),
    ("{{ '2026-01-31T12:00:00+02:00' | date: '%s' | plus: 0 }}", 1769853600),
    ("{{ '1 February 2026' | date: '%Y-%m-%d' }}", "2026-02-01"),
    ("{{ (1..3) }}", [1, 2, 3]),
    ("{{ 'a<b>c</b>' | strip_html }}", "ac"),
    ("{{ 'a' | replace: 'a', 'bb' }}", "bb"),
    ("{{ 'abcdef' | slice: -3, 2 }}", "de"),
    ("{{ 'é' | url_encode | url_decode }}", "é"),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_an_expression_gives_its_value(text: str, value: Any) -> None:
    found = evaluate(text, SCOPE)

    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[str, str]] = [
    ("{{ trigger.gone }}", "There is no trigger.gone."),
    ("Hi {{ trigger.gone }}", "There is no trigger.gone."),
    ("{{ trigger.gone | upcase }}", "There is no trigger.gone."),
    ("{{ trigger.n | append: trigger.gone }}", "There is no trigger.gone."),
    ("{{ steps.never.data.x }}", "There is no steps.never: the step “never” did not run."),
    ("{{ steps.broken.data.x }}", "There is no steps.broken.data.x: the step “broken” failed."),
    ("{{ trigger.tags[9] }}", "A list in this expression is shorter than the position asked for."),
    ("a {{ trigger.tags }}", "This expression has no value: a text cannot hold a list."),
    ("a {{ trigger }}", "This expression has no value: a text cannot hold an object."),
    ("{{ trigger.tags | upcase }}", "This expression has no value: upcase takes text, but got a list."),
    ("{{ trigger.email | join: ',' }}", "This expression has no value: join takes a list, but got text."),
    ("{{ 'abc' | plus: 1 }}", "This expression has no value: “abc” is no number."),
    ("{{ 1 | divided_by: 0 }}", "This expression has no value: nothing can be divided by 0."),
    ("{{ 'soon' | date: '%Y' }}", "This expression has no value: date: “soon” is no date."),
    ("{{ 'x' | upcase: 1 }}", "This expression has no value: upcase takes no argument."),
    ("{{ trigger.n", "This is no Liquid at character 1: expected '}}', found end of file."),
    ("{{ trigger.n | shout }}", "There is no filter “shout”."),
    ("{{ trigger.limit }}", "This is no Liquid at character 12: “limit” is a word of Liquid itself."),
    ("{% include 'x' %}", "This is no Liquid at character 4: unexpected tag 'include'."),
    ("{% render 'x' %}", "This is no Liquid at character 4: unexpected tag 'render'."),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_an_expression_without_a_value_says_why(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, SCOPE)

    assert caught.value.message == message
    assert caught.value.hint


def test_a_config_is_resolved_everywhere_and_an_error_names_its_place() -> None:
    config: Any = {
        "a": [1, {"b": {"$liquid": "{{ trigger.n }}"}}],
        "c/d": {"$liquid": "{{ trigger.email }}!"},
        "e": {"$liquid": 5},
    }

    assert resolve(config, SCOPE) == {"a": [1, {"b": 3}], "c/d": "Ada@Example.com!", "e": {"$liquid": 5}}
    with pytest.raises(ExpressionError) as caught:
        resolve({"c/d": [{"$liquid": "{{ trigger.gone }}"}]}, SCOPE)
    assert (caught.value.pointer, caught.value.column, caught.value.path) == ("/c~1d/0", 4, "trigger.gone")


def test_data_that_are_missing_can_be_asked_for() -> None:
    assert value_or_nothing("{{ trigger.gone.deeper }}", SCOPE) == (False, None)
    assert value_or_nothing("{{ trigger.none }}", SCOPE) == (True, None)
    assert value_or_nothing("Hi {{ trigger.gone }}", SCOPE) == (False, None)


def test_references_have_their_places_and_local_names_are_none() -> None:
    text = (
        "{{ trigger.email }} {% for s in steps.find.data.segments %}{{ s.id }}{{ steps[trigger.k].z[0] }}{% endfor %}"
    )

    found = analyze({"a": [{"$liquid": text}]})

    assert found == (
        Reference(("trigger", "email"), "/a/0", 4),
        Reference(("steps", "find", "data", "segments"), "/a/0", 33),
        Reference(("steps", None, "z", 0), "/a/0", 73),
        Reference(("trigger", "k"), "/a/0", 79),
    )
    assert [each.words for each in found][2] == "steps[…].z[0]"
    assert analyze("{{ not liquid") == ()


def test_every_filter_has_help_and_an_example_that_works() -> None:
    scope: Any = {
        "trigger": {"emails": ["a"], "email": "A", "name": "B"},
        "steps": {"find": {"data": {"segments": [{"id": 1, "type": "manual"}]}}},
    }
    for function in FUNCTIONS.values():
        assert function.help.endswith("."), function.name
        if function.example:
            evaluate(function.example, scope)
            assert not infer(function.example, {"trigger": {}, "steps": {}}).has_errors, function.example
