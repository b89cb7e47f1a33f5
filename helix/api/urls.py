"""The REST API: /api/v1, JSON, bearer tokens; its description is at /api/v1/openapi.json."""

from typing import Any

from django.http import HttpRequest
from django.views.decorators.http import require_safe
from ninja.parser import Parser

from helix.api import connections, deliveries, exchange, flows, pausing, runs, schedule, team
from helix.api.auth import Token
from helix.api.describe import HelixApi
from helix.api.errors import ApiError, install
from helix.flows.json_text import UnreadableGraph, read_json


class StrictJson(Parser):
    """Bodies are strict JSON: what a database cannot keep (NaN, NUL, half a surrogate) is refused with a sentence."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return read_json(request.body)
        except UnreadableGraph as bad:
            raise ApiError(400, bad.problems[0].code, str(bad), bad.problems[0].hint) from None


api = HelixApi(
    title="Helix", version="1", auth=Token(), docs_url=None, docs_decorator=require_safe, urls_namespace="api",
    parser=StrictJson(),
)  # fmt: skip
install(api)
api.add_router("", flows.router)
api.add_router("", runs.router)
api.add_router("", connections.router)
api.add_router("", exchange.router)
api.add_router("", schedule.router)
api.add_router("", deliveries.router)
api.add_router("", team.router)
api.add_router("", pausing.router)
