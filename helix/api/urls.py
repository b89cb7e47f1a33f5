"""The REST API: /api/v1, JSON, bearer tokens; its description is at /api/v1/openapi.json."""

from ninja import NinjaAPI

from helix.api import connections, flows, runs
from helix.api.auth import Token
from helix.api.errors import install

api = NinjaAPI(title="Helix", version="1", auth=Token(), docs_url=None, urls_namespace="api")
install(api)
api.add_router("", flows.router)
api.add_router("", runs.router)
api.add_router("", connections.router)
