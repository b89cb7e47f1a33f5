"""Lists of many pages: committed page by page, gone on with where it stopped, read without holding them."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from helix.engine import outputs, paging
from helix.engine.claim import Held, claim_next
from helix.engine.erasing import erase
from helix.engine.fencing import TakenOver
from helix.engine.memory import memory
from helix.engine.models import Chunk, Run, StepRun
from helix.engine.outputs import TooLarge, iterate, keep, keep_text, load, whole
from helix.engine.paging import Cancelled
from helix.engine.showing import in_full, larges, shown, told
from helix.engine.start import start
from helix.engine.states import Cause
from helix.expressions import resolve
from helix.expressions.kept import LargeList, Unread
from helix.flows.drafts import create_flow
from helix.ids import new_id
from helix.teams.models import Team
from helix.triggers.publish import publish
from integrations.catalog import ACTIONS
from integrations.kit.action import Rate
from integrations.kit.client import Reply, open_client
from integrations.kit.errors import CallError, Refused, ServerError
from tests.build import graph_text
from tests.unit.integrations.conftest import keys
from tests.unit.integrations.listener import Heard, Listener, Says

NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "people", "type": "customerio.get_segment_membership", "config": {"segment_id": 7, "follow_pages": True}},
]
ACTION = ACTIONS["customerio.get_segment_membership"]
Carry = Callable[..., Reply]


class Segment:
    """A segment of so many people; `fails` says what to answer at which row instead."""

    def __init__(self, total: int, pad: int = 0) -> None:
        self.total, self.pad = total, pad
        self.fails: dict[int, list[Says]] = {}
        self.asked: list[int] = []
        self.before: Callable[[int], None] = lambda row: None

    def __call__(self, heard: Heard) -> Says:
        query = parse_qs(urlsplit(heard.target).query)
        first, limit = int(query.get("start", ["0"])[0]), int(query.get("limit", ["1000"])[0])
        self.asked.append(first)
        self.before(first)
        if self.fails.get(first):
            return self.fails[first].pop(0)
        rows = range(first, min(first + limit, self.total))
        more = str(rows.stop) if rows.stop < self.total else ""
        people = [{"id": f"u{n}", "cio_id": f"c{n}", "email": f"p{n}@example.com" + "x" * self.pad} for n in rows]
        return Says(200, {"segment_id": 7, "ids": [f"u{n}" for n in rows], "identifiers": people, "next": more})


@pytest.fixture(autouse=True)
def no_pace_nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rate, "gap", property(lambda rate: 0.0))
    memory.clear()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def held(team: Team) -> Held:
    """The step that fetches the people, claimed."""
    version = publish(create_flow(team, "People", graph_text(NODES, ["go>people"])), None)
    start(version, cause=Cause.TEST, key=str(new_id()), payload={})
    (held,) = claim_next("w")
    return held


@pytest.fixture
def carry(held: Held, listener: Listener) -> Iterator[Carry]:
    """Carries the step out against a segment: carry(segment, limit=…)."""
    with open_client() as client:

        def carry(segment: Segment, by: Held = held, **given: Any) -> Reply:
            listener.says(segment)
            settings = {"segment_id": 7, "follow_pages": True, **given}
            return paging.send(
                by, ACTION, settings, keys(listener.url), client=client, idempotency_key="k", timeout_seconds=20.0
            )

        yield carry


def ids(total: int) -> list[str]:
    return [f"u{number}" for number in range(total)]


def of_step(held: Held) -> list[int]:
    return list(
        Chunk.objects.filter(step_id=held.step.id, name="ids").order_by("position").values_list("count", flat=True)
    )


def test_a_short_list_is_handed_on_as_it_is(carry: Carry, held: Held) -> None:
    reply = carry(Segment(25), limit=10)

    assert reply.data["ids"] == ids(25)
    assert (reply.data["next"], reply.data["segment_id"], len(reply.exchanges)) == (None, 7, 3)
    assert of_step(held) == []


def test_one_page_is_kept_nowhere_but_in_the_answer(carry: Carry, held: Held) -> None:
    assert carry(Segment(7)).data["ids"] == ids(7)
    assert of_step(held) == []


def test_a_long_list_is_kept_by_its_pages_and_reads_as_a_list(carry: Carry, held: Held) -> None:
    reply = carry(Segment(20_000), limit=1500, max_items=50_000)

    stored = keep(held.run.pk, held.run.team_id, reply.data)
    assert len(stored.text) < 5000 and stored.blob is None
    memory.clear()
    data = load(stored.stored, held.run.team_id)
    scope: Any = {"s": data}
    text = "{{ s.ids | size }} {{ s.ids.size }} {{ s.ids | first }} {{ s.ids.last }} {{ s.ids[1499] }} {{ s.ids[1500] }} {{ s.ids[-1] }}"
    assert isinstance(data["ids"], LargeList)
    assert list(iterate(data["ids"])) == ids(20_000)
    assert resolve({"$liquid": text}, scope) == "20000 20000 u0 u19999 u1499 u1500 u19999"
    assert resolve({"$liquid": "{{ s.identifiers.last.email }}"}, scope) == "p19999@example.com"
    assert data["ids"][1498:1502] == ["u1498", "u1499", "u1500", "u1501"]
    assert sum(of_step(held)) == 20_000


def test_a_step_that_passes_the_list_on_keeps_a_pointer(carry: Carry, held: Held) -> None:
    data = carry(Segment(15_000), limit=5000, max_items=50_000).data
    given: Any = resolve({"all": {"$liquid": "{{ s.identifiers }}"}}, {"s": data})

    kept = keep(held.run.pk, held.run.team_id, given)

    assert kept.blob is None
    assert len(load(kept.stored, held.run.team_id)["all"]) == 15_000
    assert len(whole(given)["all"]) == 15_000, "a call gets a plain list"


def test_a_retry_goes_on_at_the_page_that_failed(carry: Carry, held: Held) -> None:
    segment = Segment(60)
    segment.fails[30] = [Says(500), Says(500)]

    for _ in range(2):
        with pytest.raises(ServerError):
            carry(segment, limit=10)
    reply = carry(segment, limit=10)

    assert segment.asked == [0, 10, 20, 30, 30, 30, 40, 50]
    assert reply.data["ids"] == ids(60)


def test_another_worker_goes_on_where_a_killed_one_stopped(carry: Carry, held: Held) -> None:
    segment = Segment(60)

    def die(row: int) -> None:
        if row == 30:
            StepRun.objects.filter(pk=held.step.id).update(token=held.token + 1)
            connection.close()  # the listener's thread has its own

    segment.before = die
    with pytest.raises(TakenOver):
        carry(segment, limit=10)
    segment.before = lambda row: None
    reply = carry(segment, by=Held(held.step, held.token + 1, held.segment), limit=10)

    assert segment.asked == [0, 10, 20, 30, 30, 40, 50], "the page of the one who lost the step is not kept"
    assert reply.data["ids"] == ids(60)


def test_a_worker_that_stopped_after_the_last_page_fetches_nothing_again(carry: Carry, held: Held) -> None:
    segment = Segment(20_000)
    carry(segment, limit=5000, max_items=50_000)
    asked = list(segment.asked)

    again = carry(segment, limit=5000, max_items=50_000)

    assert segment.asked == asked
    assert (len(again.data["ids"]), again.data["segment_id"], again.exchanges) == (20_000, 7, ())  # type: ignore[arg-type]


def test_a_cursor_that_is_too_old_means_from_the_beginning(carry: Carry, held: Held) -> None:
    segment = Segment(60)
    segment.fails[30] = [Says(500), Says(400, {"errors": [{"detail": "invalid start"}]})]

    with pytest.raises(ServerError):
        carry(segment, limit=10)
    reply = carry(segment, limit=10)

    assert segment.asked == [0, 10, 20, 30, 30, 0, 10, 20, 30, 40, 50]
    assert reply.data["ids"] == ids(60)


def test_a_refusal_at_the_beginning_is_a_refusal(carry: Carry) -> None:
    segment = Segment(60)
    segment.fails[0] = [Says(400)]

    with pytest.raises(Refused):
        carry(segment, limit=10)

    assert segment.asked == [0]


def test_a_cancelled_run_stops_fetching(carry: Carry, held: Held) -> None:
    segment = Segment(60)

    def cancel(row: int) -> None:
        if row == 30:
            Run.objects.filter(pk=held.run.pk).update(state="cancelled")
            connection.close()  # the listener's thread has its own

    segment.before = cancel
    with pytest.raises(Cancelled) as caught:
        carry(segment, limit=10)

    assert segment.asked == [0, 10, 20, 30]
    assert caught.value.trouble.kind == "cancelled"


def test_it_stops_at_the_most_rows_and_the_cursor_skips_nothing(carry: Carry, held: Held) -> None:
    reply = carry(Segment(100), limit=10, max_items=25)

    assert (reply.data["ids"], reply.data["next"]) == (ids(25), "25")


def test_a_cursor_that_repeats_is_no_endless_loop(carry: Carry, listener: Listener) -> None:
    segment = Segment(60)
    segment.fails[10] = [Says(200, {"ids": ["a"], "identifiers": [], "next": "10"})]

    with pytest.raises(CallError, match="same page twice"):
        carry(segment, limit=10)


def test_more_than_a_run_may_hold_fails_with_advice(carry: Carry, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "RUN_BYTES", 300_000)

    with pytest.raises(TooLarge, match=r"a run may hold 300\.0 KB") as caught:
        carry(Segment(20_000), limit=1000, max_items=50_000)

    assert "fewer rows" in caught.value.trouble.hint


def test_what_is_too_large_for_one_call_fails_with_advice(carry: Carry) -> None:
    data = carry(Segment(24_000, pad=1000), limit=4000, max_items=50_000).data

    with pytest.raises(TooLarge, match="a step may read 20") as caught:
        whole({"body": data["identifiers"]})

    assert "For each" in caught.value.trouble.hint


def test_exchanges_are_kept_of_the_first_and_last_pages(carry: Carry) -> None:
    reply = carry(Segment(400), limit=10)

    assert len(reply.exchanges) <= 21
    assert "start=390" in reply.exchanges[-1].url and "start" not in reply.exchanges[0].url


def test_a_page_shows_the_beginning_and_a_download_holds_all(carry: Carry, held: Held) -> None:
    data = carry(Segment(20_000), limit=5000, max_items=50_000).data
    stored = keep(held.run.pk, held.run.team_id, data).stored

    facts = {large["path"]: large for large in larges(stored)}
    assert "p0@example.com" in facts["identifiers"]["preview"] and "19,998 more" in facts["identifiers"]["preview"]
    assert shown(stored)["ids"].startswith("… a list of 20,000 items")
    assert told(stored, "/x")["ids"]["$large"]["count"] == 20_000
    assert json.loads(b"".join(in_full(stored, held.run.team_id)))["ids"] == ids(20_000)


def test_another_team_reads_no_page(carry: Carry, held: Held) -> None:
    stored = keep(held.run.pk, held.run.team_id, carry(Segment(20_000), limit=5000, max_items=50_000).data).stored
    stranger = Team.objects.create(slug="else", name="Elsewhere")

    with pytest.raises(Chunk.DoesNotExist):
        list(load(stored, stranger.pk)["ids"])


def test_people_in_pages_are_found_and_erased(carry: Carry, held: Held, team: Team) -> None:
    carry(Segment(20_000), limit=5000, max_items=50_000)
    Run.objects.filter(pk=held.run.pk).update(state="succeeded")

    assert erase(team, "p17777@example.com").runs == 1
    assert not Chunk.objects.exists()


def test_a_text_made_of_pieces_is_kept_without_being_whole(held: Held) -> None:
    run = held.run
    pieces = (f"{number},Zoë “{number}”\n" for number in range(30_000))

    text = keep_text(run.pk, run.team_id, pieces)
    kept = keep(run.pk, run.team_id, {"text": text, "rows": 30_000})

    assert isinstance(text, Unread) and kept.blob is None
    found = load(kept.stored, run.team_id)["text"]
    assert found == "".join(f"{number},Zoë “{number}”\n" for number in range(30_000))
    assert f"({len(found) - 160:,} more characters)" in text.pointer["preview"]


def test_a_short_text_made_of_pieces_is_a_text(held: Held) -> None:
    assert keep_text(held.run.pk, held.run.team_id, ["a,", "b\n"]) == "a,b\n"
