"""HTTP Request of n8n, in its three forms, as the step “HTTP request”. Keys never come along."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.flows.n8n.data import Data
from helix.flows.n8n.made import Desk, Made, NoCounterpart
from integrations.http.discretion import is_secretive
from integrations.http.settings import METHODS

SIGNED = ("httpHeaderAuth", "httpBasicAuth", "httpBearerAuth")


def http_request(desk: Desk) -> Made:
    """One call, whatever the version of the node."""
    given = desk.source.parameters
    method = str(given.get("method") or given.get("requestMethod") or "GET").upper()
    if method not in METHODS:
        raise NoCounterpart(f"the method {method[:20]} is not known here. Use “HTTP request”.")
    config: dict[str, JsonValue] = {
        "method": method,
        "url": desk.values.text("/url", given.get("url", "")),
        "body_type": "none",
    }
    for place, names in (
        ("query", ("queryParameters", "queryParametersUi")),
        ("headers", ("headerParameters", "headerParametersUi")),
    ):
        found = _pairs(desk, place, next((given[name] for name in names if name in given), None))
        raw = given.get({"query": "jsonQuery", "headers": "jsonHeaders"}[place]) or given.get(
            {"query": "queryParametersJson", "headers": "headerParametersJson"}[place]
        )
        if not found and raw:
            held = desk.values.json(f"/{place}", raw)
            if not isinstance(held, dict) or "$liquid" in held:
                raise NoCounterpart(f"its {place} are worked out as a whole. Use “HTTP request” and name each value.")
            found = {name: _discreet(desk, place, name, value) for name, value in held.items()}
        if found:
            config[place] = found
    config |= _body(desk, method)
    if desk.source.version >= 3:
        desk.remark("When the answer is a list, n8n ran what follows once for each entry: put “For each” behind it.")
    options = given.get("options")
    options = options if isinstance(options, Mapping) else {}
    if "pagination" in options:
        desk.remark(
            "n8n followed the pages of the answer; this step fetches one. Use an action of the catalogue, or a loop."
        )
    more: dict[str, JsonValue] = {}
    timeout = options.get("timeout")
    if isinstance(timeout, (int, float)) and not isinstance(timeout, bool):
        more["timeout_seconds"] = int(min(max(timeout / 1000, 1), 600))
    return Made("http.request", config, connection=_connection(desk), data=_answer(desk, options), more=more)


def _answer(desk: Desk, options: Mapping[str, Any]) -> Data:
    held = options.get("response")
    inner = held.get("response") if isinstance(held, Mapping) else None
    if options.get("fullResponse") or (isinstance(inner, Mapping) and inner.get("fullResponse")):
        names = {"body": desk.ours("body"), "headers": desk.ours("headers"), "statusCode": desk.ours("status")}
        return Data(names=names, why="an answer has “body”, “headers” and “status” only")
    return Data(prefix=desk.ours("body"))


def _connection(desk: Desk) -> str | None:
    for kind, name in desk.source.credentials.items():
        if kind not in SIGNED:
            desk.remark(
                f"It signed as {kind[:60]}; connect the service again as an HTTP connection, keys never come along."
            )
        return name
    return None


def _pairs(desk: Desk, place: str, held: Any) -> dict[str, JsonValue]:
    listed = (held.get("parameters") or held.get("parameter")) if isinstance(held, Mapping) else None
    found: dict[str, JsonValue] = {}
    for each in listed if isinstance(listed, list) else ():
        name = each.get("name") if isinstance(each, Mapping) else None
        if isinstance(name, str) and name:
            if name.startswith("="):
                raise NoCounterpart(
                    f"the name of one of its {place} is worked out. Use “HTTP request” and name each value."
                )
            raw = each.get("value", "")
            found[name] = (
                _discreet(desk, place, name, raw) if is_secretive(name) else desk.values.text(f"/{place}/{name}", raw)
            )
    return found


def _discreet(desk: Desk, place: str, name: str, value: Any) -> JsonValue:
    if is_secretive(name) and isinstance(value, str) and not value.startswith("="):
        desk.remark(
            f"What stood in {place} as “{name[:60]}” looks like a key and was left behind. Put it into a connection."
        )
        return ""
    return desk.values.text(f"/{place}/{name}", value) if isinstance(value, str) else value


def _body(desk: Desk, method: str) -> dict[str, JsonValue]:
    given = desk.source.parameters
    newer = desk.source.version >= 3
    if (newer and not given.get("sendBody")) or (not newer and method in ("GET", "HEAD")):
        return {}
    kind = str(given.get("contentType") or given.get("bodyContentType") or "json")
    if kind == "raw":
        return {"body_type": "text", "text": desk.values.text("/text", given.get("body", ""))}
    if kind not in ("json", "form-urlencoded"):
        raise NoCounterpart(f"it sends {kind[:40]}. Use “HTTP request” with JSON, a form or a text.")
    held = given.get("bodyParameters") or given.get("bodyParametersUi")
    pairs = (held.get("parameters") or held.get("parameter")) if isinstance(held, Mapping) else None
    values: JsonValue
    place = "json" if kind == "json" else "form"
    if isinstance(pairs, list) and pairs:
        values = {
            str(each.get("name")): desk.values.any(f"/{place}/{each.get('name')}", each.get("value"))
            for each in pairs
            if isinstance(each, Mapping) and each.get("name")
        }
    else:
        raw = given.get("jsonBody") or given.get("bodyParametersJson") or given.get("body")
        if raw in (None, ""):
            return {}
        values = desk.values.json(f"/{place}", raw)
    if place == "json":
        return {"body_type": "json", "json": values}
    if not isinstance(values, dict) or "$liquid" in values:
        raise NoCounterpart("its form is worked out as a whole. Use “HTTP request” and name each value.")
    return {"body_type": "form", "form": values}
