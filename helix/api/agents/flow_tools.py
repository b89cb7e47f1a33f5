"""Published flows as tools: each with the typed fields of its form. A call starts a run and waits for its end."""

import re
from types import SimpleNamespace
from typing import Any

from helix.api import runs
from helix.api.agents.tool import Arguments, HelixTool
from helix.api.auth import Caller
from helix.api.shapes import RunIn, RunOut
from helix.engine.plans import plan_of
from helix.engine.start import NoTrigger
from helix.flows.access import flows_for, visible
from helix.flows.mass import warning
from helix.flows.models import Flow
from helix.teams.roles import Ability
from helix.triggers.manual import fields_of

MOST = 100
WAIT_SECONDS = 30
TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "checkbox": "boolean"}


def flow_tools(caller: Caller) -> list[HelixTool]:
    """Of the flows that are published, switched on and begun by a form: the hundred edited last."""
    seen = flows_for(caller.member).filter(enabled=True).exclude(published=None)
    flows = visible(caller.member, seen, "pk", Ability.OPERATE)
    found = []
    for flow in flows.select_related("published").order_by("-edited_at")[:MOST]:
        try:
            fields = fields_of(plan_of(flow.published_id or flow.id))
        except NoTrigger:
            continue
        found.append(_tool(flow, fields))
    return found


def _tool(flow: Flow, fields: list[dict[str, Any]]) -> HelixTool:
    slug = re.sub(r"[^a-z0-9]+", "_", flow.name.lower()).strip("_")[:40] or "flow"
    properties: dict[str, Any] = {str(field["name"]): _schema(field) for field in fields}
    required = [str(field["name"]) for field in fields if field.get("required")]
    return HelixTool(
        name=f"flow_{slug}_{flow.id.hex[-6:]}",
        title=flow.name,
        help=f"Run the flow “{flow.name}” and wait for its end, {WAIT_SECONDS} seconds at most.",
        ability=Ability.OPERATE,
        schema={"type": "object", "properties": properties, "required": required, "additionalProperties": False},
        run=lambda caller, arguments: _run(flow, caller, arguments),
        destructive=warning(flow.published.graph) if flow.published else "",
    )


def _schema(field: dict[str, Any]) -> dict[str, Any]:
    options = [option.get("value") if isinstance(option, dict) else option for option in field.get("options") or []]
    found: dict[str, Any] = {"title": str(field.get("label") or field["name"])}
    if kind := TYPES.get(str(field.get("type")), "" if field.get("type") == "json" else "string"):
        found["type"] = kind
    return {**found, "enum": options} if options else found


def _run(flow: Flow, caller: Caller, arguments: Arguments) -> Any:
    order = RunIn.model_validate({"input": dict(arguments), "wait_seconds": WAIT_SECONDS})
    request: Any = SimpleNamespace(auth=caller)
    return RunOut.model_validate(runs.start(request, flow.pk, order, None).value).model_dump(mode="json")
