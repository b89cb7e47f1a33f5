"""The ways out of a branch have names of their own."""

from collections.abc import Iterator

from helix.flows.problems import Problem
from helix.flows.steps.logic import otherwise
from helix.flows.subject import Subject

RESERVED = frozenset({"error", "in", "stopped"})


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        listed = node.config.get("branches")
        if node.type != "logic.branch" or not isinstance(listed, list):
            continue
        seen: set[str] = set()
        for index, branch in enumerate(listed):
            port = branch.get("port") if isinstance(branch, dict) else None
            if not isinstance(port, str):
                continue
            place = f"/branches/{index}/port"
            if port in RESERVED:
                yield subject.field_problem(
                    node, "port_reserved", place, f"is “{port}”, a name that Helix uses itself.", "Choose another name."
                )
            elif port in seen:
                words = f"is “{port[:60]}”, as that of another branch."
                yield subject.field_problem(
                    node, "port_duplicate", place, words, "Give every way out a name of its own."
                )
            elif port == otherwise(node.config):
                words = f"is “{port[:60]}”, the way that is taken otherwise: both ways are one."
                yield subject.field_problem(
                    node, "port_duplicate", place, words, "Give every way out a name of its own."
                )
            seen.add(port)
        if otherwise(node.config) in RESERVED:
            words = f"is “{otherwise(node.config)}”, a name that Helix uses itself."
            yield subject.field_problem(node, "port_reserved", "/else", words, "Choose another name.")
