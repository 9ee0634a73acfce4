"""Alerts to a webhook: signed JSON, through the one door that speaks HTTP."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tracker.alerting.outbox import Message
from tracker.alerting.wording import Told
from tracker.collect.client import Bounds, HttpClient
from tracker.collect.guard import Guard
from tracker.collect.redaction import Redactor
from tracker.errors import ConfigError, RetryLater
from tracker.settings import Settings

BOUNDS = Bounds(
    timeout=20, longest_answer=30, longest_wait=5, budget=60, attempts=1, redirects=0, max_bytes=1_000_000
)
SIGNATURE = "X-Tracker-Signature"
Open = Callable[[str, Redactor], HttpClient]


def opened(contact: str) -> Open:
    """Return how the client of one host is opened: it goes to public addresses of this host and nowhere else."""

    def open_client(host: str, redactor: Redactor) -> HttpClient:
        return HttpClient(Guard((host,)), per_minute=60, redactor=redactor, contact=contact, bounds=BOUNDS)

    return open_client


def sender(settings: Settings, connect: Open) -> Callable[[Message], None]:
    """Return what sends a message to a webhook; sending raises `ConfigError`, `RetryLater`, or what the client raises."""

    def send(message: Message) -> None:
        key, body = check(settings), payload(message)
        told = {SIGNATURE: signature(key, body), "Idempotency-Key": message.id}
        host = (urlsplit(message.target).hostname or "").casefold()
        with connect(host, Redactor([key])) as client:
            answer = client.post(message.target, json=body, headers=told, errand=client.errand())
        if not 200 <= answer.status < 300:
            raise RetryLater(f"{host}: answered {answer.status}; expected 200 to 299")

    return send


def check(settings: Settings) -> str:
    """Return what signs; raise `ConfigError` where it is not set."""
    if settings.webhook_secret is None:
        raise ConfigError("TRACKER_WEBHOOK_SECRET: not set; it signs what goes to a webhook")
    return settings.webhook_secret.get_secret_value()


def signature(key: str, body: dict[str, Any]) -> str:
    """Return the signature of a body: `sha256=` and the HMAC of the very bytes that are sent."""
    return "sha256=" + hmac.new(key.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()


def payload(message: Message) -> dict[str, Any]:
    """Return a message as the object that is sent."""
    return {
        "id": message.id,
        "made_at": _time(message.made_at),
        "alerts": [_alert(one) for one in message.told],
    }


def _alert(one: Told) -> dict[str, Any]:
    return {
        "key": one.key, "at": _time(one.at), "raised_at": _time(one.raised_at), "type": one.type, "title": one.title,
        "text": list(one.lines), "accounts": list(one.accounts), "n": one.n, "snapshots": list(one.snapshots),
    }  # fmt: skip


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
