"""Finding flows: each filter of the address, each order, and what the list says when nothing fits."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helix.engine.models import Run
from helix.flows.drafts import create_flow, save_draft
from helix.flows.filing import folder_of, place, put_tags
from helix.flows.models import Flow, Gist
from helix.triggers.models import Schedule
from helix.triggers.publish import publish, set_enabled
from tests.build import graph_text
from tests.integration.pages.conftest import SignIn, World, as_, world

__all__ = ["as_", "world"]

MANUAL: dict[str, Any] = {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}}
NIGHTLY: dict[str, Any] = {
    "key": "nightly", "type": "trigger.schedule", "config": {"cron": "0 9 * * 1-5", "timezone": "Europe/Paris"},
}  # fmt: skip
STOP: dict[str, Any] = {"key": "stop", "type": "logic.stop", "config": {"outcome": "succeed"}}
GROUP: dict[str, Any] = {"key": "group", "type": "customerio.group", "connection": "production"}


@pytest.fixture
def many(world: World) -> World:
    """Besides “Counting” (on, by hand) and “Half done” (a draft of Bob's): a schedule in a folder with tags, and one with problems."""
    alice = world.people["alice"]
    morning = create_flow(world.team, "Good morning", graph_text([NIGHTLY, STOP], ["nightly>stop"]), alice)
    publish(morning, alice)
    place(morning, "Sales / Europe")
    put_tags(morning, "Daily, b2b")
    broken = create_flow(world.team, "Broken", graph_text([MANUAL, GROUP], ["by_hand>group"]), alice)
    place(broken, "Sales")
    set_enabled(world.flow, True)
    return world


def names(world: World, as_: SignIn, query: str, who: str = "carol") -> list[str]:
    """The flows of the page with this query, in its order."""
    page = as_(who).get(world.at("flows/") + query)
    assert page.status_code == 200
    return [row.flow.name for row in page.context["rows"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?q=good", {"Good morning"}),
        ("?q=DAILY", {"Good morning"}),
        ("?q=europe", {"Good morning"}),
        ("?q=customerio.group", {"Broken"}),
        ("?q=production", {"Broken"}),
        ("?q=sales+good", {"Good morning"}),
        ("?q=good+broken", set()),
        ("?state=on", {"Counting", "Good morning"}),
        ("?state=off", {"Half done", "Broken"}),
        ("?state=published", {"Counting", "Good morning"}),
        ("?state=draft", {"Half done", "Broken"}),
        ("?trigger=schedule", {"Good morning"}),
        ("?trigger=manual", {"Counting", "Broken"}),
        ("?tag=daily", {"Good morning"}),
        ("?folder=top", {"Counting", "Half done"}),
        ("?state=nonsense&trigger=none&folder=x&sort=?", {"Counting", "Half done", "Good morning", "Broken"}),
    ],
)
def test_a_filter_of_the_address(many: World, as_: SignIn, query: str, wanted: set[str]) -> None:
    assert set(names(many, as_, query)) == wanted


def test_flows_with_problems_are_those_whose_check_found_some(many: World, as_: SignIn) -> None:
    found = names(many, as_, "?state=problems")

    assert "Broken" in found
    assert set(found) == set(Flow.objects.exclude(problems=[]).values_list("name", flat=True))


def test_a_folder_shows_what_lies_within_folders_in_it(many: World, as_: SignIn) -> None:
    outer, inner = folder_of(many.team, "sales"), folder_of(many.team, "Sales/Europe")

    assert set(names(many, as_, f"?folder={outer.pk}")) == {"Good morning", "Broken"}
    assert names(many, as_, f"?folder={inner.pk}") == ["Good morning"]


def test_edited_by_me_is_about_the_one_who_looks(many: World, as_: SignIn) -> None:
    assert set(names(many, as_, "?mine=1", "bob")) == {"Counting", "Half done"}
    assert set(names(many, as_, "?mine=1", "alice")) == {"Good morning", "Broken"}
    assert names(many, as_, "?mine=1", "carol") == []


def test_filters_add_up(many: World, as_: SignIn) -> None:
    assert names(many, as_, "?state=on&trigger=schedule&tag=b2b&q=morning", "alice") == ["Good morning"]
    assert names(many, as_, "?state=off&trigger=schedule") == []


def test_sorting_by_name_by_next_firing_and_failing_first(many: World, as_: SignIn) -> None:
    Run.objects.filter(pk=many.run.pk).update(state="failed", ended_at=timezone.now())
    Schedule.objects.filter(flow__name="Good morning").update(next_fire_at=timezone.now() + timedelta(hours=1))

    assert names(many, as_, "?sort=name") == ["Broken", "Counting", "Good morning", "Half done"]
    assert names(many, as_, "?sort=next")[0] == "Good morning"
    assert names(many, as_, "?sort=failing")[0] == "Counting"


def test_a_name_that_fits_comes_before_a_step_that_does(many: World, as_: SignIn) -> None:
    other = create_flow(many.team, "Older", graph_text([MANUAL, STOP], ["by_hand>stop"]))
    Flow.objects.filter(pk=other.pk).update(name="Stop sending", edited_at=timezone.now() - timedelta(days=9))

    assert names(many, as_, "?q=stop")[0] == "Stop sending"


def test_the_trigger_is_told_as_people_say_it(many: World, as_: SignIn) -> None:
    page = as_("carol").get(many.at("flows/")).content.decode()

    assert "Weekdays 09:00 Europe/Paris" in page


def test_a_changed_draft_is_found_by_what_it_uses_now(many: World, as_: SignIn) -> None:
    flow = Flow.objects.get(name="Broken")
    assert names(many, as_, "?q=customerio.group") == ["Broken"]

    save_draft(flow, graph_text([MANUAL, STOP], ["by_hand>stop"]), base_revision=flow.revision)

    assert names(many, as_, "?q=customerio.group") == []
    assert "Broken" in names(many, as_, "?q=logic.stop")


def test_publishing_tells_the_new_trigger(many: World, as_: SignIn) -> None:
    flow = Flow.objects.get(name="Good morning")
    save_draft(flow, graph_text([MANUAL, STOP], ["by_hand>stop"]), base_revision=flow.revision)
    assert names(many, as_, "?trigger=schedule") == ["Good morning"]

    publish(flow, None)

    assert names(many, as_, "?trigger=schedule") == []
    assert Gist.objects.get(flow=flow).words == "By hand or API"


def test_no_hit_says_what_was_looked_at_and_leads_back(many: World, as_: SignIn) -> None:
    page = as_("carol").get(many.at("flows/?q=zebra&state=on")).content.decode()

    assert "No flow fits “zebra”" in page
    assert "the steps that a flow uses and its connections" in page
    assert '?q=zebra"' in page


def test_more_than_fifty_flows_go_over_pages(many: World, as_: SignIn) -> None:
    for number in range(55):
        create_flow(many.team, f"Filler {number:02}")

    first, second = names(many, as_, "?sort=name&q=filler"), names(many, as_, "?sort=name&q=filler&page=2")

    assert (len(first), len(second)) == (50, 5)
    assert first[0] == "Filler 00" and second[0] == "Filler 50"


def test_what_belongs_to_another_team_is_not_found(many: World, as_: SignIn) -> None:
    folder = folder_of(many.team, "Sales")
    page = as_("mallory").get(f"/t/{many.team.slug}-elsewhere/flows/?folder={folder.pk}&q=morning&tag=daily")

    assert "Good morning" not in page.content.decode()
    assert page.context["rows"] == []
