"""One act on many flows: what would be refused, and doing it, piece by piece. What cannot be done is a result with its reason."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from helix.flows.filing import add_tags, folder_of, forget_unused, read_tags, remove_tags
from helix.flows.finding import RESTORABLE
from helix.flows.models import Flow, ManyAct
from helix.teams.models import Team, User
from helix.triggers.leaving import bring_back, reasons_to_stay
from helix.triggers.publish import NotPublished, delete_flow, set_enabled

MOST = 1000
KEPT = timedelta(days=30)
PIECE, SECONDS = 20, 2.0
"""Flows in one transaction, and how long one request goes on with them; the page asks for the rest."""


class Verb(StrEnum):
    ON = "on"
    OFF = "off"
    MOVE = "move"
    TAG = "tag"
    UNTAG = "untag"
    DELETE = "delete"
    RESTORE = "restore"


@dataclass(frozen=True)
class Wanted:
    """What is to be done. `to`: the path of a folder, "" for the top; `tags`: names."""

    verb: Verb
    to: str = ""
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of one flow, or would: `done`, or refused for the reason in `words`."""

    flow: Flow
    done: bool
    words: str


def read_wanted(verb: str, to: str, tags: str) -> Wanted:
    """What a form asks for; a ValueError with a sentence when it makes no sense."""
    if verb not in list(Verb):
        raise ValueError("Choose what to do with the flows: on, off, move, tags or delete.")
    names = read_tags(tags)
    if verb in (Verb.TAG, Verb.UNTAG) and not names:
        raise ValueError("Name at least one tag.")
    return Wanted(Verb(verb), to.strip(), names)


def foreseen(team: Team, verb: Verb, flows: Sequence[Flow]) -> list[Result]:
    """What would come of each flow, as of now. The same number of queries however many there are."""
    if verb == Verb.DELETE:
        reasons = reasons_to_stay(team, [flow.pk for flow in flows])
        return [Result(flow, flow.pk not in reasons, reasons.get(flow.pk, "")) for flow in flows]
    if verb == Verb.ON:
        words = "It was never published. Publish it first: only a published version runs by itself."
        return [Result(flow, bool(flow.published_id), "" if flow.published_id else words) for flow in flows]
    return [Result(flow, True, "") for flow in flows]


def carry_out(team: Team, by: User | None, wanted: Wanted, flows: Sequence[Flow], words: str) -> ManyAct:
    """Write down what is to be done to which flows, do the first of it, and keep what came of it for a month."""
    ManyAct.objects.filter(team=team, at__lt=timezone.now() - KEPT).delete()
    if wanted.verb == Verb.MOVE and wanted.to:
        folder_of(team, wanted.to)
    given = {"to": wanted.to, "tags": wanted.tags}
    rest = [str(flow.pk) for flow in flows]
    act = ManyAct.objects.create(team=team, by=by, act=wanted.verb, words=words[:400], given=given, rest=rest)
    return carry_on(act)


def carry_on(act: ManyAct, seconds: float = SECONDS) -> ManyAct:
    """Do more of what is left, for so long. Pieces are whole: flows and their results are written together, by one at a time."""
    until = time.monotonic() + seconds
    while act.rest and time.monotonic() < until:
        with transaction.atomic():
            act = ManyAct.objects.select_for_update().select_related("team").get(pk=act.pk)
            act.results += [_told(result) for result in _piece(act)]
            act.rest = act.rest[PIECE:]
            act.save(update_fields=["results", "rest"])
            if not act.rest and act.act == Verb.UNTAG:
                forget_unused(act.team)
    return act


def _piece(act: ManyAct) -> list[Result]:
    """Do the next flows. What a flow that stays calls is looked for among all that are left."""
    wanted = Wanted(Verb(act.act), act.given["to"], act.given["tags"])
    known = Flow.objects.filter(team=act.team, deleted_at__isnull=wanted.verb != Verb.RESTORE).defer("draft")
    flows = {str(flow.pk): flow for flow in known.filter(pk__in=act.rest[:PIECE]).select_related("team")}
    rest = [UUID(pk) for pk in act.rest]
    stay = reasons_to_stay(act.team, rest) if wanted.verb == Verb.DELETE else {}
    ordered = [flows[pk] for pk in act.rest[:PIECE] if pk in flows]
    return [Result(flow, False, stay[flow.pk]) if flow.pk in stay else _one(wanted, flow) for flow in ordered]


def _told(result: Result) -> list[Any]:
    return [str(result.flow.pk), result.flow.name, result.done, result.words]


def _one(wanted: Wanted, flow: Flow) -> Result:
    try:
        with transaction.atomic():
            return Result(flow, True, DOING[wanted.verb](flow, wanted))
    except (NotPublished, ValueError) as refused:
        return Result(flow, False, str(refused))


def _switch(flow: Flow, wanted: Wanted) -> str:
    on = wanted.verb == Verb.ON
    if flow.enabled == on:
        return f"Was {wanted.verb} already"
    set_enabled(flow, on)
    return "Its triggers start runs now" if on else "Nothing starts it by itself now"


def _move(flow: Flow, wanted: Wanted) -> str:
    folder = folder_of(flow.team, wanted.to) if wanted.to else None
    Flow.objects.filter(pk=flow.pk).update(folder=folder)
    return f"Is in “{folder}”" if folder else "Is at the top, in no folder"


def _tag(flow: Flow, wanted: Wanted) -> str:
    add_tags(flow, wanted.tags)
    return f"Wears {', '.join(wanted.tags)}"


def _untag(flow: Flow, wanted: Wanted) -> str:
    return f"Without {', '.join(wanted.tags)}" if remove_tags(flow, wanted.tags) else "Did not wear it"


def _delete(flow: Flow, wanted: Wanted) -> str:
    delete_flow(flow)
    return f"Can be brought back for {RESTORABLE.days} days"


def _restore(flow: Flow, wanted: Wanted) -> str:
    bring_back(flow)
    return "Is back, switched off"


DOING: dict[Verb, Callable[[Flow, Wanted], str]] = {
    Verb.ON: _switch,
    Verb.OFF: _switch,
    Verb.MOVE: _move,
    Verb.TAG: _tag,
    Verb.UNTAG: _untag,
    Verb.DELETE: _delete,
    Verb.RESTORE: _restore,
}


def ids_of(texts: Sequence[str]) -> list[UUID]:
    """Ids as a form sends them, one by one or parted by commas; what is none is left out."""
    found: dict[UUID, None] = {}
    for text in ",".join(texts).split(",")[:MOST]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)
