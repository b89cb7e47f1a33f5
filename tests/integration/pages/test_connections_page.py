"""Connections: connect, test, replace keys, remove."""

from helix.connections.keeping import save_connection
from helix.connections.models import Connection, ConnectionSecret
from helix.teams.models import Team
from tests.integration.pages.conftest import SignIn, World

KEY = "a-secret-key-of-the-team-9876"


def test_connecting_keeps_the_keys_and_shows_only_their_end(world: World, as_: SignIn) -> None:
    answer = as_("alice").post(
        world.at("connections/connect/"), {"name": "Production EU", "region": "eu", "app_key": KEY}, follow=True
    )

    page = answer.content.decode()
    made = Connection.objects.get(team=world.team, name="production-eu")
    assert (made.region, made.sandbox) == ("eu", False)
    assert "9876" in page and KEY not in page
    assert "load once" in page  # the keys are tried as soon as the card is shown


def test_half_a_key_is_refused_at_its_field_and_no_key_at_all_too(world: World, as_: SignIn) -> None:
    alice, address = as_("alice"), world.at("connections/connect/")

    half = alice.post(address, {"name": "p", "region": "us", "site_id": "abc"})
    none = alice.post(address, {"name": "p", "region": "us"})

    assert (half.status_code, none.status_code) == (422, 422)
    assert "The Site ID works only together with the Track API key." in half.content.decode()
    assert "Enter at least one key" in none.content.decode()
    assert "data-open" in half.content.decode()
    assert not Connection.objects.filter(name="p").exists()


def test_a_name_that_is_taken_never_overwrites_the_connection_that_has_it(world: World, as_: SignIn) -> None:
    before = list(ConnectionSecret.objects.values_list("field", "version"))

    answer = as_("alice").post(world.at("connections/connect/"), {"name": "sandbox", "region": "eu", "app_key": KEY})

    assert "There is a connection “sandbox” already." in answer.content.decode()
    assert list(ConnectionSecret.objects.values_list("field", "version")) == before


def test_replacing_keys_keeps_those_left_empty(world: World, as_: SignIn) -> None:
    made = save_connection(world.team, name="p", region="us", secrets={"app_key": KEY, "pipelines_key": KEY}, by=None)

    as_("alice").post(world.at(f"connections/{made.pk}/change/"), {"region": "eu", "app_key": "another-long-key-5555"})

    made.refresh_from_db()
    assert made.region == "eu"
    assert dict(made.secrets.values_list("field", "last4")) == {"app_key": "5555", "pipelines_key": "9876"}


def test_a_connection_in_use_is_not_removed_and_the_flows_are_named(world: World, as_: SignIn) -> None:
    answer = as_("alice").post(world.at(f"connections/{world.connection.pk}/remove/"), follow=True)

    assert "is used by “Counting”" in answer.content.decode()
    assert Connection.objects.filter(pk=world.connection.pk).exists()


def test_a_connection_that_nothing_uses_is_removed_with_its_keys(world: World, as_: SignIn) -> None:
    made = save_connection(world.team, name="p", region="us", secrets={"app_key": KEY}, by=None)

    as_("alice").post(world.at(f"connections/{made.pk}/remove/"))

    assert not ConnectionSecret.objects.filter(connection_id=made.pk).exists()


def test_testing_against_a_sandbox_that_is_away_says_so_for_each_key(
    world: World, as_: SignIn, no_sandbox: None
) -> None:
    answer = as_("alice").post(world.at(f"connections/{world.connection.pk}/test/"), headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert page.count("data-probe=") == 3
    assert 'data-connection-state="refused"' in page


def test_a_connection_of_another_team_is_not_found(world: World, as_: SignIn) -> None:
    elsewhere = Team.objects.get(slug=f"{world.team.slug}-elsewhere")
    theirs = save_connection(elsewhere, name="p", region="us", secrets={"app_key": KEY}, by=None)

    answers = [as_("alice").post(world.at(f"connections/{theirs.pk}/{act}/")) for act in ("change", "test", "remove")]

    assert {answer.status_code for answer in answers} == {404}
