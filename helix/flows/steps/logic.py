"""The steps that call nobody: where a flow parts, meets, remembers and ends."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from helix.expressions.parsing import is_expression
from helix.expressions.types import TEXT, YES_NO, Schema, kinds
from helix.flows.steps.samples import object_of
from helix.flows.steps.step import Config, Port, StepType, TypeOf
from integrations.kit.shape import Object, Shape, may, need

PortName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Branch(Shape):
    port: PortName = need("Port", "Name of this way out: small letters, digits and _.", examples=["yes"])
    label: str = may("Label", "What stands beside it.", examples=["Yes"])
    when: Object = need("When", "The condition under which this way is taken.", more={"format": "condition"})


class BranchInput(Shape):
    branches: list[Branch] = need(
        "Branches", "Tried from the top; the first whose condition holds is taken.", min_length=1, max_length=50
    )
    otherwise: PortName = may(
        "Otherwise",
        "Name of the way out when no condition holds.",
        examples=["no"],
        alias="else",
        more={"default": "else"},
    )


class FilterInput(Shape):
    when: Object = need(
        "Go on when", "The path ends here, without an error, when this does not hold.", more={"format": "condition"}
    )


class SetInput(Shape):
    values: dict[str, JsonValue] = need(
        "Values", "Names and values. Later steps read them as steps.<step>.data.<name>.", examples=[{"count": 3}]
    )


class JoinInput(Shape):
    mode: Literal["all", "any"] = may(
        "Go on when", "all: every path that is taken has arrived; any: the first one has.", default="all",
        more={"x-labels": {"all": "all paths that are taken have arrived", "any": "the first path has arrived"}},
    )  # fmt: skip


class StopInput(Shape):
    outcome: Literal["succeed", "fail"] = may(
        "The run", "How the run ends.", default="succeed", more={"x-labels": {"succeed": "succeeds", "fail": "fails"}}
    )
    message: str = may("Message", "Why it ends here; shown with the run.", max_length=2000)
    values: dict[str, JsonValue] = may(
        "Result", "Names and values that a flow which called this one goes on with.", advanced=True
    )


def branches(config: Config) -> list[dict[str, Any]]:
    """The branches of a branch step that can be read."""
    found = config.get("branches")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def otherwise(config: Config) -> str:
    """The port that is taken when no branch holds."""
    found = config.get("else")
    return found if isinstance(found, str) and found else "else"


def _exits(config: Config) -> tuple[Port, ...]:
    labels: dict[str, str] = {}
    for branch in branches(config):
        port = branch.get("port")
        if isinstance(port, str) and port:
            label = branch.get("label")
            labels.setdefault(port, label if isinstance(label, str) and label else port)
    labels.setdefault(otherwise(config), "Otherwise")
    return tuple(Port(key, label) for key, label in labels.items())


def _branch_output(config: Config, type_of: TypeOf) -> Schema:
    ports = [port.key for port in _exits(config)]
    return object_of(branch={"type": "string", "enum": ports, "title": "Branch"}, label={**TEXT, "title": "Label"})


def _set_output(config: Config, type_of: TypeOf) -> Schema:
    values = config.get("values")
    if is_expression(values):
        found = type_of(values)
        return found if kinds(found) == {"object"} else {"type": "object"}
    return object_of(**{name: type_of(value) for name, value in values.items()} if isinstance(values, dict) else {})


LOGIC = (
    StepType(
        key="logic.branch",
        title="Branch",
        help="Takes one of several ways: the first whose condition holds.",
        family="logic",
        kind="logic",
        icon="split",
        input=BranchInput,
        defaults={"branches": [{"port": "yes", "label": "Yes", "when": {"all": []}}], "else": "no"},
        output=_branch_output,
        exits=_exits,
    ),
    StepType(
        key="logic.filter",
        title="Only go on if",
        help="Goes on when a condition holds; else this path ends, without an error.",
        family="logic",
        kind="logic",
        icon="filter",
        input=FilterInput,
        defaults={"when": {"all": []}},
        output=lambda config, type_of: object_of(passed={**YES_NO, "title": "Passed"}),
    ),
    StepType(
        key="logic.set",
        title="Set values",
        help="Gives names to values, so that later steps can use them.",
        family="logic",
        kind="logic",
        icon="variable",
        input=SetInput,
        defaults={"values": {}},
        output=_set_output,
    ),
    StepType(
        key="logic.join",
        title="Join",
        help="Brings paths together again.",
        family="logic",
        kind="logic",
        icon="merge",
        input=JoinInput,
        defaults={"mode": "all"},
    ),
    StepType(
        key="logic.stop",
        title="Stop",
        help="Ends the whole run here, well or not.",
        family="logic",
        kind="logic",
        icon="circle-stop",
        input=StopInput,
        defaults={"outcome": "succeed"},
        output=lambda config, type_of: object_of(message={**TEXT, "title": "Message"}),
        exits=lambda config: (),
    ),
)
