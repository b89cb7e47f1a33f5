"""A listener that nobody may reach: at every address of this machine, it counts who connects and answers nothing."""

import socket
import threading
from types import TracebackType
from typing import Self


class Trap:
    """Listens until it is closed. `caught` are the addresses that were connected to."""

    def __init__(self) -> None:
        self.caught: list[str] = []
        if socket.has_dualstack_ipv6():
            self._socket = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            self._socket = socket.create_server(("0.0.0.0", 0))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                continue
            with connection:
                self.caught.append(connection.getsockname()[0])

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
