"""A batch is split by bytes, in order, and every call in it keeps an id of its own."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from integrations.kit.errors import CallError, ServerError, TooLarge
from integrations.kit.limits import split
from integrations.kit.shape import as_bytes, size_of
from tests.unit.integrations.conftest import Run
from tests.unit.integrations.listener import Listener, Says


def item(number: int, size: int = 1000) -> dict[str, Any]:
    bare: dict[str, Any] = {"type": "track", "userId": f"{number}", "event": "imported", "properties": {"pad": ""}}
    bare["properties"] = {"pad": "é" * ((size - size_of(bare)) // 2)}
    return bare


def test_600_kilobytes_become_two_requests(run: Run, listener: Listener) -> None:
    batch = [item(number) for number in range(600)]

    reply = run("send_batch", {"batch": batch, "context": {"ip": "203.0.113.7"}})

    sent = [heard.json for heard in listener.heard]
    assert reply.data == {"requests": 2, "items": 600}
    assert all(len(heard.body) <= 500_000 for heard in listener.heard)
    assert [call["userId"] for request in sent for call in request["batch"]] == [str(n) for n in range(600)]
    assert [call["messageId"] for request in sent for call in request["batch"]] == [f"key-1-{n}" for n in range(600)]
    assert all(request["context"] == {"ip": "203.0.113.7"} for request in sent)
    assert all(heard.headers["x-strict-mode"] == "1" for heard in listener.heard)


def test_a_message_id_of_an_item_is_kept(run: Run, listener: Listener) -> None:
    run("send_batch", {"batch": [{**item(0), "messageId": "mine"}, item(1)]})

    assert [call["messageId"] for call in listener.heard[0].json["batch"]] == ["mine", "key-1-1"]


def test_one_item_over_32_kilobytes_keeps_the_whole_batch_from_being_sent(run: Run, listener: Listener) -> None:
    with pytest.raises(TooLarge) as caught:
        run("send_batch", {"batch": [item(0), item(1, 40_000)]})

    assert caught.value.faults[0].pointer == "/batch/1"
    assert "Item 2" in caught.value.message
    assert not caught.value.sent
    assert listener.heard == []


def test_when_the_second_request_fails_the_error_says_that_the_first_was_accepted(run: Run, listener: Listener) -> None:
    listener.says(Says(), Says(400, {"meta": {"errors": ["bad item"]}}))

    with pytest.raises(CallError, match="bad item") as caught:
        run("send_batch", {"batch": [item(number) for number in range(600)]})

    assert caught.value.accepted == 1
    assert caught.value.may_have_happened
    assert len(caught.value.exchanges) == 2


def test_the_same_key_gives_the_same_message_ids_again(run: Run, listener: Listener) -> None:
    listener.says(Says(503, "down"), Says())
    batch = {"batch": [item(number) for number in range(3)]}

    with pytest.raises(ServerError):
        run("send_batch", batch)
    run("send_batch", batch)

    assert listener.heard[0].body == listener.heard[1].body


@examples(st.lists(st.text(max_size=40), min_size=1, max_size=60), st.integers(60, 400))
def test_every_run_fits_keeps_the_order_and_is_as_full_as_it_can_be(texts: list[str], most: int) -> None:
    sized = [(text, size_of(as_bytes(text).decode())) for text in texts]
    envelope = len('{"batch":[]}')

    runs = list(split(sized, envelope, most))

    whole = [json.loads(as_bytes({"batch": run})) for run in runs]
    assert [text for request in whole for text in request["batch"]] == texts
    for run in runs:
        assert len(as_bytes({"batch": run})) <= most or len(run) == 1
    for run, after in itertools.pairwise(runs):
        assert len(as_bytes({"batch": [*run, after[0]]})) > most
