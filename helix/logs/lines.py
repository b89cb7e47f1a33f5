"""How a line looks: one JSON object in production, words on a terminal. Every logger of the process writes through here.

Loggers stay those of the standard library; structlog renders what they say. A line carries ids (`run`, `step`, `request`, …),
never payload.
"""

import logging
import sys
from collections.abc import Iterable
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from helix.logs.around import AROUND, process
from helix.logs.blotting import blotted, know

EXTRA = (
    "run", "step", "node", "attempt", "flow", "team", "connection", "delivery", "schedule", "duty", "seconds", "status_code"
)  # fmt: skip
"""Names that `extra={…}` of a line may bring; anything else is left out."""
LONGEST = 20_000
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in "\n\t"} | {10: "\\n"}


def settings(level: str, form: str, secrets: Iterable[str]) -> dict[str, Any]:
    """Django's LOGGING. `form`: json, text, or auto (text on a terminal)."""
    know(*secrets)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "form": form}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # every scanner of the internet would be a line
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
            "mcp": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            # What uvicorn sets up by itself is replaced: its lines look like ours.
            "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.access": {"handlers": [], "level": "ERROR", "propagate": False},
        },
    }


def formatter(form: str) -> logging.Formatter:
    """The formatter of every line of this process."""
    words = form == "text" or (form == "auto" and sys.stderr.isatty())
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=EXTRA),
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if words else "iso", utc=not words, key="timestamp"),
            with_facts,
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            discreet,
            cast(Processor, _on_a_terminal if words else structlog.processors.JSONRenderer(ensure_ascii=False)),
        ],
    )


def with_facts(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Add what the thread is at. What the line says itself wins."""
    event["process"] = process()
    around = AROUND.get()
    if around is not None:
        for key, value in around().items():
            event.setdefault(key, value)
    return event


def discreet(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Everything as text without secrets; no line of a stranger's making can look like two."""
    for key, value in event.items():
        if isinstance(value, bool | int | float) or value is None:
            continue
        text = blotted(str(value)[:LONGEST])
        event[key] = text if key == "exception" else text.translate(_CONTROL)
    return event


def _on_a_terminal(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """`12:30:01 warning helix.engine.heart: words  (run=… step=…)`."""
    moment, level, source = (event.pop(key, "") for key in ("timestamp", "level", "logger"))
    said, trouble = event.pop("event", ""), event.pop("exception", "")
    event.pop("process", None)
    facts = " ".join(f"{key}={value}" for key, value in event.items())
    line = f"{moment} {level:<7} {source}: {said}" + (f"  ({facts})" if facts else "")
    return f"{line}\n{trouble}" if trouble else line
