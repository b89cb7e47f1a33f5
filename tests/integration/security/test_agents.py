"""Every tool of the MCP server x every role against one table; a tool without a row fails."""

import pytest

from helix.api.agents.server import call, tools_of
from helix.api.auth import Caller
from helix.teams.keys import read_token
from helix.teams.roles import Ability, Role, may
from tests.integration.security.test_swap import TOOLS as WITH_IDS
from tests.integration.security.world import World

TOOLS: dict[Ability, str] = {
    Ability.SEE: "list_flows read_flow check_graph diff_flow list_runs",
    Ability.OPERATE: """read_run start_run cancel_run retry_run flow_of_the_world customerio_get_integrations customerio_get_messages
        customerio_get_segment_details customerio_get_segment_membership customerio_get_segments customerio_get_trigger
        customerio_get_triggers customerio_get_webhooks customerio_list_collections customerio_list_ip_addresses
        customerio_list_newsletters customerio_list_snippets customerio_list_transactional_messages resend_list_domains""",
    Ability.EDIT: """customerio_add_person_to_group customerio_create_alias customerio_customer_io_suppress_person
        customerio_identify_person customerio_report_push_events customerio_send_batch customerio_track_event
        customerio_track_page customerio_track_screen customerio_trigger_broadcast customerio_unsubscribe_delivery
        resend_send_email""",
    Ability.PUBLISH: "delete_flow",
}
TABLE = {name: ability for ability, names in TOOLS.items() for name in names.split()}
MUST_BE_CONFIRMED = {
    "delete_flow", "customerio_create_alias", "customerio_customer_io_suppress_person", "customerio_trigger_broadcast",
    "customerio_unsubscribe_delivery",
}  # fmt: skip


def caller(world: World, role: Role) -> Caller:
    token = read_token(world.tokens[role])
    assert token is not None
    return Caller(token, role)


def plain(name: str) -> str:
    return "flow_of_the_world" if name.startswith("flow_counting_of_") else name


@pytest.mark.parametrize("role", list(Role))
def test_a_token_sees_and_calls_the_tools_of_its_role_and_no_other(role: Role, world: World) -> None:
    me, every = caller(world, role), tools_of(caller(world, Role.OWNER))
    assert {plain(tool.name) for tool in every} == TABLE.keys(), "give the tool a row in TOOLS"

    seen = {plain(tool.name) for tool in tools_of(me)}
    assert seen == {name for name, ability in TABLE.items() if may(role, ability)}
    for tool in every:
        if plain(tool.name) in seen and tool.name.startswith("flow_"):
            continue  # it would wait for the end of a run, and nobody works here
        answer = call(me, tool.name, {})
        refused = (answer.structured_content or {}).get("error", {}).get("code") == "no_tool"
        assert refused == (plain(tool.name) not in seen), tool.name


def test_what_cannot_be_taken_back_is_not_done_without_a_yes(world: World) -> None:
    me = caller(world, Role.OWNER)
    for tool in tools_of(me):
        if tool.name.startswith("flow_"):
            continue
        for arguments in ({}, {"confirm": False}, {"confirm": "true"}, {"confirm": 1}):
            answer = call(
                me, tool.name, {**arguments, "flow": str(world.flow.pk)} if tool.name == "delete_flow" else arguments
            )
            code = (answer.structured_content or {}).get("error", {}).get("code")
            assert (code == "not_confirmed") == (tool.name in MUST_BE_CONFIRMED), (tool.name, arguments, code)
    world.flow.refresh_from_db()
    assert world.flow.deleted_at is None


def test_every_tool_that_takes_an_id_is_tried_with_a_strangers(world: World) -> None:
    takes = {
        tool.name for tool in tools_of(caller(world, Role.OWNER)) if {"flow", "run"} & tool.schema["properties"].keys()
    }

    assert takes - {name for name in takes if name.startswith("flow_")} <= WITH_IDS.keys()
