"""Raw bytes, content-addressed and never changed; a ledger of fetches chained by hash.

A page that nearly repeats the last full page of its feed is kept as a delta against it (one level deep, so there
are no chains). A feed is named by words: `a b c` is the page `c` of `a b`, and when nothing of it is kept yet, the
last full page of `a b` is tried. A file is kept in compressed chunks, so that size costs no memory.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard
from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session

from tracker.errors import BadInput
from tracker.store import prepared
from tracker.store.ids import reserve
from tracker.store.tables import Evidence, EvidenceChunk, Fetch, table_of

_EVIDENCE, _CHUNK, _FETCH = table_of(Evidence), table_of(EvidenceChunk), table_of(Fetch)
CHUNK = 4 << 20
GENESIS = "0" * 64
_DELTA_AT_MOST = 1 / 6
_SMALL = 60
"""A delta of so few bytes is kept for a small page too, when it saves half."""
_WITH_DIGEST = select(_EVIDENCE.c.id).where(_EVIDENCE.c.sha256 == bindparam("digest"))
_DIGEST_OF = select(_EVIDENCE.c.sha256).where(_EVIDENCE.c.id == bindparam("number"))
_BEGINNING = (
    select(_EVIDENCE.c.codec, _EVIDENCE.c.base_id, _EVIDENCE.c.n_bytes, _CHUNK.c.z)
    .outerjoin(_CHUNK, (_CHUNK.c.evidence_id == _EVIDENCE.c.id) & (_CHUNK.c.seq == 0))
    .where(_EVIDENCE.c.id == bindparam("number"))
)
_PART = select(_CHUNK.c.z).where(
    _CHUNK.c.evidence_id == bindparam("number"), _CHUNK.c.seq == bindparam("place")
)
_LAST_FETCH = select(_FETCH.c.row_hash).order_by(_FETCH.c.id.desc()).limit(1)
_LAST_WHOLE = (
    select(_EVIDENCE.c.id).where(_EVIDENCE.c.base_id.is_(None)).order_by(_EVIDENCE.c.id.desc()).limit(1)
)
_LAST_OF_FEED = _LAST_WHOLE.where(_EVIDENCE.c.feed == bindparam("feed"))
_LAST_BENEATH = {
    "sqlite": _LAST_WHOLE.where(
        _EVIDENCE.c.feed >= bindparam("whole") + " ", _EVIDENCE.c.feed < bindparam("whole") + "!"
    ),
    "postgresql": _LAST_WHOLE.where(func.starts_with(_EVIDENCE.c.feed, bindparam("whole") + " ")),
}
"""SQLite looks no `LIKE` up in an index; PostgreSQL sorts a blank as its language does, so no range holds there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that `verify` found: which row, and what does not agree."""

    where: str
    what: str


def keep(session: Session, body: bytes, *, feed: str | None = None, name: str | None = None) -> int:
    """Keep the bytes of one answer and return their evidence id; the same bytes are kept once, by two hosts too."""
    digest = hashlib.sha256(body).hexdigest()
    _alone_with(session, digest)
    if (known := find(session, digest)) is not None:
        return known
    base_id, codec, stored = None, "zstd", zstandard.compress(body, 3)
    if feed is not None and (base := _key_frame(session, feed)) is not None:
        delta = _delta_compressor(_read_whole(session, base)).compress(body)
        if len(delta) <= min(max(len(body) * _DELTA_AT_MOST, _SMALL), len(stored) / 2):
            base_id, codec, stored = base, "zstd-delta", delta
    evidence_id = reserve(session, "evidence", 1)
    row = {
        "id": evidence_id,
        "sha256": digest,
        "n_bytes": len(body),
        "codec": codec,
        "base_id": base_id,
        "feed": feed if base_id is None else None,
        "name": name,
    }
    prepared.add(session, _EVIDENCE, row)
    prepared.add(session, _CHUNK, {"evidence_id": evidence_id, "seq": 0, "z": stored})
    return evidence_id


def _alone_with(session: Session, digest: str) -> None:
    """Wait, on PostgreSQL, until no other transaction keeps the same bytes; on SQLite one writes at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(digest)[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def keep_file(session: Session, path: Path, *, sha256: str, n_bytes: int, name: str | None = None) -> int:
    """Keep a file in chunks, reading it once; `sha256` is that of its bytes, as inspected before.

    Raises `BadInput` when the bytes are no longer those that were inspected.
    """
    _alone_with(session, sha256)
    if (known := find(session, sha256)) is not None:
        return known
    evidence_id = reserve(session, "evidence", 1)
    row = {
        "id": evidence_id,
        "sha256": sha256,
        "n_bytes": n_bytes,
        "codec": "zstd",
        "name": name or path.name,
    }
    prepared.add(session, _EVIDENCE, row)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for seq, block in enumerate(iter(lambda: file.read(CHUNK), b"")):
            digest.update(block)
            part = {"evidence_id": evidence_id, "seq": seq, "z": zstandard.compress(block, 3)}
            prepared.add(session, _CHUNK, part)
    if digest.hexdigest() != sha256:
        raise BadInput("the file changed while it was read; import it again", file=name or path.name)
    return evidence_id


def find(session: Session, sha256: str) -> int | None:
    """Return the id of the evidence with this SHA-256, or `None`."""
    return prepared.run(session, _WITH_DIGEST, {"digest": sha256}).scalar()


def read(session: Session, evidence_id: int) -> Iterator[bytes]:
    """Yield the raw bytes of evidence, chunk by chunk, exactly as they came."""
    codec, base_id, n_bytes, z = prepared.run(session, _BEGINNING, {"number": evidence_id}).one()
    if codec == "zstd-delta" and z is not None:
        yield _delta_decompressor(_read_whole(session, base_id)).decompress(z)
        return
    place = 0
    while z is not None:
        yield zstandard.decompress(z)
        place += 1
        more = n_bytes > place * CHUNK
        z = _part(session, evidence_id, place) if more else None


def origin_of(session: Session, evidence_id: int) -> str | None:
    """Return where evidence was last had from. The ledger is looked through from its end: what just came is found at once."""
    asked = select(_FETCH.c.origin).where(_FETCH.c.evidence_id == evidence_id)
    return session.execute(asked.order_by(_FETCH.c.id.desc()).limit(1)).scalar()


def heard(session: Session, fetch_id: int) -> Mapping[str, str]:
    """Return the headers by which the answer of a row of the ledger is read, none for most."""
    found = session.execute(select(_FETCH.c.headers).where(_FETCH.c.id == fetch_id)).scalar()
    return found or {}


def add_fetch(
    session: Session,
    query_id: int,
    *,
    fetched_at: datetime,
    origin: str,
    http_status: int | None,
    evidence_id: int | None,
    headers: Mapping[str, str] | None = None,
) -> int:
    """Append a row to the ledger, chained to the row before it, and return its id."""
    previous = prepared.run(session, _LAST_FETCH).scalar()
    prev_hash = previous or GENESIS
    fetch_id = reserve(session, "fetch", 1)
    row: dict[str, object] = {
        "id": fetch_id,
        "query_id": query_id,
        "fetched_at": fetched_at,
        "origin": origin,
        "http_status": http_status,
        "evidence_id": evidence_id,
        "prev_hash": prev_hash,
        "headers": dict(headers) if headers else None,
    }
    prepared.add(session, _FETCH, {**row, "row_hash": _row_hash(session, row)})
    return fetch_id


def verify(session: Session, tick: Callable[[int], None] = lambda _bytes: None) -> Iterator[Fault]:
    """Re-hash every blob and every row of the ledger; yield what does not agree."""
    for evidence_id, sha256, n_bytes in session.execute(
        select(_EVIDENCE.c.id, _EVIDENCE.c.sha256, _EVIDENCE.c.n_bytes).order_by(_EVIDENCE.c.id)
    ).all():
        digest, length = hashlib.sha256(), 0
        try:
            for block in read(session, evidence_id):
                digest.update(block)
                length += len(block)
                tick(len(block))
        except zstandard.ZstdError as error:
            yield Fault(f"evidence {evidence_id}", f"cannot be unpacked: {error}")
            continue
        if digest.hexdigest() != sha256 or length != n_bytes:
            yield Fault(f"evidence {evidence_id}", f"its bytes are not those of {sha256[:12]}…")
    yield from _verify_ledger(session)


def totals(session: Session) -> dict[str, int]:
    """Return `blobs`, `bytes` (as they came), and `fetches`."""
    blobs, size = session.execute(
        select(func.count(_EVIDENCE.c.id), func.coalesce(func.sum(Evidence.n_bytes), 0))
    ).one()
    return {
        "blobs": blobs,
        "bytes": int(size),
        "fetches": session.execute(select(func.count(_FETCH.c.id))).scalar_one(),
    }


def _verify_ledger(session: Session) -> Iterator[Fault]:
    expected = GENESIS
    for fetch in session.execute(select(Fetch).order_by(_FETCH.c.id)).scalars():
        row = fetch.model_dump()
        stated = row.pop("row_hash")
        if row["prev_hash"] != expected:
            yield Fault(
                f"fetch {fetch.id}", "does not follow the row before it: a row is missing or was changed"
            )
        if _row_hash(session, row) != stated:
            yield Fault(f"fetch {fetch.id}", "was changed after it was written")
        expected = stated


def _row_hash(session: Session, row: dict[str, object]) -> str:
    evidence_id = row["evidence_id"]
    sha256 = prepared.run(session, _DIGEST_OF, {"number": evidence_id}).scalar()
    if row["headers"] is None:  # as it was hashed before headers were kept
        row = {name: value for name, value in row.items() if name != "headers"}
    fetched_at = row["fetched_at"]
    if isinstance(fetched_at, datetime):
        row = {**row, "fetched_at": fetched_at.astimezone(UTC).isoformat()}
    canonical = json.dumps(
        {**row, "sha256": sha256}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _key_frame(session: Session, feed: str) -> int | None:
    """Return the last full page of a feed, or of the feed that it is a page of."""
    exact: int | None = prepared.run(session, _LAST_OF_FEED, {"feed": feed}).scalar()
    whole = feed.rpartition(" ")[0]
    if exact is not None or not whole:
        return exact
    beneath = _LAST_BENEATH[session.get_bind().dialect.name]
    return prepared.run(session, beneath, {"whole": whole}).scalar()


def _part(session: Session, evidence_id: int, place: int) -> bytes | None:
    return prepared.run(session, _PART, {"number": evidence_id, "place": place}).scalar()


def _read_whole(session: Session, evidence_id: int) -> bytes:
    return b"".join(read(session, evidence_id))


def _delta_compressor(base: bytes) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(
        level=3, dict_data=zstandard.ZstdCompressionDict(base, zstandard.DICT_TYPE_RAWCONTENT)
    )


def _delta_decompressor(base: bytes) -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(
        dict_data=zstandard.ZstdCompressionDict(base, zstandard.DICT_TYPE_RAWCONTENT)
    )
