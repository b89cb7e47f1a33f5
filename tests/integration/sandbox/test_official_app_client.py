"""Customer.io's official Python client for the App API runs against the sandbox unchanged: every call, and its effect."""

from typing import Any

import pytest
from customerio.api import (
    APIClient,
    SendEmailRequest,
    SendInAppRequest,
    SendInboxMessageRequest,
    SendPushRequest,
    SendSMSRequest,
    SendWhatsAppRequest,
)
from customerio.client_base import CustomerIOException

from tests.fakes.sandbox import SandboxProcess

TO = {"identifiers": {"id": "1"}, "transactional_message_id": 2}
EMAIL = SendEmailRequest(to="ada@example.com", **TO)
EMAIL.attach("hello.txt", "Grüße")


@pytest.mark.parametrize(
    ("method", "request_", "kind"),
    [
        ("send_email", EMAIL, "email"),
        ("send_push", SendPushRequest(title="Hi", **TO), "push"),
        ("send_sms", SendSMSRequest(to="+15558675309", **TO), "twilio"),
        ("send_whatsapp", SendWhatsAppRequest(to="+15558675309", **TO), "whatsapp"),
        ("send_in_app", SendInAppRequest(**TO), "in_app"),
        ("send_inbox_message", SendInboxMessageRequest(**TO), "in_app"),
    ],
)
def test_a_transactional_message_is_sent(
    method: str, request_: Any, kind: str, transactional: APIClient, sandbox: SandboxProcess
) -> None:
    said = getattr(transactional, method)(request_)

    delivery = sandbox.state()["deliveries"][0]
    assert (delivery["id"], delivery["type"], delivery["customer_id"]) == (said["delivery_id"], kind, "1")
    assert delivery["transactional_message_id"] == 2
    assert isinstance(said["queued_at"], int)


def test_what_is_missing_is_refused_with_the_vendors_words(transactional: APIClient) -> None:
    with pytest.raises(CustomerIOException, match="identifiers"):
        transactional.send_email(SendEmailRequest(to="a@example.com", transactional_message_id=2))


def test_a_wrong_key_is_refused(sandbox: SandboxProcess) -> None:
    with APIClient("wrong", url=sandbox.url, retries=0) as stranger, pytest.raises(CustomerIOException, match="401"):
        stranger.send_email(EMAIL)
