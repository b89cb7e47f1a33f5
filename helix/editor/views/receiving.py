"""What comes in from outside, in the inspector: a webhook trigger's address, secret and deliveries; the connections that report events."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from helix.connections.models import Connection
from helix.editor.views.answers import BadBody, body, error
from helix.editor.views.flow import flow_or_404
from helix.flows.graph import Graph
from helix.flows.models import Flow
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.teams.sudo import confirmed
from helix.triggers import endpoints
from helix.triggers.inbox import NotReplayable, replay
from helix.triggers.models import Endpoint, TriggerInbox
from helix.triggers.payloads import Unfit, body_of

MOST_SAMPLE = 20_000


def receiving(request: TeamRequest, flow: Flow, node: Mapping[str, Any], graph: Graph | None) -> dict[str, Any]:
    """What the form of a trigger that hears from outside shows besides its settings; nothing for other steps.

    The address of a webhook trigger is made when somebody who may edit looks at it first.
    """
    match node.get("type"):
        case "trigger.webhook":
            return {"webhook": _webhook(request, flow, node, graph)}
        case "trigger.customerio_event":
            return {"reporting": _reporting(request)}
    return {}


def _webhook(request: TeamRequest, flow: Flow, node: Mapping[str, Any], graph: Graph | None) -> dict[str, Any] | None:
    key, config = str(node["key"]), node.get("config")
    settings = config if isinstance(config, dict) else {}
    if Ability.EDIT in request.abilities and graph is not None and flow.deleted_at is None:
        all_nodes = [each.key for each in graph.nodes if each.type == "trigger.webhook"]
        endpoint: Endpoint | None = endpoints.endpoint_of_trigger(flow, key, settings, all_nodes)
    else:
        endpoint = Endpoint.objects.filter(flow=flow, node=key).first()
    if endpoint is None:
        return None
    now = timezone.now()
    sees_payload = Ability.OPERATE in request.abilities
    return {
        "address": endpoints.address(endpoint, request),
        "verify": endpoint.verify,
        "differs": endpoint.armed and settings.get("verify", "bearer") != endpoint.verify,
        "has_secret": endpoint.secret is not None,
        "is_ours": endpoint.secret_is_ours,
        "last4": endpoints.last4(endpoint),
        "old_until": endpoint.old_until if endpoint.old_secret is not None else None,
        "armed": endpoint.armed,
        "listening_until": endpoint.test_until if endpoint.test_until and endpoint.test_until > now else None,
        "deliveries": [_delivery(row, sees_payload) for row in endpoints.deliveries(endpoint)],
    }


def _delivery(row: TriggerInbox, sees_payload: bool) -> dict[str, Any]:
    """A delivery as the form lists it; `sample` is its body when it is small enough to keep in a graph."""
    sample = ""
    if sees_payload and not row.purged and len(row.body) <= MOST_SAMPLE:
        try:
            sample = json.dumps(body_of(row), ensure_ascii=False)
        except Unfit:
            sample = ""
    return {"row": row, "sample": sample}


def _reporting(request: TeamRequest) -> list[dict[str, Any]]:
    """The team's connections, and whether each hears from Customer.io."""
    found = []
    for connection in Connection.objects.filter(team=request.team, integration="customerio").order_by(
        "sandbox", "name"
    ):
        endpoint = Endpoint.objects.filter(connection=connection).first()
        last = endpoints.deliveries(endpoint, 1) if endpoint else []
        found.append(
            {
                "name": connection.name,
                "ready": endpoint is not None and endpoint.secret is not None,
                "last": last[0].received_at if last else None,
            }
        )
    return found


@require_POST
@needs(Ability.EDIT)
def webhook(request: TeamRequest, flow_id: UUID) -> HttpResponseBase:
    """An act at the address of a trigger: reveal or replace its secret, listen, look for news, run a delivery again."""
    flow = flow_or_404(request, flow_id)
    try:
        given = body(request)
    except BadBody as bad:
        return error(400, "bad_body", str(bad))
    endpoint = Endpoint.objects.filter(flow=flow, node=str(given.get("node"))).first()
    if endpoint is None:
        return error(404, "not_found", "This trigger has no address yet.", "Select the step again.")
    match given.get("act"):
        case "reveal":
            return _reveal(request, endpoint)
        case "replace":
            return _replace(request, endpoint, str(given.get("value") or ""))
        case "listen":
            endpoints.listen(endpoint)
        case "look":
            pass
        case "again":
            return _again(request, endpoint, str(given.get("delivery")))
        case _:
            return error(400, "bad_act", "This act is not known here.", "Reload the page.")
    return _newest(endpoint)


@confirmed
def _reveal(request: TeamRequest, endpoint: Endpoint) -> HttpResponse:
    return JsonResponse({"secret": endpoints.reveal(endpoint)})


@confirmed
def _replace(request: TeamRequest, endpoint: Endpoint, value: str) -> HttpResponse:
    try:
        endpoints.replace_secret(endpoint, value)
    except endpoints.BadSecret as bad:
        return error(422, "bad_secret", str(bad))
    return _newest(endpoint)


def _newest(endpoint: Endpoint) -> HttpResponse:
    newest = endpoints.deliveries(endpoint, 1)
    return JsonResponse({"newest": str(newest[0].pk) if newest else ""})


def _again(request: TeamRequest, endpoint: Endpoint, delivery: str) -> HttpResponse:
    try:
        row = TriggerInbox.objects.filter(endpoint=endpoint, pk=UUID(delivery)).first()
    except ValueError:
        row = None
    if row is None:
        return error(404, "not_found", "This delivery is not kept any more.", "Select the step again.")
    try:
        begun = replay(row, request.member)
    except NotReplayable as why:
        return error(422, "not_replayable", str(why))
    return JsonResponse({"runs": [str(run.pk) for run in begun]})
