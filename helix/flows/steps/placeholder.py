"""A step that stands for one of another program until a person has replaced it. It never runs: the check refuses it."""

from typing import Annotated

from pydantic import Field

from helix.flows.steps.step import Config, Port, StepType
from integrations.kit.shape import Shape, Whole, may

PLACEHOLDER = "logic.placeholder"


class PlaceholderInput(Shape):
    origin: str = may("From", "The program that it comes from.", default="", max_length=100)
    was: str = may("It was", "The kind of step there.", default="", max_length=300)
    why: str = may(
        "Why", "Why it did not become a step of Helix.", default="", max_length=2000, more={"x-multiline": True}
    )
    outputs: Annotated[Whole, Field(ge=1, le=50)] = may(
        "Ways out", "How many ways led on.", default=1, more={"x-literal": True}
    )
    parameters: str = may(
        "Its settings", "As they were there, in JSON, to be carried over by hand. Keys never came along.", default="", more={"x-multiline": True}
    )  # fmt: skip


def _exits(config: Config) -> tuple[Port, ...]:
    held = config.get("outputs", 1)
    count = held if isinstance(held, int) and not isinstance(held, bool) else 1
    return (Port("next"), *(Port(f"way_{number}", f"Way {number}") for number in range(2, min(max(count, 1), 50) + 1)))


PLACEHOLDERS = (
    StepType(
        key=PLACEHOLDER,
        title="Placeholder",
        help="Stands for a step of another program that has no counterpart. Replace it before publishing.",
        family="logic",
        kind="logic",
        icon="triangle-alert",
        input=PlaceholderInput,
        hidden=True,
        exits=_exits,
    ),
)
