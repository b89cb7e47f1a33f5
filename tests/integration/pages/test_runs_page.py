"""The list of runs, the page of one, its fragments, and what a person may do to it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from helix.engine.models import Run
from tests.integration.pages.conftest import SECRET_EMAIL, SignIn, World


def test_the_list_filters_by_state_and_flow(world: World, as_: SignIn) -> None:
    done = world.again(state="succeeded", ended_at=timezone.now())
    carol = as_("carol")

    live = carol.get(world.at("runs/") + "?state=live").content.decode()
    succeeded = carol.get(world.at("runs/") + "?state=succeeded").content.decode()
    other_flow = carol.get(world.at("runs/") + f"?flow={world.draft.pk}").content.decode()

    assert str(world.run.pk) in live and str(done.pk) not in live
    assert str(done.pk) in succeeded and str(world.run.pk) not in succeeded
    assert "No run fits these filters" in other_flow


def test_pages_of_fifty_follow_each_other_without_gap_or_overlap(world: World, as_: SignIn) -> None:
    now = timezone.now()
    for number in range(59):
        world.again(created_at=now - timedelta(minutes=number // 3))
    carol = as_("carol")

    first = carol.get(world.at("runs/"))
    second = carol.get(first.context["next"])

    seen = [row["run"].pk for page in (first, second) for row in page.context["rows"]]
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 10)
    assert set(seen) == set(Run.objects.values_list("pk", flat=True))
    assert second.context["next"] == ""


@pytest.mark.parametrize("cursor", ["x", "2026-01-01_x", "_", "9999-99-99T00:00_01a206ca-a1e7-74fb-a8c6-979a35947a40"])
def test_a_cursor_that_is_none_of_ours_is_as_none(world: World, as_: SignIn, cursor: str) -> None:
    answer = as_("carol").get(world.at("runs/"), {"before": cursor, "flow": "nonsense", "state": "nonsense"})

    assert str(world.run.pk) in answer.content.decode()


def test_the_run_page_hands_the_canvas_the_graph_as_it_was(world: World, as_: SignIn) -> None:
    answer = as_("carol").get(world.at(f"runs/{world.run.pk}/"))

    data = answer.context["editor_data"]
    assert data["mode"] == "run"
    assert [node["key"] for node in data["graph"]["nodes"]] == ["by_hand", "segments", "report"]
    assert data["run"]["steps"]["segments"]["state"] == "ready"
    assert {kind["type"] for kind in data["catalog"]} == {
        "trigger.manual",
        "customerio.get_segments",
        "customerio.track_event",
    }
    assert 'id="editor-data"' in answer.content.decode()


def test_a_live_run_is_fetched_again_and_a_final_one_is_not(world: World, as_: SignIn) -> None:
    carol, address = as_("carol"), world.at(f"runs/{world.run.pk}/timeline/")

    before = carol.get(address).content.decode()
    world.failed()
    world.run.steps.filter(node="segments").update(state="cancelled")
    after = carol.get(address).content.decode()

    assert 'data-run-state="queued"' in before and "every 5s" in before
    assert 'data-run-state="failed"' in after and "every 5s" not in after
    assert 'data-step-run="report" data-state="failed"' in after


def test_the_page_opens_at_the_step_that_failed_and_says_what_to_do(world: World, as_: SignIn) -> None:
    world.failed()

    page = as_("olga").get(world.at(f"runs/{world.run.pk}/")).content.decode()

    assert 'data-step-detail="report"' in page
    assert "Customer.io refused it (400)." in page
    assert "Correct the event." in page
    assert "Basic •••" in page


def test_a_viewer_sees_why_a_step_failed_but_no_personal_data(world: World, as_: SignIn) -> None:
    step = world.failed()
    address = world.at(f"runs/{world.run.pk}/steps/{step.pk}/")

    viewer, operator = (as_(who).get(address).content.decode() for who in ("carol", "olga"))

    assert "Customer.io refused it (400)." in viewer
    assert SECRET_EMAIL not in viewer
    assert SECRET_EMAIL in operator


def test_no_part_of_a_viewers_run_page_holds_the_payload(world: World, as_: SignIn) -> None:
    carol = as_("carol")
    trigger = world.step("by_hand")

    pages = [
        carol.get(world.at(f"runs/{world.run.pk}/{part}")).content.decode()
        for part in ("", "timeline/", "state.json", f"steps/{trigger.pk}/", "?step=by_hand")
    ]

    assert not any(SECRET_EMAIL in page for page in pages)


def test_the_state_as_json_is_what_the_canvas_follows(world: World, as_: SignIn) -> None:
    world.failed()

    answer = as_("carol").get(world.at(f"runs/{world.run.pk}/state.json")).json()

    assert (answer["state"], answer["is_final"]) == ("failed", True)
    report = answer["steps"]["report"]
    assert (report["state"], report["attempts"], report["duration_ms"]) == ("failed", 1, 1000)
    assert report["error"]["message"] == "Customer.io refused it (400)."


def test_a_wait_counts_down(world: World, as_: SignIn) -> None:
    due = timezone.now() + timedelta(minutes=5)
    world.run.steps.filter(node="segments").update(state="waiting", started_at=timezone.now(), due_at=due)

    page = as_("carol").get(world.at(f"runs/{world.run.pk}/?step=segments")).content.decode()

    assert page.count("data-countdown") == 2


def test_cancelling_ends_a_live_run_and_says_so(world: World, as_: SignIn) -> None:
    answer = as_("olga").post(world.at(f"runs/{world.run.pk}/cancel/"), follow=True)

    world.run.refresh_from_db()
    assert world.run.state == "cancelled"
    assert "Cancelled: nothing new begins." in answer.content.decode()


def test_running_again_twice_with_one_key_starts_one_run(world: World, as_: SignIn) -> None:
    olga, address = as_("olga"), world.at(f"runs/{world.run.pk}/again/")

    first, second = (olga.post(address, {"key": "k"})["Location"] for _ in range(2))

    begun = Run.objects.exclude(pk=world.run.pk).get()
    assert first == second == world.at(f"runs/{begun.pk}/")
    assert (begun.payload, begun.version_id, begun.created_by) == (
        world.run.payload,
        world.run.version_id,
        world.people["olga"],
    )


@pytest.mark.parametrize(("answer", "state"), [("arrived", "succeeded"), ("again", "ready"), ("skip", "skipped")])
def test_a_person_answers_for_a_call_in_doubt(world: World, as_: SignIn, answer: str, state: str) -> None:
    step = world.doubted()
    olga = as_("olga")
    shown = olga.get(world.at(f"runs/{world.run.pk}/")).content.decode()

    olga.post(world.at(f"runs/{world.run.pk}/steps/{step.pk}/resolve/"), {"answer": answer})

    assert "Did this call arrive?" in shown
    assert world.step().state == state


def test_an_answer_that_is_none_of_the_three_changes_nothing(world: World, as_: SignIn) -> None:
    step = world.doubted()

    page = as_("olga").post(
        world.at(f"runs/{world.run.pk}/steps/{step.pk}/resolve/"), {"answer": "perhaps"}, follow=True
    )

    assert world.step().state == "unknown"
    assert "Choose one of the three answers" in page.content.decode()


def test_a_viewer_sees_the_doubt_but_cannot_answer(world: World, as_: SignIn) -> None:
    world.doubted()

    page = as_("carol").get(world.at(f"runs/{world.run.pk}/")).content.decode()

    assert "An operator of the team can answer." in page
    assert "It arrived: go on" not in page


def test_what_a_step_got_is_text_on_the_page_whatever_it_holds(world: World, as_: SignIn) -> None:
    bad = "</script><script>alert(1)</script>"
    world.run.steps.filter(node="by_hand").update(output={"data": {"x": bad}, "error": None, "successful": True})

    page = as_("olga").get(world.at(f"runs/{world.run.pk}/?step=by_hand")).content.decode()

    assert bad not in page
    assert json.dumps("&lt;/script&gt;")[1:-1] in page
