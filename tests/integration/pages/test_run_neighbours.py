"""The page of a run: the runs around it, the newest version, and the items of a long loop."""

from datetime import timedelta

from django.utils import timezone

from helix.engine.models import Run, StepRun
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.ids import new_id
from helix.triggers.byhand import start_by_hand
from helix.triggers.publish import publish
from tests.build import graph_text
from tests.integration.pages.conftest import SignIn, World


def asking(world: World, *fields: dict[str, object]) -> str:
    nodes = [
        {"key": "go", "type": "trigger.manual", "config": {"fields": list(fields)}},
        {"key": "one", "type": "logic.set", "config": {"values": {"n": 1}}},
    ]
    return graph_text(nodes, ["go>one"])


def with_two_versions(world: World, *newer: dict[str, object]) -> tuple[Flow, Run]:
    """A flow that was published again after a run of its first version."""
    flow = create_flow(world.team, "Asking", asking(world, {"name": "n", "type": "number"}), world.people["bob"])
    publish(flow, world.people["bob"])
    flow.refresh_from_db()
    run = start_by_hand(flow, {"n": 3}, draft=False, by=world.people["olga"])
    Flow.objects.filter(pk=flow.pk).update(draft=asking(world, *newer))
    publish(flow, world.people["bob"])
    flow.refresh_from_db()
    return flow, run


def test_the_runs_before_and_after_are_a_click_away(world: World, as_: SignIn) -> None:
    now = timezone.now()
    older = world.again(created_at=now - timedelta(hours=1))
    newer = world.again(created_at=now + timedelta(seconds=5))
    world.again(created_at=now + timedelta(seconds=9))

    page = as_("carol").get(world.at(f"runs/{world.run.pk}/"))

    assert (page.context["older_run"].pk, page.context["newer_run"].pk) == (older.pk, newer.pk)


def test_a_run_is_played_again_into_the_newest_version(world: World, as_: SignIn) -> None:
    flow, run = with_two_versions(world, {"name": "n", "type": "number"}, {"name": "word", "type": "text"})
    olga = as_("olga")

    page = olga.get(world.at(f"runs/{run.pk}/")).content.decode()
    for _ in range(2):
        answer = olga.post(world.at(f"runs/{run.pk}/newest/"), {"key": "k"})

    begun = Run.objects.filter(flow=flow).exclude(pk=run.pk).get()
    assert "Run on version 2" in page and "the newest is 2" in page
    assert answer["Location"] == world.at(f"runs/{begun.pk}/")
    assert (begun.version_id, begun.payload) == (flow.published_id, {"n": 3})


def test_what_no_longer_fits_is_said_before_and_after_the_click(world: World, as_: SignIn) -> None:
    _, run = with_two_versions(world, {"name": "email", "label": "E-mail", "type": "text", "required": True})
    olga = as_("olga")

    page = olga.get(world.at(f"runs/{run.pk}/")).content.decode()
    refused = olga.post(world.at(f"runs/{run.pk}/newest/"), {"key": "k"}, follow=True).content.decode()

    assert "Version 2 does not take these values" in page and "“E-mail” is required." in page
    assert "does not take what this run began with" in refused
    assert Run.objects.filter(flow=run.flow).count() == 1


def test_a_run_of_the_newest_version_offers_no_newer_one(world: World, as_: SignIn) -> None:
    page = as_("olga").get(world.at(f"runs/{world.run.pk}/")).content.decode()

    assert "Run on version" not in page


def test_a_run_says_what_went_on_with_it(world: World, as_: SignIn) -> None:
    world.failed()
    olga = as_("olga")
    StepRun.objects.filter(run=world.run, node="segments").update(
        state="succeeded", port="next", ended_at=timezone.now()
    )

    olga.post(world.at(f"runs/{world.run.pk}/go-on/"), {"key": "k"})
    again = olga.post(world.at(f"runs/{world.run.pk}/go-on/"), {"key": "k"})
    later = world.run.retries.get()

    assert again["Location"] == world.at(f"runs/{later.pk}/")
    assert "gone on with in a later run" in olga.get(world.at(f"runs/{world.run.pk}/")).content.decode()
    assert "goes on with an earlier run" in olga.get(world.at(f"runs/{later.pk}/")).content.decode()


def test_the_items_of_a_long_loop_come_in_pages_after_their_loop(world: World, as_: SignIn) -> None:
    nodes = [
        {"key": "go", "type": "trigger.manual", "config": {"fields": []}},
        {"key": "each", "type": "logic.for_each", "config": {"items": [1] * 120}},
        {"key": "inner", "type": "logic.set", "config": {"values": {"n": 1}}},
        {"key": "after", "type": "logic.set", "config": {"values": {"n": 1}}},
    ]
    flow = create_flow(world.team, "Loop", graph_text(nodes, ["go>each", "each:each>inner", "each:done>after"]))
    publish(flow, world.people["bob"])
    flow.refresh_from_db()
    run = start_by_hand(flow, {}, draft=False, by=world.people["olga"])
    turns = [
        StepRun(run=run, team=world.team, node="inner", item_key=str(item), state="succeeded", idempotency_key=str(new_id())[:26])
        for item in range(120)
    ]  # fmt: skip
    StepRun.objects.bulk_create(turns)
    StepRun.objects.filter(run=run, item_key="7").update(state="failed")
    carol = as_("carol")

    def rows(query: str) -> list[tuple[str, str]]:
        page = carol.get(world.at(f"runs/{run.pk}/{query}"))
        return [(row.step.key, row.step.item) for row in page.context["timeline"].rows]

    first, last, asked = rows("?turns=0"), rows("?turns=100"), rows("?step=inner&item=110")
    assert first[:3] == [("go", ""), ("each", ""), ("inner", "0")] and first[-1] == ("after", "")
    assert len(first) == 53
    assert [item for _, item in last if item] == ["7", *[str(item) for item in range(100, 120)]]
    assert asked == last
