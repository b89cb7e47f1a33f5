"""The file that keeps the workspace over restarts: written whole and at once, and only when something changed."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from integrations.customerio.sandbox.world import World, setting_fault

FORMAT = 2
log = logging.getLogger(__name__)


class Store:
    """Keeps a world in a file; without a file, does nothing."""

    def __init__(self, file: Path | None, world: World) -> None:
        self.file, self.world = file, world
        if file is not None and file.exists():
            self._load(file)

    def _load(self, file: Path) -> None:
        try:
            kept = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            kept = None
        if not _is_ours(kept, self.world.data):
            log.warning("%s holds no workspace that this sandbox can read; it begins with a fresh one.", file)
            with suppress(OSError):
                os.replace(file, f"{file}.unread")
            return
        self.world.settings |= {
            name: value for name, value in kept["settings"].items() if not setting_fault(name, value)
        }
        self.world.clock_offset = float(kept["clock_offset"])
        self.world.replace(self.world.data | kept["data"])

    def changed(self) -> str | None:
        """The text to keep, when something changed since it was last asked for."""
        if self.file is None or not self.world.dirty:
            return None
        self.world.dirty = False
        kept = {
            "format": FORMAT,
            "data": self.world.data,
            "settings": self.world.settings,
            "clock_offset": self.world.clock_offset,
        }
        return json.dumps(kept)

    def put(self, text: str | None) -> None:
        """Write the text; a crash leaves the old file or the new one, never half of one. Slow: it waits for the disk."""
        if self.file is None or text is None:
            return
        fresh = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.file)
        except OSError as error:
            self.world.dirty = True
            log.warning("The sandbox cannot save its state: %s", error)


def _is_ours(kept: Any, model: dict[str, Any]) -> bool:
    """Whether a file's content has the form that this sandbox writes."""
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        return False
    data, offset = kept.get("data"), kept.get("clock_offset")
    return (
        isinstance(data, dict)
        and isinstance(kept.get("settings"), dict)
        and isinstance(offset, int | float)
        and all(isinstance(data.get(name), type(value)) for name, value in model.items())
    )
