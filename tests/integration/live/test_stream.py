"""The stream of a run, over the real ASGI application: what changes is told, and a browser that comes back misses nothing."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse

from helix.asgi import application
from helix.engine.models import Run
from helix.engine.perform import work
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.runs import live
from helix.teams.models import Member, User
from helix.triggers.publish import publish
from tests.build import cast, graph_text

NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}},
    {"key": "two", "type": "logic.set", "config": {"values": {"n": 2}}},
]


@pytest.fixture
def run(transactional_db: None) -> Run:
    team, _ = cast()
    version = publish(create_flow(team, "Watched", graph_text(NODES, ["go>one", "one>two"])), None)
    return start(version, cause=Cause.TEST, key="watched", payload={})


def scope(run: Run, email: str, **headers: str) -> dict[str, Any]:
    client = Client()
    client.force_login(User.objects.get(email=email))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    path = reverse("live_run", kwargs={"team": run.team.slug, "run_id": run.pk})
    found = {"cookie": cookie, "host": "localhost", **headers}
    return {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "scheme": "http", "root_path": "", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in found.items()],
        "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip


async def _read(scope: dict[str, Any]) -> tuple[int, str]:
    talk: Any = ApplicationCommunicator(application, scope)  # asgiref's tools have no types
    await talk.send_input({"type": "http.request", "body": b"", "more_body": False})
    head = await talk.receive_output(10)
    text = ""
    while True:
        part = await talk.receive_output(10)
        text += part.get("body", b"").decode()
        if not part.get("more_body"):
            break
    await talk.wait(5)
    return head["status"], text


def read(scope: dict[str, Any]) -> tuple[int, list[tuple[str, dict[str, Any]]]]:
    """The status, and (event id, data) of every event until the stream ends."""
    status, text = asyncio.run(_read(scope))
    connections.close_all()
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "id" in fields:
            found.append((fields["id"], json.loads(fields["data"])))
    return status, found


def test_an_ended_run_is_told_whole_and_the_stream_ends(run: Run) -> None:
    work()

    status, events = read(scope(run, "carol@demo.example"))

    assert status == 200
    (last,) = events
    run.refresh_from_db()
    assert last[0] == str(run.seq)
    assert last[1]["state"] == "succeeded"
    assert {node: step["state"] for node, step in last[1]["steps"].items()} == dict.fromkeys(
        ("go", "one", "two"), "succeeded"
    )


def test_who_comes_back_is_told_what_changed_since(run: Run) -> None:
    work()
    run.refresh_from_db()

    _, events = read(scope(run, "carol@demo.example", last_event_id=str(run.seq - 1)))

    assert [list(data["steps"]) for _, data in events] == [["two"]]


def test_a_stranger_meets_nothing(run: Run) -> None:
    status, events = read(scope(run, "mallory@demo.example"))

    assert (status, events) == (404, [])


def signed_out(run: Run, carol: User) -> None:
    Session.objects.all().delete()


def deactivated(run: Run, carol: User) -> None:
    User.objects.filter(pk=carol.pk).update(is_active=False)


def another_password(run: Run, carol: User) -> None:
    carol.set_password("a new one, quite long")
    carol.save()


def removed(run: Run, carol: User) -> None:
    Member.objects.filter(user=carol, team=run.team).delete()


def hidden(run: Run, carol: User) -> None:
    Flow.objects.filter(pk=run.flow_id).update(restricted=True)


def nothing(run: Run, carol: User) -> None:
    """The stream goes on until its time is over."""


@pytest.mark.parametrize("change", [signed_out, deactivated, another_password, removed, hidden, nothing])
def test_a_stream_ends_for_whom_may_not_see_the_run_any_more(
    run: Run, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ASK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(live, "LOOK_ALONE_SECONDS", 0.05)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live, "LONGEST_SECONDS", 2.0)
    begun, carol = scope(run, "carol@demo.example"), User.objects.get(email="carol@demo.example")

    async def follow() -> str:
        talk: Any = ApplicationCommunicator(application, begun)
        await talk.send_input({"type": "http.request", "body": b"", "more_body": False})
        assert (await talk.receive_output(10))["status"] == 200
        parts = [(await talk.receive_output(10))["body"], (await talk.receive_output(10))["body"]]
        await sync_to_async(change)(run, carol)
        while (part := await talk.receive_output(10)).get("more_body"):
            parts.append(part["body"])
        await talk.wait(5)
        return b"".join(parts).decode()

    text = asyncio.run(follow())
    connections.close_all()

    assert f"id: {run.seq}" in text
    looks = text.count(": still here")
    assert looks < 8 if change is not nothing else looks > 8
