"""Expressions of n8n as Liquid: what each means here, and why some have to be written anew."""

import pytest

from helix.flows.n8n.data import Data, Sight
from helix.flows.n8n.report import Line
from helix.flows.n8n.values import Values

SIGHT = Sight(
    Data("steps.before.data"), {"Get it": Data("steps.get_it.data.body"), "Hook": Data(names={"body": "trigger.body"})}
)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("={{ $json.email }}", "{{ steps.before.data.email }}"),
        ("={{$json[\"first name\"]}}", '{{ steps.before.data["first name"] }}'),
        ("={{ $json.orders[0].id }}", "{{ steps.before.data.orders[0].id }}"),
        ("={{ $json?.a?.b }}", "{{ steps.before.data.a.b }}"),
        ("={{ $node[\"Get it\"].json.x }}", "{{ steps.get_it.data.body.x }}"),
        ("={{ $node[\"Get it\"].json[\"x\"] }}", "{{ steps.get_it.data.body.x }}"),
        ("={{ $('Get it').item.json.x }}", "{{ steps.get_it.data.body.x }}"),
        ("={{ $('Get it').first().json.x }}", "{{ steps.get_it.data.body.x }}"),
        ("={{ $items(\"Get it\")[0].json.x }}", "{{ steps.get_it.data.body.x }}"),
        ("={{ $input.item.json.x }}", "{{ steps.before.data.x }}"),
        ("={{ $('Hook').item.json.body.id }}", "{{ trigger.body.id }}"),
        ("={{ $json.a.toLowerCase().trim() }}", "{{ steps.before.data.a | downcase | strip }}"),
        ("={{ $json.a.length }}", "{{ steps.before.data.a | size }}"),
        ("={{ $json.a || 'none' }}", '{{ steps.before.data.a | default: "none" }}'),
        ("={{ $json.a.split(',').join(';') }}", '{{ steps.before.data.a | split: "," | join: ";" }}'),
        ("={{ 'Dear ' + $json.a + '!' }}", "Dear {{ steps.before.data.a }}!"),
        ("=Dear {{ $json.a }}, all {{ $json.b + 1 }}", "Dear {{ steps.before.data.a }}, all {{ steps.before.data.b | plus: 1 }}"),
        ("={{ Math.round($json.a * 100) / 100 }}", "{{ steps.before.data.a | times: 100 | round | divided_by: 100 }}"),
        ("={{ $execution.id }}", "{{ run.id }}"),
        ("={{ $workflow.name }}", "{{ flow.name }}"),
        ("={{ new Date().toISOString() }}", "{{ run.started_at }}"),
        ("={{ JSON.stringify($json.a) }}", "{{ steps.before.data.a | json }}"),
    ],
)  # fmt: skip
def test_becomes(theirs: str, ours: str) -> None:
    line = Line("n", "t", "step")
    assert Values(line, SIGHT).any("/x", theirs) == {"$liquid": ours}
    assert line.expressions == [("/x", theirs, ours)]


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ("={{ $json.a > 3 ? 'many' : 'few' }}", "it decides something"),
        ("={{ $json.list.map(x => x.id) }}", "it holds"),
        ("={{ $json.a + $json.b }}", "may add numbers or put texts together"),
        ("={{ $env.SECRET }}", "outside the workflow"),
        ("={{ $('Later').item.json.a }}", "does not run before this step"),
        ("={{ $json[$json.name] }}", "works out the name"),
        ("={{ $now.minus({days: 7}) }}", "calculates with dates"),
        ("={{ }}", "it is empty"),
    ],
)
def test_stays_for_a_person(theirs: str, why: str) -> None:
    line = Line("n", "t", "step")
    assert Values(line, SIGHT).any("/x", theirs) == {"$liquid": f"n8n ={theirs[1:]}"}
    assert why in line.remarks[0]
    assert line.expressions[0][2] == ""


def test_fixed_values_stay_fixed() -> None:
    values = Values(Line("n", "t", "step"), SIGHT)
    assert values.any("/x", "{{ not an expression }}") == "{{ not an expression }}"
    assert values.any("/x", "=plain") == "plain"
    assert values.any("/x", {"a": [1, None, True]}) == {"a": [1, None, True]}
