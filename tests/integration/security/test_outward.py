"""Addresses that people may give to Helix: no form of a private one is taken, at whichever door it is given."""

import json
from typing import Any

import pytest
from django.test import Client

from helix.alerts.models import AlertRule
from helix.connections.models import Connection
from helix.teams.roles import Role
from tests.integration.security.world import World
from tests.unit.integrations.http.test_guard import FORMS

ALSO = (
    "user@127.0.0.1", "127.0.0.1@evil.example", "evil.example@127.0.0.1", "api.example.com:pass@127.0.0.1",
    "127.0.0.1#@evil.example", "127.0.0.1\\@evil.example", "127.0.0.1%2f@evil.example", "127.0.0.1 .evil.example",
    "[::1]:443", "127.0.0.1:22", "localhost:5432", "api.example.com:6379",
)  # fmt: skip
SCHEMES = ("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://10.0.0.1/", "unix:/var/run/docker.sock", "dict://127.0.0.1:6379/",
           "//127.0.0.1/", "javascript:alert(1)", "data:text/plain,x", "HTTP://127.0.0.1/", "http:127.0.0.1", "")  # fmt: skip


def urls() -> list[str]:
    return [f"https://{form}/" for form in (*FORMS, *ALSO)] + [url for url in SCHEMES if url]


def test_an_alert_goes_to_no_private_address(world: World) -> None:
    client, taken = world.client(Role.OWNER), []
    for url in urls():
        form = {"kinds": "failed", "late": "15", "webhook_url": url}
        answer = client.post(f"/t/{world.team.slug}/alerts/settings/", form)
        kept = AlertRule.objects.filter(team=world.team, flow=None).values_list("webhook_url", flat=True).first()
        if answer.status_code != 422 and kept:
            taken.append(url)

    assert taken == []
    print(f"\naddresses that lead inside: {len(urls())} tried at each of 3 doors")


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_connection_is_tried_at_no_private_address(door: str, world: World) -> None:
    client, reached = world.client(Role.OWNER), []
    header = {"authorization": f"Bearer {world.tokens[Role.OWNER]}"}
    for number, url in enumerate(urls()):
        name, host = f"c{number}", url.partition("://")[2].rstrip("/")
        options: dict[str, Any] = {"way": "bearer", "hosts": [host][:1], "test_url": url}
        if door == "api":
            body = {"name": name, "integration": "http", "secrets": {"token": "secret-token"}, "http": options}
            Client().post("/api/v1/connections", json.dumps(body), content_type="application/json", headers=header)
        else:
            form = {
                "integration": "http",
                "name": name,
                "token": "secret-token",
                "way": "bearer",
                "hosts": host,
                "test_url": url,
            }
            client.post(f"/t/{world.team.slug}/connections/connect/", form)
        made = Connection.objects.filter(team=world.team, name=name).first()
        if made is None:
            continue
        answer = Client().post(
            f"/api/v1/connections/{made.pk}/test", "{}", content_type="application/json", headers=header
        )
        results = answer.json()
        if answer.status_code >= 500 or any(each["ok"] for each in results):
            reached.append((url, answer.status_code))

    assert reached == []
