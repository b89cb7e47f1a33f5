"""Connections between steps lead from a port that there is to a step that there is."""

from collections.abc import Iterator

from helix.expressions.near import nearest
from helix.flows.graph import Edge
from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject

MOST = 60


def rule(subject: Subject) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for index, edge in enumerate(subject.graph.edges):
        remove = repair("Remove the connection", ("remove", pointer("edges", index), None))
        source, target = subject.nodes.get(edge.source), subject.nodes.get(edge.target)
        if source is None or target is None:
            missing = edge.source if source is None else edge.target
            by = "" if edge.port == "next" else f" by “{edge.port[:MOST]}”"
            way = "comes from" if source is None else "leads to"
            words = f"a connection{by} {way} “{missing[:MOST]}”, which does not exist."
            hint = "Remove it, or connect it to a step."
            known = source or target
            if known is None:
                words = f"A connection joins “{edge.source[:MOST]}” and “{edge.target[:MOST]}”, which do not exist."
                yield Problem("error", "edge_dangling", words, hint, repair=remove)
            else:
                yield subject.problem(known, "edge_dangling", words, hint, mend=remove)
            continue
        if subject.kind(target) == "trigger":
            words = f"a connection leads into it from “{source.title[:MOST]}”, but a trigger begins a run."
            yield subject.problem(target, "edge_into_trigger", words, "Remove the connection.", mend=remove)
        name = (edge.source, edge.port, edge.target)
        if name in seen:
            words = f"it is connected to “{target.title[:MOST]}” twice."
            yield subject.problem(
                source, "edge_duplicate", words, "Remove one of the two connections.", severity="warning", mend=remove
            )
        seen.add(name)
        yield from _port(subject, edge, index)


def _port(subject: Subject, edge: Edge, index: int) -> Iterator[Problem]:
    source, target = subject.nodes[edge.source], subject.nodes[edge.target]
    ports = subject.ports(source)
    if ports is None or edge.port in ports:
        return
    words = f"the connection to “{target.title[:MOST]}” leaves by “{edge.port[:MOST]}”, which it does not have."
    if edge.port == "error":
        kind = subject.type_of(source)
        hint = "Choose “go another way” for when it fails, or remove the connection."
        path = f"{pointer('nodes', subject.index[source.key])}/on_error"
        mend = repair("Go this way when it fails", ("add", path, "branch")) if kind and kind.can_fail else None
    else:
        close = nearest(edge.port, ports) or (ports[0] if len(ports) == 1 else None)
        hint = f"It has: {', '.join(ports)}." if ports else "Nothing follows this step: remove the connection."
        path = f"{pointer('edges', index)}/port"
        mend = (
            repair(f"Leave by “{close}”", ("add", path, close))
            if close
            else repair("Remove the connection", ("remove", pointer("edges", index), None))
        )
    yield subject.problem(source, "port_unknown", words, hint, mend=mend)
