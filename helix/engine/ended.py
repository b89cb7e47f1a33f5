"""An attempt that has ended, with everything of it written as it will be kept: large values apart, people noted.

Done once, before the commit, which may have to be tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helix.connections.blinding import blind
from helix.engine.claim import Held
from helix.engine.envelopes import trouble_of
from helix.engine.noting import BEGINNING_PARTS
from helix.engine.outcomes import Failed, Fanned, Outcome, Stopped, Succeeded, Told
from helix.engine.outputs import CannotKeep, Kept, keep, load, save
from helix.engine.persons import persons_in

NOTHING = Kept("null")


@dataclass(frozen=True)
class Ended:
    """`output` is the envelope; `value` what later steps of this worker read of it; `persons` digests of whom it is about."""

    held: Held
    outcome: Outcome
    input: Kept
    output: Kept
    exchanges: Kept
    value: Any
    items: Sequence[Kept] = ()
    persons: frozenset[str] = frozenset()


def ended(held: Held, outcome: Outcome) -> Ended:
    """The attempt as it will be kept. What is too large to be kept fails the step with a sentence; large values are saved here."""
    try:
        found = _kept(held, outcome)
    except CannotKeep as large:
        found = _kept(held, Failed(large.trouble, Told(explanation=outcome.told.explanation)))
    save((found.input, *_parts(found), found.exchanges))
    return found


def _kept(held: Held, outcome: Outcome) -> Ended:
    run, told = held.run, outcome.told

    def kept(data: Any, *, item: bool = False) -> Kept:
        return NOTHING if data is None else keep(run.id, run.team_id, data, item=item)

    data = _data(outcome)
    body = kept(data, item=bool(held.step.item_key))
    trouble = trouble_of(outcome)
    output = Kept(
        f'{{"data":{body.text},"error":{kept(trouble).text},"successful":{"true" if trouble is None else "false"}}}',
        body.blob,
    )
    value = {
        "data": load(body.stored, run.team_id) if body.blob else data,
        "error": trouble,
        "successful": trouble is None,
    }
    items = [kept(item) for item in outcome.items] if isinstance(outcome, Fanned) else []
    given = kept(told.input)
    return Ended(
        held, outcome, given, output, kept(list(told.exchanges)) if told.exchanges else Kept("[]"), value, items,
        frozenset(_persons(held, (told.input, given), (data, body))),
    )  # fmt: skip


def _parts(found: Ended) -> tuple[Kept, ...]:
    return (found.output, *found.items)


def _data(outcome: Outcome) -> Any:
    match outcome:
        case Succeeded(data=data):
            return data
        case Stopped(message=message):
            return {"message": message}
        case _:
            return None


def _persons(held: Held, *values: tuple[Any, Kept]) -> set[str]:
    """Digests of the people in these data that were not noted for this run by this worker yet; of large values, of their
    beginning."""
    known = held.segment.persons
    people: set[str] = set()
    for data, kept in values:
        people |= persons_in(data, most_parts=None if kept.blob is None else BEGINNING_PARTS)
    fresh = people - known
    known |= fresh
    return blind(held.run.team_id, fresh)
