"""Where the data of a node of n8n are in Helix: what `$json` and `$node["A"].json` mean as paths of Liquid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from helix.flows.n8n.tokens import Untold

Part = str | int
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Data:
    """What a node gives. `names` are looked at first, then everything below `prefix`, then what stands `behind` it."""

    prefix: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    behind: "Data | None" = None
    why: str = "its data have another form in Helix"

    def path(self, parts: Sequence[Part]) -> str:
        """The path of Liquid to these names. Untold when there is none."""
        if parts and isinstance(parts[0], str) and parts[0] in self.names:
            return written(self.names[parts[0]], parts[1:])
        if self.prefix:
            return written(self.prefix, parts)
        if self.behind is not None and parts:
            return self.behind.path(parts)
        raise Untold(self.why)


def written(start: str, parts: Sequence[Part]) -> str:
    """A path of Liquid."""
    text = start
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}"
        else:
            text += f"[{quoted(part)}]"
    return text


def quoted(text: str) -> str:
    """A text of Liquid. Untold when it cannot be written as one."""
    if "\\" in text or "\n" in text or ('"' in text and "'" in text):
        raise Untold("it holds a text with both kinds of quotes, or with a line end")
    return f"'{text}'" if '"' in text else f'"{text}"'


@dataclass(frozen=True)
class Sight:
    """What one node sees: its own `$json`, and every node before it by name."""

    here: Data
    others: Mapping[str, Data]

    def path(self, node: str | None, parts: Sequence[Part]) -> str:
        """The path to data of a node; None is `$json`."""
        if node is None:
            return self.here.path(parts)
        found = self.others.get(node)
        if found is None:
            raise Untold(f"“{node[:60]}” does not run before this step")
        return found.path(parts)
