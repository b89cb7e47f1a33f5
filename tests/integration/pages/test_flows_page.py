"""The list of flows and the command bar."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helix.flows.drafts import create_flow
from helix.flows.filing import place, put_tags
from helix.flows.models import Flow
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.pages.conftest import SignIn, World


def test_a_row_tells_trigger_switch_problems_and_the_last_runs(world: World, as_: SignIn) -> None:
    Flow.objects.filter(pk=world.draft.pk).update(problems=[{"severity": "error"}, {"severity": "warning"}])
    world.failed()

    page = as_("bob").get(world.at("flows/")).content.decode()

    assert "By hand or API" in page
    assert "No trigger yet" in page
    assert "1 problem</a>" in page
    assert "bar-failed" in page
    assert 'role="switch"' in page


def test_a_schedule_is_told_in_words_with_its_next_firing(world: World, as_: SignIn) -> None:
    nightly = {
        "key": "nightly",
        "type": "trigger.schedule",
        "config": {"cron": "0 2 * * *", "timezone": "Europe/Paris"},
    }
    stop = {"key": "stop", "type": "logic.stop", "config": {"outcome": "succeed"}}
    publish(create_flow(world.team, "Nightly", graph_text([nightly, stop], ["nightly>stop"])), None)

    page = as_("carol").get(world.at("flows/") + "?q=nightly").content.decode()

    assert "Europe/Paris" in page
    assert "<time" in page.split('class="next nowrap"')[1][:40]


def test_searching_shows_flows_with_every_word(world: World, as_: SignIn) -> None:
    page = as_("carol").get(world.at("flows/") + "?q=half+done").content.decode()

    assert "Half done" in page
    assert "Counting" not in page


def test_the_strip_holds_the_last_twenty_runs(world: World, as_: SignIn) -> None:
    for _ in range(24):
        world.again(state="succeeded", ended_at=timezone.now())

    page = as_("carol").get(world.at("flows/")).content.decode()

    assert page.count('class="bar-succeeded"') == 20


def test_the_number_of_queries_does_not_grow_with_the_flows(world: World, as_: SignIn) -> None:
    carol = as_("carol")
    counts = []
    for more in (3, 40):
        for number in range(more):
            flow = create_flow(world.team, f"Flow {more} {number}")
            place(flow, f"Folder {number % 5} / Inner")
            put_tags(flow, f"tag {number}, daily")
        carol.get(world.at("flows/"))
        with CaptureQueriesContext(connection) as queries:
            carol.get(world.at("flows/"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20


def test_a_new_flow_opens_in_the_editor(world: World, as_: SignIn) -> None:
    answer = as_("bob").post(world.at("flows/new/"), {"name": "Welcome"})

    flow = Flow.objects.get(team=world.team, name="Welcome")
    assert answer["Location"] == world.at(f"flows/{flow.pk}/")
    assert not flow.enabled


@pytest.mark.parametrize("on", [True, False])
def test_the_switch_answers_with_the_row_as_it_is_now(world: World, as_: SignIn, on: bool) -> None:
    Flow.objects.filter(pk=world.flow.pk).update(enabled=not on)

    answer = as_("bob").post(
        world.at(f"flows/{world.flow.pk}/switch/"), {"on": str(on).lower()}, headers={"HX-Request": "true"}
    )

    world.flow.refresh_from_db()
    assert world.flow.enabled is on
    assert f'id="flow-{world.flow.pk}"' in answer.content.decode()


def test_a_flow_that_was_never_published_cannot_be_switched_on_and_says_why(world: World, as_: SignIn) -> None:
    answer = as_("bob").post(
        world.at(f"flows/{world.draft.pk}/switch/"), {"on": "true"}, headers={"HX-Request": "true"}
    )

    assert "Publish this flow before you switch it on" in answer.content.decode()


def test_renaming_and_deleting_lead_back_to_the_list(world: World, as_: SignIn) -> None:
    bob = as_("bob")

    renamed = bob.post(world.at(f"flows/{world.draft.pk}/name/"), {"name": "Whole"}, follow=True)
    deleted = bob.post(world.at(f"flows/{world.flow.pk}/delete/"), follow=True)

    assert "Whole" in renamed.content.decode()
    assert "“Counting” is deleted" in deleted.content.decode()
    assert f"flow-{world.flow.pk}" not in deleted.content.decode()


def test_an_empty_name_is_refused_with_a_sentence(world: World, as_: SignIn) -> None:
    answer = as_("bob").post(world.at(f"flows/{world.draft.pk}/name/"), {"name": "  "}, follow=True)

    assert "A flow needs a name." in answer.content.decode()


def test_the_command_bar_finds_flows_rooms_and_step_types(world: World, as_: SignIn) -> None:
    bob = as_("bob")

    found = {
        text: bob.get(world.at("flows/jump/"), {"q": text}).content.decode() for text in ("count", "runs", "broadcast")
    }

    assert "Counting" in found["count"]
    assert "Failed runs" in found["runs"]
    assert "customerio.trigger_broadcast" in found["broadcast"]
    assert "New flow “count”" in found["count"]


def test_a_viewer_is_offered_nothing_that_changes_a_flow(world: World, as_: SignIn) -> None:
    page = as_("carol").get(world.at("flows/")).content.decode()

    assert "New flow" not in page
    assert 'role="switch"' not in page
    assert "Delete…" not in page


def test_an_empty_team_is_taught(world: World, as_: SignIn) -> None:
    page = as_("mallory").get(f"/t/{world.team.slug}-elsewhere/flows/").content.decode()

    assert "Draw your first flow" in page
    assert "Connect Customer.io first" in page
