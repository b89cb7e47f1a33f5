"""Doing something to many runs from the list, and the page of what waits for a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helix.connections.models import Connection
from helix.engine.bulk.carrying import carry_bulk
from helix.engine.bulk.models import BulkAction
from helix.engine.models import Awaited, Run, StepRun
from helix.triggers.models import Schedule
from tests.integration.pages.conftest import SignIn, World


@pytest.fixture
def three_failed(world: World) -> list[Run]:
    """Three runs whose last step failed, so that they can be gone on with; the world's own run is under way."""
    now, made = timezone.now(), []
    for minutes in range(3):
        run = world.again(state="failed", ended_at=now, created_at=now - timedelta(minutes=minutes))
        run.steps.filter(node="segments").update(state="succeeded", port="next", started_at=now, ended_at=now)
        run.steps.filter(node="report").update(state="failed", started_at=now, ended_at=now)
        made.append(run)
    return made


def test_chosen_runs_are_asked_about_then_gone_on_with(world: World, as_: SignIn, three_failed: list[Run]) -> None:
    olga = as_("olga")
    chosen = [str(three_failed[0].pk), str(three_failed[1].pk), str(world.run.pk)]

    asked = olga.post(world.at("runs/many/ask/"), {"act": "retry", "run": chosen})
    words = asked.content.decode()
    begun = olga.post(world.at("runs/many/begin/"), {"act": "retry", "run": chosen, "key": "k"}, follow=True)
    carry_bulk()
    done = olga.get(begun.redirect_chain[0][0]).content.decode()

    assert "Go on with 2 runs?" in words and "1 of the 3 chosen have not failed and stays as it is." in words
    assert 'data-bulk-state="carrying"' in begun.content.decode()
    assert 'data-bulk-state="done"' in done and "2 gone on with" in done
    assert [run.retries.count() for run in three_failed] == [1, 1, 0]


def test_all_that_match_are_those_of_the_filter_and_of_this_moment(
    world: World, as_: SignIn, three_failed: list[Run]
) -> None:
    olga = as_("olga")
    form = {"act": "retry", "all": "1", "state": "failed", "flow": str(world.flow.pk), "key": "k"}

    asked = olga.post(world.at("runs/many/ask/"), form).content.decode()
    olga.post(world.at("runs/many/begin/"), form)
    olga.post(world.at("runs/many/begin/"), form)

    action = BulkAction.objects.get()
    assert "all failed runs of “Counting”" in asked
    assert (action.total, action.words) == (3, "all failed runs of “Counting”")


def test_cancelling_many_shows_who_was_refused_and_why(world: World, as_: SignIn) -> None:
    olga, other = as_("olga"), world.again()
    answer = olga.post(world.at("runs/many/begin/"), {"act": "cancel", "all": "1", "key": "k"})
    Run.objects.filter(pk=other.pk).update(state="succeeded", ended_at=timezone.now())
    other.steps.exclude(state="succeeded").update(state="skipped", ended_at=timezone.now())

    carry_bulk()

    refused = olga.get(answer["Location"], {"only": "refused"}).content.decode()
    done = olga.get(answer["Location"], {"only": "done"}).content.decode()
    assert "It had ended already." in refused and str(other.pk) in refused
    assert str(world.run.pk) in done and str(other.pk) not in done


def test_an_action_can_be_stopped(world: World, as_: SignIn) -> None:
    olga = as_("olga")
    answer = olga.post(world.at("runs/many/begin/"), {"act": "cancel", "all": "1", "key": "k"})

    olga.post(f"{answer['Location']}stop/")
    carry_bulk()

    world.run.refresh_from_db()
    assert world.run.state == "queued"
    assert "Stopped by Olga" in olga.get(answer["Location"]).content.decode()


def test_a_viewer_sees_no_ticks_and_may_do_nothing(world: World, as_: SignIn) -> None:
    carol = as_("carol")

    page = carol.get(world.at("runs/")).content.decode()

    assert 'name="run"' not in page and "data-chosen-bar" not in page
    assert carol.post(world.at("runs/many/begin/"), {"act": "cancel", "all": "1"}).status_code == 403
    assert not BulkAction.objects.exists()


