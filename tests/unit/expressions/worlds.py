"""Random data with their types, and random expressions over them."""

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]

LEAVES: dict[str, tuple[Schema, st.SearchStrategy[Any]]] = {
    "text": ({"type": "string"}, st.text(max_size=5)),
    "whole": ({"type": "integer"}, st.integers(-1000, 1000)),
    "decimal": ({"type": "number"}, st.floats(-1000, 1000, allow_nan=False).map(lambda x: round(x, 3))),
    "flag": ({"type": "boolean"}, st.booleans()),
    "maybe": ({"type": ["string", "null"]}, st.none() | st.text(max_size=3)),
    "either": ({"type": ["string", "integer"]}, st.integers(0, 9) | st.text(max_size=3)),
    "moment": ({"type": "string", "format": "date-time"}, st.just("2026-01-31T12:00:00Z")),
    "free": ({}, st.none() | st.integers(0, 3) | st.text(max_size=2) | st.just({"a": 1}) | st.just([1])),
    "words": ({"type": "array", "items": {"type": "string"}}, st.lists(st.text(max_size=3), max_size=3)),
    "numbers": ({"type": "array", "items": {"type": "integer"}}, st.lists(st.integers(0, 9), max_size=3)),
    "maybe_words": (
        {"type": "array", "items": {"type": ["string", "null"]}},
        st.lists(st.none() | st.text(max_size=3), max_size=3),
    ),
    "map": ({"type": "object", "additionalProperties": {"type": "integer"}}, st.dictionaries(st.sampled_from("xyz"), st.integers(), max_size=2)),
}  # fmt: skip
REQUIRED = ("text", "whole", "flag", "maybe", "words")
ITEM: Schema = {
    "type": "object",
    "properties": {name: schema for name, (schema, _) in LEAVES.items()},
    "required": list(REQUIRED),
    "additionalProperties": False,
}
ITEMS = st.fixed_dictionaries(
    {name: LEAVES[name][1] for name in REQUIRED},
    optional={name: strategy for name, (_, strategy) in LEAVES.items() if name not in REQUIRED},
)
DATA: Schema = {
    "type": "object",
    "properties": {
        **{name: schema for name, (schema, _) in LEAVES.items()},
        "item": ITEM,
        "items": {"type": "array", "items": ITEM},
        "maybe_item": {**ITEM, "type": ["object", "null"]},
    },
    "required": [*LEAVES, "item", "items", "maybe_item"],
    "additionalProperties": False,
}
VALUES = st.fixed_dictionaries(
    {
        **{name: strategy for name, (_, strategy) in LEAVES.items()},
        "item": ITEMS,
        "items": st.lists(ITEMS, max_size=3),
        "maybe_item": st.none() | ITEMS,
    }
)
NAMES = {"trigger": DATA}

_leaf = st.sampled_from([*LEAVES, "nothing"])
paths = st.one_of(
    _leaf.map(lambda name: f"trigger.{name}"),
    _leaf.map(lambda name: f"trigger.item.{name}"),
    _leaf.map(lambda name: f"trigger.maybe_item.{name}"),
    _leaf.map(lambda name: f"trigger.items[0].{name}"),
    _leaf.map(lambda name: f"trigger.items.first.{name}"),
    st.sampled_from(["trigger.items", "trigger.items.size", "trigger.words[0]", "trigger.map.x", "trigger.item", "trigger"]),
    st.sampled_from(["trigger.words.last", "trigger.text.size", "trigger.free.a", "trigger['text']", "trigger.items[trigger.whole].text"]),
)  # fmt: skip
literals = st.sampled_from(["'a'", "''", "'12'", "0", "3", "2.5", "true", "nil", "(1..3)"])
_arguments = st.one_of(literals, paths)
_calls = st.one_of(
    st.sampled_from(
        ["upcase", "strip", "size", "first", "last", "json", "abs", "round", "floor", "join: ','", "sort", "reverse", "uniq", "compact",
         "split: ','", "escape", "capitalize", "truncate: 3", "slice: 0, 2", "map: 'text'", "map: 'maybe'", "map: 'whole'", "map: 'nothing'",
         "where: 'flag', true", "where: 'text', 'a'", "find: 'whole', 1", "find_index: 'flag'", "has: 'text'", "reject: 'flag'", "sum",
         "sum: 'whole'", "sort: 'text'", "uniq: 'whole'", "compact: 'maybe'", "date: '%Y'", "date: '%s'", "date: '%Y-%m-%dT%H:%M:%SZ'",
         "default: ''", "default: 0", "default: empty", "divided_by: 2", "modulo: 0", "strip_html", "url_encode", "sort_natural",
         "newline_to_br", "base64_encode", "squish", "replace: 'a', 'b'", "remove: 'a'", "round: 2", "ceil"]
    ),
    st.tuples(st.sampled_from(["append", "prepend", "plus", "minus", "times", "at_least", "at_most", "default", "concat", "replace", "split", "divided_by"]), _arguments)
    .map(lambda pair: f"{pair[0]}: {pair[1]}"),
)  # fmt: skip
filtered = st.tuples(st.one_of(paths, literals), st.lists(_calls, max_size=3)).map(
    lambda pair: " | ".join([pair[0], *pair[1]])
)
lone = filtered.map(lambda text: f"{{{{ {text} }}}}")
_condition = st.one_of(
    paths,
    st.tuples(paths, st.sampled_from(["==", "!=", ">", "<=", "contains"]), st.one_of(literals, paths)).map(" ".join),
)
_piece = st.one_of(st.sampled_from(["Hi ", "", "{% comment %}x{% endcomment %}"]), lone)


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(_condition, inner).map(lambda p: f"{{% if {p[0]} %}}{p[1]}{{% endif %}}"),
        st.tuples(_condition, inner, inner).map(lambda p: f"{{% unless {p[0]} %}}{p[1]}{{% else %}}{p[2]}{{% endunless %}}"),
        st.tuples(paths, inner).map(lambda p: f"{{% for each in {p[0]} %}}{p[1]}{{{{ each.text }}}}{{% endfor %}}"),
        st.tuples(paths, inner).map(lambda p: f"{{% for each in {p[0]} %}}{p[1]}{{{{ each }}}}{{% endfor %}}"),
        st.tuples(filtered, inner).map(lambda p: f"{{% assign made = {p[0]} %}}{p[1]}{{{{ made }}}}{{{{ made | size }}}}"),
        st.tuples(_condition, filtered).map(lambda p: f"{{% if {p[0]} %}}{{% assign made = {p[1]} %}}{{% endif %}}{{{{ made }}}}"),
        st.tuples(inner, inner).map("".join),
        st.tuples(paths, literals, inner, inner).map(lambda p: f"{{% case {p[0]} %}}{{% when {p[1]} %}}{p[2]}{{% else %}}{p[3]}{{% endcase %}}"),
    )  # fmt: skip


texts = st.recursive(_piece, _wrapped, max_leaves=6)
