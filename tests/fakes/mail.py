"""A tiny mail server on this machine: takes messages over real SMTP, and misbehaves as a test says."""

import base64
import email
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from types import TracebackType
from typing import Self


@dataclass
class Received:
    """One message as it arrived."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.content)


@dataclass
class MailServer:
    """`says` maps the first word of a command (or "greeting", "end") to another answer than the usual one; None hangs up,
    "drip" answers for ever, a byte at a time."""

    says: dict[str, str | None] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    context: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    on_message: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

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
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            _Session(self, connection).go()
        except (OSError, EOFError):
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self._over.set()
        self._listener.join()
        self._socket.close()
        for thread in self._threads:
            thread.join(6)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def is_over(self, seconds: float) -> bool:
        return self._over.wait(seconds)


class _Session:
    def __init__(self, server: MailServer, connection: socket.socket) -> None:
        self.server, self.socket = server, connection
        self.sender, self.to = "", list[str]()
        self.held = b""

    def line(self) -> str:
        while b"\r\n" not in self.held:
            part = self.socket.recv(65536)
            if not part:
                raise EOFError
            self.held += part
        line, _, self.held = self.held.partition(b"\r\n")
        return line.decode("utf-8", "replace")

    def say(self, word: str, usual: str) -> bool:
        """Answer; whether it was the usual answer."""
        answer = self.server.says.get(word, usual)
        if answer is None:
            raise EOFError
        if answer == "drip":
            self.socket.sendall(usual[:3].encode() + b"-")
            while not self.server.is_over(0.05):
                self.socket.sendall(b"x")
            raise EOFError
        self.socket.sendall(answer.encode() + b"\r\n")
        return answer == usual

    def go(self) -> None:
        self.say("greeting", "220 mail.test ESMTP")
        while True:
            line = self.line()
            self.server.commands.append(line)
            word = line.split(" ", 1)[0].upper()
            if word == "EHLO":
                extras = (["STARTTLS"] if self.server.context else []) + (["AUTH PLAIN"] if self.server.users else [])
                self.say(
                    "EHLO", "\r\n".join(["250-mail.test", *(f"250-{extra}" for extra in extras), "250 SIZE 10000000"])
                )
            elif word == "STARTTLS" and self.server.context:
                self.say("STARTTLS", "220 go ahead")
                self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
            elif word == "AUTH":
                _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                good = self.server.users.get(user) == password
                self.say("AUTH", "235 welcome" if good else "535 no such user or password")
            elif word == "MAIL":
                if self.say("MAIL", "250 ok"):
                    self.sender, self.to = line.split("<")[1].split(">")[0], []
            elif word == "RCPT":
                address = line.split("<")[1].split(">")[0]
                if address in self.server.refuses:
                    self.say("RCPT", "550 no such mailbox")
                elif self.say("RCPT", "250 ok"):
                    self.to.append(address)
            elif word == "DATA":
                if self.say("DATA", "354 go on"):
                    self.take()
            else:
                self.say(word, "250 ok")

    def take(self) -> None:
        lines = []
        while (line := self.line()) != ".":
            lines.append(line.removeprefix("."))
        self.server.on_message()
        if "end" not in self.server.says:  # kept, then answered
            self.server.received.append(Received(self.sender, self.to, "\r\n".join(lines).encode() + b"\r\n"))
        self.say("end", "250 queued")
