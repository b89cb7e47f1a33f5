"""The list's filters: in the address, typed, and about people; and that a page of it stays still while runs come in."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from helix.engine.models import Run
from helix.engine.noting import note, persons_of
from helix.engine.outputs import Kept
from helix.engine.start import start
from helix.engine.states import Cause
from helix.runs import paging
from helix.runs.filters import RunFilter
from helix.runs.paging import page_of
from helix.runs.people import beginning_with
from helix.runs.typed import read_typed
from tests.integration.pages.conftest import SignIn, World

NOTHING = RunFilter()


def shown(world: World, as_: SignIn, **query: str) -> set[object]:
    answer = as_("olga").get(world.at("runs/"), query)
    return {row["run"].pk for row in answer.context["rows"]}


def test_each_filter_of_the_address_lets_through_what_it_says(world: World, as_: SignIn) -> None:
    now = timezone.now()
    Run.objects.filter(pk=world.run.pk).update(cause_kind="webhook")
    test = world.again(state="succeeded", ended_at=now)
    old = world.again(state="failed", ended_at=now, created_at=now - timedelta(days=10), cause_kind="schedule")
    overdue = world.again(state="timed_out", ended_at=now, cause_kind="api", attention=True)
    flow = str(world.flow.pk)

    assert shown(world, as_, trigger="webhook") == {world.run.pk}
    assert shown(world, as_, kind="test") == {test.pk}
    assert shown(world, as_, kind="live") == {world.run.pk, old.pk, overdue.pk}
    assert shown(world, as_, since="7d") == {world.run.pk, test.pk, overdue.pk}
    assert shown(world, as_, until=f"{now - timedelta(days=5):%Y-%m-%d}") == {old.pk}
    assert shown(world, as_, state="failed") == {old.pk, overdue.pk}
    assert shown(world, as_, state="attention") == {overdue.pk}
    assert shown(world, as_, flow=flow, version="1", state="failed", since="24h") == {overdue.pk}
    assert shown(world, as_, flow=flow, version="2") == set()
    assert shown(world, as_, named="counting") == {world.run.pk, test.pk, old.pk, overdue.pk}
    assert shown(world, as_, trigger="nonsense", kind="x", since="soon", version="y") == {
        world.run.pk, test.pk, old.pk, overdue.pk
    }  # fmt: skip


@pytest.mark.parametrize("state", ["failed", "live", "succeeded"])
def test_pages_of_a_state_follow_each_other_without_gap_or_overlap(world: World, as_: SignIn, state: str) -> None:
    now = timezone.now()
    states = {"failed": ("failed", "timed_out"), "live": ("queued", "waiting"), "succeeded": ("succeeded",) * 2}[state]
    made = {
        world.again(state=states[number % 2], created_at=now - timedelta(minutes=number // 3)).pk
        for number in range(59)
    }
    Run.objects.filter(pk=world.run.pk).delete()
    olga = as_("olga")

    first = olga.get(world.at("runs/"), {"state": state})
    second = olga.get(first.context["next"])

    seen = [row["run"].pk for page in (first, second) for row in page.context["rows"]]
    assert len(seen) == len(set(seen)) == 59 and set(seen) == made
    assert (second.context["next"], first.context["rows"][0]["run"].created_at) == ("", now)


def test_looking_one_by_one_stops_in_time_and_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for number in range(25):
        world.again(created_at=now - timedelta(minutes=number))
    far = world.again(created_at=now - timedelta(hours=2), cause_kind="api")
    monkeypatch.setattr(paging, "PIECE", 10)
    monkeypatch.setattr(paging, "SECONDS", -1.0)
    wanted = RunFilter(trigger="api")

    pages = [page_of(wanted, world.team, "")]
    while pages[-1].following:
        pages.append(page_of(wanted, world.team, pages[-1].following))

    assert len(pages) == 4
    assert pages[0].looked_back_to == now - timedelta(minutes=8)  # the world's own run is newer than these
    assert [run.pk for page in pages for run in page.runs] == [far.pk]


def test_the_rows_stay_as_they_are_while_newer_runs_are_counted(world: World, as_: SignIn) -> None:
    olga = as_("olga")
    poll = olga.get(world.at("runs/")).context["poll"]
    world.again()
    world.again()
    Run.objects.filter(pk=world.run.pk).update(state="succeeded", ended_at=timezone.now())

    answer = olga.get(poll)

    assert [row["run"].pk for row in answer.context["rows"]] == [world.run.pk]
    assert 'data-run-state="succeeded"' in answer.content.decode()
    assert "2 newer runs" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_an_empty_list_tells_of_the_first_run(world: World, as_: SignIn) -> None:
    Run.objects.all().delete()
    olga = as_("olga")
    poll = olga.get(world.at("runs/")).context["poll"]
    world.again()

    assert "One newer run" in olga.get(poll).content.decode()


def test_rows_of_another_team_are_not_told(world: World, as_: SignIn) -> None:
    answer = as_("mallory").get("/t/demo-elsewhere/runs/", {"rows": world.run.pk.hex, "top": "x"})

    assert str(world.run.pk) not in answer.content.decode()


def test_what_is_typed_becomes_filters(world: World) -> None:
    typed = read_typed('state:error trigger:webhook is:test since:7d version:3 flow:"count"', world.team, NOTHING)

    assert typed.problems == []
    assert typed.filter == RunFilter(
        state="failed", trigger="webhook", kind="test", since="7d", version=3, flow=world.flow.pk
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stat:failed", "Did you mean “state:”?"),
        ("state:purple", "Choose among live"),
        ("since:someday", "a day as 2026-01-31"),
        ("version:new", "Write a number"),
        ("nowhere", "No flow is named “nowhere”"),
    ],
)
def test_what_is_not_understood_is_said_with_what_to_write(world: World, text: str, words: str) -> None:
    typed = read_typed(text, world.team, NOTHING)

    assert words in typed.problems[0]
    assert typed.filter == NOTHING


def test_typing_the_id_of_a_run_opens_it(world: World, as_: SignIn) -> None:
    answer = as_("carol").post(world.at("runs/search/"), {"text": str(world.run.pk)})

    assert answer["Location"] == world.at(f"runs/{world.run.pk}/")


def person(world: World, email: str) -> Run:
    """A run about this person."""
    assert world.flow.published is not None
    return start(world.flow.published, cause=Cause.API, key=email, payload={"email": email})


def test_a_person_is_found_exactly_and_their_name_is_in_no_address(world: World, as_: SignIn) -> None:
    ada = person(world, "Ada@Example.com")
    person(world, "ada.other@example.com")
    olga = as_("olga")

    answer = olga.post(world.at("runs/search/"), {"text": "state:live ada@example.com"})
    query = parse_qs(urlsplit(answer["Location"]).query)

    assert "example" not in answer["Location"] and query["state"] == ["live"]
    assert {row["run"].pk for row in olga.get(answer["Location"]).context["rows"]} == {ada.pk}


def test_the_beginning_of_an_address_offers_the_people_it_may_be(world: World, as_: SignIn) -> None:
    runs = {name: person(world, name) for name in ("eve@a.example", "evelyn@a.example", "bob@a.example")}
    olga = as_("olga")

    answer = olga.post(world.at("runs/search/"), {"text": "eve*"})
    found = {each.person: href for each, href in answer.context["people"]}

    assert found.keys() == {"eve@a.example", "evelyn@a.example"}
    assert {row["run"].pk for row in olga.get(found["evelyn@a.example"]).context["rows"]} == {
        runs["evelyn@a.example"].pk
    }
    assert not any("example" in href for href in found.values())


def test_a_person_in_what_a_step_got_is_found_by_their_beginning(world: World) -> None:
    value = {"data": {"person": {"email": "zoe@a.example"}}, "error": None, "successful": True}
    world.run.steps.filter(node="segments").update(output=value)
    note(world.run.pk, persons_of(world.team.pk, (value, Kept("{}"))))

    looked = beginning_with(world.team, "ZOE")

    assert [(each.person, each.runs) for each in looked.people] == [("zoe@a.example", 1)]
    assert looked.back_to is None


def test_a_viewer_may_not_look_for_people(world: World, as_: SignIn) -> None:
    person(world, "ada@a.example")

    answer = as_("carol").post(world.at("runs/search/"), {"text": "ada@a.example"}, follow=True)

    assert "Only operators" in answer.content.decode()
    assert "person" not in answer.redirect_chain[0][0]
