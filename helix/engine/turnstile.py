"""SQLite has one writer at a time, and whoever finds it busy sleeps and asks again. Threads of one process take turns here
instead, so that the next one writes the moment the last one has."""

import threading
from contextlib import AbstractContextManager, nullcontext

from django.db import connection

_turn = threading.RLock()


def one_writer() -> AbstractContextManager[object]:
    """Hold this around a write transaction of the engine."""
    return _turn if connection.vendor == "sqlite" else nullcontext()
