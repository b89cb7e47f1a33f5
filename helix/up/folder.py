"""The data folder of an embedded installation: who runs on it, what it keeps, and the secrets made on the first start."""

import fcntl
import json
import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helix.up.words import CannotStart


@dataclass(frozen=True)
class Kept:
    """Secrets and the sandbox's port, made once and kept in `keys.json` (readable by its owner only)."""

    secret_key: str
    vault_keys: str
    redis_password: str
    sandbox_port: int = 0  # 0: none chosen yet


class DataFolder:
    """A data folder that this process alone runs on. Opening it raises CannotStart when that is impossible."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be written ({error.strerror}). "
                "Give yourself the right to, or name another in HELIX_DATA_DIR."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = self._read("up.json").get("web", "it is just starting")
            raise CannotStart(
                f"Helix is running on {self.path} already: {address}. "
                "Stop that one first, or name another folder in HELIX_DATA_DIR."
            ) from None

    def kept(self) -> Kept:
        """What was kept; secrets are made now if this is the first start."""
        known = self._read("keys.json")
        if not known:
            from helix.connections.vault import make_key

            if _holds_sealed_secrets(self.path / "helix.sqlite3"):
                raise CannotStart(
                    f"{self.path / 'keys.json'} is missing or unreadable, and without it the secrets in the database "
                    "cannot be opened. Put it back from a backup, or move the whole data folder away to begin anew."
                )
            known = asdict(Kept(secrets.token_urlsafe(50), make_key(), secrets.token_urlsafe(32)))
            self.write("keys.json", known)
        return Kept(**known)

    def keep(self, kept: Kept) -> None:
        self.write("keys.json", asdict(kept))

    def write(self, name: str, content: Any) -> None:
        """Put text, or anything else as JSON, into a file of the folder: whole or not at all, for its owner only."""
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        fresh = self.path / f"{name}.new"
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path / name)
        except OSError as error:
            raise CannotStart(f"{self.path / name} cannot be written ({error.strerror}).") from None

    def close(self) -> None:
        """Leave the folder: nobody runs on it now."""
        for name in ("up.json", "redis-url"):
            (self.path / name).unlink(missing_ok=True)
        os.close(self._lock)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.path / name).read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _holds_sealed_secrets(database: Path) -> bool:
    """True when connections were kept there under keys that are not here."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            return opened.execute("SELECT 1 FROM connections_connection LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False
