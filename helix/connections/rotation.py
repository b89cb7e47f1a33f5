"""Replacing a key while it is in use: the new one waits beside it until it passed its test, the old one helps out for a while.

A spare is a sealed value with the version it was sealed under, so moving it between “next”, in use and “old” opens nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from pydantic import SecretStr

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections import vault
from helix.connections.keeping import families
from helix.connections.models import Connection, ConnectionSecret, SpareSecret
from helix.connections.opening import open_credentials
from helix.connections.outgoing import guarded
from integrations.catalog import INTEGRATIONS
from integrations.kit.auth import Credentials, Region
from integrations.kit.client import Client
from integrations.kit.families import ProbeResult

KEPT_MINUTES = {0: "not at all: it leaked", 60: "for an hour", 24 * 60: "for a day"}
"""For how long an old key helps out when the new one is refused."""
USUAL_MINUTES = 60


def enter_next(
    connection: Connection, secrets: Mapping[str, str], *, region: str = "", minutes: int = USUAL_MINUTES
) -> None:
    """Keep new values beside those in use, which stay in use. What was entered before and never used is replaced."""
    given = {name: value for name, value in secrets.items() if value}
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        data_key = vault.unwrap(bytes(locked.data_key), str(locked.pk))
        locked.spares.filter(role=SpareSecret.NEXT).delete()
        for name, value in given.items():
            version = _last_version(locked, name) + 1
            SpareSecret.objects.create(
                connection=locked, field=name, role=SpareSecret.NEXT, version=version, minutes=minutes,
                sealed=vault.seal(data_key, value, vault.place(locked.team_id, locked.pk, name, version)),
                last4=vault.last4(value), fingerprint=vault.fingerprint(data_key, value), region=region or locked.region,
            )  # fmt: skip
        noted(locked.team_id, Act.KEY_ENTERED, locked, after=", ".join(sorted(given)))


def _last_version(connection: Connection, name: str) -> int:
    known = [*connection.secrets.filter(field=name).values_list("version", flat=True)]
    return max([0, *known, *connection.spares.filter(field=name).values_list("version", flat=True)])


def candidate(connection: Connection) -> Credentials | None:
    """The connection as it would be with its next keys; None when there are none."""
    waiting = list(connection.spares.filter(role=SpareSecret.NEXT))
    return _with(connection, waiting) if waiting else None


def fallback(connection: Connection, now: datetime | None = None) -> Credentials | None:
    """The connection as it was before its keys were replaced, while those are kept; None when none are."""
    now = now or timezone.now()
    kept = [
        spare
        for spare in connection.spares.all()
        if spare.role == SpareSecret.OLD and spare.until is not None and spare.until > now
    ]
    return _with(connection, kept) if kept else None


def _with(connection: Connection, spares: Collection[SpareSecret]) -> Credentials:
    data_key = vault.unwrap(bytes(connection.data_key), str(connection.pk))
    values = {
        spare.field: SecretStr(
            vault.unseal(
                data_key,
                bytes(spare.sealed),
                vault.place(connection.team_id, connection.pk, spare.field, spare.version),
            )
        )
        for spare in spares
    }
    now = open_credentials(connection)
    region = next(spare.region for spare in spares)
    return replace(now, secrets={**now.secrets, **values}, region=cast(Region, region))


def test_next(connection: Connection, client: Client) -> list[ProbeResult]:
    """Try the keys that wait; switch to them when all that are new work. Otherwise those in use stay in use."""
    trial = candidate(connection)
    if trial is None:
        return []
    integration = INTEGRATIONS[connection.integration]
    results = [result for result in integration.probe(trial, guarded(client)) if result.family in concerned(connection)]
    found = {result.region for result in results if not result.ok and result.region is not None}
    others = {family.key for family in integration.families} & (families(connection) - concerned(connection))
    if len(found) == 1 and not others and all(result.region is not None for result in results):
        region = found.pop()
        connection.spares.filter(role=SpareSecret.NEXT).update(region=region)
        again = integration.probe(replace(trial, region=region), guarded(client))
        results = [result for result in again if result.family in concerned(connection)]
    if results and all(result.ok for result in results):
        switch(connection, tested=True)
    return results


def concerned(connection: Connection) -> frozenset[str]:
    """The key families of which a value waits."""
    waiting = set(connection.spares.filter(role=SpareSecret.NEXT).values_list("field", flat=True))
    families = INTEGRATIONS[connection.integration].families
    return frozenset(family.key for family in families if waiting & set(family.secrets))


def switch(connection: Connection, *, tested: bool = False) -> bool:
    """Use the keys that wait from now on; those used until now help out for as long as was chosen. False: none wait."""
    now = timezone.now()
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        waiting = list(locked.spares.filter(role=SpareSecret.NEXT))
        if not waiting:
            return False
        locked.spares.filter(role=SpareSecret.OLD).delete()  # one generation back, no more
        for spare in waiting:
            current = locked.secrets.filter(field=spare.field).first()
            if current is not None and spare.minutes:
                SpareSecret.objects.create(
                    connection=locked, field=spare.field, role=SpareSecret.OLD, version=current.version,
                    sealed=current.sealed, last4=current.last4, fingerprint=current.fingerprint, region=locked.region,
                    until=now + timedelta(minutes=spare.minutes),
                )  # fmt: skip
            ConnectionSecret.objects.update_or_create(
                connection=locked, field=spare.field,
                defaults={
                    "version": spare.version, "sealed": spare.sealed, "last4": spare.last4, "fingerprint": spare.fingerprint,
                },
            )  # fmt: skip
            spare.delete()
        locked.region, locked.notice = waiting[0].region, ""
        locked.state, locked.checked_at = ("working", now) if tested else ("untested", locked.checked_at)
        locked.save(update_fields=["region", "notice", "state", "checked_at", "updated_at"])
        fields = ", ".join(sorted(spare.field for spare in waiting))
        noted(locked.team_id, Act.KEY_SWITCHED, locked, after=f"{fields}; {'tested' if tested else 'not tested'}")
    connection.refresh_from_db()
    return True


def discard(connection: Connection) -> bool:
    """Throw away the keys that wait. False: none do."""
    return _wipe(connection, SpareSecret.NEXT, Act.KEY_DISCARDED)


def wipe_old(connection: Connection) -> bool:
    """Wipe the old keys now, before their time is over. False: there are none."""
    return _wipe(connection, SpareSecret.OLD, Act.KEY_WIPED)


def _wipe(connection: Connection, role: str, act: Act) -> bool:
    with transaction.atomic():
        gone = connection.spares.filter(role=role)
        fields = ", ".join(sorted(gone.values_list("field", flat=True)))
        if not fields:
            return False
        gone.delete()
        noted(connection.team_id, act, connection, after=fields)
    return True


def wipe_due(now: datetime | None = None) -> int:
    """A round's duty: wipe old keys whose time is over. How many connections had some."""
    due = SpareSecret.objects.filter(role=SpareSecret.OLD, until__lte=now or timezone.now())
    wiped = 0
    for connection in Connection.objects.filter(pk__in=due.values("connection")):
        wiped += wipe_old(connection)
    return wiped


def note_fallback(connection_id: UUID) -> None:
    """The new keys were refused and the old ones taken: the card says so."""
    SpareSecret.objects.filter(connection=connection_id, role=SpareSecret.OLD, used_at=None).update(
        used_at=timezone.now()
    )
