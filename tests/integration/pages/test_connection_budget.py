"""What a connection's card tells of its budget: a pause and its end, the day's use, the caps."""

from datetime import timedelta

from django.utils import timezone

from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.budget.models import DailyUse
from helix.engine.models import StepRun
from tests.fakes.sandbox import SandboxProcess
from tests.integration.pages.conftest import SignIn, World


def paused(world: World) -> None:
    """The connection is paused, and a step of the run waits for it."""
    Connection.objects.filter(pk=world.connection.pk).update(
        paused_at=timezone.now(),
        paused_family="app",
        paused_reason="Customer.io refused the key (401).",
        state="refused",
    )
    StepRun.objects.filter(run=world.run, node="segments").update(
        state="waiting", due_at=timezone.now() + timedelta(hours=1)
    )


def test_a_paused_connection_says_why_and_offers_to_try_again(world: World, as_: SignIn) -> None:
    paused(world)

    page = as_("carol").get(world.at("connections/")).content.decode()
    owners = as_("alice").get(world.at("connections/")).content.decode()

    assert "data-paused" in page and "Customer.io refused the key (401)." in page
    assert "Try again" not in page and "Try again" in owners


def test_trying_again_with_good_keys_ends_the_pause_and_wakes_its_steps(
    world: World, as_: SignIn, sandbox: SandboxProcess
) -> None:
    paused(world)

    answer = as_("alice").post(world.at(f"connections/{world.connection.pk}/test/"), headers={"HX-Request": "true"})

    assert "data-paused" not in answer.content.decode()
    world.connection.refresh_from_db()
    assert world.connection.paused_at is None
    due = StepRun.objects.get(run=world.run, node="segments").due_at
    assert due is not None and due <= timezone.now()


def test_trying_again_while_the_key_is_still_refused_changes_nothing(
    world: World, as_: SignIn, no_sandbox: None
) -> None:
    paused(world)

    answer = as_("alice").post(world.at(f"connections/{world.connection.pk}/test/"), headers={"HX-Request": "true"})

    assert "data-paused" in answer.content.decode()


def test_new_keys_end_the_pause(world: World, as_: SignIn) -> None:
    paused(world)

    as_("alice").post(
        world.at(f"connections/{world.connection.pk}/change/"), {"region": "us", "app_key": "a-new-key-of-the-team-1"}
    )

    world.connection.refresh_from_db()
    assert world.connection.paused_at is None


def test_the_days_use_is_told_beside_its_cap(world: World, as_: SignIn) -> None:
    made = save_connection(world.team, name="p", region="us", secrets={"app_key": "a-key-of-the-team-1234"})
    DailyUse.objects.create(connection=made, day=timezone.now().date(), kind="calls", used=1234)
    DailyUse.objects.create(connection=made, day=timezone.now().date(), kind="broadcasts", used=10)

    page = as_("carol").get(world.at("connections/")).content.decode()

    assert 'data-use="calls">1234</dd>' in page
    assert "10 of 10: the next ones wait for midnight UTC" in page


def test_caps_are_changed_and_wrong_ones_refused(world: World, as_: SignIn) -> None:
    alice, address = as_("alice"), world.at(f"connections/{world.connection.pk}/caps/")

    good = alice.post(address, {"calls": "5000", "broadcasts": "", "people": "20000"}, follow=True).content.decode()
    bad = alice.post(address, {"calls": "-1", "broadcasts": "many"}, follow=True).content.decode()

    world.connection.refresh_from_db()
    assert (world.connection.daily_calls, world.connection.daily_broadcasts) == (5000, None)
    assert world.connection.daily_people == 20_000
    assert "are changed" in good and "unchanged: write whole numbers" in bad
