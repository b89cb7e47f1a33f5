"""Endpoints of flows and connections: made, set up, listened at, their secrets shown and replaced."""

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections.models import Connection
from helix.flows.models import Flow
from helix.triggers.intake import sealing
from helix.triggers.intake.models import Endpoint, TriggerInbox
from helix.triggers.intake.verify import MODES

LISTENING = timedelta(minutes=15)
LONGEST_SECRET = 512
LEAST_MINUTES, MOST_MINUTES = 1, 30 * 24 * 60
SANDBOX_SIGNING_KEY = "sandbox-signing-key"
"""What the built-in sandbox signs with unless it is told otherwise."""


class BadSecret(Exception):
    """A secret that cannot be used; the text says why."""


def endpoint_of_trigger(flow: Flow, node: str, config: Mapping[str, Any], all_nodes: Collection[str]) -> Endpoint:
    """The endpoint of a webhook trigger, made when it is missing. `all_nodes` are the webhook triggers of the same graph.

    When the trigger was given another key it keeps its address: a single endpoint that has lost its trigger is taken over.
    """
    with transaction.atomic():
        known = Endpoint.objects.filter(flow=flow, node=node).first()
        if known is None:
            lost = list(Endpoint.objects.filter(flow=flow).exclude(node__in=all_nodes)[:2])
            known = lost[0] if len(lost) == 1 else None
            if known is not None:
                known.node = node
                known.save(update_fields=["node"])
        if known is None:
            known = _made(
                Endpoint(team_id=flow.team_id, flow=flow, node=node), Endpoint.objects.filter(flow=flow, node=node)
            )
        if not known.armed:
            set_up(known, config)
        return known


def endpoint_of_connection(connection: Connection) -> Endpoint:
    """The endpoint of a connection's reporting webhook, made when it is missing. The sandbox's knows its key already."""
    known = Endpoint.objects.filter(connection=connection).first()
    if known is None:
        fresh = Endpoint(team_id=connection.team_id, connection=connection, verify="customerio", armed=True)
        known = _made(fresh, Endpoint.objects.filter(connection=connection))
    if connection.sandbox and known.version == 0:
        replace_secret(known, SANDBOX_SIGNING_KEY)
    return known


def _made(fresh: Endpoint, same: Any) -> Endpoint:
    fresh.path = secrets.token_urlsafe(16)
    fresh.data_key = sealing.fresh_data_key(fresh)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        return same.get()  # type: ignore[no-any-return]
    return fresh


def set_up(endpoint: Endpoint, config: Mapping[str, Any]) -> None:
    """Make the endpoint what the trigger's settings say, with a secret of ours where the sender does not bring one."""
    wanted = config.get("verify")
    mode = wanted if wanted in MODES else "bearer"
    minutes = config.get("dedupe_minutes")
    whole = isinstance(minutes, int) and not isinstance(minutes, bool)
    field = config.get("dedupe_field")
    before = (endpoint.verify, endpoint.dedupe_field, endpoint.dedupe_minutes, endpoint.version)
    changed, endpoint.verify = endpoint.verify != mode, mode
    endpoint.dedupe_field = field[:200] if isinstance(field, str) else ""
    endpoint.dedupe_minutes = min(max(minutes, LEAST_MINUTES), MOST_MINUTES) if whole and minutes else 11_520
    if mode == "customerio" and endpoint.secret is not None and endpoint.secret_is_ours:
        endpoint.secret = endpoint.old_secret = endpoint.old_until = None  # Customer.io makes its key itself
        endpoint.save()
        return
    needs_ours = mode in ("bearer", "hmac", "standard_webhooks")
    misfit = changed and endpoint.secret_is_ours  # Standard Webhooks wants another form
    if needs_ours and (endpoint.secret is None or misfit):
        sealing.set_secret(endpoint, sealing.make_secret(mode), ours=True, both_good=timedelta(0))
    if before != (endpoint.verify, endpoint.dedupe_field, endpoint.dedupe_minutes, endpoint.version):
        endpoint.save()


def replace_secret(endpoint: Endpoint, value: str = "") -> None:
    """Put the sender's secret in place, or a fresh one of ours when none is given; the old one is good for a day more."""
    given = value.strip()
    if len(given) > LONGEST_SECRET:
        raise BadSecret(f"This secret is longer than {LONGEST_SECRET} characters. Copy it again from the sender.")
    if not given and endpoint.verify == "customerio":
        raise BadSecret("Enter the signing key: Customer.io shows it where the reporting webhook is set up.")
    if not given.isprintable():
        raise BadSecret("This secret holds characters that no secret has. Copy it again from the sender.")
    with transaction.atomic():
        fresh = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        sealing.set_secret(fresh, given or sealing.make_secret(fresh.verify), ours=not given)
        fresh.save()
        noted(fresh.team_id, Act.SECRET_REPLACED, fresh, name=_place(fresh))
    endpoint.refresh_from_db()


def reveal(endpoint: Endpoint) -> str:
    """The secret in the clear when it is one of ours, which a person must copy to the sender; else "" ."""
    keys = sealing.keys_of(endpoint, timezone.now())
    if not keys or not endpoint.secret_is_ours:
        return ""
    noted(endpoint.team_id, Act.SECRET_SHOWN, endpoint, name=_place(endpoint))
    return keys[0]


def _place(endpoint: Endpoint) -> str:
    """Where an endpoint belongs, for the audit log."""
    if endpoint.flow is not None:
        return f"{endpoint.node} in {endpoint.flow.name}"
    return str(endpoint.connection)


def last4(endpoint: Endpoint) -> str:
    """The end of the secret, to know it by."""
    keys = sealing.keys_of(endpoint, timezone.now())
    return keys[0][-4:] if keys and len(keys[0]) >= 12 else ""


def listen(endpoint: Endpoint) -> None:
    """Keep deliveries as samples for a while, though nothing is switched on."""
    endpoint.test_until = timezone.now() + LISTENING
    endpoint.save(update_fields=["test_until"])


def address(endpoint: Endpoint, request: HttpRequest | None = None) -> str:
    """The URL that senders call."""
    path = reverse("intake", kwargs={"team": endpoint.team.slug, "path": endpoint.path})
    base: str = settings.HELIX.HELIX_BASE_URL
    return f"{base}{path}" if base or request is None else request.build_absolute_uri(path)


def deliveries(endpoint: Endpoint, most: int = 10) -> list[TriggerInbox]:
    """The last deliveries, newest first."""
    found = TriggerInbox.objects.filter(endpoint=endpoint).select_related("run__flow").order_by("-received_at", "-id")
    return list(found[:most])
