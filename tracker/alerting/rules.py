"""Rules of who is told of what: read from a form, and held against alerts. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tracker.errors import BadInput
from tracker.registry.groups import GROUPS, group_of

CHANNELS, PACES = ("email", "webhook"), ("now", "daily", "weekly")
ABOUT = ("account", "operator", "list", "group")
DIGEST_HOUR = 6
"""Hour (UTC) of a digest: daily, or on Monday."""
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}")
_KIND = re.compile(r"[a-z]+(_[a-z]+)*")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may ask of an account: its name, brand and status, the bodies it is attributed to, and the lists it is on."""

    account: str
    brand_id: str | None
    status: str
    bodies: frozenset[str]
    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as it was asked for; `about` are words such as `account=x:chinasays`, and none is every account."""

    channel: str
    target: str
    pace: str
    kinds: tuple[str, ...]
    about: tuple[str, ...]


def read(
    *,
    email: str | None,
    webhook: str | None,
    pace: str,
    kinds: Sequence[str],
    about: Sequence[tuple[str, str]],
) -> NewRule:
    """Return a rule; raise `BadInput` that names the option and what was expected."""
    if (email is None) == (webhook is None):
        raise BadInput("give either an address for e-mail or one for a webhook", field="--email")
    if pace not in PACES:
        raise BadInput(f"{pace!r}; expected one of {', '.join(PACES)}", field="--pace")
    if wrong := [kind for kind in kinds if not _KIND.fullmatch(kind)]:
        raise BadInput(f"{wrong[0][:60]!r} is no type of change; see docs/changes.md", field="--type")
    for kind, value in about:
        if not value.strip() or (kind == "group" and value not in GROUPS):
            raise BadInput(f"{value[:60]!r}; expected {', '.join(GROUPS)}", field=f"--{kind}")
    named = tuple(f"{kind}={value.strip()}" for kind, value in about)
    if email is not None:
        if not _MAIL.fullmatch(email):
            raise BadInput(f"{email[:60]!r} is no address; expected NAME@HOST", field="--email")
        return NewRule("email", email, pace, tuple(kinds), named)
    return NewRule("webhook", _address(webhook or ""), pace, tuple(kinds), named)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and parts.hostname and not parts.username and url.isascii()
    except ValueError:
        usable = None
    if not usable or len(url) > 2000:
        raise BadInput(f"{url[:60]!r} cannot be told; expected https://HOST/PATH", field="--webhook")
    return url


def concerned(rule: Row, alert: Row, facts: Mapping[int, Facts]) -> list[int]:
    """Return the accounts of an alert that a rule tells of; what names no account concerns rules about every account."""
    if rule["kinds"] and alert["type"] not in rule["kinds"]:
        return []
    return [one for one in alert["account_ids"] if not rule["about"] or _among(rule["about"], facts.get(one))]


def tells(rule: Row, alert: Row, facts: Mapping[int, Facts]) -> bool:
    """Say whether a rule tells of an alert."""
    if not alert["account_ids"]:
        return not rule["about"] and (not rule["kinds"] or alert["type"] in rule["kinds"])
    return bool(concerned(rule, alert, facts))


def _among(about: Sequence[str], facts: Facts | None) -> bool:
    if facts is None:
        return False
    return any(_is(facts, *word.split("=", 1)) for word in about)


def _is(facts: Facts, kind: str, value: str) -> bool:
    wanted = value.casefold()
    if kind == "account":
        return wanted in (facts.account.casefold(), (facts.brand_id or "").casefold())
    if kind == "operator":
        return wanted in facts.bodies
    if kind == "list":
        return value in facts.documents
    return group_of(facts.status) == value


def is_due(pace: str, last: datetime, now: datetime) -> bool:
    """Say whether a rule whose last message, or itself, was made at `last` may make one now."""
    return pace == "now" or now >= _next_digest(pace, last)


def _next_digest(pace: str, last: datetime) -> datetime:
    at = last.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    at += timedelta(days=0 if at > last else 1)
    return at if pace == "daily" else at + timedelta(days=-at.weekday() % 7)
