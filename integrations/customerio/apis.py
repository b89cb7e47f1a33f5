"""The three APIs of Customer.io: hosts, keys, pace, and what a refusal means. Nothing about single actions.

Facts: https://docs.customer.io/integrations/api/app/ · /track/ · /cdp/ (read August and September 2026).
"""

from integrations.kit.action import Api, Rate
from integrations.kit.auth import Basic, Bearer, ByPrefix
from integrations.kit.limits import Limits

DOCS = "https://docs.customer.io/integrations/api"

APP = Api(
    name="app",
    integration="customerio",
    service="Customer.io",
    key_family="app",
    key_words="an App API key (not a Track or Pipelines key)",
    hosts={"us": "https://api.customer.io", "eu": "https://api-eu.customer.io"},
    sign=Bearer("app_key"),
    rate=Rate(10, 1, hard=True, scope="App API of the workspace"),
    own_domain="customer.io",
)

TRACK = Api(
    name="track",
    integration="customerio",
    service="Customer.io",
    key_family="track",
    key_words="a Track API key with its Site ID (not an App or Pipelines key)",
    hosts={"us": "https://track.customer.io", "eu": "https://track-eu.customer.io"},
    sign=Basic("site_id", "track_key"),
    rate=Rate(3000, 3, scope="Track API of the workspace"),
    own_domain="customer.io",
    must_answer_json=False,
)

PIPELINES = Api(
    name="pipelines",
    integration="customerio",
    service="Customer.io",
    key_family="pipelines",
    key_words="a Pipelines API key (not a Track or App key)",
    hosts={"us": "https://cdp.customer.io", "eu": "https://cdp-eu.customer.io"},
    # Basic with an empty password. Newer keys name their region and are Bearer: the official client tells them apart
    # so (github.com/customerio/cdp-analytics-python, customerio/analytics/request.py, 1.1.0).
    sign=ByPrefix(Basic("pipelines_key"), Bearer("pipelines_key"), r"(pk|sk)_(us|eu)_"),
    rate=Rate(3000, 3, scope="Pipelines API of the source"),
    own_domain="customer.io",
    # Without it a wrong key and a bad or oversized call are answered 200 and dropped:
    # https://docs.customer.io/journeys/invalid-api-requests
    headers={"X-Strict-Mode": "1"},
    advice={
        400: "Correct what it names; ids must be text, dates ISO 8601, and one of user id or anonymous id is needed."
    },
    must_answer_json=False,
)

CALL = Limits(call_bytes=32_768)
"""One Pipelines call: 32 KB. Other pages say 64 KB; the smaller holds under both readings."""
BATCH = Limits(call_bytes=500_000, items_field="batch", item_bytes=32_768)
"""A Pipelines batch: 500 KB, each call in it 32 KB."""
