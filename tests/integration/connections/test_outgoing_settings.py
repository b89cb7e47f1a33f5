"""The settings of outgoing calls and mail: a wrong one stops the start with its name, a right one is what calls obey."""

from pathlib import Path

import pytest
from django.conf import settings

from helix.connections.outgoing import guarded
from helix.environment import BadEnvironment, read_environment
from integrations.kit.client import open_client
from integrations.kit.errors import Blocked


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"HELIX_ALLOW_PRIVATE_HOSTS": "good.example, http://bad.example"}, "“http://bad.example” is no host"),
        ({"HELIX_ALLOW_PRIVATE_HOSTS": "10.0.0.0/99"}, "is no host"),
        ({"HELIX_EMAIL_URL": "mail.example.com"}, "write smtp://"),
        ({"HELIX_EMAIL_URL": "smtp://mail.example.com"}, "HELIX_EMAIL_FROM is missing"),
        ({"HELIX_EMAIL_FROM": "Helix <helix@example.com>"}, "is no e-mail address"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_words(
    given: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(BadEnvironment, match=words):
        read_environment(with_kept=False)


def test_the_mail_servers_password_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail").write_text("smtps://helix:s3cret@mail.example.com\n")
    monkeypatch.setenv("HELIX_EMAIL_URL_FILE", str(tmp_path / "mail"))
    monkeypatch.setenv("HELIX_EMAIL_FROM", "helix@example.com")

    found = read_environment(with_kept=False)

    assert found.HELIX_EMAIL_URL.get_secret_value() == "smtps://helix:s3cret@mail.example.com"
    assert "s3cret" not in repr(found)


def test_calls_reach_the_private_hosts_that_are_listed_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.HELIX, "HELIX_ALLOW_PRIVATE_HOSTS", "stock.internal:8080, 10.9.0.0/16")

    with open_client() as client:
        guard = guarded(client).guard

    guard.host("stock.internal", 8080)
    guard.host("10.9.1.2", 9000)
    for host, port in [("stock.internal", 22), ("10.8.0.1", 80), ("127.0.0.1", 80)]:
        with pytest.raises(Blocked):
            guard.host(host, port)
            guard.addresses(host, port, ["10.8.0.1"])
