"""No input makes the sandbox fail: garbage is answered with a 2xx or 4xx, and the workspace stays readable.

Half of the requests are good ones with one part exchanged for something else, the rest is worse.
"""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.customerio.sandbox import app_api, track
from integrations.customerio.sandbox.auth import PIPELINES_CALLS, api_of
from integrations.customerio.sandbox.http import Request
from integrations.customerio.sandbox.server import Sandbox
from tests.unit.sandbox.door import KEYS, ask

WHO = {"userId": "u-1", "anonymousId": "a-1"}
PERSON = {"type": "person", "identifiers": {"id": "1"}}
COMPANY = {"object_type_id": "1", "object_id": "acme-inc"}
OBJECT = {"type": "object", "identifiers": COMPANY}
RELATIONS = [{"identifiers": COMPANY, "relationship_attributes": {"role": "x"}}]
DELIVERY = "RPILAgUBcRhIBq000001IwdIYJKxTY="
COMMON = {"context": {"device": {"token": "t", "type": "ios"}}, "timestamp": "2026-01-31T12:00:00Z", "messageId": "m"}
ITEMS: list[dict[str, Any]] = [
    {"type": "identify", **WHO, "traits": {"email": "u@example.com"}, **COMMON},
    {"type": "track", **WHO, "event": "bought", "properties": {"objectId": "acme-inc", "objectTypeId": "1"}, **COMMON},
    {"type": "track", **WHO, "event": "Relationship Deleted", "properties": {"objectId": "acme-inc"}},
    {"type": "track", **WHO, "event": "Device Created or Updated", **COMMON},
    {"type": "page", **WHO, "name": "Home", "properties": {}},
    {"type": "screen", **WHO, "name": "Feed"},
    {"type": "group", **WHO, "groupId": "g", "traits": {"objectTypeId": "1", "relationshipAttributes": {"a": 1}}},
    {"type": "alias", "userId": "1", "previousId": "2"},
]
OPERATIONS: list[dict[str, Any]] = [
    {**PERSON, "action": "identify", "attributes": {"plan": "x"}, "cio_relationships": RELATIONS},
    {**PERSON, "action": "event", "name": "bought", "attributes": {}, "id": "01J8", "timestamp": 1},
    {**PERSON, "action": "add_device", "device": {"token": "t", "platform": "ios"}},
    {**PERSON, "action": "delete_device", "device": {"token": "t"}},
    {**PERSON, "action": "add_relationships", "cio_relationships": RELATIONS},
    {**PERSON, "action": "delete_relationships", "cio_relationships": RELATIONS},
    {"type": "person", "action": "merge", "primary": {"id": "3"}, "secondary": {"email": "ken.hopper@example.com"}},
    {**OBJECT, "action": "identify", "attributes": {}, "cio_relationships": [{"identifiers": {"id": "1"}}]},
    {**OBJECT, "action": "delete_relationships", "cio_relationships": [{"identifiers": {"cio_id": "a3000001"}}]},
    {"type": "delivery", "action": "event", "identifiers": {"id": DELIVERY}, "name": "opened", "attributes": {}},
]
FILTER = {
    "and": [
        {"segment": {"id": 1}},
        {"not": {"attribute": {"field": "plan", "operator": "eq", "value": "x"}}},
        {"or": [{"segment": {"id": 4}}]},
    ]
}
GOOD: list[tuple[str, str, Any]] = [
    *(("POST", f"/v1/{item['type']}", {name: value for name, value in item.items() if name != "type"}) for item in ITEMS),
    ("POST", "/v1/batch", {"batch": ITEMS, "context": {}}),
    *(("POST", "/api/v2/entity", operation) for operation in OPERATIONS),
    ("POST", "/api/v2/batch", {"batch": OPERATIONS}),
    ("PUT", "/api/v1/customers/1", {"email": "z@example.com", "anonymous_id": "a", "_update": True,
                                    "cio_relationships": {"action": "add_relationships", "relationships": RELATIONS}}),
    ("POST", "/api/v1/customers/1/events", {"name": "n", "data": {}, "id": "01J8", "timestamp": 1, "type": "page"}),
    ("POST", "/api/v1/events", {"name": "n", "anonymous_id": "a", "data": {}}),
    ("PUT", "/api/v1/customers/1/devices", {"device": {"id": "t", "platform": "ios", "last_used": 1}}),
    ("POST", "/api/v1/merge_customers", {"primary": {"id": "1"}, "secondary": {"cio_id": "a3000002"}}),
    ("POST", "/api/v1/segments/4/add_customers", {"ids": ["1", "2"]}),
    ("POST", "/api/v1/metrics", {"delivery_id": DELIVERY, "metric": "opened", "timestamp": 1}),
    ("POST", "/api/v1/push/events", {"delivery_id": DELIVERY, "event": "opened", "device_id": "t", "timestamp": 1}),
    ("POST", f"/unsubscribe/{DELIVERY}", {"unsubscribe": True}),
    ("POST", "/v1/campaigns/12/triggers", {"recipients": FILTER, "data": {}}),
    ("POST", "/v1/campaigns/12/triggers", {"ids": ["1", "ghost"], "id_ignore_missing": True}),
    ("POST", "/v1/campaigns/1/triggers", {"emails": ["a@b.example"], "email_ignore_missing": False, "email_add_duplicates": True}),
    ("POST", "/v1/campaigns/1/triggers", {"per_user_data": [{"id": "1", "data": {}}, {"email": "a@b.example"}]}),
    ("POST", "/v1/campaigns/1/triggers", {"data_file_url": "https://x.example/"}),
    ("POST", "/v1/send/email", {"identifiers": {"id": "1"}, "to": "a@b.example", "transactional_message_id": 2, "queue_draft": True}),
    ("POST", "/v1/send/email", {"identifiers": {"email": "a@b.example"}, "to": "x", "from": "x", "subject": "x", "body": "x"}),
    ("POST", "/v1/reporting_webhooks", {"name": "n", "endpoint": "https://x.example", "events": ["email_sent"]}),
    ("PUT", "/_sandbox/faults", [{"do": "status", "match": {"method": "GET", "path": "*"}, "times": 1, "headers": {"A": "b"}, "seconds": 1}]),
    ("PUT", "/_sandbox/settings", {"dedupe": True, "lag_ms": 0, "region": "us", "processing_seconds": 2}),
    ("PUT", "/_sandbox/clock", {"offset_seconds": 1.5}),
    ("POST", "/_sandbox/webhooks", {"url": "http://127.0.0.1:1/", "key": "k", "event": "email_sent", "overrides": {"data": {"x": 1}}}),
    *(("GET", f"/v1/{path}", None) for path in ("messages", "newsletters", "segments/1/membership", "customers", "campaigns/12/triggers/1/errors")),
]  # fmt: skip

