"""Lists that come in many pages: each page is committed as it comes, so memory stays flat and a retry, or another worker after a
crash, goes on at the page that is missing.

    send(…, sink) --page--> Chunk rows of the step --at the end--> a short list itself, or a LargeList that points to them
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from helix.engine import outputs
from helix.engine.chunks import CHUNKS, Chunked
from helix.engine.claim import Held
from helix.engine.fencing import TakenOver
from helix.engine.models import Chunk, Run, StepRun
from helix.engine.outputs import CannotKeep, whole
from helix.engine.packing import EXACT, packed, read, written
from helix.engine.previews import preview_of
from helix.engine.states import FINAL_RUN_STATES, StepState
from integrations.kit import client as calls
from integrations.kit.action import Action
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply
from integrations.kit.errors import NotFound, Refused
from integrations.kit.pages import Page, Paging, Resume

JOINED_BYTES = 1_000_000
"""Lists of so many bytes are handed on as they are; larger ones by their pages."""


class Cancelled(CannotKeep):
    """The run ended while its pages were fetched."""

    kind = "cancelled"


def send(
    held: Held,
    action: Action,
    given: Mapping[str, Any],
    credentials: Credentials,
    *,
    client: Client,
    idempotency_key: str,
    timeout_seconds: float,
    before_send: Callable[[], None] = calls.noop,
) -> Reply:
    """Carry out the action of a held step, as the catalogue's `send` does; a list whose pages are followed is kept page by page,
    and its lists in the reply may be LargeLists. Also raises CannotKeep (the step fails with its trouble) and TakenOver."""
    settings = whole(dict(given))
    more: dict[str, Any] = {
        "client": client,
        "idempotency_key": idempotency_key,
        "timeout_seconds": timeout_seconds,
        "before_send": before_send,
    }
    if action.pagination is None or not settings.get("follow_pages"):
        return calls.send(action, settings, credentials, **more)
    pages = _Pages(held, action.pagination)
    most = settings.get("max_items")
    if pages.is_whole(most if isinstance(most, int) else None):
        return Reply(pages.data({}), ())
    resume = pages.resume
    try:
        reply = calls.send(action, settings, credentials, sink=pages, resume=resume, **more)
    except (Refused, NotFound):
        if resume is None or pages.came:
            raise
        pages.drop()  # the cursor is too old: from the beginning
        reply = calls.send(action, settings, credentials, sink=pages, **more)
    return Reply(pages.data(reply.data), reply.exchanges)


class _Pages:
    """The pages of one step: those that are there, and a sink for those that come."""

    def __init__(self, held: Held, paging: Paging) -> None:
        self.held, self.paging = held, paging
        self.counted = paging.lists[0]
        self.only: Page | None = None
        self.came = 0
        last = self.rows.filter(name=self.counted).order_by("-position").first()
        self.cursor = last.cursor if last else ""
        self.rest: dict[str, Any] = read(last.rest, EXACT) if last and last.rest else {}
        self.position = last.position + 1 if last else 0
        self.taken = self.rows.filter(name=self.counted).aggregate(sum=Sum("count"))["sum"] or 0

    @property
    def rows(self) -> Any:
        return Chunk.objects.filter(step_id=self.held.step.pk)

    @property
    def resume(self) -> Resume | None:
        """Where to go on; None at the beginning."""
        return Resume(self.cursor, self.taken) if self.position else None

    def is_whole(self, most: int | None) -> bool:
        """Whether all pages came already: the worker stopped between the last page and its record."""
        return self.position > 0 and (not self.cursor or (most is not None and self.taken >= most))

    def drop(self) -> None:
        self.rows.delete()
        self.cursor, self.position, self.taken = "", 0, 0

    def __call__(self, page: Page) -> None:
        """Commit a page, if the step is still this worker's and its run goes on."""
        self.came += 1
        if self.position == 0 and not page.next:
            self.only = page  # one page: no need to keep it twice
            return
        made = [self._chunk(name, rows, page) for name, rows in page.rows.items()]
        outputs.check_room(self.held.run.pk, sum(chunk.size for chunk in made))
        try:
            with transaction.atomic():
                self._still_mine()
                Chunk.objects.bulk_create(made)
        except IntegrityError:
            raise TakenOver from None
        self.position += 1
        self.taken += made[0].count
        self.cursor = page.next

    def _chunk(self, name: str, rows: list[Any], page: Page) -> Chunk:
        text, encoding = written(rows, str)
        rest = packed(json.dumps(page.rest, default=str).encode()) if name == self.counted else b""
        run = self.held.run
        return Chunk(
            team_id=run.team_id, run_id=run.pk, step_id=self.held.step.pk, name=name, position=self.position, count=len(rows),
            size=len(text), cursor=page.next if name == self.counted else "", rest=rest, encoding=encoding, data=packed(text),
        )  # fmt: skip

    def _still_mine(self) -> None:
        if not StepRun.objects.filter(pk=self.held.step.pk, token=self.held.token, state=StepState.RUNNING).exists():
            raise TakenOver
        if Run.objects.filter(pk=self.held.run.pk, state__in=sorted(FINAL_RUN_STATES)).exists():
            raise Cancelled("The run ended while its pages were fetched.", "Start it again to fetch them all.")

    def data(self, reply: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of the action: with its lists, or with what points to their pages."""
        made = {**self.rest, **reply, self.paging.next: self.cursor or None}
        if self.only is not None:
            return {**made, **self.only.rows}
        for name in self.paging.lists:
            made[name] = self._list(name)
        if not any(isinstance(made[name], Chunked) for name in self.paging.lists):
            self.rows.delete()
        return made

    def _list(self, name: str) -> Any:
        facts = self.rows.filter(name=name).aggregate(count=Sum("count"), size=Sum("size"), last=Max("position"))
        run = self.held.run
        pointer = {
            CHUNKS: str(self.held.step.pk), "list": name, "run": str(run.pk), "count": facts["count"],
            "size": facts["size"], "chunks": facts["last"] + 1, "kind": "list", "preview": "",
        }  # fmt: skip
        pages = Chunked(pointer, run.team_id)
        total = self.rows.aggregate(sum=Sum("size"))["sum"]
        if total <= JOINED_BYTES:
            return list(pages)
        pointer["preview"] = _beginning(pages)
        return pages


def _beginning(pages: Chunked) -> str:
    """The first items, and how many more there are."""
    few = pages[:2]
    left = len(pages) - len(few)
    return preview_of([*few, f"… {left:,} more items"] if left else few)
