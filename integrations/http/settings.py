"""The settings of a request as a run gives them: expressions are worked out. What a form asks for is declared in the flows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from integrations.kit.shape import Shape, Text, Whole, may, need

Scalar = str | bool | int | float
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


class RequestSettings(Shape):
    """One request. Numbers and true/false are good in query, headers and form, too; names it does not know are left out."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = may("Method", "What is done.", default="GET")
    url: Text = need("Address", "With https://.")
    query: dict[str, Scalar] = may("Query", "Behind the “?”.", default={})
    headers: dict[str, Scalar] = may("Headers", "Sent along.", default={})
    body_type: Literal["none", "json", "text", "form"] = may("Body", "What is sent.", default="none")
    json_: JsonValue = may("JSON", "Sent as JSON.", alias="json")
    text: str = may("Text", "Sent as it is.", default="")
    form: dict[str, Scalar] = may("Form", "Sent like a web form.", default={})
    idempotency_header: Annotated[str, Field(pattern=r"^([A-Za-z0-9-]{1,64})?$")] = may(
        "Idempotency header", "Takes the step's key.", default=""
    )
    accept_statuses: list[Annotated[Whole, Field(ge=100, le=599)]] = may(
        "Statuses that are well", "Beside 200 to 299.", default=[]
    )


def as_text(value: Scalar) -> str:
    """A value as it stands in a query, a header or a form."""
    return str(value).lower() if isinstance(value, bool) else str(value)