WORDS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "1",
        "x" * 200,
        "a@b.example",
        "cio_",
        "cio_a3000001",
        "\ud800",
        "\x00",
        "ü",
        "User Deleted",
        "person",
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), WORDS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value, as its container and key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(pairs):
        yield value, key
        yield from places(part)


@st.composite
def nearly_good(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A good request, one or two parts of which are missing or something else."""
    method, path, body = copy.deepcopy(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        found = list(places(body))
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        if isinstance(container, dict) and draw(st.integers(0, 4)) == 0:
            del container[key]
        else:
            container[key] = draw(VALUES)
    return method, path, b"" if body is None else json.dumps(body).encode()


ROUTES = [(method, "/" + "/".join(parts)) for routes in (app_api.CALLS, track.CALLS)
          for (method, _), rows in routes._by_shape.items() for parts, _ in rows]  # fmt: skip
ROUTES += [("POST", f"/v1/{call}") for call in PIPELINES_CALLS] + [
    ("GET", "/_sandbox/requests"),
    ("GET", "/_sandbox/state"),
]
IDS = st.sampled_from(
    [
        "1",
        "12",
        "cio_a3000001",
        "%2F",
        "%00",
        "%ff%fe",
        "..",
        "",
        "%F0%9F%98%80",
        "ada.lovelace%40example.com",
        "x" * 160,
    ]
)
RAW = st.one_of(
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"{", b"[" * 200 + b"]" * 200, b'{"a":' * 90 + b"1" + b"}" * 90, b'{"times": 1e999}', b'{"a": NaN}']
    ),
)


@st.composite
def anything(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """A known path with any id and any body; seldom by its own method."""
    method, path = draw(st.sampled_from(ROUTES))
    other = st.sampled_from([method, "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "B\xe9"])
    return draw(other), path.replace("*", draw(IDS)), draw(RAW)


QUERIES = st.lists(
    st.tuples(st.sampled_from(["limit", "start", "type", "metric", "start_ts", "end_ts", "sort", "since", "drafts", "id_type", "email"]),
              st.sampled_from(["", "0", "1", "9" * 5000, "%00", "%FF", "email", "asc", "-1", "AAAA", "YWFhYWFhYWFhYWFh_w", "A", "true", "%ED%A0%80"])),
    max_size=2,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))  # fmt: skip
PLAIN = {"host": "127.0.0.1:8100"}
JUNK = st.fixed_dictionaries(
    {
        "host": st.sampled_from(
            ["127.0.0.1:8100", "", "[::1", "track.customer.io", "cdp-eu.customer.io", "a:b:c", "\xff"]
        )
    },
    optional={
        "x-strict-mode": st.sampled_from(["1", "0"]),
        "content-encoding": st.sampled_from(["gzip", "br"]),
        "authorization": st.sampled_from(["", "Basic", "Basic \xe9", "Bearer \xff", "x y z"]),
    },
)
HEADERS = st.one_of(st.just(PLAIN), st.just(PLAIN), st.just({**PLAIN, "x-strict-mode": "1"}), JUNK)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.one_of(nearly_good(), nearly_good(), anything()), QUERIES, HEADERS), min_size=1, max_size=4)
)
def test_no_garbage_makes_it_fail_nor_breaks_what_it_keeps(
    requests: list[tuple[tuple[str, str, bytes], str, dict[str, str]]],
) -> None:
    asyncio.run(_all(requests))


async def _all(requests: list[tuple[tuple[str, str, bytes], str, dict[str, str]]]) -> None:
    sandbox = Sandbox()
    for (method, path, body), query, headers in requests:
        sandbox.world.settings |= {"enforce_rates": False, "lag_ms": 0}
        sandbox.control.faults = []  # a fault on order is no failure of its own
        api = api_of(Request(method, headers["host"], path, {}, {}, b""))
        target = path + (f"?{query}" if query else "")

        said = await ask(sandbox, method, target, body, {"authorization": KEYS[api], **headers})

        assert 200 <= said.status < 500, (said.status, said.text)

    await _still_readable(sandbox)


INSTEAD: tuple[Any, ...] = (
    None,
    True,
    0,
    -7,
    1.5,
    "",
    "x",
    "\ud800",
    "x" * 40_000,
    [],
    {},
    ["x"],
    [[]],
    {"x": 1},
    {"id": []},
    {"id": "1", "email": 2},
)


@pytest.mark.parametrize("good", GOOD, ids=lambda good: f"{good[0]} {good[1]}")
def test_every_part_of_a_good_request_may_be_anything_else(good: tuple[str, str, Any]) -> None:
    asyncio.run(_each_part(*good))


async def _each_part(method: str, path: str, body: Any) -> None:
    """Exchange one part after the other for each of `INSTEAD`, and the whole for good measure."""
    sandbox = Sandbox()
    key = {"authorization": KEYS[api_of(Request(method, "127.0.0.1", path, {}, {}, b""))], **PLAIN}
    count = len(list(places([body])))
    for number in range(count):
        for instead in INSTEAD:
            whole = [copy.deepcopy(body)]
            container, name = list(places(whole))[number]
            container[name] = copy.deepcopy(instead)
            sandbox.world.settings |= {"enforce_rates": False, "dedupe": False, "lag_ms": 0}

            said = await ask(sandbox, method, path, json.dumps(whole[0]).encode(), key)

            assert 200 <= said.status < 500, (said.status, said.text, name, instead)
        sandbox.world.clock_offset += 100
    await _still_readable(sandbox)


async def _still_readable(sandbox: Sandbox) -> None:
    sandbox.world.settle(everything=True)
    sandbox.world.clock_offset += 100  # broadcasts that wait are sent now
    for name in ("state", "requests", "faults"):
        found = await ask(sandbox, "GET", f"/_sandbox/{name}", b"", PLAIN)
        assert found.status == 200
        json.loads(found.text, parse_constant=_refuse)
    json.dumps(sandbox.world.data, allow_nan=False)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
