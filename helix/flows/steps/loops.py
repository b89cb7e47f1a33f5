"""Steps that work on lists: one turn of the steps behind them for each item, or the items in handy portions."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue

from helix.expressions.types import ANY, WHOLE, Schema, items_of, list_of
from helix.flows.steps.samples import object_of
from helix.flows.steps.step import Config, Port, StepType, TypeOf
from integrations.kit.rules import AtLeastOne, Rule
from integrations.kit.shape import Shape, Whole, may, need

FOR_EACH = "logic.for_each"
EACH, DONE = Port("each", "For each item"), Port("done", "When all are done")
MOST_BYTES = 5_000_000
KeyOfStep = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")]


class ForEachInput(Shape):
    items: list[JsonValue] = need(
        "Items", "A list, usually of an earlier step. The steps at “For each item” run once for every item of it."
    )
    concurrency: Annotated[Whole, Field(ge=1, le=20)] = may(
        "At once", "How many items are worked on side by side, at most 20.", default=1, more={"x-literal": True}
    )
    on_item_failure: Literal["stop", "continue"] = may(
        "When an item fails", "stop: no other item is begun, and this step fails; continue: the others are done, and it is counted.",
        default="stop", more={"x-labels": {"stop": "stop the loop", "continue": "go on with the others"}, "x-literal": True},
    )  # fmt: skip
    collect: KeyOfStep = may(
        "Collect", "Key of a step inside the loop whose data are gathered, item by item, as “results”.",
        default="", examples=["lookup"], advanced=True, more={"x-literal": True},
    )  # fmt: skip


class BatchInput(Shape):
    rules: ClassVar[tuple[Rule, ...]] = (AtLeastOne(("max_count", "max_bytes")),)

    items: list[JsonValue] = need("Items", "The list that is put into portions.")
    max_count: Annotated[Whole, Field(ge=1, le=10_000)] = may("Items at most", "In one batch.", examples=[100])
    max_bytes: Annotated[Whole, Field(ge=2, le=MOST_BYTES)] = may(
        "Bytes at most", "Of one batch, written as compact JSON in UTF-8. An item that is larger by itself is rejected.",
        unit="bytes", examples=[500_000],
    )  # fmt: skip


def _for_each_output(config: Config, type_of: TypeOf) -> Schema:
    """Without `results`: their type is that of the collected step, which only the check knows."""
    return object_of(
        planned={**WHOLE, "title": "Items", "description": "How many items there were."},
        done={**WHOLE, "title": "Done"},
        failed={**WHOLE, "title": "Failed"},
        skipped={**WHOLE, "title": "Skipped", "description": "Not begun, since the loop stopped before."},
    )


def _batch_output(config: Config, type_of: TypeOf) -> Schema:
    item = items_of(type_of(config.get("items"))) or ANY
    return object_of(
        batches={"type": "array", "items": list_of(item), "title": "Batches"},
        count={**WHOLE, "title": "How many batches"},
        rejected={**list_of(item), "title": "Rejected", "description": "Items that are larger than a batch may be."},
    )


def item_type(config: Config, type_of: TypeOf) -> Schema:
    """The type of `item` in the body of a loop with this config."""
    found: Any = config.get("items")
    return items_of(type_of(found)) or ANY


LOOPS = (
    StepType(
        key=FOR_EACH,
        title="For each",
        help="Runs the steps behind it once for every item of a list, then goes on.",
        family="logic",
        kind="logic",
        icon="repeat",
        input=ForEachInput,
        defaults={"items": [], "concurrency": 1, "on_item_failure": "stop"},
        output=_for_each_output,
        exits=lambda config: (EACH, DONE),
    ),
    StepType(
        key="logic.batch",
        title="Batch",
        help="Puts the items of a list into batches of at most so many items or bytes.",
        family="logic",
        kind="logic",
        icon="layers",
        input=BatchInput,
        defaults={"items": [], "max_count": 100},
        output=_batch_output,
    ),
)
