"""The connection of a step exists, is to the right service, and holds the keys that the step needs."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from helix.flows.graph import Node
from helix.flows.problems import Problem, pointer, repair
from helix.flows.steps import StepType
from helix.flows.subject import ConnectionFacts, Subject
from integrations.catalog import HTTP, INTEGRATIONS

FIELD = "@connection"
_KEYS = {"track": "a Track key (with its Site ID)", "app": "an App API key", "pipelines": "a Pipelines key"}
_SERVICES = {key: each.title for key, each in INTEGRATIONS.items()} | {HTTP.key: "an HTTP service"}


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        step = subject.type_of(node)
        if step is None:
            continue
        if step.optional_integration is not None:
            if node.connection is not None:
                fitting = [
                    facts for facts in subject.connections.values() if facts.integration == step.optional_integration
                ]
                yield from _needed(subject, node, step, fitting)
            continue
        if step.integration is None:
            if node.connection is not None:
                words = f"it needs no connection, but names “{node.connection[:60]}”."
                mend = repair("Remove it", ("remove", _path(subject, node), None))
                yield subject.problem(
                    node, "connection_unneeded", words, "It has no effect.", field=FIELD, severity="warning", mend=mend
                )
            continue
        fitting = [facts for facts in subject.connections.values() if fits(facts, step)]
        yield from _needed(subject, node, step, fitting)


def _needed(subject: Subject, node: Node, step: StepType, fitting: list[ConnectionFacts]) -> Iterator[Problem]:
    integration = step.integration or step.optional_integration or ""
    service = _SERVICES.get(integration, integration)
    mend = _choose(subject, node, fitting)
    offer = (
        f"Choose {' or '.join(f'“{facts.name}”' for facts in fitting[:3])}."
        if fitting
        else f"Create a connection to {service}."
    )
    if node.connection is None:
        yield subject.problem(
            node, "connection_missing", f"it has no connection to {service}.", offer, field=FIELD, mend=mend
        )
        return
    facts = subject.connections.get(node.connection)
    name = node.connection[:60]
    if facts is None:
        yield subject.problem(
            node, "connection_unknown", f"there is no connection “{name}”.", offer, field=FIELD, mend=mend
        )
    elif facts.integration != integration:
        words = f"the connection “{name}” is not to {service}."
        yield subject.problem(node, "connection_of_other_service", words, offer, field=FIELD, mend=mend)
    elif step.key_family and step.key_family not in facts.families:
        key = _KEYS.get(step.key_family, f"the key of {service}")
        words = f"it needs {key}, which the connection “{name}” does not hold."
        hint = (
            f"Add {key} to “{name}”."
            if not fitting
            else f"Add it to “{name}”, or choose {' or '.join(f'“{each.name}”' for each in fitting[:3])}."
        )
        yield subject.problem(node, "connection_lacks_key", words, hint, field=FIELD, mend=mend)


def fits(facts: ConnectionFacts, step: StepType) -> bool:
    """Whether a step can work through this connection."""
    return facts.integration == step.integration and (step.key_family is None or step.key_family in facts.families)


def _choose(subject: Subject, node: Node, fitting: list[ConnectionFacts]) -> Mapping[str, JsonValue] | None:
    """The one that can be meant: the only one, or the only real one."""
    real = [facts for facts in fitting if not facts.sandbox]
    only = fitting if len(fitting) == 1 else real if len(real) == 1 else []
    return repair(f"Use “{only[0].name}”", ("add", _path(subject, node), only[0].name)) if only else None


def _path(subject: Subject, node: Node) -> str:
    return f"{pointer('nodes', subject.index[node.key])}/connection"
