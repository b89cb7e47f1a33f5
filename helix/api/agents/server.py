"""The protocol's side of the MCP server: lists the tools a caller may use, and calls them on threads."""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import mcp_types as types
from anyio.to_thread import run_sync
from django.db import close_old_connections
from django.http import Http404
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server

from helix.api.agents.actions import action_tools
from helix.api.agents.flow_tools import flow_tools
from helix.api.agents.looking import looking_tools
from helix.api.agents.tool import Arguments, HelixTool, ToolRefused
from helix.api.auth import Caller
from helix.api.errors import ApiError
from helix.audit.actors import acting
from helix.connections.vault import VaultLocked
from helix.flows.json_text import UnreadableGraph, look_through

CALLER = "helix.caller"
THREADS = 16
INSTRUCTIONS = (
    "Helix runs flows for Customer.io. `list_flows` and `read_run` look around; tools named flow_… run a published flow; "
    "tools named customerio_… call one action through a connection of the team. Ask the person before you confirm."
)
log = logging.getLogger(__name__)
Made = TypeVar("Made")
_threads = anyio.CapacityLimiter(THREADS)


def tools_of(caller: Caller) -> list[HelixTool]:
    """Every tool that the caller's role reaches."""
    every = [*looking_tools(), *flow_tools(caller), *action_tools(caller)]
    return [tool for tool in every if tool.open_to(caller)]


def call(caller: Caller, name: str, arguments: Arguments) -> types.CallToolResult:
    """What the tool answers; a refusal is an answer, too."""
    try:
        look_through(dict(arguments))
        tool = next((tool for tool in tools_of(caller) if tool.name == name), None)
        if tool is None:
            hint = "List the tools again; a token sees those its role reaches."
            raise ToolRefused("no_tool", f"There is no tool “{name[:80]}” for this token.", hint)
        log.info("Tool %s is called by token %s of team %s.", tool.name, caller.token.pk, caller.team.pk)
        with acting(caller.actor):
            return _result(tool.call(caller, arguments))
    except ToolRefused as refused:
        return _result(refused.body, is_error=True)
    except ApiError as refused:
        return _result({"error": refused.body, **refused.more}, is_error=True)
    except VaultLocked as locked:
        return _result(
            ToolRefused("vault_locked", str(locked), "Ask whoever runs this installation.").body, is_error=True
        )
    except UnreadableGraph as bad:
        problem = bad.problems[0]
        return _result(ToolRefused(problem.code, problem.message, problem.hint).body, is_error=True)
    except Http404:
        return _result(ToolRefused("not_found", "There is nothing here.", "Look at the id.").body, is_error=True)
    except Exception:
        log.exception("The tool %s met a defect.", name[:80])
        refusal = ToolRefused("failure", "Helix met a defect of its own.", "Call again, or tell an admin.")
        return _result(refusal.body, is_error=True)


def _result(value: Any, *, is_error: bool = False) -> types.CallToolResult:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=json.loads(text), is_error=is_error
    )


async def on_thread(do: Callable[[], Made]) -> Made:
    """Done on a thread with a database connection that is looked after."""

    def looked_after() -> Made:
        close_old_connections()
        try:
            return do()
        finally:
            close_old_connections()

    return await run_sync(looked_after, limiter=_threads)


def _caller(context: ServerRequestContext[Any]) -> Caller:
    found: Caller = context.request.scope[CALLER]  # type: ignore[union-attr]
    return found


async def _list(
    context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    caller = _caller(context)
    found = await on_thread(lambda: tools_of(caller))
    return types.ListToolsResult(tools=[_shown(tool) for tool in found])


def _shown(tool: HelixTool) -> types.Tool:
    marks = types.ToolAnnotations(
        read_only_hint=tool.reads, destructive_hint=bool(tool.destructive), idempotent_hint=tool.repeatable
    )
    return types.Tool(
        name=tool.name, title=tool.title, description=tool.help, input_schema=tool.input_schema(), annotations=marks
    )


async def _call(context: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
    caller = _caller(context)
    return await on_thread(lambda: call(caller, params.name, params.arguments or {}))


def make_server() -> Server[Any]:
    return Server("helix", title="Helix", instructions=INSTRUCTIONS, on_list_tools=_list, on_call_tool=_call)
