"""E-mail to the team's own people, over this installation's mail server. Customers get theirs through Customer.io.

Nothing tells whether a message whose end nobody saw has arrived (effect D), so `before_send` is called when the server is
reached and greeted, right before the message itself. Embedded and without a mail server, messages become files.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import SafeMIMEText, sanitize_address
from django.core.validators import validate_email

from helix.environment import Environment
from integrations.kit.errors import (
    CallError,
    InvalidInput,
    MissingKey,
    NetworkError,
    RateLimited,
    Refused,
    ServerError,
    Unauthorized,
)
from integrations.kit.faults import Fault, shown

MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 250
LONGEST_TEXT = 100_000
OUTBOX = "outbox"
EMBEDDED_FROM = "helix@localhost.localdomain"


@dataclass(frozen=True)
class Sent:
    """What came of it: the data of the step, and words for the record."""

    data: dict[str, Any]
    explanation: str


def send_email(
    settings: Mapping[str, Any],
    *,
    idempotency_key: str,
    timeout_seconds: float,
    before_send: Callable[[], None],
    environment: Environment | None = None,
) -> Sent:
    """Send one message within the time, or raise a CallError; its `sent` tells whether it may have arrived."""
    held = environment or django_settings.HELIX
    message = _message(settings, held.HELIX_EMAIL_FROM or EMBEDDED_FROM, idempotency_key)
    url = held.HELIX_EMAIL_URL.get_secret_value()
    if url:
        return _over_smtp(message, url, timeout_seconds, before_send)
    if not held.HELIX_EMBEDDED:
        raise MissingKey(
            "This installation has no mail server, so no e-mail can be sent.",
            "Its operator can set HELIX_EMAIL_URL and HELIX_EMAIL_FROM.",
        )
    return _as_file(message, held.HELIX_DATA_DIR / OUTBOX, idempotency_key, before_send)


def _message(settings: Mapping[str, Any], sender: str, key: str) -> EmailMessage:
    to, subject, text = settings.get("to"), settings.get("subject"), settings.get("text")
    if not isinstance(to, list) or not 1 <= len(to) <= MOST_RECIPIENTS:
        raise _wrong("/to", f"“To” is {shown(to)}.", f"Give a list of 1 to {MOST_RECIPIENTS} e-mail addresses.")
    addresses = [str(each).strip() if isinstance(each, str) else each for each in to]
    for number, address in enumerate(addresses):
        try:
            validate_email(address)
        except (ValidationError, TypeError, UnicodeError):
            raise _wrong(
                f"/to/{number}", f"“To” has {shown(address)}, which is no e-mail address.", "Correct it."
            ) from None
    if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise _wrong(
            "/subject", f"“Subject” is {shown(subject)}.", f"Write one line of 1 to {LONGEST_SUBJECT} characters."
        )
    if re.search(r"[\x00-\x1f\x7f\u0085\u2028\u2029\ud800-\udfff]", subject):
        words = "“Subject” holds a line end or another character no subject has."
        raise _wrong("/subject", words, "Remove it, for example with {{ … | strip_newlines }}.")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
        raise _wrong("/text", f"“Text” is {shown(text)}.", f"Write 1 to {LONGEST_TEXT} characters.")
    if re.search(r"[\x00\ud800-\udfff]", text):
        raise _wrong("/text", "“Text” holds characters that are no text.", "Correct that value.")
    headers = {
        "Message-ID": f"<{re.sub(r'[^A-Za-z0-9.-]', '', key) or 'step'}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(subject.strip(), text, sender, list(dict.fromkeys(addresses)), headers=headers)


def _as_file(message: EmailMessage, folder: Path, key: str, before_send: Callable[[], None]) -> Sent:
    content = _as_bytes(message)
    before_send()
    name = re.sub(r"[^A-Za-z0-9-]", "", key) or "step"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.eml"
        path.write_bytes(content)
    except OSError as error:
        words = f"The message could not be written to the folder “{OUTBOX}” of the data folder ({error.strerror})."
        raise Refused(words, "Make room, or let Helix write there.") from None
    explanation = f"No mail server is set (HELIX_EMAIL_URL), so the message was written to {OUTBOX}/{path.name} in the data folder and sent to nobody."
    return Sent({"sent_to": list(message.to), "message_id": message.extra_headers["Message-ID"]}, explanation)


class _Clock:
    """A connection that hangs up when its time is over: the timeouts of sockets are per read, and a server that drips
    outlives them."""

    sock: socket.socket | None

    def __init__(self, *given: Any, deadline: float, **named: Any) -> None:
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._hang_up)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*given, **named)
        except BaseException:
            self._timer.cancel()
            raise

    def _hang_up(self) -> None:
        held = self.sock
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._timer.cancel()
        super().close()  # type: ignore[misc]  # a mixin: smtplib's class comes next


class _Plain(_Clock, smtplib.SMTP):
    """Unencrypted, or encrypted by STARTTLS."""


class _Encrypted(_Clock, smtplib.SMTP_SSL):
    """Encrypted from the first byte."""


class _Backend(EmailBackend):
    """Django's, over connections that end in time. `made` is the one it opened, also when opening failed half-way."""

    deadline = 0.0
    made: smtplib.SMTP | None = None

    @property
    def connection_class(self) -> Any:  # Django calls it, and never looks at it as a class
        def make(*given: Any, **named: Any) -> smtplib.SMTP:
            self.made = (_Encrypted if self.use_ssl else _Plain)(*given, deadline=self.deadline, **named)
            return self.made

        return make


