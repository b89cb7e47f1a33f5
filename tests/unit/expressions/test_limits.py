"""Expressions that are made to do harm end quickly, with a sentence."""

import time
from typing import Any

import pytest

from helix.expressions import ExpressionError, evaluate, infer

BIG = "x" * 200_000
SCOPE: dict[str, Any] = {
    "big": BIG,
    "list": list(range(30_000)),
    "rows": [{"t": [1] * 5000, "name": "a" * 1000}],
    "n": 3,
}
DOUBLED = "{% assign a = rows %}" + "{% assign a = a | concat: a %}" * 15

BOMBS: dict[str, str] = {
    "a literal range": "{{ (1..100000000) | join }}",
    "a computed range": "{% assign a = 100000000 %}{{ (1..a) | join }}",
    "loops in loops": "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
    "loops after loops": "{% for i in (1..900) %}{% endfor %}" * 50,
    "a text that doubles": "{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}",
    "a list that doubles": DOUBLED + "{% assign a = a | concat: a %}" * 3,
    "lists in a list": DOUBLED + "{{ a | map: 't' | join }}",
    "JSON of a list": DOUBLED + "{{ a | json }}",
    "joined texts": DOUBLED + "{{ a | map: 'name' | join }}",
    "replace nothing": "{{ big | replace: '', big }}",
    "join with a large text": "{{ big | slice: 0, 9999 | split: '' | join: big }}",
    "a number that grows": "{{ 9 " + "| times: 999999999999 " * 300 + "}}",
    "a decimal that grows": "{{ 1.5 " + "| times: 99999999999.5 " * 300 + "}}",
    "digits": "{{ '" + "9" * 5000 + "' | plus: 1 }}",
    "digits in the text": "{{ " + "9" * 5000 + " }}",
    "deep brackets": "{{ " + "a[" * 3000 + "]" * 3000 + " }}",
    "many brackets": "{{ " + '["' * 6000 + " }}",
    "many parentheses": "{{ " + "(" * 19_000 + " }}",
    "deep blocks": "{% if n %}" * 500,
    "deep captures": "{% capture x %}" * 30,
    "a long source": "{{ n }}" * 3000,
    "conditions in a loop": "{% for i in (1..1000) %}" + "{% if 1 == 2 %}{% endif %}" * 700 + "{% endfor %}",
    "names in a loop": "{% for i in (1..1000) %}"
    + "".join(f"{{% assign a{k} = 1 %}}" for k in range(700))
    + "{% endfor %}",
    "large texts in a loop": "{% for i in (1..1000) %}" + "{{ big | upcase | downcase | size }}" * 400 + "{% endfor %}",
    "output": "{% for i in (1..1000) %}" + "x" * 500 + "{% endfor %}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_stopped_quickly(name: str) -> None:
    before = time.thread_time()

    with pytest.raises(ExpressionError) as caught:
        evaluate(BOMBS[name], SCOPE)

    assert caught.value.message.endswith(".")
    assert time.thread_time() - before < 1.5


@pytest.mark.parametrize("name", BOMBS)
def test_the_types_of_a_bomb_are_inferred_quickly(name: str) -> None:
    before = time.thread_time()

    infer(BOMBS[name], {"big": {"type": "string"}, "list": {"type": "array"}, "rows": {}, "n": {"type": "integer"}})

    assert time.thread_time() - before < 1.5


def test_large_data_of_a_service_may_be_counted_and_picked_from() -> None:
    assert evaluate("{{ list | size }}", SCOPE) == 30_000
    assert evaluate("{{ list | reverse | first }}", SCOPE) == 29_999
    assert evaluate("{{ list | uniq | size }}", SCOPE) == 30_000
