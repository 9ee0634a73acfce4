"""Alerts as an Atom feed (RFC 4287) that may be published: it names only accounts that were accepted, or are compared."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree
from sqlmodel import Session

from tracker.alerting import known
from tracker.alerting.outbox import record_name
from tracker.alerting.wording import Told, told
from tracker.registry.groups import group_of
from tracker.store import alerts

ENTRIES = 200
_ATOM = "http://www.w3.org/2005/Atom"
_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)


def feed(session: Session, *, base: str | None) -> bytes:
    """Return the latest alerts as a feed, newest first; the same record gives the same bytes and the same ids."""
    name, (by_id, _facts) = record_name(session), known.accounts(session)
    rows = alerts.alerts(session, limit=ENTRIES)[::-1]
    entries = [found for alert in rows if (found := _public(session, alert, by_id, base))]
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _add(root, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, name)}")
    _add(root, "title", "Alerts of influence-tracker")
    _add(root, "updated", _time(max((one.raised_at for one in entries), default=_BEGAN)))
    _add(etree.SubElement(root, f"{{{_ATOM}}}author"), "name", "influence-tracker")
    if base:
        etree.SubElement(root, f"{{{_ATOM}}}link", rel="alternate", href=base)
    for one in entries:
        _entry(root, one, name, base)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made


def _public(
    session: Session, alert: Mapping[str, Any], by_id: Mapping[int, Mapping[str, Any]], base: str | None
) -> Told | None:
    """Return an alert about those of its accounts that may be named, or `None` where there is none."""
    open_to_all = [
        one for one in alert["account_ids"] if one in by_id and group_of(by_id[one]["status"]) != "others"
    ]
    if not open_to_all:
        return None
    changes: Sequence[Mapping[str, Any]] = [
        row for row in alerts.changes_with(session, alert["changes"]) if row["account_id"] in open_to_all
    ]
    return told(alert, changes, by_id, only=open_to_all, base=base)


def _entry(root: Any, one: Told, name: str, base: str | None) -> None:
    entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
    _add(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name}/alert/{one.key}')}")
    _add(entry, "title", one.title)
    _add(entry, "published", _time(one.at))
    _add(entry, "updated", _time(one.raised_at))
    etree.SubElement(entry, f"{{{_ATOM}}}category", term=one.type)
    if base and one.snapshots:
        href = f"{base.rstrip('/')}/snapshot?id={one.snapshots[-1]}"
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=href)
    _add(entry, "content", "\n".join(one.lines)).set("type", "text")


def _add(parent: Any, name: str, words: str) -> Any:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    element.text = words
    return element


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
