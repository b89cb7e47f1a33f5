"""A workflow of n8n as values: nodes, links, and what the file holds besides. Lenient: what is odd is said, not refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_NODES = 500
MOST_LINKS = 2_000
MAIN = "main"


class NotTaken(ValueError):
    """This file cannot become a flow; the text says why and what to do."""


@dataclass(frozen=True)
class Source:
    """One node of n8n."""

    name: str
    type: str
    """Without the package when it is n8n's own: “httpRequest”."""
    full_type: str
    version: float
    parameters: Mapping[str, Any] = field(repr=False)
    x: float
    y: float
    disabled: bool
    credentials: Mapping[str, str]
    """Kind and name of what it signs with. Never an id or a key."""
    settings: Mapping[str, Any]
    """What stands beside the parameters: retries, what follows an error, notes."""

    def text(self, name: str, usual: str = "") -> str:
        """A parameter that is text."""
        found = self.parameters.get(name, usual)
        return found if isinstance(found, str) else usual


@dataclass(frozen=True)
class Link:
    """An arrow: the output of one node to another."""

    source: str
    output: int
    target: str
    input: int = 0


@dataclass(frozen=True)
class Workflow:
    """What the file holds."""

    name: str
    nodes: Mapping[str, Source]
    links: tuple[Link, ...]
    timezone: str
    remarks: tuple[str, ...]
    """What is in the file and does not come along, in sentences."""


def is_workflow(value: Any) -> bool:
    """Whether a JSON value looks like a workflow that n8n has exported."""
    if not isinstance(value, Mapping) or "helix" in value or not isinstance(value.get("nodes"), list):
        return False
    if isinstance(value.get("connections"), Mapping):
        return True
    return any(isinstance(node, Mapping) and "parameters" in node and "key" not in node for node in value["nodes"])


def read_workflow(value: Mapping[str, Any]) -> Workflow:
    """The workflow. NotTaken when it is larger than a flow may be, or holds no nodes at all."""
    listed = value.get("nodes")
    if not isinstance(listed, list) or not listed:
        raise NotTaken("This workflow of n8n has no nodes. Export it again from n8n with “Download”.")
    if len(listed) > MOST_NODES:
        words = f"This workflow of n8n has {len(listed):,} nodes; a flow may have {MOST_NODES}."
        raise NotTaken(f"{words} Split it in n8n, and take the parts in one by one.")
    remarks: list[str] = []
    nodes: dict[str, Source] = {}
    for index, each in enumerate(listed):
        if not isinstance(each, Mapping):
            remarks.append(f"Entry {index + 1} of the list of nodes is no node and was left out.")
            continue
        node = _node(each, index)
        if node.name in nodes:
            remarks.append(f"Two nodes are called “{node.name[:60]}”; the links of that name go to the first.")
            node = _renamed(node, nodes)
        nodes[node.name] = node
    links = _links(value.get("connections"), nodes, remarks)
    if value.get("pinData"):
        remarks.append("Pinned sample data of n8n may hold personal data and stayed in the file.")
    if value.get("staticData"):
        remarks.append("What n8n remembered between runs (static data) stayed in the file.")
    settings = value.get("settings") if isinstance(value.get("settings"), Mapping) else {}
    zone = settings.get("timezone") if isinstance(settings, Mapping) else None
    if isinstance(settings, Mapping) and settings.get("errorWorkflow"):
        remarks.append("n8n started an error workflow when this one failed: use the trigger “Flow failed” for that.")
    name = value.get("name")
    return Workflow(
        name=name.strip()[:200] if isinstance(name, str) else "",
        nodes=nodes,
        links=links,
        timezone=zone if isinstance(zone, str) and zone not in ("", "DEFAULT") else "",
        remarks=tuple(remarks),
    )


def _node(value: Mapping[str, Any], index: int) -> Source:
    full = value.get("type")
    full = full[:200] if isinstance(full, str) else ""
    name = value.get("name")
    place = value.get("position")
    x, y = place if isinstance(place, list) and len(place) == 2 else (0, index * 160)
    version = value.get("typeVersion", 1)
    parameters = value.get("parameters")
    signed = value.get("credentials")
    return Source(
        name=name if isinstance(name, str) and name else f"Node {index + 1}",
        type=full.removeprefix("n8n-nodes-base."),
        full_type=full or "(none)",
        version=float(version) if _number(version) else 1.0,
        parameters=parameters if isinstance(parameters, Mapping) else {},
        x=float(x) if _number(x) else 0.0,
        y=float(y) if _number(y) else index * 160.0,
        disabled=value.get("disabled") is True,
        credentials=_names(signed) if isinstance(signed, Mapping) else {},
        settings={
            name: value[name]
            for name in ("onError", "continueOnFail", "retryOnFail", "maxTries", "waitBetweenTries", "notes", "executeOnce", "alwaysOutputData")
            if name in value
        },
    )  # fmt: skip


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e7


def _names(signed: Mapping[str, Any]) -> dict[str, str]:
    """Old files hold the name alone, newer ones {id, name}."""
    found = {}
    for kind, held in signed.items():
        name = held.get("name") if isinstance(held, Mapping) else held
        if isinstance(kind, str) and isinstance(name, str) and name.strip():
            found[kind] = name.strip()[:200]
    return found


def _renamed(node: Source, nodes: Mapping[str, Source]) -> Source:
    number = 2
    while f"{node.name} ({number})" in nodes:
        number += 1
    return Source(**{**node.__dict__, "name": f"{node.name} ({number})"})


def _links(found: Any, nodes: Mapping[str, Source], remarks: list[str]) -> tuple[Link, ...]:
    links: list[Link] = []
    if found is None:
        return ()
    if not isinstance(found, Mapping):
        remarks.append("The links between the nodes cannot be read and were left out.")
        return ()
    for source, kinds in found.items():
        if source not in nodes or not isinstance(kinds, Mapping):
            remarks.append(f"A link from “{str(source)[:60]}” was left out: there is no such node.")
            continue
        for kind, outputs in kinds.items():
            for output, targets in enumerate(outputs if isinstance(outputs, list) else ()):
                for target in targets if isinstance(targets, list) else ():
                    link = _link(source, kind, output, target, nodes, remarks)
                    if link is not None and link not in links[-50:]:
                        links.append(link)
                    if len(links) > MOST_LINKS:
                        raise NotTaken(f"This workflow of n8n has more than {MOST_LINKS:,} links. Split it in n8n.")
    return tuple(dict.fromkeys(links))


def _link(
    source: str, kind: str, output: int, target: Any, nodes: Mapping[str, Source], remarks: list[str]
) -> Link | None:
    name = target.get("node") if isinstance(target, Mapping) else None
    if not isinstance(name, str) or name not in nodes:
        remarks.append(f"A link from “{source[:60]}” to “{str(name)[:60]}” was left out: there is no such node.")
        return None
    if kind != MAIN:
        remarks.append(f"“{source[:60]}” serves “{name[:60]}” as {str(kind)[:40]}; Helix has no such links.")
        return None
    index = target.get("index")
    return Link(source, output, name, index if isinstance(index, int) and 0 <= index < 100 else 0)
