"""Does the graph make sense? Runs every rule of rules/ and gives a CheckedGraph. Pure; never raises; same graph, same answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from helix.flows.graph import Graph
from helix.flows.problems import Problem
from helix.flows.rules import RULES
from helix.flows.steps import STEP_TYPES, StepType
from helix.flows.subject import NO_FLOWS, ConnectionFacts, FlowFacts, Subject

__all__ = ["CheckedGraph", "ConnectionFacts", "FlowFacts", "check"]

MOST_PROBLEMS = 1_000


@dataclass(frozen=True)
class CheckedGraph:
    """A graph with everything that is wrong with it. Made by `check` alone."""

    graph: Graph
    problems: tuple[Problem, ...]
    steps: Mapping[str, StepType]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def ok(self) -> bool:
        """Whether it may be published: there may be warnings, but no errors."""
        return not any(problem.severity == "error" for problem in self.problems)


def check(
    graph: Graph,
    connections: Mapping[str, ConnectionFacts],
    steps: Mapping[str, StepType] = STEP_TYPES,
    flows: Mapping[str, FlowFacts] = NO_FLOWS,
) -> CheckedGraph:
    """Every problem of the graph, errors before warnings at each step, in the order of the steps.

    A graph without errors does not fail at run time for a reason that lies in how it is built; warnings name what may
    still go wrong with the data of a service. `flows`: the flows that steps may call, by id.
    """
    subject = Subject(graph, connections, steps, flows)
    found = list(dict.fromkeys(_Key(problem) for rule in RULES for problem in rule(subject)))
    problems = [each.problem for each in found]
    problems.sort(key=lambda problem: (subject.index.get(problem.node or "", -1), problem.severity))
    return CheckedGraph(graph, tuple(problems[:MOST_PROBLEMS]), steps)


@dataclass(frozen=True, eq=False)
class _Key:
    """A problem told once: two rules that see the same thing at the same place say the same words."""

    problem: Problem

    def __hash__(self) -> int:
        return hash((self.problem.node, self.problem.field, self.problem.message))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Key):
            return False
        one, two = self.problem, other.problem
        return (one.node, one.field, one.message) == (two.node, two.field, two.message)
