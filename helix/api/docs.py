"""The page about the REST API at /api/docs/, drawn from the same document as /api/v1/openapi.json."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helix.api.describe import METHODS
from helix.api.urls import api

Schema = dict[str, Any]
TITLES = {
    "flows": "Flows",
    "runs": "Runs",
    "connections": "Connections",
    "schedule": "Schedule",
    "deliveries": "Deliveries",
    "team": "Team and tokens",
}
DEEPEST = 2


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", {"groups": groups()})


@cache
def groups() -> list[dict[str, Any]]:
    """Every call by its room, with its parameters, fields, example and answers."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    schemas = document["components"]["schemas"]
    found: dict[str, list[dict[str, Any]]] = {tag: [] for tag in TITLES}
    for path, calls in document["paths"].items():
        for method in METHODS:
            if method in calls:
                found[calls[method]["tags"][0]].append(_call(path, method, calls[method], schemas))
    return [{"key": tag, "title": TITLES[tag], "calls": calls} for tag, calls in found.items()]


def _call(path: str, method: str, call: dict[str, Any], schemas: Schema) -> dict[str, Any]:
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema")
    example = example_of(body, schemas) if body else None
    parameters = [
        {
            "name": each["name"],
            "where": each["in"],
            "type": _type(each["schema"]),
            "required": each.get("required", False),
            "help": each["schema"].get("description", ""),
        }
        for each in call.get("parameters", [])
    ]
    answers = []
    for status, answer in sorted(call["responses"].items(), key=lambda pair: str(pair[0])):
        answers.append(
            {"status": str(status), "ok": str(status) < "300", "words": _words(answer, schemas).replace("`", "")}
        )
    return {
        "method": method.upper(),
        "path": path.removeprefix("/api/v1"),
        "title": call.get("description", call.get("summary", "")).replace("`", "").partition(". ")[0].rstrip("."),
        "help": call.get("description", "").replace("`", ""),
        "parameters": parameters,
        "fields": _fields(body, schemas) if body else [],
        "answers": answers,
        "curl": curl(path, method, example),
    }


def curl(path: str, method: str, example: Any) -> str:
    """The call as a command; `$HELIX` is the address and `$TOKEN` a token."""
    verb = f"-X {method.upper()} " if method != "get" else ""
    parts = [f'curl {verb}-H "Authorization: Bearer $TOKEN"']
    if example is not None:
        said = json.dumps(example, ensure_ascii=False).replace("'", "’")
        parts += ["-H 'Content-Type: application/json'", f"-d '{said}'"]
    return " \\\n  ".join([*parts, f'"$HELIX{path}"'])


def example_of(schema: Any, schemas: Schema) -> Any:
    """A value that fits: the schema's own examples and defaults, else the plainest."""
    schema = _resolved(schema, schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("properties"):
        wanted = schema.get("required", [])
        return {
            name: example_of(part, schemas)
            for name, part in schema["properties"].items()
            if name in wanted or "examples" in _resolved(part, schemas)
        }
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    plain: dict[str, Any] = {"string": "text", "integer": 1, "number": 1, "boolean": True, "array": []}
    return plain.get(str(schema.get("type")), {})


def _resolved(schema: Any, schemas: Schema) -> Schema:
    found: Schema = schema
    while "$ref" in found:
        found = {**schemas[found["$ref"].rpartition("/")[2]], **{k: v for k, v in found.items() if k != "$ref"}}
    return found


def _fields(schema: Any, schemas: Schema, depth: int = 0) -> list[dict[str, Any]]:
    schema = _resolved(schema, schemas)
    rows = []
    for name, part in schema.get("properties", {}).items():
        whole = _resolved(part, schemas)
        rows.append(
            {
                "name": name,
                "depth": depth,
                "type": _type(whole),
                "required": name in schema.get("required", []),
                "help": whole.get("description", ""),
                "default": json.dumps(whole["default"]) if whole.get("default") not in (None, "", {}, []) else "",
            }
        )
        inner = next((each for each in whole.get("anyOf", [whole]) if "$ref" in each or "properties" in each), None)
        if inner and depth < DEEPEST:
            rows += _fields(inner, schemas, depth + 1)
    return rows


def _type(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return f"“{schema['const']}”"
    kind = {"object": "object", "array": "list"}.get(
        str(schema.get("type")), schema.get("format") or schema.get("type")
    )
    return str(kind or "any JSON")


def _words(answer: dict[str, Any], schemas: Schema) -> str:
    content = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = (content.get("$ref") or content.get("items", {}).get("$ref") or "").rpartition("/")[2]
    if answer["description"] != "OK" or not name:
        return str(answer["description"] if answer["description"] != "OK" else "Done.")
    fields = ", ".join(schemas[name].get("properties", {}))
    return f"{'A list; each: ' if 'items' in content else ''}{fields}"
