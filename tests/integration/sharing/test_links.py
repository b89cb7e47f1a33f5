"""Links: what they show and never show, how long they live, and what they die with."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.audit.models import Entry
from helix.connections.models import Connection
from helix.flows.models import Flow, FlowGrant
from helix.flows.pins import pin
from helix.sharing import links
from helix.sharing.links import MOST_TRIES, NoLink, make
from helix.sharing.models import ShareLink
from helix.teams.keys import digest
from helix.teams.models import Member, Team
from helix.teams.places import remove
from helix.teams.roles import Role
from helix.triggers.publish import delete_flow
from tests.integration.security.world import PERSON, World
from tests.integration.sharing.conftest import CANARY

PASSWORD = "correct horse battery"


@pytest.fixture
def editor(world: World) -> Member:
    Flow.objects.filter(pk=world.flow.pk).update(restricted=False)
    world.flow.refresh_from_db()
    return Member.objects.select_related("user").get(user=world.people[Role.EDITOR])


def status(secret: str) -> int:
    return Client().get(f"/s/{secret}/").status_code


def test_a_link_shows_the_flow_to_anybody_and_is_kept_quiet(world: World, editor: Member) -> None:
    link, secret = make(world.flow, editor, days=7)

    answer = Client().get(f"/s/{secret}/")

    text = answer.content.decode()
    assert (answer.status_code == 200 and CANARY in text and "Track an event" in text) or "report" in text
    assert answer["X-Robots-Tag"].startswith("noindex") and answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"] and "sessionid" not in str(answer.cookies)
    assert len(secret) >= 43 and secret not in str(list(ShareLink.objects.values())), "only a digest is kept"
    assert world.team.slug + "/" not in text and f"Team {world.team.slug}" not in text
    link.refresh_from_db()
    assert link.used == 1 and link.used_at is not None
    Client().get(f"/s/{secret}/")
    acts = list(
        Entry.objects.filter(act__startswith="flow.link_", object_id=str(world.flow.pk)).values_list("act", flat=True)
    )
    assert acts.count("flow.link_used") == 1 and "flow.link_made" in acts
    assert not Entry.objects.filter(after__contains=secret).exists()


def test_nothing_but_the_drawing_is_shown(world: World, editor: Member) -> None:
    """Canaries wherever something else is kept; drafts and versions alike."""
    Connection.objects.filter(pk=world.connection.pk).update(name="canary-connection")
    drawn = json.loads(world.flow.draft)
    for node in drawn["nodes"]:
        if node["key"] == "report":
            node["connection"] = "canary-connection"
        if node["key"] == "hook":
            node["config"]["sample"] = {"email": "canary-sample"}
    drawn["nodes"] += [
        {"key": "call", "type": "http.request", "name": "Ask them", "position": {"x": 0, "y": 900}, "extra": "canary-extra",
         "config": {"method": "POST", "url": "https://api.example.com/x?api_key=canary-query&page=2", "sample": "canary-sample",
                    "headers": {"Authorization": "Bearer canary-header", "X-Plain": "plain-header"},
                    "json": {"password": "canary-body", "deep": [{"secret": "canary-deep"}]}, "unheard": "canary-unheard"}},
        {"key": "sub", "type": "logic.run_flow", "config": {"flow": "canary-flow"}, "position": {"x": 0, "y": 1000}},
        {"key": "odd", "type": "no.such_step", "config": {"text": "canary-unknown"}, "position": {"x": 0, "y": 1100}},
        {"key": "listen", "type": "trigger.customerio_event", "position": {"x": 0, "y": 1200},
         "connection": "canary-connection", "config": {"events": ["email_opened"]}},
    ]  # fmt: skip
    drawn["notes"] = [{"key": "n", "text": "a plain note", "by": "canary-author", "position": {"x": 0, "y": 0}}]
    Flow.objects.filter(pk=world.flow.pk).update(draft=json.dumps(drawn), problems=[{"message": "canary-problem"}])
    pin(world.flow, "report", {"email": "canary-pin"}, world.people[Role.EDITOR])
    world.flow.refresh_from_db()
    for draft in (True, False):
        _, secret = make(world.flow, editor, days=1, draft=draft)
        text = Client().get(f"/s/{secret}/").content.decode()
        assert "canary" not in text, text[text.find("canary") - 80 :][:160]
        for known in (
            PERSON,
            str(world.run.pk),
            str(world.flow.pk),
            world.endpoint.path,
            editor.user.email,
            world.team.name,
            "sandbox",
        ):
            assert known not in text, known
        if draft:
            assert "plain-header" in text and "page=2" in text and "a plain note" in text and "Ask them" in text


def test_no_query_of_the_page_reads_what_it_must_not_show(world: World, editor: Member) -> None:
    _, secret = make(world.flow, editor, days=1)
    Client().get(f"/s/{secret}/")
    with CaptureQueriesContext(connection) as queries:
        Client().get(f"/s/{secret}/")
    asked = " ".join(query["sql"] for query in queries)
    assert not [table for table in ("connections_", "engine_", "triggers_", "flows_pin") if f'"{table}' in asked]


@pytest.mark.parametrize(
    "end",
    [
        "expired",
        "revoked",
        "flow deleted",
        "maker left",
        "maker demoted",
        "maker shut out",
        "maker inactive",
        "switched off",
        "unknown",
    ],
)
def test_what_a_link_dies_with_is_answered_alike(end: str, world: World, editor: Member) -> None:
    link, secret = make(world.flow, editor, days=30)
    locked, guarded = make(world.flow, editor, days=30, password=PASSWORD)
    assert status(secret) == status(guarded) == 200
    rows = ShareLink.objects.filter(pk__in=[link.pk, locked.pk])
    match end:
        case "expired":
            rows.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "revoked":
            assert [links.revoke(row) for row in (link, locked, link)] == [True, True, False]
        case "flow deleted":
            delete_flow(world.flow)
        case "maker left":
            editor.delete()
        case "maker demoted":
            Member.objects.filter(pk=editor.pk).update(role=Role.OPERATOR)
        case "maker shut out":
            Flow.objects.filter(pk=world.flow.pk).update(restricted=True)
            FlowGrant.objects.create(flow=world.flow, user=editor.user, level="view")
        case "maker inactive":
            type(editor.user).objects.filter(pk=editor.user_id).update(is_active=False)
        case "switched off":
            assert links.allow(world.team, False)
        case "unknown":
            secret = guarded = "x" * 43

    gone = Client().get("/s/nothing-of-this-kind/")
    for each in (secret, guarded):
        for answer in (Client().get(f"/s/{each}/"), Client().post(f"/s/{each}/", {"password": PASSWORD})):
            assert answer.status_code == 404 and answer.content == gone.content
            assert answer["X-Robots-Tag"] == gone["X-Robots-Tag"] and answer["Cache-Control"] == gone["Cache-Control"]
    if end == "switched off":
        with pytest.raises(NoLink):
            make(Flow.objects.get(pk=world.flow.pk), editor, days=1)
        assert links.allow(Team.objects.get(pk=world.team.pk), True) and status(secret) == 200


def test_links_stay_ended_when_their_maker_comes_back(world: World, editor: Member) -> None:
    _, secret = make(world.flow, editor, days=30)
    _, of_another = make(world.flow, Member.objects.get(user=world.people[Role.ADMIN]), days=30)
    assert status(secret) == 200

    remove(world.team, Role.OWNER, editor.user_id)
    Member.objects.create(team=world.team, user=editor.user, role=Role.EDITOR)

    assert status(secret) == 404 and status(of_another) == 200


def test_a_password_opens_for_this_browser_and_guesses_are_few(world: World, editor: Member) -> None:
    link, secret = make(world.flow, editor, days=7, password=PASSWORD)
    at, friend = f"/s/{secret}/", Client()
    asked = friend.get(at)
    assert CANARY not in asked.content.decode() and asked["Referrer-Policy"] == "strict-origin"
    assert link.password.startswith("argon2") and PASSWORD not in link.password

    assert friend.post(at, {"password": PASSWORD}).status_code == 302
    assert CANARY in friend.get(at).content.decode()
    assert CANARY not in Client().get(at).content.decode()
    other = make(world.flow, editor, days=7, password=PASSWORD)[1]
    friend.cookies["helix_link"]["path"] = "/"
    assert CANARY not in friend.get(f"/s/{other}/").content.decode(), "opened is one link, not all with this password"

    guesses = [Client().post(at, {"password": f"guess {number}"}).status_code for number in range(MOST_TRIES + 3)]
    assert guesses == [422] * MOST_TRIES + [429] * 3
    assert Client().post(at, {"password": PASSWORD}).status_code == 429, "the right one waits, too"
    ShareLink.objects.filter(pk=link.pk).update(tries_since=timezone.now() - timedelta(minutes=16))
    assert Client().post(at, {"password": PASSWORD}).status_code == 302
    link.refresh_from_db()
    assert link.used == 1, "asking for the password is no look"


@pytest.mark.parametrize(("days", "password"), [(0, ""), (31, ""), (10_000, ""), (7, "short")])
def test_what_no_link_may_be(days: int, password: str, world: World, editor: Member) -> None:
    before = ShareLink.objects.count()
    with pytest.raises(NoLink):
        make(world.flow, editor, days=days, password=password)
    at = f"/t/mine/flows/{world.flow.pk}/share/links/"
    answer = world.client(Role.EDITOR).post(at, {"days": str(days), "password": password, "shows": "published"})
    assert answer.status_code == 422 and ShareLink.objects.count() == before


def test_the_dialog_shows_the_address_once_and_revokes(world: World, editor: Member) -> None:
    client, at = world.client(Role.EDITOR), f"/t/mine/flows/{world.flow.pk}/share/"
    answer = client.post(at + "links/", {"days": "7", "shows": "published"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    secret = text.split("/s/")[1].split("/")[0]
    assert status(secret) == 200 and "<html" not in text
    assert secret not in client.get(at).content.decode()

    link = ShareLink.objects.get(digest=digest(secret))
    assert client.post(f"{at}links/{link.pk}/revoke/").status_code == 302
    assert status(secret) == 404
    assert Entry.objects.filter(act="flow.link_revoked").count() == 1
