"""The secret that a rule's webhook is signed with: made by us, sealed, shown when it is made."""

import base64
import hashlib
import hmac
import os

from helix.alerts.models import AlertRule
from helix.connections import vault

PREFIX = "whsec_"


def make_secret(rule: AlertRule) -> str:
    """A fresh secret for this rule, sealed into it. The caller saves the rule and shows the secret, this once."""
    value = PREFIX + base64.b64encode(os.urandom(24)).decode()
    rule.webhook_key = vault.new_data_key(_place(rule))
    rule.webhook_secret = vault.seal(vault.unwrap(bytes(rule.webhook_key), _place(rule)), value, _place(rule))
    return value


def open_secret(rule: AlertRule) -> str:
    """The secret of this rule; VaultLocked when it does not open, "" when it has none."""
    if rule.webhook_key is None or rule.webhook_secret is None:
        return ""
    return vault.unseal(vault.unwrap(bytes(rule.webhook_key), _place(rule)), bytes(rule.webhook_secret), _place(rule))


def signature(secret: str, identity: str, timestamp: int, body: str) -> str:
    """The header `webhook-signature` (Standard Webhooks): HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = f"{identity}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _place(rule: AlertRule) -> str:
    return f"alerts of {rule.team_id}|{rule.pk}"
