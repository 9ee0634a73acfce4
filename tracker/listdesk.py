"""Brings a public list into the registry: its bytes as evidence, each row as a claim of the list's own document.

The whole file is read before anything is written, and all of it is written at once or not at all.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from tracker import __version__
from tracker.collect import reading
from tracker.domain import Notice, Quarantined, Record
from tracker.errors import BadInput
from tracker.registry import lists
from tracker.registry.lists._merging import Merge, Registry
from tracker.registry.lists._values import Item, Linked, Named, SetAside
from tracker.settings import Settings
from tracker.store import claims, evidence, writes
from tracker.store import lists as store
from tracker.store.engine import unit_of_work

MOST_ROWS = 500_000
SHOWN = 200


@dataclass(frozen=True, slots=True)
class ListReport:
    """What an import of a list did.

    `read` counts rows. The accounts that they name are `named` = `new` (not in the registry before), `known` (there,
    with this statement), `merged` (there or named by an earlier row; the statement was added) and `conflicting` (as
    merged, and another operator is claimed: both claims stand). `quarantined` could not be read; `set_aside` rows
    name no account. `platforms` counts the accounts named, and how many of them are distinct. Of `conflicts` and
    `refused` the first 200 are shown; the record keeps every quarantined row.
    """

    list: str
    file: str
    sha256: str
    read: int
    named: int
    new: int
    known: int
    merged: int
    conflicting: int
    quarantined: int
    set_aside: int
    claims: int
    platforms: tuple[dict[str, Any], ...]
    conflicts: tuple[dict[str, Any], ...]
    refused: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Parsed:
    """A list as read: its rows and what each says."""

    read: int = 0
    items: tuple[Item, ...] = ()

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the items of one kind, in the order of the file."""
        return [item for item in self.items if isinstance(item, kind)]


def import_list(
    engine: Engine, settings: Settings, name: str, *, path: Path, now: Callable[[], datetime]
) -> ListReport:
    """Bring one list into the registry and say what became of its rows; the same list again changes nothing.

    Raise `BadInput` with the file, line and field when it cannot be read at all; then nothing was kept.
    """
    public = lists.load(name)
    limits = reading.Limits(settings.max_line_bytes, settings.max_unpacked_ratio)
    facts = reading.inspect(path, limits=limits)
    _check_columns(public, facts, limits)
    parsed = _parse(public, facts, limits)
    with unit_of_work(engine) as session:
        query_id = _ask(session, name, facts, now())
        merge, outcomes = _merge(session, parsed, facts.sha256)
        added = _write(session, merge, at=now())
        report = _report(name, facts, parsed, merge, outcomes, added)
        _finish(session, query_id, parsed, report, at=now())
    return report


def _check_columns(public: lists.PublicList, facts: reading.FileFacts, limits: reading.Limits) -> None:
    missing = [name for name in public.required if name not in reading.columns(facts, limits=limits)]
    if missing:
        raise BadInput(
            f"without the columns {', '.join(missing)} this is not the list {public.name}; expected {public.origin}",
            file=facts.path.name, line=1,
        )  # fmt: skip


def _parse(public: lists.PublicList, facts: reading.FileFacts, limits: reading.Limits) -> _Parsed:
    parsed = _Parsed()

    def counted() -> Iterator[Record]:
        for record in reading.records(facts, limits=limits):
            parsed.read += 1
            if parsed.read > MOST_ROWS:
                raise BadInput(f"more than {MOST_ROWS:,} rows; split the list", file=facts.path.name)
            yield record

    parsed.items = tuple(public.parse(counted()))
    return parsed


def _ask(session: Session, name: str, facts: reading.FileFacts, at: datetime) -> int:
    """Keep the file as evidence with its row in the ledger, and return the query."""
    kept = evidence.keep_file(session, facts.path, sha256=facts.sha256, n_bytes=facts.n_bytes)
    digest = hashlib.sha256(json.dumps(["list", name]).encode()).hexdigest()
    query_id = writes.start_query(
        session, f"list:{name}", {}, digest=digest, observed_at=at, started_at=at, evidence_id=kept,
        tool_version=__version__,
    )  # fmt: skip
    origin = f"file:{facts.path.name}"
    evidence.add_fetch(session, query_id, fetched_at=at, origin=origin, http_status=None, evidence_id=kept)
    return query_id


