"""What an installation has chosen: keys, addresses, disks. A choice that works today and hurts one day is named here."""

import os
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from helix.connections import vault
from helix.engine.models import Worker
from helix.environment import Environment
from helix.health.finding import Finding, advice
from helix.health.sealed import sealed_under

HERE = ("localhost", "127.0.0.1", "::1")
SHORTEST_KEY, FEWEST_CHARACTERS = 50, 8
FAR_DISKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "lustre", "afs", "beegfs"}  # fmt: skip
NOT_SETTINGS = {"HELIX_FAILPOINT", "HELIX_ALLOW_FAILPOINTS", "HELIX_TEST_DATABASE_URL"}
LEAST_BYTES = 1024**3
ALIVE = timedelta(seconds=30)
MOUNTS = Path("/proc/mounts")


def is_local() -> bool:
    """Whether this is the installation of `make run`, also for a command that is typed beside it."""
    return bool(settings.HELIX.HELIX_EMBEDDED or (settings.HELIX.HELIX_DATA_DIR / "keys.json").exists())


def keys() -> Finding:
    """The key that signs sessions and links."""
    key = settings.HELIX.HELIX_SECRET_KEY.get_secret_value()
    new = "Set HELIX_SECRET_KEY to the one that `manage.py make_keys` prints; everybody signs in again."
    if not key:
        return Finding("secret key", False, "there is none: each process has its own, and nobody stays signed in.", new)
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        words = f"it is weak ({len(key)} characters, {len(set(key))} different): sessions and links could be forged."
        return Finding("secret key", False, words, new)
    return Finding("secret key", True, "it is long enough.")


def vault_keys() -> Finding:
    """Whether every sealed secret in the database can be opened."""
    try:
        held = set(vault.ring())
    except vault.VaultLocked as error:
        return Finding("vault", False, str(error))
    lost = {name: count for name, count in sealed_under().items() if name not in held}
    if lost:
        names = ", ".join(f"“{name}” ({count} secrets)" for name, count in sorted(lost.items()))
        words = f"keys that seal stored secrets are not among HELIX_VAULT_KEYS: {names}. They cannot be opened."
        return Finding(
            "vault",
            False,
            words,
            "Put the keys back from your copy. When they are lost for good: `manage.py forget_secrets`, then enter the secrets again.",
        )
    return Finding("vault", True, f"{len(held)} key(s); they open everything that is stored.")


def address() -> Finding:
    """How people reach Helix."""
    if is_local():
        return Finding("address", True, "this machine only.")
    url = urlsplit(settings.HELIX.HELIX_BASE_URL)
    if not url.hostname:
        hint = "Set HELIX_BASE_URL to the address that people type, as https://helix.example.com."
        return advice("address", "HELIX_BASE_URL is not set: only localhost is answered, and links lead there.", hint)
    if url.scheme != "https" and url.hostname not in HERE:
        hint = "Put a TLS proxy in front, and write https:// in HELIX_BASE_URL."
        return Finding("address", False, "passwords and keys travel in the clear (http).", hint)
    return Finding("address", True, settings.HELIX.HELIX_BASE_URL)


def debug() -> Finding:
    if settings.HELIX.HELIX_DEBUG and not is_local():
        words = "HELIX_DEBUG is on: error pages show code and data to whoever sees one."
        return Finding("debug", False, words, "Remove HELIX_DEBUG from the environment.")
    if settings.HELIX.HELIX_DEBUG:
        return advice("debug", "HELIX_DEBUG is on.", "Fine on your own machine; never where others come.")
    return Finding("debug", True, "off.")


def names() -> Iterator[Finding]:
    """Variables that look like settings and are none: a typing error is silent otherwise."""
    known = set(Environment.model_fields)
    given = {name.removesuffix("_FILE") for name in os.environ if name.startswith("HELIX_")} - known - NOT_SETTINGS
    for name in sorted(given):
        near = get_close_matches(name, known, 1)
        yield advice(
            "settings", f"{name} is no setting of Helix.", f"Did you mean {near[0]}?" if near else "Remove it."
        )


def mail() -> Finding:
    if not settings.HELIX.HELIX_EMAIL_URL.get_secret_value() and not is_local():
        words = "HELIX_EMAIL_URL is not set: e-mail steps fail, and alerts go out by webhook only."
        return advice("mail", words, "Set HELIX_EMAIL_URL and HELIX_EMAIL_FROM.")
    return Finding("mail", True, "set." if settings.HELIX.HELIX_EMAIL_URL.get_secret_value() else "kept as files.")


def disk() -> Iterator[Finding]:
    """Where an embedded database lies."""
    if connection.vendor != "sqlite":
        return
    path = Path(str(connection.settings_dict["NAME"])).resolve()
    kind = kind_of_disk(path)
    if kind in FAR_DISKS:
        words = f"the SQLite file is on a network disk ({kind}), whose locks do not hold: it will be damaged."
        yield Finding("disk", False, words, "Put HELIX_DATA_DIR on a local disk, or use PostgreSQL (DATABASE_URL).")
        return
    free = os.statvfs(path.parent)
    left = free.f_bavail * free.f_frsize
    if left < LEAST_BYTES:
        words = f"{left // 1024**2} MB are left on the disk of {path.parent}."
        yield Finding("disk", False, words, "Make room; when it is full, steps cannot be recorded.")
    elif Worker.objects.filter(kind="worker", ticked_at__gte=timezone.now() - ALIVE).count() > 2:
        words = "more than two workers share a SQLite file: they wait for each other."
        yield advice("disk", words, "Use PostgreSQL (DATABASE_URL), or fewer workers with more HELIX_WORKER_THREADS.")
    else:
        yield Finding("disk", True, f"local, {left / 1024**3:.0f} GB left.")


def kind_of_disk(path: Path, mounts: Path | None = None) -> str:
    """The kind of file system that holds the path; "" when the machine does not tell."""
    found, longest = "", -1
    try:
        lines = (mounts or MOUNTS).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, kind, *_ = [*line.split(" "), "", "", ""]
        place = Path(point.replace("\\040", " "))
        if len(place.parts) > longest and (path == place or place in path.parents):
            found, longest = kind, len(place.parts)
    return found


def durability() -> Iterator[Finding]:
    """Whether what PostgreSQL says is written is written."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
        off = sorted(name for name, value in cursor.fetchall() if value == "off")
    words = f"{' and '.join(off)} of PostgreSQL is off: a power cut may forget that a message was sent, and it goes out twice."
    yield Finding("durability", not off, words if off else "commits are on the disk.", "Turn it on in postgresql.conf.")
