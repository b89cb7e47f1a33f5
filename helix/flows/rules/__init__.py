"""The rules of the check, one a file. Each takes the Subject and yields Problems; none depends on another having run."""

from collections.abc import Callable, Iterator

from helix.flows.problems import Problem
from helix.flows.rules import (
    calls,
    conditions,
    connections,
    cycles,
    edges,
    expressions,
    failing,
    feeding,
    fits,
    forms,
    hooks,
    joins,
    keys,
    literals,
    loops,
    marks,
    placeholders,
    ports,
    reachable,
    schedules,
    settings,
    shape,
    triggers,
    types,
    values,
)
from helix.flows.subject import Subject

Rule = Callable[[Subject], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    shape.rule,
    keys.rule,
    types.rule,
    placeholders.rule,
    triggers.rule,
    edges.rule,
    cycles.rule,
    reachable.rule,
    joins.rule,
    loops.rule,
    connections.rule,
    settings.rule,
    forms.rule,
    schedules.rule,
    hooks.rule,
    calls.rule,
    literals.rule,
    values.rule,
    ports.rule,
    failing.rule,
    expressions.rule,
    fits.rule,
    conditions.rule,
    marks.rule,
    feeding.rule,
)
"""In the order in which a person would mend them."""
