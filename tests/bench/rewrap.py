"""`python -m pytest tests/bench/rewrap.py -s`: how long 10,000 connections take under `manage.py rotate_keys` (limit: 60 s)."""

import os
import time

import pytest
from django.conf import settings
from django.db import connection as database
from pydantic import SecretStr

from helix.connections import vault
from helix.connections.models import Connection
from helix.health.sealed import rewrap_all
from helix.ids import new_id
from tests.build import cast

COUNT = 10_000


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    team, _ = cast()
    rows = []
    for number in range(COUNT):
        made = new_id()
        rows.append(
            Connection(
                id=made,
                team=team,
                name=f"c{number}",
                integration="customerio",
                data_key=vault.new_data_key(str(made)),
            )
        )
    Connection.objects.bulk_create(rows, batch_size=500)
    both = f"{vault.make_key()},{os.environ['HELIX_VAULT_KEYS']}"
    monkeypatch.setattr(settings.HELIX, "HELIX_VAULT_KEYS", SecretStr(both))
    begun = time.perf_counter()
    result = rewrap_all()
    print(f"\n{database.vendor}: {result.done} in {time.perf_counter() - begun:.2f} s")
    assert result.done == COUNT
