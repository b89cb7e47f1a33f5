"""A vault key that is lost for good: what it sealed is forgotten, so that it can be entered again. Nothing else is touched.

Until then nothing that was sealed under it can be opened or replaced, for a fresh value would have to go under the same data key.
"""

from collections import Counter
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from helix.alerts.models import AlertRule
from helix.audit.actors import COMMAND, acting
from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.connections import second_factor, vault
from helix.connections.keeping import save_connection
from helix.connections.models import Connection, TeamKey
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.engine.models import RunPerson
from helix.health.sealed import sealed_under
from helix.teams.models import User
from helix.teams.noting import noted_of
from helix.teams.second_factor import remove_second_factor
from helix.teams.sessions import end_all
from helix.triggers.intake import sealing
from helix.triggers.intake.models import Endpoint

REASON = "Its keys were sealed with a vault key that is lost. Enter them again; then its steps go on."
OURS = ("bearer", "hmac", "standard_webhooks")
"""Ways of verifying for which Helix makes the secret."""


def lost_keys() -> Counter[str]:
    """Ids of vault keys that are needed and not at hand -> how many secrets each of them seals."""
    held = set(vault.ring())
    return Counter({name: count for name, count in sealed_under().items() if name not in held})


def forget() -> Counter[str]:
    """Forget what is sealed under keys that are not at hand; how much, in words of what. VaultLocked when there is no key at all."""
    held, done = set(vault.ring()), Counter[str]()
    for connection in Connection.objects.order_by("pk"):
        if vault.key_of(bytes(connection.data_key)) not in held:
            _connection(connection)
            done["connections"] += 1
    for endpoint in Endpoint.objects.order_by("pk"):
        if vault.key_of(bytes(endpoint.data_key)) not in held:
            _endpoint(endpoint)
            done["webhook addresses"] += 1
    for rule in AlertRule.objects.exclude(webhook_key=None):
        if vault.key_of(bytes(rule.webhook_key or b"")) not in held:
            AlertRule.objects.filter(pk=rule.pk).update(webhook_key=None, webhook_secret=None, webhook_url="")
            done["webhooks of alerts"] += 1
    for team in TeamKey.objects.all():
        if vault.key_of(bytes(team.data_key)) not in held:
            _people_of(team)
            done["teams whose older runs cannot be searched for a person"] += 1
    for user in _with_lost_factor(held):
        with transaction.atomic(), acting(COMMAND):
            remove_second_factor(user)
            noted_of(user, Act.SECOND_FACTOR_OFF)
            end_all(user)
        done["second factors"] += 1
    return done


def _connection(connection: Connection) -> None:
    """Without keys, and paused: its steps wait for new ones instead of failing. The sandbox's keys are known."""
    with transaction.atomic(), acting(COMMAND):
        connection.secrets.all().delete()
        connection.spares.all().delete()
        connection.data_key = vault.new_data_key(str(connection.pk))
        connection.save(update_fields=["data_key", "updated_at"])
        if connection.sandbox:
            save_connection(
                connection.team, name=connection.name, region=connection.region, secrets=SANDBOX_SECRETS, sandbox=True
            )
            return
        Connection.objects.filter(pk=connection.pk).update(
            state="refused", notice=REASON, paused_at=timezone.now(), paused_family="", paused_reason=REASON
        )
        noted(connection.team_id, Act.SECRETS_FORGOTTEN, connection)


def _endpoint(endpoint: Endpoint) -> None:
    """A secret of ours is made anew, to be copied to the sender again; another must be entered again: until then it answers 503."""
    with transaction.atomic(), acting(COMMAND):
        endpoint.secret = endpoint.old_secret = endpoint.old_until = None
        endpoint.data_key = sealing.fresh_data_key(endpoint)
        if endpoint.verify in OURS and endpoint.secret_is_ours:
            sealing.set_secret(endpoint, sealing.make_secret(endpoint.verify), ours=True, both_good=timedelta(0))
        endpoint.save()
        noted(endpoint.team_id, Act.SECRETS_FORGOTTEN, endpoint, name=f"webhook {endpoint.path[:6]}…")


def _people_of(team: TeamKey) -> None:
    """Digests under a lost key find nobody. The next run notes people under a fresh one."""
    with transaction.atomic():
        RunPerson.objects.filter(run__team_id=team.pk).delete()
        team.delete()


def _with_lost_factor(held: set[str]) -> list[User]:
    lost = [each.user_id for each in Authenticator.objects.all() if second_factor.sealed_by(each) - held]
    return list(User.objects.filter(pk__in=lost))
