"""Finding and erasing a person: everything about them goes, nothing about anybody else, and the index tells nobody who it is."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from helix.connections.blinding import blind
from helix.engine.erasing import erase, noted_runs
from helix.engine.invariants import broken
from helix.engine.models import Run, RunPerson, StepRun
from helix.engine.noting import note, persons_of
from helix.engine.outputs import keep
from helix.engine.perform import work
from helix.teams.models import Team

PlainRun = Callable[..., Run]


def dump() -> str:
    """Everything that the database holds, as text."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text += [str(bytes(value) if isinstance(value, memoryview) else value) for row in cursor for value in row]
    return "\n".join(text)


@pytest.mark.parametrize("asked", ["ada@canary.example", " Ada@Canary.example ", "u-17", "c0ffee"])
def test_all_runs_of_a_person_lose_their_data_and_others_keep_theirs(
    team: Team, plain_run: PlainRun, asked: str
) -> None:
    person = {"email": "Ada@canary.example", "userId": "u-17", "person": {"id": "c0ffee"}}
    runs = [plain_run({**person, "n": number}) for number in range(3)]
    other = plain_run({"email": "bob@canary.example"})
    work()

    done = erase(team, asked)

    assert (done.runs, done.stopped, done.under_way) == (3, 0, [])
    assert done.rows["StepRun"] == 9
    for run in runs:
        run.refresh_from_db()
        assert (run.payload, run.state, run.wiped_by) == ({}, "succeeded", "erasure")
    other.refresh_from_db()
    assert other.payload == {"email": "bob@canary.example"}
    found = dump().lower()
    assert "ada@canary" not in found and "u-17" not in found and "c0ffee" not in found
    assert "bob@canary" in found


def test_the_index_holds_no_names_and_differs_between_teams(team: Team, plain_run: PlainRun) -> None:
    plain_run({"email": "ada@canary.example"})
    other = Team.objects.create(slug="else", name="Elsewhere")

    digests = set(RunPerson.objects.values_list("digest", flat=True))

    assert digests == blind(team.pk, ["ada@canary.example"])
    assert not digests & blind(other.pk, ["ada@canary.example"])
    assert noted_runs(team, "ada@canary.example").count() == 1
    assert noted_runs(other, "ada@canary.example").count() == 0


def test_their_waiting_runs_are_stopped(team: Team, plain_run: PlainRun) -> None:
    run = plain_run({"email": "ada@example.com"})

    done = erase(team, "ada@example.com")
    work()

    run.refresh_from_db()
    assert (done.stopped, run.state, run.payload) == (1, "cancelled", {})
    assert set(StepRun.objects.filter(run=run).values_list("state", flat=True)) == {"succeeded", "cancelled"}
    assert broken() == []


def test_a_run_about_many_people_goes_on_and_is_named(team: Team, plain_run: PlainRun) -> None:
    run = plain_run({"people": [{"email": f"p{number}@example.com"} for number in range(30)]})

    done = erase(team, "p7@example.com")
    work()
    again = erase(team, "p7@example.com")

    assert (done.runs, done.under_way) == (0, [run.pk])
    assert (again.runs, again.under_way) == (1, [])


@pytest.mark.parametrize("asked", ["p77@example.com", "member-77"])
def test_people_in_large_values_are_found_by_search(team: Team, plain_run: PlainRun, asked: str) -> None:
    run, other = plain_run(), plain_run()
    work()
    for one, start in ((run, 0), (other, 78)):
        people = [{"id": f"member-{n}", "email": f"p{n}@example.com"} for n in range(start, start + 2000)]
        kept = keep(one.id, one.team_id, people)
        kept.save()

    done = erase(team, asked)

    assert (done.runs, done.rows["Blob"]) == (1, 1)
    run.refresh_from_db()
    assert run.wiped_by == "erasure"


def test_people_that_a_step_names_are_noted_with_it(team: Team, plain_run: PlainRun) -> None:
    run = plain_run()

    values: list[Any] = [{"userId": "u-9"}, {"segments": [{"id": 7}]}, None]
    noted = persons_of(team.pk, *[(value, keep(run.id, team.pk, value)) for value in values])
    note(run.id, noted)

    assert len(noted) == 1
    assert noted_runs(team, "u-9").count() == 1
    assert noted_runs(team, "7").count() == 0, "the id of a segment is nobody's"


def test_of_a_large_value_only_the_beginning_is_noted_one_by_one(plain_run: PlainRun) -> None:
    run = plain_run()
    value = {"email": "ada@example.com", "rows": [{"email": f"p{number}@example.com"} for number in range(5000)]}

    noted = len(persons_of(run.team_id, (value, keep(run.id, run.team_id, value))))

    assert 1 <= noted <= 200


@pytest.mark.parametrize("asked", ["", "   ", "nobody@example.com", "%", "*"])
def test_nobody_is_erased_for_a_name_that_nobody_has(team: Team, plain_run: PlainRun, asked: str) -> None:
    plain_run({"email": "ada@example.com"})

    assert erase(team, asked).runs == 0


def test_the_command_says_what_it_did(plain_run: PlainRun) -> None:
    plain_run({"email": "ada@example.com"})
    said: Any = StringIO()

    call_command("erase_person", "ada@example.com", team="demo", stdout=said)

    assert "Erased the data of 1 runs; 1 of them were stopped." in said.getvalue()
