"""The file of a backup: a zip with the data and `manifest.json`, which says what it is of and how each part must look."""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag

from helix.connections import vault
from helix.connections.vault import NONCE_BYTES

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024
PROOF, PROOF_PLACE = b"this key opens the secrets of this backup", b"backup"


class BadBackup(Exception):
    """A backup that cannot be made or restored; the text says why, and what to do."""


@dataclass(frozen=True)
class Part:
    """One file within: a database of SQLite, or a table of PostgreSQL."""

    name: str
    bytes: int
    sha256: str
    table: str = ""
    columns: list[str] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True)
class Manifest:
    """What a backup is of."""

    helix: str
    made_at: str
    vendor: str  # sqlite | postgresql
    applied: list[tuple[str, str]]  # changes of the tables, as Django counts them
    keys: dict[str, str]  # id of each vault key that is needed -> a proof of it; "" when it was not at hand
    counts: dict[str, int]
    parts: list[Part]
    format: int = FORMAT


class Writer:
    """Writes parts; the file appears under its name only when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path, self._fresh = path, path.with_name(f"{path.name}.part")
        if path.exists():
            raise BadBackup(f"{path} is there already. Choose another name, or move that file away.")
        try:
            handle = os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise BadBackup(f"{path} cannot be written ({error.strerror}). Choose another place.") from None
        self._file = os.fdopen(handle, "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.parts: list[Part] = []

    def add(self, name: str, pieces: Iterable[bytes | memoryview], **more: Any) -> None:
        """Add a part. `more["rows"]` may be a function: it is called after the last piece."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        rows = more.pop("rows", 0)
        self.parts.append(Part(name, size, digest.hexdigest(), rows=rows() if callable(rows) else rows, **more))

    def close(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._fresh.replace(self.path)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._fresh.unlink(missing_ok=True)


class Reader:
    """A backup that is whole: every part was read once and is as the manifest says."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip, self.manifest = archive, manifest

    @contextmanager
    def open(self, part: Part) -> Iterator[IO[bytes]]:
        with self._zip.open(part.name) as member:
            yield member


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """The backup in this file, checked; BadBackup when it is none or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _read(archive, path)
            for part in manifest.parts:
                _check(archive, part, path)
            yield Reader(archive, manifest)
    except FileNotFoundError:
        raise BadBackup(f"There is no file {path}.") from None
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise BadBackup(f"{path} cannot be read as a backup ({error}). Take another copy of it.") from None


def _read(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        given = json.loads(archive.read(MANIFEST))
        if given["format"] > FORMAT:
            raise BadBackup(
                f"{path} was made by a newer Helix ({given['helix']}). Restore it with that version or a later one."
            )
        parts = [Part(**part) for part in given.pop("parts")]
        applied = [(app, name) for app, name in given.pop("applied")]
        return Manifest(parts=parts, applied=applied, **given)
    except (KeyError, TypeError, ValueError):
        raise BadBackup(f"{path} is no backup of Helix: it has no manifest that can be read.") from None


def _check(archive: zipfile.ZipFile, part: Part, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(part.name) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
                size += len(piece)
    except KeyError:
        raise BadBackup(f"{path} is damaged: {part.name} is missing. Take another copy of it.") from None
    if (size, digest.hexdigest()) != (part.bytes, part.sha256):
        raise BadBackup(f"{path} is damaged: {part.name} is not as it was written. Take another copy of it.")


def proof_of(name: str) -> str:
    """A proof of the vault key of this id, which tells nobody the key; "" when it is not at hand."""
    try:
        cipher = vault.ring().get(name)
    except vault.VaultLocked:
        cipher = None
    if cipher is None:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    return base64.b64encode(nonce + cipher.encrypt(nonce, PROOF, PROOF_PLACE)).decode()


def proves(name: str, proof: str) -> bool:
    """Whether the vault key of this id is at hand, and is the same."""
    try:
        cipher = vault.ring().get(name)
    except vault.VaultLocked:
        return False
    if cipher is None or not proof:
        return cipher is not None
    sealed = base64.b64decode(proof)
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PROOF_PLACE) == PROOF
    except InvalidTag:
        return False
