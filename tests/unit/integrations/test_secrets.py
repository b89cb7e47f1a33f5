"""Keys never show: not in errors, not in `repr`, not in what is kept of a call."""

from __future__ import annotations

import json
import logging
import traceback
from base64 import b64encode
from urllib.parse import quote

import pytest

from integrations.kit.auth import MASK, Masker
from integrations.kit.errors import CallError
from integrations.kit.exchange import TEXT_BYTES, kept_text, without_userinfo
from tests.unit.integrations.conftest import Run, keys
from tests.unit.integrations.listener import Heard, Listener, Says

CANARIES = {
    "site_id": "canary-site-id-1",
    "track_key": 'canary/track+key"2=',
    "app_key": "canary-app-key-3",
    "pipelines_key": "canary-pipelines-key-4",
}
CALLS = [
    ("get_segments", {}),
    ("customer_io_suppress_person", {"identifier": "1"}),
    ("track_event", {"userId": "1", "event": "x"}),
]


def forms() -> set[str]:
    plain = set(CANARIES.values())
    pairs = {f"{CANARIES['site_id']}:{CANARIES['track_key']}", f"{CANARIES['pipelines_key']}:"}
    encoded = {b64encode(text.encode()).decode() for text in plain | pairs}
    return plain | encoded | {quote(text, safe="") for text in plain} | {json.dumps(text)[1:-1] for text in plain}


def assert_clean(text: str) -> None:
    assert [form for form in forms() if form in text] == []


def echo(status: int) -> Says:
    """A hostile or careless service that says everything back."""

    def answer(heard: Heard) -> Says:
        said = json.dumps(heard.headers) + " " + " ".join(sorted(forms()))
        return Says(
            status, {"errors": [{"detail": said}], "meta": {"error": said}}, {"x-echo": heard.headers["authorization"]}
        )

    return answer  # type: ignore[return-value]


@pytest.mark.parametrize(("key", "given"), CALLS, ids=[key for key, _ in CALLS])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_service_that_echoes_the_key_does_not_make_us_tell_it(
    key: str, given: dict[str, str], status: int, run: Run, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    listener.says(echo(status))

    with pytest.raises(CallError) as caught:
        run(key, given, credentials=keys(listener.url, secrets=CANARIES))

    error = caught.value
    assert_clean(str(error) + repr(error) + error.hint + json.dumps(error.as_json()))
    assert_clean(json.dumps([exchange.as_json() for exchange in error.exchanges], ensure_ascii=False))
    assert_clean(repr(error.exchanges))
    assert_clean("".join(traceback.format_exception(error)))
    assert_clean(caplog.text)
    assert MASK in error.exchanges[0].request_headers["authorization"]


def test_a_good_answer_keeps_no_key_either(run: Run, listener: Listener) -> None:
    listener.says(lambda heard: Says(200, {"segments": [], "echo": heard.headers["authorization"]}))

    reply = run("get_segments", {}, credentials=keys(listener.url, secrets=CANARIES))

    assert_clean(json.dumps([exchange.as_json() for exchange in reply.exchanges], ensure_ascii=False))


def test_a_key_that_a_person_mapped_into_a_field_is_not_kept_nor_told(run: Run, listener: Listener) -> None:
    held = keys(listener.url, secrets=CANARIES)

    reply = run("track_event", {"userId": CANARIES["app_key"], "event": "x"}, credentials=held)
    with pytest.raises(CallError) as caught:
        run("get_segment_details", {"segment_id": CANARIES["app_key"]}, credentials=held)

    assert_clean(json.dumps([exchange.as_json() for exchange in reply.exchanges]))
    assert_clean(str(caught.value) + json.dumps(caught.value.as_json()))


def test_credentials_do_not_show_their_keys() -> None:
    held = keys(secrets=CANARIES)

    assert_clean(repr(held) + str(held) + repr(held.secrets))


def test_a_key_is_blotted_out_before_a_long_body_is_cut() -> None:
    mask = Masker(keys(secrets=CANARIES))
    body = b"x" * (TEXT_BYTES - 8) + CANARIES["app_key"].encode() + b"y" * 100

    text = kept_text(body, mask)

    assert text is not None
    assert "canary" not in text
    assert text.endswith(f"({len(body)} bytes in all)")


def test_passwords_in_urls_are_blotted_out(run: Run, listener: Listener) -> None:
    listener.says(Says(200, {"reporting_webhooks": [{"id": 1, "endpoint": "https://user:s3cret@example.com/hook"}]}))

    reply = run("get_webhooks", {})

    assert reply.data == {"reporting_webhooks": [{"id": 1, "endpoint": f"https://{MASK}@example.com/hook"}]}
    assert "s3cret" not in json.dumps([exchange.as_json() for exchange in reply.exchanges])
    assert (
        without_userinfo("see https://example.com/a@b and mail a@b.c") == "see https://example.com/a@b and mail a@b.c"
    )


def test_what_is_kept_of_a_call_reads_as_it_went(run: Run, listener: Listener) -> None:
    listener.says(Says(200, {"ok": True}, {"x-request-id": "r1"}))

    exchange = run("track_event", {"userId": "1", "event": "é"}).exchanges[0]

    kept = exchange.as_json()
    assert (exchange.method, exchange.url, exchange.status) == ("POST", f"{listener.url}/v1/track", 200)
    assert json.loads(exchange.request_body or "") == {"userId": "1", "event": "é", "messageId": "key-1"}
    assert exchange.response_headers["x-request-id"] == "r1"
    assert exchange.response_body == '{"ok": true}'
    assert exchange.request_headers["authorization"] == f"Basic {MASK}"
    assert exchange.started_at.endswith("Z")
    assert json.loads(json.dumps(kept)) == kept
