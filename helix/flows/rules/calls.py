"""Calls beyond Customer.io: addresses that can be called, bodies that can be sent, flows that can be run."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import JsonValue

from helix.expressions.near import nearest
from helix.expressions.parsing import is_expression
from helix.flows.fits import misfit
from helix.flows.graph import Node
from helix.flows.problems import Problem, pointer, repair
from helix.flows.steps.calls import EMAIL, HTTP, RUN_FLOW
from helix.flows.subject import Subject
from integrations.http.discretion import is_secretive

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
BODYLESS = ("GET", "HEAD")


def rule(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes.values():
        if node.type == HTTP:
            yield from _http(subject, node)
        elif node.type == EMAIL:
            yield from _email(subject, node)
        elif node.type == RUN_FLOW:
            yield from _run_flow(subject, node)


def _http(subject: Subject, node: Node) -> Iterator[Problem]:
    config = node.config
    url = config.get("url")
    if isinstance(url, str) and url.strip() and (wrong := address_fault(url)):
        yield subject.field_problem(
            node, "bad_url", "/url", wrong, "Write a whole address, such as https://api.example.com/orders."
        )
    if config.get("method", "GET") in BODYLESS and config.get("body_type", "none") != "none":
        words = f"is sent along with {config.get('method', 'GET')}, which takes no body."
        mend = repair("Send no body", ("replace", subject.path_of(node, "/body_type"), "none"))
        yield subject.field_problem(
            node, "body_unneeded", "/body_type", words, "Choose POST, PUT or PATCH, or no body.", mend=mend
        )
    for place in ("headers", "query"):
        held = config.get(place)
        for name, value in held.items() if isinstance(held, dict) and not is_expression(held) else ():
            if is_secretive(name) and isinstance(value, str) and value.strip():
                words = "holds a key in the open: everybody who sees the flow can read it."
                hint = "Make an HTTP connection with the key, choose it for this step, and take the key out here."
                yield subject.field_problem(node, "secret_in_flow", f"/{place}{pointer(name)}", words, hint, "warning")


def address_fault(url: str) -> str:
    """What is wrong with an address that is written out, "" when nothing is."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return "is no web address."
    if parts.scheme not in ("http", "https"):
        return (
            "does not begin with https://."
            if not parts.scheme
            else f"begins with {parts.scheme[:20]}:, not with https://."
        )
    if not parts.hostname or not port_is_fine or any(each.isspace() for each in url):
        return "is no web address."
    return "holds a user name or password; keys belong into a connection." if parts.username or parts.password else ""


def _email(subject: Subject, node: Node) -> Iterator[Problem]:
    listed = node.config.get("to")
    for index, address in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(address, str) and address.strip() and not _ADDRESS.fullmatch(address.strip()):
            words = f"is “{address[:60]}”, which is no e-mail address."
            yield subject.field_problem(
                node, "bad_address", f"/to{pointer(index)}", words, "Write one address, such as ada@example.com."
            )
    subject_line = node.config.get("subject")
    if isinstance(subject_line, str) and any(each in subject_line for each in "\r\n"):
        yield subject.field_problem(node, "line_break", "/subject", "has more than one line.", "Write it on one line.")


def _run_flow(subject: Subject, node: Node) -> Iterator[Problem]:
    wanted = node.config.get("flow")
    if not isinstance(wanted, str) or not wanted.strip():
        return
    called = subject.flows.get(wanted)
    if called is None:
        words = "names a flow that cannot be called: it is gone, was never published, lacks the trigger “Called by another flow”, or you may not run it."
        yield subject.field_problem(
            node, "flow_not_callable", "/flow", words, "Choose another flow, or publish that one first."
        )
        return
    given = node.config.get("input")
    if isinstance(given, dict) and not is_expression(given) and not called.untold:
        yield from _values(subject, node, given, called.fields)


def _values(subject: Subject, node: Node, given: dict[str, JsonValue], fields: Mapping[str, Any]) -> Iterator[Problem]:
    """The values that a called flow gets fit what its trigger asks for."""
    properties = fields.get("properties", {})
    for name in fields.get("required", ()):
        if name not in given:
            words = f"lacks “{name}”, which the flow asks for."
            yield subject.field_problem(node, "input_missing", "/input", words, f"Add “{name}” and its value.")
    for name, value in given.items():
        place = f"/input{pointer(name)}"
        if name not in properties:
            close = nearest(name, list(properties))
            hint = f"Did you mean “{close}”?" if close else f"It takes: {', '.join(properties) or 'nothing'}."
            mend = repair("Remove it", ("remove", subject.path_of(node, place), None))
            yield subject.field_problem(node, "input_unknown", place, "is not asked for by the flow.", hint, mend=mend)
        elif wrong := misfit(subject.type_of_value(node, value), properties[name]):
            yield subject.field_problem(
                node, "input_type", place, f"{wrong.reason}.", "Give a value of the type that the flow asks for."
            )
