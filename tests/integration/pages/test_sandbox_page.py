"""The sandbox's page, in front of a real sandbox process."""

import urllib.request

import pytest

from helix.catalogue import sandbox_client
from helix.connections.models import Connection
from helix.connections.sandboxed import sandbox_of
from helix.teams.models import Team
from tests.fakes.sandbox import SandboxProcess
from tests.integration.pages.conftest import SignIn, World


def test_it_shows_the_workspace_and_what_was_received(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    urllib.request.urlopen(f"{sandbox.url}/v1/info/ip_addresses", timeout=5).close()
    olga = as_("olga")

    page = olga.get(world.at("sandbox/")).content.decode()
    people = olga.get(world.at("sandbox/?show=people")).content.decode()

    assert 'data-tally="people"><b>40</b>' in page
    assert "/v1/info/ip_addresses" in page
    assert "ada.lovelace@example.com" in people


def test_a_fault_is_switched_on_beside_the_others_and_all_off(
    world: World, as_: SignIn, sandbox: SandboxProcess
) -> None:
    olga, address = as_("olga"), world.at("sandbox/faults/")

    olga.post(address, {"fault": "server_error", "path": "/v1/segments", "times": "2"})
    page = olga.post(address, {"fault": "reset", "path": "", "times": "1"}, follow=True).content.decode()
    olga.post(address, {"act": "off"})

    assert "Answer 500, on /v1/segments, 2 more calls" in page
    assert "Hang up without an answer, 1 more call<" in page
    assert sandbox_client.faults() == []


def test_its_behaviour_is_changed(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    as_("olga").post(world.at("sandbox/behaviour/"), {"strict": "on", "lag_ms": "250"})

    found = sandbox.state()["settings"]
    assert (found["strict"], found["enforce_rates"], found["lag_ms"]) == (True, False, 250)


def test_reset_and_clear(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    urllib.request.urlopen(f"{sandbox.url}/v1/info/ip_addresses", timeout=5).close()
    olga = as_("olga")

    cleared = olga.post(world.at("sandbox/clear/"), follow=True).content.decode()
    reset = olga.post(world.at("sandbox/reset/"), follow=True).content.decode()

    assert "Nothing was received yet." in cleared
    assert "seeded again" in reset


def test_a_webhook_is_sent_and_the_answer_told(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    url = f"http://localhost:1/h/{world.team.slug}/nobody"
    olga = as_("olga")

    olga.post(world.at("sandbox/webhook/"), {"event": "email_bounced", "url": url}, headers={"host": "localhost:1"})

    assert f"Nobody answered at {url}" in olga.get(world.at("sandbox/")).content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/", "http://localhost:1/h/{team}/../../_sandbox/reset", "http://localhost:1/h/{team}/a?b=c",
        "http://localhost:1@evil.example/h/{team}/a", "http://localhost:11/h/{team}/a", "http://localhost:1/h/strangers/a",
        "http://localhost:1/h/{team}/", "http://localhost:1/_sandbox/reset", "http://169.254.169.254/h/{team}/a",
        "http://localhost:1/h/{team}/a#x", "http://localhost:1/h/{team}/a%2e%2e", "HTTP://LOCALHOST:1/h/{team}/a/b",
    ],
)  # fmt: skip
def test_the_sandbox_is_no_way_to_other_programs_of_the_machine(
    url: str, world: World, as_: SignIn, sandbox: SandboxProcess
) -> None:
    olga, given = as_("olga"), {"event": "email_bounced", "url": url.format(team=world.team.slug)}

    olga.post(world.at("sandbox/webhook/"), given, headers={"host": "localhost:1"})

    page = olga.get(world.at("sandbox/")).content.decode()
    assert "addresses of this team only" in page or "Choose an event" in page
    assert "answered" not in page.partition("toast")[2].partition("</div>")[0]


@pytest.mark.parametrize(
    "given", [{"fault": "nonsense", "times": "1"}, {"fault": "reset", "times": "0"}, {"fault": "reset", "times": "x"}]
)
def test_a_fault_that_makes_no_sense_is_refused(
    world: World, as_: SignIn, sandbox: SandboxProcess, given: dict[str, str]
) -> None:
    page = as_("olga").post(world.at("sandbox/faults/"), given, follow=True).content.decode()

    assert "Choose a fault, and how often it strikes" in page
    assert sandbox_client.faults() == []


def test_a_sandbox_that_is_away_gives_one_clear_sentence(world: World, as_: SignIn, no_sandbox: None) -> None:
    olga = as_("olga")

    page = olga.get(world.at("sandbox/")).content.decode()
    log = olga.get(world.at("sandbox/requests/")).content.decode()

    assert "The sandbox does not answer" in page
    assert "does not answer" in log and "every 2s" in log


def test_a_team_without_a_sandbox_connection_neither_sees_nor_touches_it(
    world: World, as_: SignIn, sandbox: SandboxProcess
) -> None:
    mallory, elsewhere = as_("mallory"), f"/t/{world.team.slug}-elsewhere/"

    page = mallory.get(f"{elsewhere}sandbox/").content.decode()
    refused = mallory.post(
        f"{elsewhere}sandbox/faults/", {"fault": "reset", "times": "1"}, follow=True
    ).content.decode()
    log = mallory.get(f"{elsewhere}sandbox/requests/").content.decode()

    assert "Connect the sandbox" in page
    assert "no connection to the sandbox" in refused and "no connection to the sandbox" in log
    assert sandbox_client.faults() == []


def test_an_admin_connects_the_sandbox_with_one_press(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    mallory, elsewhere = as_("mallory"), f"/t/{world.team.slug}-elsewhere/"

    mallory.post(f"{elsewhere}connections/sandbox/")
    made = Connection.objects.get(team__slug=f"{world.team.slug}-elsewhere")
    tested = mallory.post(f"{elsewhere}connections/{made.pk}/test/", headers={"HX-Request": "true"}).content.decode()

    assert made.sandbox
    assert 'data-connection-state="working"' in tested
    assert tested.count("works.") == 3


def test_a_team_is_told_that_others_share_the_sandbox(world: World, as_: SignIn, sandbox: SandboxProcess) -> None:
    alone = as_("olga").get(world.at("sandbox/")).content.decode()
    elsewhere = Team.objects.get(slug=f"{world.team.slug}-elsewhere")
    sandbox_of(elsewhere)

    shared = as_("olga").get(world.at("sandbox/")).content.decode()

    assert "data-shared" not in alone and "Other teams see what is sent here" in shared
