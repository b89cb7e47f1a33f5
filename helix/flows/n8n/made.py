"""What a node of n8n is turned into, and what the functions that do it work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from helix.flows.n8n.data import Data
from helix.flows.n8n.reading import Source, Workflow
from helix.flows.n8n.report import Line
from helix.flows.n8n.values import Values


class NoCounterpart(Exception):
    """Helix has no step for this; the text says why and what to use instead."""


@dataclass(frozen=True)
class Made:
    """A step. `ports` says by which port an output of n8n leaves; `gives` what its data are, by output."""

    type: str
    config: dict[str, JsonValue] = field(default_factory=dict)
    connection: str | None = None
    ports: Mapping[int, str] = field(default_factory=dict)
    data: Data | None = None
    """None: what came in goes on, as `$json` does in n8n behind a branch or a wait."""
    data_at: Mapping[int, Data] = field(default_factory=dict)
    """Where outputs give different data."""
    more: Mapping[str, JsonValue] = field(default_factory=dict)
    """Other parts of the step, such as its timeout."""

    def port(self, output: int) -> str | None:
        """The port of an output; None when the step has none for it."""
        return self.ports.get(output) if self.ports else ("next" if output == 0 else None)


@dataclass
class Desk:
    """What is at hand for one node."""

    source: Source
    key: str
    line: Line
    values: Values
    workflow: Workflow
    feeders: tuple[str, ...]
    """Names of the nodes that lead here, without ways back of a loop."""
    incoming: Data

    def remark(self, text: str) -> None:
        """Something that is different from n8n, for the report."""
        if text not in self.line.remarks:
            self.line.remarks.append(text)

    def ours(self, *names: str) -> str:
        """The path of Liquid to this step's data."""
        return ".".join(("steps", self.key, "data", *names))

    def items(self, path: tuple[str | int, ...] = ()) -> JsonValue:
        """What came in, as an expression."""
        return {"$liquid": f"{{{{ {self.incoming.path(path)} }}}}"}
