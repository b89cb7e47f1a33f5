"""Tools that list, check, compare, start and look into flows and runs: the calls of the REST API, by another road."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, ValidationError

from helix.api import flows, runs
from helix.api.agents.tool import Arguments, HelixTool, ToolRefused, must_agree
from helix.api.auth import Caller
from helix.api.filing import FlowsWanted
from helix.api.shapes import DiffIn, DiffOut, FlowOut, FlowPage, GraphIn, Problems, RetryIn, RunIn, RunOut, RunPage
from helix.engine.states import RunState
from helix.flows.mass import warning
from helix.teams.roles import Ability


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class Listed(_Strict):
    cursor: str | None = Field(None, description="The `next` of the page before.")


class OneFlow(_Strict):
    flow: UUID


class Sides(OneFlow):
    source: str = Field("published", alias="from", description="A number, “draft” or “published”.")
    to: str = "draft"


class Runs(Listed):
    flow: UUID | None = None
    state: RunState | None = None


class OneRun(_Strict):
    run: UUID


class Started(RunIn):
    flow: UUID
    idempotency_key: str | None = Field(None, min_length=1, max_length=100)
    confirm: bool = Field(False, description="Must be true when the flow triggers a broadcast; ask the person first.")


def _ask(caller: Caller) -> Any:
    return SimpleNamespace(auth=caller)


def _start(caller: Caller, given: Started) -> Any:
    flow = flows.flow_of(_ask(caller), given.flow, Ability.OPERATE)
    if flow.published is not None and (words := warning(flow.published.graph)):
        must_agree(words, given.confirm)
    order = RunIn.model_validate(given.model_dump(exclude={"flow", "idempotency_key", "confirm"}))
    return runs.start(_ask(caller), given.flow, order, given.idempotency_key).value


def looking_tools() -> list[HelixTool]:
    """The same for every team."""
    see, operate = Ability.SEE, Ability.OPERATE
    return [
        _tool("list_flows", "List flows", "The team's flows, last edited first.", see, Listed, FlowPage,
              lambda c, a: flows.list_flows(_ask(c), FlowsWanted(), a.cursor), reads=True),
        _tool("read_flow", "Read a flow", "A flow with its draft and the problems of it.", see, OneFlow, FlowOut,
              lambda c, a: flows.whole(flows.flow_of(_ask(c), a.flow, see)), reads=True),
        _tool("check_graph", "Check a graph", "The problems of a graph for this team; nothing is stored.", see, GraphIn,
              Problems, lambda c, a: flows.check(_ask(c), a), reads=True),
        _tool("diff_flow", "Compare versions", "What differs between two versions of a flow, in sentences.", see, Sides,
              DiffOut, lambda c, a: flows.diff(_ask(c), a.flow, DiffIn.model_validate({"from": a.source, "to": a.to})),
              reads=True),
        _tool("list_runs", "List runs", "The team's runs, newest first.", see, Runs, RunPage,
              lambda c, a: runs.list_runs(_ask(c), a.flow, a.state, None, a.cursor), reads=True),
        _tool("read_run", "Look into a run", "A run with its steps, their data and every attempt.", operate, OneRun,
              RunOut, lambda c, a: runs.read(_ask(c), a.run), reads=True),
        _tool("start_run", "Start a flow", "Start a flow, and wait for its end up to `wait_seconds`.", operate, Started,
              RunOut, _start),
        _tool("cancel_run", "Cancel a run", "End a run that has not ended.", operate, OneRun, RunOut,
              lambda c, a: runs.cancel(_ask(c), a.run)),
        _tool("retry_run", "Go on with a run", "A new run that takes over what went well and does the rest.", operate,
              OneRun, RunOut, lambda c, a: runs.retry(_ask(c), a.run, RetryIn.model_validate({}), None).value),
        _tool("delete_flow", "Delete a flow", "Delete a flow and end what begins it.", Ability.PUBLISH, OneFlow, None,
              lambda c, a: flows.delete(_ask(c), a.flow).value, destructive="The flow is deleted."),
    ]  # fmt: skip


def _tool(
    name: str,
    title: str,
    help: str,
    ability: Ability,
    takes: type[Schema],
    gives: type[Schema] | None,
    do: Callable[[Caller, Any], Any],
    *,
    reads: bool = False,
    destructive: str = "",
) -> HelixTool:
    def run(caller: Caller, arguments: Arguments) -> Any:
        try:
            given = takes.model_validate(dict(arguments))
        except ValidationError as wrong:
            first = wrong.errors()[0]
            place = "/" + "/".join(map(str, first["loc"]))
            raise ToolRefused("invalid", f"{place}: {first['msg']}.", "Look at the tool's input schema.") from None
        told = do(caller, given)
        return {"done": True} if gives is None else gives.model_validate(told).model_dump(mode="json")

    return HelixTool(name, title, help, ability, takes.model_json_schema(), run, reads, reads, destructive)