def _backend(url: str, seconds: float, deadline: float) -> _Backend:
    parts = urlsplit(url)
    tls = parts.scheme == "smtp" and dict(parse_qsl(parts.query)).get("tls", "") in ("1", "true", "yes")
    backend = _Backend(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587 if tls else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=tls,
        use_ssl=parts.scheme == "smtps",
        timeout=max(0.1, seconds),
    )
    backend.deadline = deadline
    return backend


def _over_smtp(message: EmailMessage, url: str, seconds: float, before_send: Callable[[], None]) -> Sent:
    """Greet the server, then hand the message over. Who was refused is told; nobody taken is an error."""
    deadline = time.monotonic() + seconds
    content = _as_bytes(message)
    sender = sanitize_address(message.from_email, "utf-8")
    to = [sanitize_address(address, "utf-8") for address in message.to]
    sent = False
    backend = _backend(url, seconds, deadline)
    try:
        backend.open()
        connection = cast(smtplib.SMTP, backend.connection)
        connection.ehlo_or_helo_if_needed()
        if time.monotonic() >= deadline:
            raise TimeoutError
        before_send()
        sent = True
        refused = connection.sendmail(sender, to, content)
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error, sent, seconds, time.monotonic() >= deadline) from None
    finally:
        if backend.made is not None:  # without a farewell that could wait: the message has been taken, or is lost
            backend.made.close()
    taken = [address for address, sent_as in zip(message.to, to, strict=True) if sent_as not in refused]
    words = f"The mail server took the message for {len(taken)} of {len(message.to)}."
    if refused:
        words += f" It refused {', '.join(sorted(refused))}."
    return Sent({"sent_to": taken, "message_id": message.extra_headers["Message-ID"]}, words)


def _as_bytes(message: EmailMessage) -> bytes:
    return cast(SafeMIMEText, message.message()).as_bytes(linesep="\r\n")


def _trouble(error: Exception, sent: bool, seconds: float, late: bool) -> CallError:
    """What a failure means. An answer of the server is a refusal, so the message did not go out; silence is unknown."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Unauthorized("The mail server refused the user or password.", "Check HELIX_EMAIL_URL.", status=None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return _refusal(code, said, f"every recipient ({', '.join(sorted(error.recipients))})")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _refusal(error.smtp_code, error.smtp_error, "the sender of HELIX_EMAIL_FROM")
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error, "the message" if sent else "the connection")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(f"The mail server cannot do what is asked ({error}).", "Check HELIX_EMAIL_URL (tls, user).")
    if isinstance(error, ssl.SSLError):
        return NetworkError(
            "The mail server's certificate or encryption is not right.", "Check HELIX_EMAIL_URL.", sent=sent
        )
    if late or isinstance(error, TimeoutError):
        words = f"The mail server did not answer within {seconds:g} seconds."
    else:
        words = "The connection to the mail server broke." if sent else "The mail server could not be reached."
    hint = "Whether the message went out is not known." if sent else "Check HELIX_EMAIL_URL, and that the server runs."
    return NetworkError(words, hint, sent=sent)


def _refusal(code: int, said: bytes | str, what: str) -> CallError:
    text = " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())[:300]
    words = f"The mail server refused {what} ({code}: {text})."
    if code in (421, 450, 451, 452):
        kind: type[CallError] = RateLimited if code in (421, 450, 452) else ServerError
        return kind(words, "It asks to try again later.")
    return Refused(words, "Correct what it names; it will refuse the same message again.")


def _wrong(place: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(f"E-mail: {message}", hint, faults=(Fault(place, "email", message, hint),))
