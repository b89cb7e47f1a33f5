"""The actions of Customer.io as tools: each goes through a named connection of the token's team and shares its budget."""

from typing import Any

from helix.api.agents.tool import Arguments, HelixTool, ToolRefused
from helix.api.auth import Caller
from helix.connections.grants import ASK, WITHHELD, withheld_from
from helix.connections.models import Connection
from helix.connections.opening import NoSandbox
from helix.connections.outgoing import guarded
from helix.connections.vault import VaultLocked
from helix.engine.budget import gate
from helix.engine.budget.calling import Calling, Never, limit_class
from helix.engine.credentials import NoConnection, opened
from helix.engine.outcomes import Trouble
from helix.engine.pauses import why_paused
from helix.engine.perform import client
from helix.engine.states import Rank
from helix.ids import new_id
from helix.teams.roles import Ability
from integrations.catalog import ACTIONS
from integrations.kit.action import Action
from integrations.kit.client import send
from integrations.kit.errors import CallError

TIMEOUT_SECONDS = 30.0
MASS = {"customerio.trigger_broadcast": "It sends a broadcast to everybody it is meant for; that cannot be taken back."}


def action_tools(caller: Caller) -> list[HelixTool]:
    """One tool per action; a tool that only reads needs less of a role than one that changes something."""
    names: dict[str, list[str]] = {}
    for integration, name in (
        Connection.objects.filter(team=caller.team).order_by("name").values_list("integration", "name")
    ):
        names.setdefault(integration, []).append(name)
    return [_tool(action, names.get(action.api.integration, [])) for action in ACTIONS.values()]


def _tool(action: Action, names: list[str]) -> HelixTool:
    schema = action.input_schema()
    connection = {
        "type": "string",
        "description": "Name of the team's connection.",
        **({"enum": names} if names else {}),
    }
    schema["properties"] = {"connection": connection, **schema["properties"]}
    schema["required"] = ["connection", *schema.get("required", [])]
    reads = action.method == "GET"
    return HelixTool(
        name=action.key.replace(".", "_"),
        title=action.title,
        help=action.help,
        ability=Ability.OPERATE if reads else Ability.EDIT,
        schema=schema,
        run=lambda caller, arguments: _call(action, caller, arguments),
        reads=reads,
        repeatable=action.effect == "A",
        destructive=MASS.get(action.key, action.destructive or ""),
    )


def _call(action: Action, caller: Caller, arguments: Arguments) -> Any:
    given = {name: value for name, value in arguments.items() if name != "connection"}
    if action.method != "GET" and (paused := why_paused(caller.team.pk)):
        raise ToolRefused("paused", paused, "Ask an admin of the team.")
    if str(arguments.get("connection", "")) in withheld_from(caller.team, caller.user):
        raise ToolRefused("withheld", WITHHELD.format(name=arguments["connection"]), ASK)
    try:
        found = opened(caller.team.pk, str(arguments.get("connection", "")))
    except (NoConnection, NoSandbox, VaultLocked) as error:
        hint = getattr(error, "hint", "") or "Ask an admin of the team."
        raise ToolRefused("missing_connection", str(error), hint) from None
    people = action.people(given) if action.people is not None else 0
    calling = Calling(
        caller.team.pk, found.id, limit_class(action), action.pace, caller.token.pk, int(Rank.URGENT), people
    )
    try:
        later = gate.enter(calling)
    except Never as never:
        raise ToolRefused("over_cap", str(never), never.hint) from None
    if later is not None:
        raise ToolRefused("not_its_turn", later.why, f"Call again in {max(1, round(later.seconds))} s.")
    try:
        reply = send(
            action, given, found.credentials, client=guarded(client()), idempotency_key=str(new_id()).replace("-", "")[:26],
            timeout_seconds=TIMEOUT_SECONDS,
        )  # fmt: skip
    except CallError as error:
        gate.report(calling, Trouble(error.kind, error.message, error.hint, error.status, error.may_have_happened))
        sure = "" if not error.may_have_happened else " It may have arrived nevertheless: look before you repeat it."
        raise ToolRefused(error.kind, error.message + sure, error.hint, status=error.status) from None
    except BaseException:
        gate.give_up(calling)
        raise
    gate.report(calling, None)
    return reply.data
