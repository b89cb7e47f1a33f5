from typing import Any
from pydantic import JsonValue
from helix.flows.steps.step import NEXT, Port, StepType
from integrations.kit.shape import Shape, may
A = lambda c, t: {}
class L(Shape):
    items: JsonValue = may("Items", "x")
    concurrency: int = may("C", "x", default=1)
    on_item_failure: str = may("C", "x", default="stop")
    collect: str = may("C", "x", default="")
class W(Shape):
    for_: str = may("For", "x", alias="for")
    expires_seconds: float = may("C", "x")
    question: str = may("C", "x"); approvers: str = may("C", "x"); events: list[str] = may("C", "x"); person: str = may("C", "x")
class R(Shape):
    flow: str = may("C", "x"); input: dict[str, JsonValue] = may("C", "x"); wait: bool = may("C", "x", default=True)
class C(Shape):
    fields: list[dict[str, JsonValue]] = may("C", "x", default=[])
def w_exits(c):
    return (Port("approved"), Port("rejected"), Port("expired")) if c.get("for") == "approval" else (Port("received"), Port("expired"))
CORE = (
    StepType(key="logic.for_each", title="For each", help="x", family="logic", kind="logic", icon="repeat", input=L, output=A, exits=lambda c: (Port("each"), Port("done"))),
    StepType(key="logic.wait_for", title="Wait for", help="x", family="logic", kind="logic", icon="hourglass", input=W, output=A, exits=w_exits),
    StepType(key="logic.run_flow", title="Run flow", help="x", family="logic", kind="logic", icon="hourglass", input=R, output=A),
    StepType(key="trigger.called", title="Called", help="x", family="triggers", kind="trigger", icon="hand", input=C, output=A),
)
