"""Liquid in flows: values, references and types. Pure: no Django, no I/O, and nothing an expression says can do any.

`resolve(config, scope)` gives values, `analyze(text or config)` the references with their places, `infer(text, names)` the
type before anything runs. Limits are in limits.py, filters in functions.py.
"""

from helix.expressions.analyze import Reference, analyze
from helix.expressions.errors import ExpressionError
from helix.expressions.evaluate import evaluate, value_or_nothing
from helix.expressions.infer import Inferred, infer
from helix.expressions.parsing import MARK, expressions_in, is_expression, parse
from helix.expressions.resolve import resolve
from helix.expressions.words import type_words

__all__ = [
    "MARK",
    "ExpressionError",
    "Inferred",
    "Reference",
    "analyze",
    "evaluate",
    "expressions_in",
    "infer",
    "is_expression",
    "parse",
    "resolve",
    "type_words",
    "value_or_nothing",
]
