"""The body of a loop is its own: it is entered by “each” alone, and nothing in it is reached after the loop."""

from collections.abc import Iterator

from helix.expressions.near import nearest
from helix.flows.bodies import LOOP, reached
from helix.flows.graph import Node
from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject

MOST = 60


def rule(subject: Subject) -> Iterator[Problem]:
    out = subject.paths.out
    for key, node in subject.nodes.items():
        if node.type != LOOP:
            continue
        inside = set(reached(key, "each", out))
        if not inside and key in subject.reachable:
            yield subject.problem(
                node, "loop_empty", "nothing is done with its items.", "Connect a step at “For each item”."
            )
        after = set(reached(key, "done", out)) | set(reached(key, "error", out)) | set(reached(key, "next", out))
        for shared in subject.paths.order:
            if shared in inside & after:
                words = f"it is reached from inside the loop “{node.title[:MOST]}” and from behind it."
                hint = "A step belongs to the items, or comes after all of them: remove one of the two ways."
                yield subject.problem(subject.nodes[shared], "loop_shared", words, hint)
        yield from _entries(subject, node, inside - after)
        yield from _collected(subject, node, inside)


def _entries(subject: Subject, loop: Node, inside: set[str]) -> Iterator[Problem]:
    """Ways into the body that do not come from the loop."""
    for index, edge in enumerate(subject.graph.edges):
        if edge.target not in inside or edge.source in inside or edge.source not in subject.nodes:
            continue
        if edge.source == loop.key and edge.port == "each":
            continue
        source = subject.nodes[edge.source]
        words = (
            f"it belongs to the loop “{loop.title[:MOST]}”, but a way comes in from “{source.title[:MOST]}” outside."
        )
        mend = repair("Remove the connection", ("remove", pointer("edges", index), None))
        hint = "The steps of a loop are entered by “For each item” alone: remove the connection from outside."
        yield subject.problem(subject.nodes[edge.target], "loop_entry", words, hint, mend=mend)


def _collected(subject: Subject, loop: Node, inside: set[str]) -> Iterator[Problem]:
    collect = loop.config.get("collect")
    if not isinstance(collect, str) or not collect:
        return
    own = [key for key in subject.paths.order if key in inside and subject.loop_of.get(key) == loop.key]
    if collect in own:
        return
    close = nearest(collect, own) or (own[-1] if len(own) == 1 else None)
    words = (
        "names a step of a loop within; only steps of this loop itself can be collected."
        if collect in inside
        else f"names “{collect[:MOST]}”, which is no step inside this loop."
    )
    hint = (
        f"Did you mean “{close}”?"
        if close
        else "Give the key of a step between “For each item” and the end of the loop."
    )
    mend = repair(f"Collect “{close}”", ("replace", subject.path_of(loop, "/collect"), close)) if close else None
    yield subject.field_problem(loop, "collect_unknown", "/collect", words, hint, mend=mend)
