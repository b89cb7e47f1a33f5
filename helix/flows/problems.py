"""Problems: what is wrong with a graph, where, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong. `field` is a JSON pointer into the step's config, or with “@” in front one of its own settings
    (“@connection”, “@retry/max_attempts”, “@on_error”); None when the step as a whole is meant. `node` is None when the
    flow as a whole is meant. `repair` is {label, patch}: JSON-Patch operations on the graph that mend it."""

    severity: Severity
    code: str
    message: str
    hint: str = ""
    node: str | None = None
    field: str | None = None
    repair: Mapping[str, JsonValue] | None = None

    def as_json(self) -> dict[str, object]:
        """The problem as JSON, under the names of its fields."""
        return {
            "severity": self.severity,
            "code": self.code,
            "node": self.node,
            "field": self.field,
            "message": self.message,
            "hint": self.hint,
            "repair": dict(self.repair) if self.repair else None,
        }


def pointer(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) to these names and positions."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def parts_of(place: str) -> list[str]:
    """The names and positions of a JSON pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]


def repair(label: str, *operations: tuple[str, str, JsonValue]) -> Mapping[str, JsonValue]:
    """A repair of operations (op, path in the graph, value); `value` is left out of a removal."""
    patch: list[JsonValue] = [
        {"op": op, "path": path} if op == "remove" else {"op": op, "path": path, "value": value}
        for op, path, value in operations
    ]
    return {"label": label, "patch": patch}
