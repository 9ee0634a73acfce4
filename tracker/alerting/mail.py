"""Alerts by e-mail: plain text, over TLS unless the server is this machine."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from tracker.alerting.outbox import Message
from tracker.alerting.wording import Told
from tracker.collect.redaction import Redactor
from tracker.errors import ConfigError, RetryLater
from tracker.settings import Settings

TIMEOUT_SECONDS = 30.0
LONGEST_SECONDS = 120.0
"""How long a letter may take in all, whatever the server sends meanwhile."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Watch = Callable[[socket.socket], None]
Trust = Callable[[], ssl.SSLContext]


def sender(
    settings: Settings, *, trust: Trust = ssl.create_default_context, seconds: float = LONGEST_SECONDS
) -> Callable[[Message], None]:
    """Return what sends a message by e-mail; sending raises `ConfigError` for settings, and `RetryLater` for a server."""

    def send(message: Message) -> None:
        check(settings)
        try:
            with _for_at_most(seconds) as watch:
                _deliver(settings, letter(message, settings), trust, watch)
        except (smtplib.SMTPException, OSError) as error:
            raise RetryLater(f"{settings.smtp_host}: {_why(error, settings)}") from error

    return send


def check(settings: Settings) -> None:
    """Raise `ConfigError` that names the setting which e-mail lacks, or that cannot be meant."""
    if not settings.smtp_host:
        raise ConfigError("TRACKER_SMTP_HOST: not set; it names the server that takes e-mail")
    if not settings.smtp_from:
        raise ConfigError("TRACKER_SMTP_FROM: not set; it is the address that e-mail comes from")
    plain = settings.smtp_from.isascii() and settings.smtp_from.isprintable()
    if not plain or "@" not in parseaddr(settings.smtp_from)[1]:
        raise ConfigError("TRACKER_SMTP_FROM: expected an address, NAME@HOST")
    if settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK:
        raise ConfigError(
            "TRACKER_SMTP_SECURITY: none is for a server on this machine; expected starttls or tls"
        )
    user, password = settings.smtp_user or "", _password(settings)
    if bool(user) != bool(password):
        raise ConfigError("TRACKER_SMTP_USER and TRACKER_SMTP_PASSWORD: set both, or neither")
    for name, value in (("USER", user), ("PASSWORD", password)):
        if not value.isascii():
            raise ConfigError(
                f"TRACKER_SMTP_{name}: holds a character outside ASCII, which no login can send"
            )


def _password(settings: Settings) -> str:
    return settings.smtp_password.get_secret_value() if settings.smtp_password else ""


def _deliver(settings: Settings, letter: EmailMessage, trust: Trust, watch: Watch) -> None:
    """Hand a letter over; what the server says after it took it changes nothing."""
    server = _Server(settings, trust, watch)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=trust())
        if settings.smtp_user:
            server.login(settings.smtp_user, _password(settings))
        server.send_message(letter)
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


class _Server(smtplib.SMTP):
    """A connection to the server of the settings, in TLS from its first byte where they say so."""

    def __init__(self, settings: Settings, trust: Trust, watch: Watch):
        self._trust, self._watch = (trust if settings.smtp_security == "tls" else None), watch
        super().__init__(settings.smtp_host or "", settings.smtp_port, timeout=TIMEOUT_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        self._watch(plain)
        return self._trust().wrap_socket(plain, server_hostname=host) if self._trust else plain


@contextmanager
def _for_at_most(seconds: float) -> Iterator[Watch]:
    """Yield what is given a connection, to be hung up when the time is over.

    smtplib bounds each read, so that a server which sends a byte a second would hold whoever sends for ever.
    """
    watched, over = list[socket.socket](), threading.Event()

    def hang_up() -> None:
        over.set()
        for connection in watched:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield lambda connection: watched.append(connection.dup())
    except (smtplib.SMTPException, OSError) as error:
        if over.is_set():
            raise TimeoutError(f"did not take the letter within {seconds:g} seconds") from error
        raise
    finally:
        timer.cancel()
        timer.join()
        for connection in watched:
            connection.close()


def _why(error: Exception, settings: Settings) -> str:
    """Return in a line why a letter was not taken: without the password, whatever the server repeats."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"refused the login of {settings.smtp_user} ({error.smtp_code})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
        return "offers no STARTTLS, and TRACKER_SMTP_SECURITY asks for it; nothing was sent"
    answer = getattr(error, "smtp_error", None)
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(error)
    told = f"{type(error).__name__}: {' '.join(words.split())[:200]}"
    return Redactor([_password(settings)]).text(told)


def letter(message: Message, settings: Settings) -> EmailMessage:
    """Return a message as an e-mail: the same bytes however often it is made."""
    made = EmailMessage()
    made["From"], made["To"] = settings.smtp_from or "", message.target
    made["Date"] = format_datetime(message.made_at)
    made["Message-ID"] = f"<{message.id}@influence-tracker>"
    made["Auto-Submitted"] = "auto-generated"
    first = message.told[0].title if message.told else "nothing to tell"
    left = len(message.told) - 1
    made["Subject"] = f"{first}{f', and {left} more' if left > 0 else ''}"
    made.set_content("\n\n".join([*map(_paragraph, message.told), FOOT]), charset="utf-8", cte="base64")
    return made


def _paragraph(one: Told) -> str:
    return "\n".join([one.title, *(f"  {line}" for line in one.lines)])


FOOT = (
    "-- \nA change is what was observed, not why. An account is attributed only where a document is named. "
    "Made by influence-tracker; `tracker alerts rules` says why you got this."
)
