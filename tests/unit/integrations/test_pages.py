"""Pages are followed to the end on request, and never beyond what was asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.kit.action import Rate
from integrations.kit.errors import BadAnswer, RateLimited
from tests.unit.integrations.conftest import Run
from tests.unit.integrations.listener import Heard, Listener, Says


@pytest.fixture(autouse=True)
def no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace is tried in one test; the others need not wait for it."""
    monkeypatch.setattr(Rate, "gap", property(lambda rate: 0.0))


def members(total: int) -> Any:
    """A segment of so many people, paged as Customer.io does."""

    def answer(heard: Heard) -> Says:
        query = parse_qs(urlsplit(heard.target).query)
        start, limit = int(query.get("start", ["0"])[0]), int(query.get("limit", ["1000"])[0])
        rows = range(start, min(start + limit, total))
        more = str(rows.stop) if rows.stop < total else ""
        people = [{"id": f"{n}", "cio_id": f"a{n}", "email": None} for n in rows]
        return Says(200, {"ids": [f"{n}" for n in rows], "identifiers": people, "next": more})

    return answer


def asked(listener: Listener) -> list[dict[str, str]]:
    return [{k: v[0] for k, v in parse_qs(urlsplit(h.target).query).items()} for h in listener.heard]


def test_without_the_wish_one_page_is_fetched(run: Run, listener: Listener) -> None:
    listener.says(members(25))

    reply = run("get_segment_membership", {"segment_id": 7, "limit": 10, "follow_pages": False})

    assert len(reply.data["identifiers"]) == 10
    assert reply.data["next"] == "10"
    assert asked(listener) == [{"limit": "10"}]


def test_pages_are_followed_to_the_end_and_merged(run: Run, listener: Listener) -> None:
    listener.says(members(25))

    reply = run("get_segment_membership", {"segment_id": 7, "limit": 10, "follow_pages": True})

    assert reply.data["ids"] == [f"{n}" for n in range(25)]
    assert [person["id"] for person in reply.data["identifiers"]] == reply.data["ids"]
    assert not reply.data["next"]
    assert asked(listener) == [{"limit": "10"}, {"start": "10", "limit": "10"}, {"start": "20", "limit": "10"}]
    assert len(reply.exchanges) == 3


@pytest.mark.parametrize("total", [0, 1, 10, 11, 20])
def test_every_total_gives_every_row_once(total: int, run: Run, listener: Listener) -> None:
    listener.says(members(total))

    reply = run("get_segment_membership", {"segment_id": 7, "limit": 10, "follow_pages": True})

    assert reply.data["ids"] == [f"{n}" for n in range(total)]


def test_following_stops_at_the_most_rows_and_the_cursor_skips_nothing(run: Run, listener: Listener) -> None:
    listener.says(members(100))
    wish = {"segment_id": 7, "limit": 10, "follow_pages": True, "max_items": 25}

    first = run("get_segment_membership", wish)
    rest = run("get_segment_membership", {**wish, "start": first.data["next"], "max_items": 1000})

    assert len(first.data["ids"]) == 25
    assert first.data["ids"] + rest.data["ids"] == [f"{n}" for n in range(100)]


def test_a_list_whose_default_size_is_unknown_is_asked_in_pages_of_100(run: Run, listener: Listener) -> None:
    listener.says(
        Says(200, {"newsletters": [{"id": 1}], "next": "abc"}), Says(200, {"newsletters": None, "next": None})
    )

    reply = run("list_newsletters", {"follow_pages": True, "sort": "asc"})

    assert reply.data == {"newsletters": [{"id": 1}], "next": None}
    assert asked(listener) == [{"sort": "asc", "limit": "100"}, {"sort": "asc", "start": "abc", "limit": "100"}]


def test_a_cursor_that_repeats_is_a_bad_answer_and_no_endless_loop(run: Run, listener: Listener) -> None:
    listener.says(Says(200, {"messages": [{"id": "a"}], "next": "same"}))

    with pytest.raises(BadAnswer, match="same page twice"):
        run("get_messages", {"follow_pages": True})

    assert len(listener.heard) == 2


@pytest.mark.parametrize("end", [None, "", 0])
def test_every_known_end_of_pages_ends_them(end: object, run: Run, listener: Listener) -> None:
    listener.says(Says(200, {"messages": [{"id": "a"}], "next": end}))

    assert len(run("get_messages", {"follow_pages": True}).data["messages"]) == 1


def test_a_refusal_on_a_later_page_is_told_with_all_exchanges(run: Run, listener: Listener) -> None:
    listener.says(Says(200, {"messages": [{"id": "a"}], "next": "b"}), Says(429, {"errors": [{"detail": "slow"}]}))

    with pytest.raises(RateLimited) as caught:
        run("get_messages", {"follow_pages": True})

    assert len(caught.value.exchanges) == 2
    assert not caught.value.may_have_happened


def test_the_deadline_holds_for_all_pages_together(run: Run, listener: Listener) -> None:
    count = iter(range(10_000))
    listener.says(lambda heard: Says(200, {"messages": [{"id": "a"}], "next": f"{next(count)}"}))

    with pytest.raises(Exception, match=r"0\.3 seconds|too long"):
        run("get_messages", {"follow_pages": True, "max_items": 100_000}, timeout_seconds=0.3)


def test_pages_are_not_asked_for_faster_than_allowed(
    run: Run, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    waits: list[float] = []
    monkeypatch.setattr(Rate, "gap", property(lambda rate: rate.seconds / rate.calls))
    monkeypatch.setattr(time, "sleep", waits.append)
    listener.says(Says(200, {"messages": [{"id": "a"}], "next": "b"}), Says(200, {"messages": []}))

    run("get_messages", {"follow_pages": True})

    assert waits[0] == 0
    assert 0 < waits[1] <= 0.1


def test_what_is_kept_of_many_pages_is_bounded(run: Run, listener: Listener) -> None:
    count = iter(range(1, 13))

    def page(heard: Heard) -> Says:
        number = next(count)
        return Says(200, {"messages": [{"id": "a", "pad": "x" * 60_000}], "next": number if number < 12 else None})

    listener.says(page)

    reply = run("get_messages", {"follow_pages": True})

    assert len(reply.exchanges) == 12
    assert sum(len(exchange.response_body or "") for exchange in reply.exchanges) < 350_000
