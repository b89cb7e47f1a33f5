"""The OpenAPI document, drawn from the shapes the code reads and gives; here each call gets the refusals it can answer with."""

from typing import Any

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from pydantic import ConfigDict, Field, JsonValue

REFUSALS = {
    400: "The request cannot be read: no JSON, NaN, a doubled name, a wrong cursor.",
    401: "There is no token, or it is unknown, expired or revoked.",
    403: "The token's role does not reach this far.",
    404: "There is nothing here, or it belongs to another team.",
    409: "What is there now does not allow this; the message says why.",
    412: "The draft was changed since the revision of `If-Match`; the answer holds the newer one.",
    413: "The body is larger than 2 MB.",
    415: "The body is no JSON, or it is packed.",
    422: "The request was read, but a value does not fit; `place` points to it.",
    429: "This token called too often; `Retry-After` says when to call again.",
    500: "A defect of Helix itself; give `X-Request-Id` to an admin.",
}
METHODS = ("get", "post", "put", "patch", "delete")


class Problem(Schema):
    """What is wrong, where, and what to do."""

    code: str = Field(examples=["not_found"])
    message: str = Field(examples=["There is nothing here."])
    hint: str = Field(examples=["Look at the id; it may belong to another team."])
    place: str = Field(description="JSON pointer into the body, or the name of a parameter.", examples=["/name"])


class Refusal(Schema):
    """Every error has this shape; some hold more: `problems`, `fields`, `flows`, the newer draft."""

    model_config = ConfigDict(extra="allow")
    error: Problem
    problems: list[dict[str, JsonValue]] | None = None


class HelixApi(NinjaAPI):
    """An API that tells all its answers, refusals too."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schemas = document["components"]["schemas"]
        for model in (Problem, Refusal):
            found = model.model_json_schema(ref_template="#/components/schemas/{model}")
            found.pop("$defs", None)
            schemas[model.__name__] = found
        for path, calls in document["paths"].items():
            for method, call in calls.items():
                if method in METHODS:
                    _tell_refusals(path, method, call)
        return document


def _tell_refusals(path: str, method: str, call: dict[str, Any]) -> None:
    refused = {400, 401, 403, 422, 429, 500} | ({404} if "{" in path else set())
    if method != "get":
        refused |= {404, 409, 413, 415}
    if path.endswith("/draft"):
        refused.add(412)
    for status in sorted(refused):
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
        call["responses"][status] = {"description": REFUSALS[status], "content": content}
