"""Things that live in the account and are chosen by name: which call lists them, and its answer as entries. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from integrations import catalog
from integrations.customerio.apis import APP, DOCS
from integrations.kit.action import Action
from integrations.kit.call import Get
from integrations.kit.shape import Listed, Output, Shape, may, need


class Broadcast(Output):
    id: int = need("Broadcast number", "Number of the broadcast.")
    name: str = may("Name", "Name of the broadcast.")
    state: str = may("State", "draft, running or stopped.")


class Broadcasts(Output):
    broadcasts: Annotated[list[Broadcast], Listed] = need("Broadcasts", "Every API-triggered broadcast.")


# No step of the catalogue: only the editor asks for the names of broadcasts.
LIST_BROADCASTS = Action(
    key="customerio.list_broadcasts",
    slug="",
    title="List broadcasts",
    help="Gives the API-triggered broadcasts of the workspace.",
    family="broadcasts",
    icon="megaphone",
    api=APP,
    call=Get("/v1/broadcasts"),
    input=Shape,
    output=Broadcasts,
    docs=f"{DOCS}/app/tag/broadcasts/listBroadcasts/",
)


@dataclass(frozen=True)
class Kind:
    """A list of the account. `words`: what its entries are called."""

    action: Action
    given: Mapping[str, Any]
    part: str
    words: str


@dataclass(frozen=True)
class Entry:
    """One thing of the account: its id, its name, and a word on its state."""

    id: str
    name: str
    note: str


KINDS: Mapping[str, Kind] = {
    "segments": Kind(catalog.action("customerio.get_segments"), {}, "segments", "segments"),
    "broadcasts": Kind(LIST_BROADCASTS, {}, "broadcasts", "API-triggered broadcasts"),
    "newsletters": Kind(
        catalog.action("customerio.list_newsletters"), {"follow_pages": True}, "newsletters", "newsletters"
    ),
    "transactional": Kind(
        catalog.action("customerio.list_transactional_messages"), {}, "messages", "transactional messages"
    ),
}


FLOW_KINDS = ("flows", "all_flows")
"""Lists that are the team's own: flows that can be called, and every flow."""


def entries_of(kind: Kind, data: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The entries of an answer by name; what has no id is left out."""
    rows = data.get(kind.part)
    found = [
        Entry(str(row["id"]), str(row.get("name") or f"No name ({row['id']})"), " · ".join(_notes(row)))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("id") is not None
    ]
    return tuple(sorted(found, key=lambda entry: entry.name.casefold()))


def matching(entries: tuple[Entry, ...], query: str, most: int = 50) -> tuple[Entry, ...]:
    """The entries whose name or id holds every word of the query."""
    words = query.casefold().split()
    return tuple(each for each in entries if all(word in f"{each.name} {each.id}".casefold() for word in words))[:most]


def _notes(row: Mapping[str, Any]) -> list[str]:
    return [
        str(row[name]).replace("_", " ")
        for name in ("type", "state")
        if isinstance(row.get(name), str) and row[name] not in ("finished", "")
    ]
