"""E-mail over real SMTP to a server of this machine; whether a message may have gone out is told right."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from helix.engine.steps.email import Sent, send_email
from helix.environment import Environment
from integrations.kit.errors import CallError
from tests.fakes.certificate import make_certificate
from tests.fakes.mail import MailServer

MAIL = {"to": ["ada@example.com", "bob@example.com"], "subject": "Bounces of last night — 3", "text": "Grüße\n.\nend"}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def environment(url: str = "", folder: Path = Path("nowhere"), *, embedded: bool = False) -> Environment:
    return Environment(
        HELIX_EMAIL_URL=SecretStr(url), HELIX_EMAIL_FROM="helix@example.com", HELIX_DATA_DIR=folder,
        HELIX_EMBEDDED=embedded, HELIX_BASE_URL="",
    )  # fmt: skip


def send(given: dict[str, Any], where: Environment, seconds: float = 5.0, before_send: Any = lambda: None) -> Sent:
    return send_email(
        given, idempotency_key="01KEY", timeout_seconds=seconds, before_send=before_send, environment=where
    )


def failing(server: MailServer, seconds: float = 5.0, query: str = "", **more: Any) -> CallError:
    with pytest.raises(CallError) as caught:
        send({**MAIL, **more}, environment(f"smtp://127.0.0.1:{server.port}{query}"), seconds)
    return caught.value


def test_a_message_arrives_as_it_was_written(server: MailServer) -> None:
    sent = send(MAIL, environment(f"smtp://127.0.0.1:{server.port}"))

    received = server.received[0]
    assert sent.data == {"sent_to": MAIL["to"], "message_id": "<01KEY@example.com>"}
    assert (received.sender, received.to) == ("helix@example.com", MAIL["to"])
    assert received.message["message-id"] == "<01KEY@example.com>"
    body = received.message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").strip() == MAIL["text"]


def test_the_mark_is_made_after_the_greeting_and_before_the_message(server: MailServer) -> None:
    order: list[str] = []
    server.on_message = lambda: order.append("message")

    send(
        MAIL, environment(f"smtp://127.0.0.1:{server.port}"),
        before_send=lambda: order.append(f"mark after {server.commands[-1].split(' ')[0].upper()}"),
    )  # fmt: skip

    assert order == ["mark after EHLO", "message"]


def test_what_the_mark_raises_passes_through_and_nothing_is_sent(server: MailServer) -> None:
    class Lost(Exception):
        pass

    def lose() -> None:
        raise Lost

    with pytest.raises(Lost):
        send(MAIL, environment(f"smtp://127.0.0.1:{server.port}"), before_send=lose)

    assert server.received == []


def test_who_is_refused_is_told_and_is_not_among_those_sent_to(server: MailServer) -> None:
    server.refuses = {"bob@example.com"}

    sent = send(MAIL, environment(f"smtp://127.0.0.1:{server.port}"))

    assert sent.data["sent_to"] == ["ada@example.com"]
    assert "It refused bob@example.com" in sent.explanation


@pytest.mark.parametrize(
    ("says", "kind", "may_have_happened"),
    [
        ({"greeting": "554 go away"}, "refused", False),
        ({"greeting": None}, "network", False),
        ({"greeting": "421 busy"}, "rate_limited", False),
        ({"MAIL": "550 not you"}, "refused", False),
        ({"RCPT": "550 nobody"}, "refused", False),
        ({"RCPT": "452 full"}, "rate_limited", False),
        ({"DATA": "554 no"}, "refused", False),
        ({"end": "554 spam"}, "refused", False),
        ({"end": "451 later"}, "server_error", False),
        ({"end": None}, "network", True),
        ({"DATA": None}, "network", True),
    ],
)
def test_every_end_is_named_and_only_silence_leaves_it_unknown(
    says: dict[str, str | None], kind: str, may_have_happened: bool, server: MailServer
) -> None:
    server.says = says

    error = failing(server)

    assert (error.kind, error.may_have_happened) == (kind, may_have_happened)
    assert error.hint
    assert server.received == []


@pytest.mark.parametrize(("word", "unknown"), [("greeting", False), ("EHLO", False), ("MAIL", True), ("end", True)])
def test_a_server_that_drips_is_given_up_by_the_clock(word: str, unknown: bool, server: MailServer) -> None:
    server.says = {word: "drip"}

    error = failing(server, seconds=0.4)

    assert (error.kind, error.may_have_happened) == ("network", unknown)
    assert "within 0.4 seconds" in error.message


def test_a_server_that_is_away_was_certainly_not_sent_to() -> None:
    with MailServer() as server:
        port = server.port
    with pytest.raises(CallError) as caught:
        send(MAIL, environment(f"smtp://127.0.0.1:{port}"))

    assert (caught.value.kind, caught.value.sent) == ("network", False)


def test_a_user_and_password_are_given_and_a_wrong_one_is_told_without_it() -> None:
    with MailServer(users={"helix": "s3cret/word"}) as server:
        send(MAIL, environment(f"smtp://helix:s3cret%2Fword@127.0.0.1:{server.port}"))
        with pytest.raises(CallError) as caught:
            send(MAIL, environment(f"smtp://helix:wr0ng-word@127.0.0.1:{server.port}"))

    assert len(server.received) == 1
    assert caught.value.kind == "unauthorized"
    assert "wr0ng-word" not in caught.value.message + caught.value.hint


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    with MailServer(context=context) as server:
        error = failing(server, query="?tls=1")

    assert (error.kind, error.sent) == ("network", False)
    assert "certificate" in error.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "Hello\r\nBcc: eve@evil.example"), ("subject", "Hello\nX: y"), ("subject", "a\u2028b"), ("subject", " "),
        ("subject", "x" * 251), ("subject", None), ("to", ["ada@example.com\r\nBcc: eve@evil.example"]), ("to", []),
        ("to", ["ada@example.com,eve@evil.example"]), ("to", ["Ada <ada@example.com>"]), ("to", ["ada"]), ("to", [None]),
        ("to", "ada@example.com"), ("to", ["a@example.com"] * 51), ("text", ""), ("text", "a\x00b"), ("text", "x" * 100_001),
    ],
)  # fmt: skip
def test_what_would_forge_a_header_or_reach_others_is_never_sent(name: str, value: Any, server: MailServer) -> None:
    error = failing(server, **{name: value})

    assert (error.kind, error.sent) == ("invalid_input", False)
    assert server.commands == []


def test_without_a_mail_server_an_embedded_installation_writes_a_file_and_says_so(tmp_path: Path) -> None:
    marks: list[int] = []

    sent = send(MAIL, environment(folder=tmp_path, embedded=True), before_send=lambda: marks.append(1))

    content = (tmp_path / "outbox" / "01KEY.eml").read_bytes()
    assert b"To: ada@example.com, bob@example.com\r\n" in content
    assert "sent to nobody" in sent.explanation
    assert marks == [1]


def test_without_a_mail_server_any_other_installation_says_what_is_missing() -> None:
    with pytest.raises(CallError, match="no mail server") as caught:
        send(MAIL, environment())

    assert "HELIX_EMAIL_URL" in caught.value.hint
