"""A wrong setting stops the start with a sentence that names it, and never repeats what may be secret."""

import os

import pytest

from helix.environment import BadEnvironment, read_environment

KEY = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef"
RING = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith(("HELIX_", "DATABASE_", "REDIS_")):
            monkeypatch.delenv(name)


def said(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadEnvironment) as stopped:
        read_environment(with_kept=False)
    return str(stopped.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HELIX_PORT", "abc", "“abc” is no whole number"),
        ("HELIX_PORT", "70000", "70000 is too large; write 65535 or less"),
        ("HELIX_WORKER_THREADS", "0", "0 is too small; write 1 or more"),
        ("HELIX_LEASE_SECONDS", "1.5", "“1.5” is no whole number"),
        ("HELIX_DEBUG", "maybe", "“maybe” is neither yes nor no; write 1 or 0"),
        ("HELIX_LOG_LEVEL", "loud", "write DEBUG, INFO, WARNING or ERROR"),
        ("HELIX_LOG_FORMAT", "xml", "write auto, json or text"),
        ("HELIX_METRICS_TOKEN", "hunter22", "it can be guessed; write 16 random characters or more"),
        ("HELIX_VAULT_KEYS", "k1:hunter22", "write `id:base64 of 32 bytes`, comma separated"),
        ("HELIX_BASE_URL", "helix.example.com", "is not a web address"),
        ("HELIX_BASE_URL", "https://helix.example.com/flows", "without a name, path or anything after it"),
        ("HELIX_BASE_URL", "https://bob:hunter22@helix.example.com", "without a name, path or anything after it"),
        ("DATABASE_URL", "mysql://bob:hunter22@db/helix", "write postgres://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://bob:hunter22@db", "it names no database"),
        ("DATABASE_URL", "postgres://bob:hunter22@db:five/helix", "a port that is no number"),
        ("DATABASE_URL", "postgres://bob:hunter22@[::1/helix", "its host or port cannot be read"),
        ("REDIS_URL", "hunter22@queue", "write redis://:password@host:port/0"),
        ("REDIS_URL", "redis://:hunter22@queue:port/0", "a port that is no number"),
        ("HELIX_EMAIL_URL", "hunter22", "write smtp://user:password@host:587?tls=1"),
    ],
)
def test_a_wrong_value_is_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    found = said(monkeypatch, **{name: value})

    assert found.startswith("Helix cannot start, these settings are wrong:\n")
    assert f"  {name}: " in found
    assert words in found
    assert "hunter22" not in found


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, HELIX_PORT="no", HELIX_DEBUG="perhaps")
    assert "HELIX_PORT" in found
    assert "HELIX_DEBUG" in found


def test_production_needs_good_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIX_BASE_URL", "https://helix.example.com")
    assert "HELIX_SECRET_KEY is missing" in said(monkeypatch)
    assert "HELIX_SECRET_KEY can be guessed" in said(monkeypatch, HELIX_SECRET_KEY="short", HELIX_VAULT_KEYS=RING)
    monkeypatch.setenv("HELIX_SECRET_KEY", KEY)
    assert read_environment(with_kept=False).HELIX_BASE_URL == "https://helix.example.com"


def test_a_file_of_a_secret_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = said(monkeypatch, HELIX_METRICS_TOKEN_FILE="/nowhere/token")
    assert "HELIX_METRICS_TOKEN_FILE points to /nowhere/token, which cannot be read" in found