def test_runs_of_another_team_cannot_be_chosen(world: World, as_: SignIn) -> None:
    form = {"act": "cancel", "run": [str(world.run.pk)], "key": "k"}

    as_("mallory").post("/t/demo-elsewhere/runs/many/begin/", form)

    assert BulkAction.objects.get().total == 0


def waiting(world: World) -> None:
    """A call in doubt, an approval, a paused connection and a schedule that cannot fire."""
    world.doubted()
    other = world.again(state="waiting")
    step = StepRun.objects.get(run=other, node="segments")
    StepRun.objects.filter(pk=step.pk).update(state="waiting", due_at=timezone.now() + timedelta(days=1))
    Awaited.objects.create(
        step=step, team=world.team, kind="approval", match="", asked={"question": "Shall we?", "approvers": "editor"}
    )
    Connection.objects.filter(pk=world.connection.pk).update(paused_at=timezone.now(), paused_reason="The key is gone.")
    Schedule.objects.create(flow=world.flow, node="by_hand", trouble="The zone “Mars” is not known.")


def test_everything_that_waits_for_a_person_is_on_one_page(world: World, as_: SignIn) -> None:
    waiting(world)

    page = as_("bob").get(world.at("runs/attention/")).content.decode()

    assert "4 things a person must decide or mend." in page
    for words in ("Did these calls arrive?", "Shall we?", "The key is gone.", "The zone “Mars” is not known."):
        assert words in page


def test_the_number_in_the_bar_counts_what_this_member_can_do(world: World, as_: SignIn) -> None:
    waiting(world)

    counts = {
        name: as_(name).get(world.at("runs/attention/count/")).content.decode() for name in ("bob", "olga", "carol")
    }

    assert ">4<" in counts["bob"]  # an editor, so the approval is his too
    assert ">3<" in counts["olga"]
    assert ">2<" in counts["carol"]


def test_a_quiet_team_is_told_so(world: World, as_: SignIn) -> None:
    page = as_("carol").get(world.at("runs/attention/")).content.decode()

    assert "All is well" in page and "nav-count" not in page


def test_an_answer_given_on_the_page_leads_back_to_it(world: World, as_: SignIn) -> None:
    step = world.doubted()

    answer = as_("olga").post(
        world.at(f"runs/{world.run.pk}/steps/{step.pk}/resolve/"), {"answer": "arrived", "back": "attention"}
    )

    assert answer["Location"] == world.at("runs/attention/")
    assert world.step().state == "succeeded"


def test_one_answer_for_all_calls_of_a_step(world: World, as_: SignIn) -> None:
    world.doubted()
    other = world.again(state="waiting", attention=True)
    now = timezone.now()
    other.steps.filter(node="segments").update(state="succeeded", port="next", ended_at=now)
    other.steps.filter(node="report").update(state="unknown", started_at=now, sent_at=now)
    olga = as_("olga")
    form = {"flow": str(world.flow.pk), "node": "report", "answer": "skip", "key": "k"}

    page = olga.get(world.at("runs/attention/")).content.decode()
    answer = olga.post(world.at("runs/attention/answer/"), form)
    carry_bulk()

    assert "2 calls in doubt" in page and "Skip all" in page
    assert "2 answered" in olga.get(answer["Location"]).content.decode()
    assert set(StepRun.objects.filter(node="report").values_list("state", flat=True)) == {"skipped"}


@pytest.mark.parametrize("form", [{}, {"flow": "x", "node": "report", "answer": "skip"}, {"answer": "perhaps"}])
def test_an_answer_that_makes_no_sense_changes_nothing(world: World, as_: SignIn, form: dict[str, str]) -> None:
    world.doubted()

    as_("olga").post(world.at("runs/attention/answer/"), {"flow": str(world.flow.pk), "node": "report", **form})

    assert world.step().state == "unknown"
