"""Alerts by e-mail: plain text, over TLS unless the server is this machine."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime

from tracker.alerting.outbox import Message
from tracker.alerting.wording import Told
from tracker.errors import ConfigError, RetryLater
from tracker.settings import Settings

TIMEOUT_SECONDS = 30.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def sender(
    settings: Settings, *, trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
) -> Callable[[Message], None]:
    """Return what sends a message by e-mail; sending raises `ConfigError` for settings, and `RetryLater` for a server."""

    def send(message: Message) -> None:
        check(settings)
        try:
            _deliver(settings, letter(message, settings), trust)
        except (smtplib.SMTPException, OSError) as error:
            raise RetryLater(f"{settings.smtp_host}: {type(error).__name__}: {_said(error)}") from error

    return send


def check(settings: Settings) -> None:
    """Raise `ConfigError` that names the setting which e-mail lacks."""
    if not settings.smtp_host:
        raise ConfigError("TRACKER_SMTP_HOST: not set; it names the server that takes e-mail")
    if not settings.smtp_from:
        raise ConfigError("TRACKER_SMTP_FROM: not set; it is the address that e-mail comes from")
    if settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK:
        raise ConfigError(
            "TRACKER_SMTP_SECURITY: none is for a server on this machine; expected starttls or tls"
        )


def _deliver(settings: Settings, letter: EmailMessage, trust: Callable[[], ssl.SSLContext]) -> None:
    host, port = settings.smtp_host or "", settings.smtp_port
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trust())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=trust())
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(letter)


def _said(error: Exception) -> str:
    """Return what a server answered, in a line; smtplib keeps the password out of it."""
    answer = getattr(error, "smtp_error", None)
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(error)
    return " ".join(words.split())[:200]


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
