"""Large values of a run: kept once, pointed to, read whole, and never mistaken."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from helix.engine import outputs
from helix.engine.memory import memory
from helix.engine.models import Blob, Run
from helix.engine.outputs import Gone, Kept, TooLarge, keep, load, save, whole
from helix.expressions import resolve
from helix.expressions.kept import KeptObject, KeptText, Unread
from helix.teams.models import Team

LARGE = {"rows": [{"id": number, "email": f"person{number}@example.com"} for number in range(5000)], "note": "Zoë"}
PlainRun = Callable[..., Run]


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    memory.clear()
    yield
    memory.clear()


def put(run: Run, data: Any) -> Kept:
    kept = keep(run.id, run.team_id, data)
    kept.save()
    return kept


def read_again(run: Run, kept: Kept, *, elsewhere: bool = True) -> Any:
    """As another process reads it."""
    if elsewhere:
        memory.clear()
    return load(json.loads(kept.text), run.team_id)


@pytest.mark.parametrize(
    "data", [None, True, 3, 2**80, "", "Zoë", [], {}, {"a": [1, {"b": None}]}, [1.5, "x" * 1000], {"1": ["ü" * 300]}]
)
def test_a_small_value_stays_in_its_row(plain_run: PlainRun, data: Any) -> None:
    kept = keep(plain_run().id, UUID(int=0), data)

    assert kept.blob is None
    assert json.loads(kept.text) == kept.stored == data


@pytest.mark.parametrize("data", [LARGE, ["x" * 1000] * 100, "Zoë " * 50_000, {"n": 2**80, "text": "x" * 70_000}])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_large_value_leaves_a_short_pointer_and_is_read_as_it_was(
    plain_run: PlainRun, data: Any, elsewhere: bool
) -> None:
    run = plain_run()

    kept = put(run, data)

    assert len(kept.text) < 5000
    assert read_again(run, kept, elsewhere=elsewhere) == data
    assert Blob.objects.get().size > outputs.INLINE_BYTES


@pytest.mark.parametrize("odd", ["a\0b", "half \ud800 a character", "$blob", {"$blob": "x"}, {"a": {"$chunks": "x"}}])
def test_what_a_row_cannot_hold_or_would_be_taken_for_a_pointer_is_kept_apart(plain_run: PlainRun, odd: Any) -> None:
    run = plain_run()

    kept = put(run, {"odd": odd})

    assert kept.blob is not None
    assert read_again(run, kept) == {"odd": odd}


def test_a_pointer_in_data_from_outside_opens_nothing(plain_run: PlainRun) -> None:
    run = plain_run()
    secret = put(run, LARGE).stored

    forged = put(run, {"mine": secret})

    assert read_again(run, forged) == {"mine": secret}


def test_a_value_is_kept_once_however_often_it_is_given(plain_run: PlainRun) -> None:
    run, other = plain_run(), plain_run()

    texts = {put(run, dict(LARGE)).text for _ in range(3)}
    put(other, LARGE)

    assert len(texts) == 1
    assert Blob.objects.count() == 2, "one a run: the data of a run can be removed by itself"


def test_a_step_that_passes_a_value_on_keeps_a_pointer(plain_run: PlainRun) -> None:
    run = plain_run()
    scope: Any = {"steps": {"find": {"data": read_again(run, put(run, LARGE))}}}
    config: Any = {
        "values": {
            "all": {"$liquid": "{{ steps.find.data }}"},
            "first": {"$liquid": "{{ steps.find.data.rows[0].id }}"},
        }
    }

    given: Any = resolve(config, scope)
    kept = put(run, given["values"])

    assert kept.blob is None
    assert kept.stored["all"].keys() == {"$blob", "size", "kind", "count", "preview"}
    assert read_again(run, kept) == {"all": LARGE, "first": 0}


def test_a_pointer_does_not_leave_its_run(plain_run: PlainRun) -> None:
    run, child = plain_run(), plain_run()
    value = read_again(run, put(run, LARGE))

    kept = put(child, {"all": value})
    Blob.objects.filter(run=run).delete()

    assert read_again(child, kept) == {"all": LARGE}


def test_a_value_that_holds_a_pointer_and_is_large_itself_is_kept_in_full(plain_run: PlainRun) -> None:
    run = plain_run()
    value = read_again(run, put(run, LARGE))

    kept = put(run, {"all": value, "more": "y" * 70_000})
    assert kept.blob is not None
    Blob.objects.exclude(pk=kept.blob.pk).delete()

    assert read_again(run, kept) == {"all": LARGE, "more": "y" * 70_000}


def test_another_team_reads_nothing(plain_run: PlainRun) -> None:
    run = plain_run()
    stranger = Team.objects.create(slug="else", name="Elsewhere")
    kept = put(run, LARGE)
    pointer = json.loads(kept.text)

    with pytest.raises(Gone):
        load(dict(pointer), stranger.pk)


def test_the_item_of_a_loop_may_hold_256_kb(plain_run: PlainRun) -> None:
    run = plain_run()

    keep(run.id, run.team_id, "x" * 250_000, item=True)
    with pytest.raises(TooLarge, match="an item may hold 262") as caught:
        keep(run.id, run.team_id, "x" * 270_000, item=True)

    assert caught.value.trouble.kind == "too_large"
    assert "Set" in caught.value.trouble.hint


def test_a_run_may_hold_50_mb(plain_run: PlainRun) -> None:
    run = plain_run()
    for letter in "abcde":
        put(run, letter * 9_900_000)

    put(run, "a" * 9_900_000)
    with pytest.raises(TooLarge, match=r"the run would hold 59\.4 MB; a run may hold 50\.0 MB"):
        keep(run.id, run.team_id, "f" * 9_900_000)


def test_what_is_too_large_for_memory_is_passed_on_and_not_read(plain_run: PlainRun) -> None:
    run = plain_run()
    value = read_again(run, put(run, {"text": "a" * 22_000_000}))

    given: Any = resolve({"all": {"$liquid": "{{ steps.big.data }}"}}, {"steps": {"big": {"data": value}}})

    assert isinstance(given["all"], Unread)
    assert keep(run.id, run.team_id, given).blob is None
    with pytest.raises(TooLarge, match="a step may read 20"):
        whole(given)


def test_the_preview_is_short_and_says_what_it_leaves_out(plain_run: PlainRun) -> None:
    pointer = keep(plain_run().id, UUID(int=0), LARGE).stored

    assert len(pointer["preview"].encode()) <= 2048
    assert "person0@example.com" in pointer["preview"]
    assert "… 4,997 more items" in pointer["preview"]


def test_values_know_where_they_are_kept_and_are_values_all_the_same(plain_run: PlainRun) -> None:
    run = plain_run()

    found, text = read_again(run, put(run, LARGE)), read_again(run, put(run, "z" * 100_000))

    assert isinstance(found, KeptObject) and found["note"] == "Zoë"
    assert isinstance(text, KeptText) and len(text) == 100_000
    assert resolve({"$liquid": "{{ s.rows | size }} {{ s.note }}"}, {"s": found}) == "5000 Zoë"


def test_saving_twice_changes_nothing(plain_run: PlainRun) -> None:
    run = plain_run()
    one, two = keep(run.id, run.team_id, LARGE), keep(run.id, run.team_id, LARGE)

    save([one, two, keep(run.id, run.team_id, 3)])
    save([two])

    assert Blob.objects.count() == 1
