"""Acts on many flows: what is foreseen, what is refused, what came of each; deleting, bringing back, copying."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.audit.models import Entry
from helix.engine.models import Run
from helix.flows.drafts import create_flow
from helix.flows.filing import place, put_tags
from helix.flows.models import Flow, ManyAct
from helix.triggers.leaving import reasons_to_stay
from helix.triggers.many import Verb, Wanted, carry_on, carry_out
from helix.triggers.publish import delete_flow, publish
from tests.build import graph_text
from tests.integration.pages.conftest import SignIn, World, as_, world

__all__ = ["as_", "world"]

CALLED: dict[str, Any] = {"key": "called", "type": "trigger.called", "config": {"fields": []}}
MANUAL: dict[str, Any] = {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}}


@pytest.fixture
def part(world: World) -> Flow:
    """A flow that “Caller” uses as a step; no run is under way."""
    Run.objects.all().update(state="succeeded", ended_at=timezone.now())
    flow = create_flow(world.team, "Part", graph_text([CALLED], []))
    publish(flow, None)
    step = {"key": "run", "type": "logic.run_flow", "config": {"flow": str(flow.pk), "input": {}, "wait": True}}
    create_flow(world.team, "Caller", graph_text([MANUAL, step], ["by_hand>run"]))
    return flow


def act(world: World, as_: SignIn, verb: str, flows: list[Flow], **more: Any) -> dict[str, tuple[bool, str]]:
    """What came of each flow, by name, when Bob does this to them."""
    form = {"act": verb, "flow": [str(flow.pk) for flow in flows], **more}
    answer = as_("bob").post(world.at("flows/many/begin/"), form)
    assert answer.status_code == 302
    page = as_("bob").get(answer["Location"])
    assert page.status_code == 200
    done = ManyAct.objects.latest("at")
    return {name: (ok, words) for _, name, ok, words in done.results}


def test_on_is_refused_for_what_was_never_published(world: World, as_: SignIn) -> None:
    Flow.objects.update(enabled=False)
    results = act(world, as_, "on", [world.flow, world.draft])

    assert results["Counting"][0] and not results["Half done"][0]
    assert "Publish this flow before" in results["Half done"][1]
    assert list(Flow.objects.filter(enabled=True)) == [world.flow]


def test_off_switches_all_off_and_says_which_were(world: World, as_: SignIn) -> None:
    results = act(world, as_, "off", [world.flow, world.draft])

    assert results["Counting"] == (True, "Nothing starts it by itself now")
    assert results["Half done"] == (True, "Was off already")


def test_moving_to_a_new_folder_and_to_the_top(world: World, as_: SignIn) -> None:
    act(world, as_, "move", [world.flow, world.draft], to="", new_folder="Sales / Europe")
    assert {str(flow.folder) for flow in Flow.objects.all()} == {"Sales / Europe"}

    act(world, as_, "move", [world.draft], to="")
    assert Flow.objects.get(pk=world.draft.pk).folder is None


def test_tags_are_added_to_those_worn_and_taken_off(world: World, as_: SignIn) -> None:
    put_tags(world.flow, "old")
    put_tags(world.draft, [f"t{number}" for number in range(20)])

    added = act(world, as_, "tag", [world.flow, world.draft], tags="new, fresh")
    assert added["Counting"][0] and not added["Half done"][0]
    assert "22 tags are too many" in added["Half done"][1]
    assert {tag.name for tag in world.flow.tags.all()} == {"old", "new", "fresh"}

    taken = act(world, as_, "untag", [world.flow, world.draft], tag_named=["old", "new"])
    assert {tag.name for tag in world.flow.tags.all()} == {"fresh"}
    assert taken["Half done"] == (True, "Did not wear it")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"act": "tag", "tags": " , "}, "Name at least one tag"),
        ({"act": "move", "new_folder": "a/b/c"}, "Folders go one level deep"),
    ],
)
def test_what_makes_no_sense_is_asked_again_with_a_sentence(
    world: World, as_: SignIn, form: dict[str, str], words: str
) -> None:
    answer = as_("bob").post(world.at("flows/many/begin/"), {**form, "flow": str(world.flow.pk)})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ManyAct.objects.exists()


def test_the_question_names_what_cannot_be_deleted_and_why(world: World, as_: SignIn, part: Flow) -> None:
    Run.objects.filter(pk=world.run.pk).update(state="waiting")
    flows = [world.flow, world.draft, part]

    asked = as_("bob").post(world.at("flows/many/ask/"), {"act": "delete", "flow": [str(flow.pk) for flow in flows]})

    page = asked.content.decode()
    assert "Delete 1 flow?" in page and "2 of the 3 stay" in page
    assert "One run is under way" in page
    assert "Used by “Caller” as a step" in page
    assert not Flow.objects.exclude(deleted_at=None).exists()


def test_deleting_refuses_the_same_and_does_the_rest(world: World, as_: SignIn, part: Flow) -> None:
    Run.objects.filter(pk=world.run.pk).update(state="waiting")

    results = act(world, as_, "delete", [world.flow, world.draft, part])

    assert {name: done for name, (done, _) in results.items()} == {"Counting": False, "Half done": True, "Part": False}
    assert [flow.name for flow in Flow.objects.exclude(deleted_at=None)] == ["Half done"]
    assert Entry.objects.filter(act="flow.deleted").count() == 1


def test_a_flow_goes_together_with_the_one_that_uses_it(world: World, as_: SignIn, part: Flow) -> None:
    caller = Flow.objects.get(name="Caller")

    results = act(world, as_, "delete", [part, caller])

    assert all(done for done, _ in results.values())


def test_a_caller_that_must_stay_keeps_what_it_uses(world: World, part: Flow) -> None:
    caller = Flow.objects.get(name="Caller")
    publish(caller, None)
    caller.refresh_from_db()
    Run.objects.filter(pk=world.run.pk).update(state="running", flow=caller)

    reasons = reasons_to_stay(world.team, [part.pk, caller.pk])

    assert "under way" in reasons[caller.pk]
    assert "Used by “Caller”" in reasons[part.pk]


def test_foreseeing_costs_the_same_for_any_number(world: World) -> None:
    counts = []
    for more in (2, 30):
        for number in range(more):
            create_flow(world.team, f"Flow {more} {number}")
        ids = list(Flow.objects.values_list("pk", flat=True))
        reasons_to_stay(world.team, ids)
        with CaptureQueriesContext(connection) as queries:
            reasons_to_stay(world.team, ids)
        counts.append(len(queries))

    assert counts == [3, 3]


def test_deleting_one_is_refused_while_another_uses_it(world: World, as_: SignIn, part: Flow) -> None:
    page = as_("bob").post(world.at(f"flows/{part.pk}/delete/"), follow=True).content.decode()

    assert "“Part” is not deleted. Used by “Caller” as a step." in page
    assert Flow.objects.get(pk=part.pk).deleted_at is None


def test_all_that_match_are_the_filter_s_and_no_others(world: World, as_: SignIn) -> None:
    place(world.draft, "Sales")

    act(world, as_, "tag", [], all="1", q="half", tags="found")

    assert [flow.name for flow in Flow.objects.filter(tags__name="found")] == ["Half done"]


def test_flows_of_others_and_deleted_ones_are_left_alone(world: World, as_: SignIn) -> None:
    delete_flow(world.draft)
    theirs = create_flow(world.people["mallory"].teams.get(), "Theirs")

    answer = as_("bob").post(
        world.at("flows/many/begin/"), {"act": "tag", "tags": "x", "flow": [str(theirs.pk), str(world.draft.pk)]}
    )

    assert answer["Location"] == world.at("flows/")
    assert not ManyAct.objects.exists()


@pytest.mark.parametrize("who", ["carol", "olga"])
def test_those_who_only_look_are_offered_no_act_and_refused_one(world: World, as_: SignIn, who: str) -> None:
    page = as_(who).get(world.at("flows/")).content.decode()

    assert 'name="flow"' not in page and "data-chosen-bar" not in page
    assert "Folder and tags…" not in page and "Duplicate" not in page
    for path in ("ask", "begin"):
        answer = as_(who).post(world.at(f"flows/many/{path}/"), {"act": "off", "flow": str(world.flow.pk)})
        assert answer.status_code == 403
    assert as_(who).post(world.at(f"flows/{world.flow.pk}/duplicate/")).status_code == 403


def test_what_was_deleted_comes_back_switched_off_with_its_place(world: World, as_: SignIn) -> None:
    place(world.flow, "Sales")
    delete_flow(world.flow)
    bob = as_("bob")
    assert "Counting" in bob.get(world.at("flows/deleted/")).content.decode()

    bob.post(world.at(f"flows/{world.flow.pk}/restore/"))

    world.flow.refresh_from_db()
    assert world.flow.deleted_at is None and not world.flow.enabled
    assert str(world.flow.folder) == "Sales"
    assert Entry.objects.filter(act="flow.brought_back").count() == 1


def test_after_thirty_days_it_is_gone_for_good(world: World, as_: SignIn) -> None:
    Flow.objects.filter(pk=world.flow.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    bob = as_("bob")

    assert "Nothing was deleted" in bob.get(world.at("flows/deleted/")).content.decode()
    assert bob.post(world.at(f"flows/{world.flow.pk}/restore/")).status_code == 404


def test_a_deleting_of_many_is_undone_from_its_result(world: World, as_: SignIn) -> None:
    Run.objects.all().update(state="succeeded", ended_at=timezone.now())
    act(world, as_, "delete", [world.flow, world.draft])

    results = act(world, as_, "restore", [world.flow, world.draft])

    assert {words for _, words in results.values()} == {"Is back, switched off"}
    assert not Flow.objects.exclude(deleted_at=None).exists()


def test_a_copy_stands_beside_the_flow_and_is_off(world: World, as_: SignIn) -> None:
    place(world.flow, "Sales")
    put_tags(world.flow, "daily")

    answer = as_("bob").post(world.at(f"flows/{world.flow.pk}/duplicate/"))

    copy = Flow.objects.get(name="Counting (copy)")
    assert answer["Location"] == world.at(f"flows/{copy.pk}/")
    assert copy.draft == world.flow.draft and not copy.enabled and copy.published is None
    assert str(copy.folder) == "Sales" and [tag.name for tag in copy.tags.all()] == ["daily"]


def test_results_are_kept_for_a_month(world: World) -> None:
    old = carry_out(world.team, None, Wanted(Verb.OFF), [world.flow], "")
    ManyAct.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))

    carry_out(world.team, None, Wanted(Verb.OFF), [world.flow], "")

    assert ManyAct.objects.count() == 1


def test_what_is_left_goes_on_while_the_page_is_open(world: World, as_: SignIn) -> None:
    flows = [create_flow(world.team, f"Left {number}") for number in range(45)]
    rest = [str(flow.pk) for flow in flows]
    left = ManyAct.objects.create(team=world.team, act="move", words="", given={"to": "Sales", "tags": []}, rest=rest)
    at = world.at(f"flows/many/{left.pk}/")
    before = as_("bob").get(at).content.decode()
    listed = as_("bob").get(world.at("flows/")).content.decode()

    after = as_("bob").post(f"{at}go-on/", follow=True).content.decode()

    assert "0 of 45" in before and "Under way" in before
    assert "45 still to go" in listed and at in listed
    assert "45 flows moved" in after and "Under way" not in after
    assert Flow.objects.filter(folder__path="Sales").count() == 45
    assert as_("carol").post(f"{at}go-on/").status_code == 403


def test_a_thousand_flows_fit_into_one_form(world: World, as_: SignIn) -> None:
    ids = ",".join([str(world.flow.pk)] * 3 + [str(world.draft.pk)] * 1200)

    asked = as_("bob").post(world.at("flows/many/ask/"), {"act": "off", "flow": ids})

    assert "Switch off 2 flows" in asked.content.decode()


def test_no_time_leaves_all_as_it_is(world: World) -> None:
    rest = [str(world.flow.pk)]
    left = ManyAct.objects.create(team=world.team, act="off", words="", given={"to": "", "tags": []}, rest=rest)

    assert carry_on(left, seconds=0).rest == rest
