"""What is needed to ask whether a page is still the one that is kept, instead of for the page again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from tracker.store import prepared, tables
from tracker.store.tables import table_of

_VALIDATOR = table_of(tables.PageValidator)
_SENDABLE = re.compile(r"[\x20-\x7e]{1,1000}")
_MOST_HEADERS = 4_000
_KNOWN = select(
    _VALIDATOR.c.etag, _VALIDATOR.c.last_modified, _VALIDATOR.c.headers, _VALIDATOR.c.evidence_id
).where(_VALIDATOR.c.key == bindparam("page"))


@dataclass(frozen=True, slots=True)
class Known:
    """A page that is kept: its validators as they came, the headers of its answer, and its evidence."""

    etag: str | None
    last_modified: str | None
    headers: Mapping[str, str]
    evidence_id: int

    @property
    def asked_with(self) -> dict[str, str]:
        """Return the headers that ask for the page only if it changed (RFC 9110, 13.1)."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value is not None}


def known(session: Session, key: str) -> Known | None:
    """Return what is known of the page that `key` names."""
    row = prepared.run(session, _KNOWN, {"page": key}).one_or_none()
    return None if row is None else Known(*row)


def remember(session: Session, key: str, headers: Mapping[str, str], evidence_id: int) -> None:
    """Remember the validators of a page that was kept; an answer without any changes nothing."""
    etag, last_modified = (_sendable(headers.get(name)) for name in ("etag", "last-modified"))
    if etag is None and last_modified is None:
        return
    before = known(session, key)
    if before and (before.etag, before.last_modified, before.evidence_id) == (
        etag,
        last_modified,
        evidence_id,
    ):
        return
    row = {
        "etag": etag,
        "last_modified": last_modified,
        "headers": _kept(headers),
        "evidence_id": evidence_id,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(_VALIDATOR).values(key=key, **row).on_conflict_do_update(index_elements=["key"], set_=row)
    )


def _sendable(value: str | None) -> str | None:
    return value if value is not None and _SENDABLE.fullmatch(value) else None


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers, or, where they are too many to be kept, those that say what the page is."""
    if sum(len(name) + len(value) for name, value in headers.items()) <= _MOST_HEADERS:
        return dict(headers)
    return {name: headers[name] for name in ("content-type",) if len(headers.get(name, "x" * 201)) <= 200}
