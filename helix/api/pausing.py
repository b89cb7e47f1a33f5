"""Pausing everything of the team, and the audit log, over the REST API."""

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from helix.api.auth import ApiRequest
from helix.api.errors import ApiError
from helix.audit.models import Entry
from helix.engine.models import Pause
from helix.engine.pauses import pause_of
from helix.teams.roles import Ability
from helix.triggers.pausing import pause_everything, resume_everything

router = Router(tags=["team"])
PAGE = 100


class PauseIn(Schema):
    reason: str = Field(default="", max_length=400, examples=["The newsletter goes to the wrong segment"])


class PauseOut(Schema):
    paused: bool
    since: datetime | None = None
    by: str = ""
    reason: str = ""


class EntryOut(Schema):
    """One act. `actor_kind`: user, token, command, system or nobody; `before` and `after` are words."""

    number: int
    at: datetime
    act: str
    actor_kind: str
    actor_name: str
    actor_id: str
    address: str
    object_kind: str
    object_name: str
    object_id: str
    before: str
    after: str
    previous: str
    digest: str


class EntryPage(Schema):
    items: list[EntryOut]
    next: str | None


def row(pause: Pause | None) -> dict[str, Any]:
    if pause is None:
        return {"paused": False}
    return {"paused": True, "since": pause.began_at, "by": pause.by, "reason": pause.reason}


@router.get("/pause", response=PauseOut)
def read(request: ApiRequest) -> dict[str, Any]:
    """Whether everything of the team is paused, since when, by whom and why."""
    request.auth.must(Ability.SEE)
    return row(pause_of(request.auth.team.pk))


@router.post("/pause", response=PauseOut)
def begin(request: ApiRequest, body: PauseIn) -> dict[str, Any]:
    """Pause everything: no run begins, no step goes on, what comes in is kept. A team that is paused stays as it is."""
    request.auth.must(Ability.ADMINISTER)
    return row(pause_everything(request.auth.team, body.reason))


@router.delete("/pause", response=PauseOut)
def end(request: ApiRequest) -> dict[str, Any]:
    """Let everything go on."""
    request.auth.must(Ability.ADMINISTER)
    resume_everything(request.auth.team)
    return row(None)


@router.get("/audit", response=EntryPage)
def audit(request: ApiRequest, cursor: str | None = None) -> dict[str, Any]:
    """Who did what in the team, the newest entries first. Each is sealed together with the one before."""
    request.auth.must(Ability.ADMINISTER)
    found = Entry.objects.filter(scope=str(request.auth.team.pk)).order_by("-number")
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise ApiError(
                400, "bad_cursor", "This cursor is none of ours.", "Send the `next` of the page before.", "cursor"
            )
        found = found.filter(number__lt=int(cursor))
    rows = list(found[: PAGE + 1])
    names = ("number", "at", "act", "actor_kind", "actor_name", "actor_id", "address", "object_kind", "object_name",
             "object_id", "before", "after", "previous", "digest")  # fmt: skip
    items = [{name: getattr(entry, name) for name in names} for entry in rows[:PAGE]]
    return {"items": items, "next": str(rows[PAGE - 1].number) if len(rows) > PAGE else None}