def _merge(session: Session, parsed: _Parsed, sha256: str) -> tuple[Merge, Counter[str]]:
    """Hold every row against the registry; return what is added and how many rows had which outcome."""
    merge = Merge(
        Registry(
            store.known_accounts(session), store.known_organisations(session), store.known_claims(session),
            store.reviewed(session),
        ),
        evidence=sha256,
    )  # fmt: skip
    outcomes: Counter[str] = Counter()
    for item in parsed.items:
        if isinstance(item, Linked):
            merge.link(item)
        elif isinstance(item, Named):
            outcomes[merge.add(item)] += 1
    return merge, outcomes


def _write(session: Session, merge: Merge, *, at: datetime) -> int:
    """Write what the list adds and return the number of new claims."""
    store.add_documents(session, merge.documents.values())
    store.add_organisations(session, merge.organisations.values())
    store.add_accounts(session, merge.new_accounts(), at=at)
    store.add_names(session, merge.learned())
    store.raise_statuses(session, merge.raised())
    store.add_follower_counts(session, merge.followers)
    store.add_names_seen(session, merge.names)
    return claims.save_claims(session, merge.claims, at=at).new


def _finish(session: Session, query_id: int, parsed: _Parsed, report: ListReport, *, at: datetime) -> None:
    writes.add_quarantined(session, query_id, parsed.of(Quarantined))
    counts = writes.Counts(report.new, report.merged + report.conflicting, report.known)
    writes.finish_query(
        session, query_id, "rows" if parsed.read else "empty_unverified", finished_at=at, read=parsed.read,
        counts=counts, quarantined=report.quarantined, warnings=report.warnings,
    )  # fmt: skip


def _report(
    name: str, facts: reading.FileFacts, parsed: _Parsed, merge: Merge, outcomes: Counter[str], added: int
) -> ListReport:
    refused = [
        {"line": item.line, "field": item.field, "reason": item.reason} for item in parsed.of(Quarantined)
    ]
    conflicts = [
        {"line": one.line, "account": one.account, "operator": one.operator, "others": list(one.others)}
        for one in merge.conflicts
    ]
    return ListReport(
        list=name, file=facts.path.name, sha256=facts.sha256, read=parsed.read, named=len(parsed.of(Named)),
        new=outcomes["new"], known=outcomes["known"], merged=outcomes["merged"],
        conflicting=outcomes["conflicting"], quarantined=len(refused), set_aside=len(parsed.of(SetAside)),
        claims=added, platforms=_platforms(parsed), conflicts=tuple(conflicts[:SHOWN]),
        refused=tuple(refused[:SHOWN]), warnings=_warnings(parsed, merge),
    )  # fmt: skip


def _platforms(parsed: _Parsed) -> tuple[dict[str, Any], ...]:
    named = Counter(item.ref.platform for item in parsed.of(Named))
    distinct = Counter(
        platform for platform, _ in {(one.ref.platform, one.ref.key) for one in parsed.of(Named)}
    )
    return tuple(
        {"platform": platform, "named": count, "distinct": distinct[platform]}
        for platform, count in sorted(named.items())
    )


def _warnings(parsed: _Parsed, merge: Merge) -> tuple[str, ...]:
    aside = Counter(item.why for item in parsed.of(SetAside))
    warnings = [notice.message for notice in parsed.of(Notice)]
    warnings += [f"{count} rows set aside: {why}" for why, count in aside.items()]
    if merge.conflicts:
        warnings.append(
            f"{len(merge.conflicts)} rows name another operator than a claim before them; both stand"
        )
    if merge.suspected:
        warnings.append(
            f"{len(merge.suspected)} accounts wait for a review as suspected and keep that status"
        )
    return tuple(warnings)
