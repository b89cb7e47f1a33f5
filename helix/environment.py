"""The environment that Helix reads, typed: a wrong value stops the start with a sentence.

Every variable is described here once; the table in README.md is drawn from this class. A secret may also be
given as the path of a file in `<NAME>_FILE`.
"""

import contextlib
import json
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from integrations.kit.guard import read_allowed

ONLY_WHEN_ASKED = 2**31
"""Uses after which psycopg prepares a statement by itself. None, Django's choice, would forbid it to those that ask for it as well."""
SECRETS = (
    "HELIX_SECRET_KEY",
    "HELIX_VAULT_KEYS",
    "DATABASE_URL",
    "REDIS_URL",
    "HELIX_EMAIL_URL",
    "HELIX_METRICS_TOKEN",
)

SHORTEST_KEY = 32


class BadEnvironment(SystemExit):
    """A setting that Helix cannot start with; its text says which, why, and what to write instead."""


class Environment(BaseSettings):
    """The settings of one Helix installation."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=True)

    HELIX_DATA_DIR: Path = Field(
        default=Path(".helix"), description="Folder of the embedded database, queue and secrets."
    )
    HELIX_PORT: int = Field(default=8000, ge=1, le=65535, description="Port of the web server started by `make run`.")
    DATABASE_URL: str = Field(
        default="", description="postgres://user:password@host:port/name; empty: SQLite in the data folder."
    )
    REDIS_URL: str = Field(default="", description="redis://… of the queue; empty: one is started beside Helix.")
    HELIX_SECRET_KEY: SecretStr = Field(
        default=SecretStr(""), description="Signs sessions and links; 50 random characters or more."
    )
    HELIX_VAULT_KEYS: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that seal stored secrets: `id:base64 of 32 bytes`, comma separated, newest first.",
    )
    HELIX_BASE_URL: str = Field(default="", description="Address that people type; used in links and for cookies.")
    HELIX_SANDBOX_URL: str = Field(
        default="", description="Address of the built-in Customer.io sandbox; empty: no sandbox."
    )
    HELIX_EMBEDDED: bool = Field(default=False, description="Set by `manage.py up`: everything on this machine.")
    HELIX_DEBUG: bool = Field(default=False, description="Shows error pages with details. Never in production.")
    HELIX_WORKER_THREADS: int = Field(
        default=16, ge=1, le=256, description="Steps that one worker process carries at once."
    )
    HELIX_LEASE_SECONDS: int = Field(
        default=60, ge=2, le=3600, description="Time after which a silent worker's step is taken over."
    )

    HELIX_ALLOW_PRIVATE_HOSTS: str = Field(
        default="",
        description="Private hosts that HTTP steps may call: `host`, `host:port` or a network such as `10.0.0.0/8`, comma separated.",
    )
    HELIX_EMAIL_URL: SecretStr = Field(
        default=SecretStr(""),
        description="Mail server of e-mail steps and alerts: `smtp://user:password@host:587?tls=1` or `smtps://…`; empty: files in the data folder's `outbox`, embedded only.",
    )
    HELIX_EMAIL_FROM: str = Field(
        default="", description="Sender of e-mail steps and alerts, such as `helix@example.com`."
    )

    HELIX_LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="What is worth a line of the log: `DEBUG`, `INFO`, `WARNING` or `ERROR`."
    )
    HELIX_LOG_FORMAT: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="Lines as `json` or as `text`; `auto`: text on a terminal and under `make run`, else JSON.",
    )
    HELIX_METRICS_TOKEN: SecretStr = Field(
        default=SecretStr(""),
        description="Opens `/metrics` to `Authorization: Bearer …`, 16 characters or more; empty: only callers of this machine may read it.",
    )

    @field_validator("HELIX_LOG_LEVEL", mode="before")
    @classmethod
    def _is_level(cls, value: str) -> str:
        if str(value).upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError(f"“{value}” is no level; write DEBUG, INFO, WARNING or ERROR")
        return str(value).upper()

    @field_validator("HELIX_LOG_FORMAT", mode="before")
    @classmethod
    def _is_format(cls, value: str) -> str:
        if value not in ("auto", "json", "text"):
            raise ValueError(f"“{value}” is no format; write auto, json or text")
        return value

    @field_validator("HELIX_METRICS_TOKEN")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("it can be guessed; write 16 random characters or more")
        return value

    @field_validator("HELIX_BASE_URL", "HELIX_SANDBOX_URL")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value:
            return value
        url = _split(value)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"“{value}” is not a web address; write http://… or https://…")
        if url.username or url.password or url.path.strip("/") or url.query or url.fragment:
            raise ValueError(
                "write the address without a name, path or anything after it, as https://helix.example.com"
            )
        return value.rstrip("/")

    @field_validator("HELIX_ALLOW_PRIVATE_HOSTS")
    @classmethod
    def _is_hosts(cls, value: str) -> str:
        read_allowed(value)
        return value

    @field_validator("HELIX_VAULT_KEYS")
    @classmethod
    def _is_ring(cls, value: SecretStr) -> SecretStr:
        for part in filter(None, (each.strip() for each in value.get_secret_value().split(","))):
            name, _, encoded = part.partition(":")
            try:
                size = len(b64decode(encoded, validate=True))
            except ValueError:
                size = 0
            if not name or size != 32:
                raise ValueError(
                    "write `id:base64 of 32 bytes`, comma separated; `python manage.py make_keys` prints a fresh one"
                )
        return value

    @field_validator("HELIX_EMAIL_URL")
    @classmethod
    def _is_mail_server(cls, value: SecretStr) -> SecretStr:
        url = _split(value.get_secret_value())
        if value.get_secret_value() and (url.scheme not in ("smtp", "smtps") or not url.hostname):
            raise ValueError("write smtp://user:password@host:587?tls=1 or smtps://user:password@host:465")
        return value

    @field_validator("HELIX_EMAIL_FROM")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", value):
            raise ValueError(f"“{value}” is no e-mail address; write helix@example.com")
        return value

    @field_validator("DATABASE_URL")
    @classmethod
    def _is_database(cls, value: str) -> str:
        url = _split(value)
        if value and url.scheme not in ("postgres", "postgresql", "sqlite"):
            raise ValueError("write postgres://user:password@host:port/name, or leave it empty for SQLite")
        if url.scheme.startswith("postgres") and not url.path.strip("/"):
            raise ValueError("it names no database; write postgres://user:password@host:port/name")
        return value

    @field_validator("REDIS_URL")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if value and _split(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("write redis://:password@host:port/0")
        return value

    @model_validator(mode="after")
    def _has_secrets(self) -> Self:
        if not self.HELIX_EMBEDDED and not self.HELIX_DEBUG and self.HELIX_BASE_URL:
            for name in ("HELIX_SECRET_KEY", "HELIX_VAULT_KEYS"):
                if not getattr(self, name).get_secret_value():
                    raise ValueError(f"{name} is missing; `python manage.py make_keys` prints a fresh one")
            if len(self.HELIX_SECRET_KEY.get_secret_value()) < SHORTEST_KEY:
                raise ValueError("HELIX_SECRET_KEY can be guessed; `python manage.py make_keys` prints a fresh one")
        if self.HELIX_EMAIL_URL.get_secret_value() and not self.HELIX_EMAIL_FROM:
            raise ValueError("HELIX_EMAIL_FROM is missing; HELIX_EMAIL_URL needs a sender such as helix@example.com")
        return self

    def secrets(self) -> list[str]:
        """What must never be in a line of the log."""
        values = (getattr(self, name) for name in SECRETS)
        texts = (value.get_secret_value() if isinstance(value, SecretStr) else value for value in values)
        return [text for text in texts if text and not text.startswith("sqlite")]

    def database(self) -> dict[str, Any]:
        """Django's description of the database."""
        url = urlsplit(self.DATABASE_URL)
        if url.scheme in ("postgres", "postgresql"):
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(url.path[1:]),
                "USER": unquote(url.username or ""),
                "PASSWORD": unquote(url.password or ""),
                "HOST": unquote(url.hostname or "") or dict(parse_qsl(url.query)).get("host", ""),
                "PORT": str(url.port or ""),
                "CONN_MAX_AGE": None,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {
                    "prepare_threshold": ONLY_WHEN_ASKED,
                    "options": "-c plan_cache_mode=force_generic_plan -c statement_timeout=15000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000",
                },
            }
        path = unquote(url.path) if url.scheme == "sqlite" else str(self.HELIX_DATA_DIR.resolve() / "helix.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }


def _split(value: str) -> SplitResult:
    """The parts of an address; a ValueError in words when it has none."""
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise ValueError(
            "its host or port cannot be read; look for a missing “]” or a port that is no number"
        ) from None
    return url


def _words(problem: Mapping[str, Any]) -> str:
    """What is wrong with a setting, in words. Only numbers and switches are repeated: others may be secret."""
    kind, given, limits = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind.startswith("int_"):
        return f"“{given}” is no whole number"
    if kind == "greater_than_equal":
        return f"{given} is too small; write {limits['ge']} or more"
    if kind == "less_than_equal":
        return f"{given} is too large; write {limits['le']} or less"
    if kind.startswith("bool_"):
        return f"“{given}” is neither yes nor no; write 1 or 0"
    return str(problem["msg"]).removeprefix("Value error, ")


def kept_by_up(folder: Path) -> dict[str, str]:
    """What `manage.py up` keeps in its data folder, so that a command typed beside it finds the same secrets and addresses."""
    found: dict[str, str] = {}
    for name, names in (
        ("keys.json", {"secret_key": "HELIX_SECRET_KEY", "vault_keys": "HELIX_VAULT_KEYS"}),
        ("up.json", {"web": "HELIX_BASE_URL", "sandbox": "HELIX_SANDBOX_URL"}),
    ):
        try:
            kept = json.loads((folder / name).read_text())
        except (OSError, ValueError):
            continue
        found |= {variable: kept[key] for key, variable in names.items() if kept.get(key)}
    with contextlib.suppress(OSError):
        found["REDIS_URL"] = (folder / "redis-url").read_text().strip()
    return found


def read_environment(*, with_kept: bool = True) -> Environment:
    """The environment of this process, or a BadEnvironment that names each wrong variable.

    What is not set is taken from the data folder of a local installation, unless `with_kept` is False.
    """
    given: dict[str, Any] = {}
    if with_kept:
        kept = kept_by_up(Path(os.environ.get("HELIX_DATA_DIR") or ".helix"))
        given = {name: value for name, value in kept.items() if not os.environ.get(name)}
    for name in SECRETS:
        path = os.environ.get(f"{name}_FILE")
        if path:
            try:
                given[name] = Path(path).read_text().strip()
            except OSError as error:
                raise BadEnvironment(
                    f"Helix cannot start: {name}_FILE points to {path}, which cannot be read ({error.strerror})."
                ) from None
    try:
        return Environment(**given)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, problem['loc'])) or 'settings'}: {_words(problem)}"
            for problem in error.errors(include_url=False)
        ]
        raise BadEnvironment("Helix cannot start, these settings are wrong:\n" + "\n".join(lines)) from None
