"""A hint is a message as Celery itself would send it, new each time."""

import base64
import json
from datetime import UTC, datetime

from helix.engine.bell import WAKE
from helix.engine.hints import EXPIRES, hint
from helix.queue import app


def test_a_hint_is_celerys_own_message_with_an_id_and_an_end_of_its_own() -> None:
    before = datetime.now(UTC)
    first, second = (json.loads(hint(app, WAKE)) for _ in range(2))

    assert first["headers"]["task"] == WAKE
    assert json.loads(base64.b64decode(first["body"]))[:2] == [[], {}]
    assert first["properties"]["delivery_info"]["routing_key"] == app.conf.task_default_queue
    for message in (first, second):
        own = message["headers"]["id"]
        assert {message["headers"]["root_id"], message["properties"]["correlation_id"]} == {own}
        assert before < datetime.fromisoformat(message["headers"]["expires"]) - EXPIRES < datetime.now(UTC)
    assert first["headers"]["id"] != second["headers"]["id"]
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]
