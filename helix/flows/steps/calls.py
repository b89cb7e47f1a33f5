"""Steps that reach beyond Customer.io, without an action of a catalogue: any HTTP service, e-mail, another flow."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import TEXT, WHOLE, Schema
from helix.flows.steps.samples import object_of, type_of_sample
from helix.flows.steps.step import Config, StepType, TypeOf
from integrations.kit.action import Effect
from integrations.kit.rules import NeededWhen, Rule
from integrations.kit.shape import Shape, Text, Whole, may, need

HTTP, EMAIL, RUN_FLOW = "http.request", "notify.email", "logic.run_flow"


class HttpInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (
        NeededWhen("json", "body_type", "json"),
        NeededWhen("text", "body_type", "text"),
        NeededWhen("form", "body_type", "form"),
    )

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = may(
        "Method", "What is done at the address.", default="GET", more={"x-literal": True}
    )
    url: Text = need("Address", "With https://.", examples=["https://api.example.com/orders"])
    query: dict[str, str] = may("Query", "Names and values behind the “?”.")
    headers: dict[str, str] = may("Headers", "Sent along. Keys belong into a connection, not here.")
    body_type: Literal["none", "json", "text", "form"] = may(
        "Body", "What is sent.", default="none", more={"x-literal": True}
    )
    json_: JsonValue = may(
        "JSON",
        "Sent as JSON. Data of earlier steps may stand in its texts, as {{ … }}.",
        alias="json",
        more={"contentMediaType": "application/json"},
    )
    text: str = may("Text", "Sent as it is.", more={"x-multiline": True})
    form: dict[str, str] = may("Form", "Sent like a web form.")
    idempotency_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] = may(
        "Idempotency header", "A header that takes the step's key, when the service drops repeats by it; then a lost answer is tried again by itself.",
        examples=["Idempotency-Key"], advanced=True, more={"x-literal": True},
    )  # fmt: skip
    accept_statuses: list[Annotated[Whole, Field(ge=100, le=599)]] = may(
        "Statuses that are well", "Beside 200 to 299.", examples=[[404]], advanced=True, max_length=20
    )
    sample: JsonValue = may(
        "Sample answer", "An answer as it will come; it gives “body” its type.", advanced=True,
        more={"x-literal": True, "contentMediaType": "application/json"},
    )  # fmt: skip


class EmailInput(Shape):
    to: list[Text] = need("To", "E-mail addresses.", min_length=1, max_length=50, examples=[["team@example.com"]])
    subject: Text = need("Subject", "One line.", max_length=250, examples=["Bounces of last night"])
    text: Text = need("Text", "Plain text.", max_length=100_000)


class RunFlowInput(Shape):
    flow: Text = need(
        "Flow",
        "A flow of this team with the trigger “Called by another flow”.",
        choices="flows",
        more={"x-literal": True},
    )
    input: dict[str, JsonValue] = may("Values", "What its trigger asks for.", default={})
    wait: bool = may(
        "Wait for its end", "Go on only when the called flow has ended.", default=True, more={"x-literal": True}
    )


def _http_output(config: Config, type_of: TypeOf) -> Schema:
    return object_of(
        status={**WHOLE, "title": "Status"},
        headers={"type": "object", "additionalProperties": TEXT, "title": "Headers"},
        body={**type_of_sample(config.get("sample")), "title": "Body"},
    )


def _http_effect(config: Mapping[str, Any]) -> Effect:
    if config.get("method", "GET") in ("GET", "HEAD", "PUT", "DELETE"):
        return "A"
    return "B" if config.get("idempotency_header") else "D"


def _run_flow_output(config: Config, type_of: TypeOf) -> Schema:
    """Without what the called flow gives: only the check knows that."""
    return object_of(
        run_id={**TEXT, "title": "Id of its run"},
        state={**TEXT, "title": "State of its run"},
        result={"type": "object", "title": "Result"},
    )


CALLS = (
    StepType(
        key=HTTP,
        title="HTTP request",
        help="Calls any service over HTTP.",
        family="http",
        kind="logic",
        icon="globe",
        input=HttpInput,
        defaults={"method": "GET", "url": "", "body_type": "none"},
        optional_integration="http",
        effect="D",
        effect_by=_http_effect,
        output=_http_output,
    ),
    StepType(
        key=EMAIL,
        title="Send an e-mail",
        help="Tells people of the team, over this installation's own mail server. Mails to customers go through Customer.io.",
        family="http",
        kind="logic",
        icon="mail",
        input=EmailInput,
        defaults={"to": [], "subject": "", "text": ""},
        effect="D",
        output=lambda config, type_of: object_of(
            sent_to={"type": "array", "items": TEXT, "title": "Sent to"}, message_id={**TEXT, "title": "Message id"}
        ),
    ),
    StepType(
        key=RUN_FLOW,
        title="Run a flow",
        help="Runs another flow of the team, with values, and goes on with what it gives.",
        family="logic",
        kind="logic",
        icon="workflow",
        input=RunFlowInput,
        defaults={"flow": "", "input": {}, "wait": True},
        output=_run_flow_output,
    ),
)
