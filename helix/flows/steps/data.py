"""Steps that turn data into another form."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import TEXT, WHOLE, Schema
from helix.flows.steps.samples import object_of
from helix.flows.steps.step import Config, StepType, TypeOf
from integrations.kit.rules import NeededWhen, Rule
from integrations.kit.shape import Shape, may


class CsvInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (NeededWhen("rows", "mode", "write"), NeededWhen("text", "mode", "read"))

    mode: Literal["write", "read"] = may(
        "Do", "write: rows become CSV text; read: CSV text becomes rows.", default="write",
        more={"x-labels": {"write": "make CSV of rows", "read": "read rows from CSV"}, "x-literal": True},
    )  # fmt: skip
    rows: list[dict[str, JsonValue] | list[JsonValue]] = may("Rows", "A list of objects, or of lists.")
    columns: list[str] = may(
        "Columns", "Which names, in this order; all when left out.", max_length=500, more={"x-when": {"mode": "write"}}
    )
    text: str = may("CSV text", "With one row a line.", more={"x-multiline": True})
    has_header: bool = may(
        "First line has names",
        "Else columns are called 1, 2, 3.",
        default=True,
        more={"x-literal": True, "x-when": {"mode": "read"}},
    )
    delimiter: Annotated[str, Field(pattern=r"^[,;|\t]$")] = may(
        "Separator", "Between two columns.", default=",", examples=[","], advanced=True
    )


def _output(config: Config, type_of: TypeOf) -> Schema:
    if config.get("mode") == "read":
        row: Schema = {"type": "object", "additionalProperties": TEXT}
        return object_of(
            rows={"type": "array", "items": row, "title": "Rows"},
            count={**WHOLE, "title": "How many rows"},
            columns={"type": "array", "items": TEXT, "title": "Columns"},
        )
    return object_of(
        text={**TEXT, "title": "CSV text"}, rows={**WHOLE, "title": "How many rows"}, bytes={**WHOLE, "title": "Bytes"}
    )


DATA = (
    StepType(
        key="data.csv",
        title="CSV",
        help="Makes CSV text of rows, or reads rows from CSV text.",
        family="logic",
        kind="logic",
        icon="table",
        input=CsvInput,
        defaults={"mode": "write", "rows": []},
        output=_output,
    ),
)
