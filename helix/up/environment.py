"""What the children are told: the installation's settings, its secrets, and where everything is."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from helix.environment import Environment, read_environment
from helix.up.folder import DataFolder, Kept
from helix.up.words import CannotStart


def settings_of_this_machine() -> Environment:
    """The settings as given; `up` itself is what makes an installation embedded."""
    os.environ["HELIX_EMBEDDED"] = "1"
    return read_environment(with_kept=False)


def for_children(data: DataFolder, kept: Kept, *, port: int, redis_url: str, sandbox_url: str) -> dict[str, str]:
    """The children's environment. What the person set stays as it is."""
    ours = {
        "DJANGO_SETTINGS_MODULE": "helix.settings",
        "HELIX_DATA_DIR": str(data.path),
        "HELIX_PORT": str(port),
        "HELIX_SANDBOX_URL": sandbox_url,
        "REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {
        "HELIX_LOG_FORMAT": "text",
        "HELIX_SECRET_KEY": kept.secret_key,
        "HELIX_VAULT_KEYS": kept.vault_keys,
        "HELIX_BASE_URL": f"http://localhost:{port}",
    }
    unset = {name: value for name, value in defaults.items() if not _is_given(name, os.environ)}
    return {**os.environ, **ours, **unset}


def _is_given(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))


def check_database(url: str) -> None:
    """CannotStart when the PostgreSQL of DATABASE_URL cannot be reached."""
    if urlsplit(url).scheme not in ("postgres", "postgresql"):
        return
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise CannotStart(
            f"The database of DATABASE_URL cannot be reached ({said}). Start it or mend the address; "
            "without DATABASE_URL Helix keeps its own database in the data folder."
        ) from None
