"""When it fails: retries, time limit, and where the flow goes, are within reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from helix.expressions.near import nearest
from helix.flows.graph import Node
from helix.flows.problems import Problem, pointer, repair
from helix.flows.subject import Subject

ON_ERROR = ("fail", "continue", "branch")
KINDS = ("network", "rate_limited", "server_error")
BOUNDS: Mapping[str, tuple[float, float, str]] = {
    "max_attempts": (1, 20, "tries"),
    "initial_seconds": (0, 3600, "seconds"),
    "factor": (1, 10, ""),
    "max_seconds": (0, 86_400, "seconds"),
}
TIMEOUT = (1, 600)


def rule(subject: Subject) -> Iterator[Problem]:
    leaving = {(edge.source, edge.port) for edge in subject.edges}
    for node in subject.nodes.values():
        yield from _on_error(subject, node, (node.key, "error") in leaving)
        yield from _timeout(subject, node)
        if node.retry is not None:
            yield from _retry(subject, node)


def _on_error(subject: Subject, node: Node, has_way: bool) -> Iterator[Problem]:
    step, path = subject.type_of(node), f"{pointer('nodes', subject.index[node.key])}/on_error"
    if node.on_error not in ON_ERROR:
        close = nearest(node.on_error, ON_ERROR) if isinstance(node.on_error, str) else None
        words = f"“{str(node.on_error)[:40]}” is nothing to do when it fails."
        mend = repair(f"Take “{close}”", ("replace", path, close)) if close else None
        yield subject.problem(
            node, "choice", words, f"Choose one of: {', '.join(ON_ERROR)}.", field="@on_error", mend=mend
        )
        return
    if node.on_error == "fail" or step is None:
        return
    remove = repair("Let the run fail", ("remove", path, None))
    if not step.can_fail:
        words = "nothing follows when it fails, because it does not."
        yield subject.problem(
            node, "on_error_unneeded", words, "Remove the choice.", field="@on_error", severity="warning", mend=remove
        )
    elif node.on_error == "continue" and node.type == "logic.branch":
        words = "it cannot go on when it fails: it would not know which way."
        yield subject.problem(
            node,
            "on_error_nowhere",
            words,
            "Choose “the run fails” or “go another way”.",
            field="@on_error",
            mend=remove,
        )
    elif node.on_error == "branch" and not has_way:
        words = "it goes another way when it fails, but nothing is connected there, so the failure stays unnoticed."
        yield subject.problem(
            node,
            "on_error_nowhere",
            words,
            "Connect a step to its way out “On error”.",
            field="@on_error",
            severity="warning",
        )


def _timeout(subject: Subject, node: Node) -> Iterator[Problem]:
    value = node.timeout_seconds
    if value is None:
        return
    low, high = TIMEOUT
    if not _is_number(value):
        yield subject.problem(
            node, "type", "the time limit is no number.", "Give seconds, such as 30.", field="@timeout_seconds"
        )
    elif not low <= _float(value) <= high:
        words = f"a time limit of {value} seconds is out of bounds."
        yield subject.problem(node, "range", words, f"Choose {low} to {high} seconds.", field="@timeout_seconds")


def _retry(subject: Subject, node: Node) -> Iterator[Problem]:
    retry = node.retry
    if not isinstance(retry, dict):
        yield subject.problem(node, "type", "“retry” is no object.", 'Write {"max_attempts": 5}.', field="@retry")
        return
    path = f"{pointer('nodes', subject.index[node.key])}/retry"
    for name, value in retry.items():
        field = f"@retry{pointer(name)}"
        if name in BOUNDS:
            yield from _bounded(subject, node, name, value, field)
        elif name == "on":
            yield from _kinds(subject, node, value, field)
        else:
            close = nearest(name, [*BOUNDS, "on"])
            hint = f"Did you mean “{close}”?" if close else f"There are: {', '.join([*BOUNDS, 'on'])}."
            mend = repair("Remove it", ("remove", path + pointer(name), None))
            yield subject.problem(
                node, "unknown_field", f"“{name[:40]}” is not a setting of a retry.", hint, field=field, mend=mend
            )
    first, most = retry.get("initial_seconds"), retry.get("max_seconds")
    if _is_number(first) and _is_number(most) and _float(first) > _float(most):
        words = f"the first pause ({first} s) is longer than the longest ({most} s)."
        yield subject.problem(
            node,
            "ordered",
            words,
            "Make the longest pause longer, or the first shorter.",
            field="@retry/max_seconds",
            severity="warning",
        )


def _bounded(subject: Subject, node: Node, name: str, value: Any, field: str) -> Iterator[Problem]:
    low, high, unit = BOUNDS[name]
    if not _is_number(value) or (name == "max_attempts" and int(value) != value):
        wanted = "a whole number" if name == "max_attempts" else "a number"
        yield subject.problem(
            node,
            "type",
            f"“{name}” of the retry is not {wanted}.",
            f"Give {wanted} from {low:g} to {high:g}.",
            field=field,
        )
    elif not low <= value <= high:
        words = f"“{name}” of the retry is {value}."
        yield subject.problem(
            node, "range", words, f"Choose {low:g} to {high:g}{f' {unit}' if unit else ''}.", field=field
        )


def _kinds(subject: Subject, node: Node, value: Any, field: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield subject.problem(
            node, "type", "“on” of the retry is no list.", f"Give a list of: {', '.join(KINDS)}.", field=field
        )
        return
    for index, each in enumerate(value[:20]):
        if each not in KINDS:
            words = f"“{str(each)[:40]}” is nothing that is tried again."
            yield subject.problem(node, "choice", words, f"Choose from: {', '.join(KINDS)}.", field=f"{field}/{index}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _float(value: Any) -> float:
    return float(value)
