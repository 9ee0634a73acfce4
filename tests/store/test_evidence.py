"""Evidence comes back byte for byte; the ledger shows what was changed or taken away."""

import hashlib
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tracker.store import evidence, writes
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 1, 6, tzinfo=UTC)
PAGE = b"".join(
    b'{"post": %d, "words": "%s"}\n' % (n, hashlib.sha256(b"%d" % n).hexdigest().encode()) for n in range(200)
)


def whole(engine: Engine, evidence_id: int) -> bytes:
    with Session(engine) as session:
        return b"".join(evidence.read(session, evidence_id))


def kept(engine: Engine, *bodies: bytes, feed: str | None = None) -> list[int]:
    with unit_of_work(engine) as session:
        return [evidence.keep(session, body, feed=feed) for body in bodies]


def fetched(engine: Engine, *bodies: bytes) -> None:
    """Keep answers with a query and a row of the ledger for each."""
    with unit_of_work(engine) as session:
        query = writes.start_query(
            session,
            "x_ads",
            {},
            digest="d",
            observed_at=NOW,
            started_at=NOW,
            evidence_id=None,
            tool_version="0",
        )
        for body in bodies:
            number = evidence.keep(session, body)
            evidence.add_fetch(
                session, query, fetched_at=NOW, origin="file:a", http_status=None, evidence_id=number
            )


def faults(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return [f"{fault.where}: {fault.what}" for fault in evidence.verify(session)]


def test_the_same_bytes_are_kept_once(engine_of: Engine) -> None:
    first, again, other = kept(engine_of, PAGE, PAGE, PAGE[:-1])

    assert first == again != other
    assert whole(engine_of, first) == PAGE


def test_a_page_that_nearly_repeats_its_feed_is_a_delta_against_its_last_full_page(engine_of: Engine) -> None:
    later = [PAGE[60 * step :] + b"x" * step for step in (1, 2, 3)]

    ids = kept(engine_of, PAGE, *later, feed="feed")

    with engine_of.connect() as connection:
        rows = connection.execute(text("SELECT codec, base_id FROM evidence ORDER BY id")).all()
        sizes = (
            connection.execute(text("SELECT LENGTH(z) FROM evidence_chunk ORDER BY evidence_id"))
            .scalars()
            .all()
        )
    assert [tuple(row) for row in rows] == [("zstd", None), *[("zstd-delta", ids[0])] * 3]
    assert [whole(engine_of, number) for number in ids] == [PAGE, *later]
    assert max(sizes[1:]) < sizes[0] / 6


def test_a_page_unlike_its_feed_becomes_the_next_full_page(engine: Engine) -> None:
    other = random.Random(1).randbytes(20_000)

    ids = kept(engine, PAGE, other, other[:-1], feed="feed")

    with engine.connect() as connection:
        bases = connection.execute(text("SELECT base_id FROM evidence ORDER BY id")).scalars().all()
    assert bases == [None, None, ids[1]]


def test_a_large_file_is_kept_in_parts_and_comes_back_whole(engine_of: Engine, tmp_path: Path) -> None:
    body = random.Random(2).randbytes(evidence.CHUNK + 1_000)
    path = tmp_path / "export.bin"
    path.write_bytes(body)

    with unit_of_work(engine_of) as session:
        number = evidence.keep_file(session, path, sha256=hashlib.sha256(body).hexdigest(), n_bytes=len(body))

    with Session(engine_of) as session:
        parts = list(evidence.read(session, number))
    assert [len(part) for part in parts] == [evidence.CHUNK, 1_000]
    assert b"".join(parts) == body


def test_an_untouched_record_verifies(engine_of: Engine) -> None:
    fetched(engine_of, b"one", b"two", b"three")

    assert faults(engine_of) == []


def _unguarded(table: str, statement: str) -> Callable[[Engine], None]:
    """Return what somebody with the file could do: take the guard away, then change a row."""

    def tamper(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("PRAGMA foreign_keys=OFF"))
            for action in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {table}_no_{action}"))
            connection.execute(text(statement))

    return tamper


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_unguarded("fetch", "UPDATE fetch SET origin = 'file:b' WHERE id = 2"), "fetch 2: was changed"),
        (_unguarded("fetch", "DELETE FROM fetch WHERE id = 2"), "fetch 3: does not follow the row before it"),
        (_unguarded("evidence_chunk", "UPDATE evidence_chunk SET z = x'00' WHERE evidence_id = 2"), "evidence 2: cannot be unpacked"),
        (_unguarded("evidence_chunk", "DELETE FROM evidence_chunk WHERE evidence_id = 2"), "evidence 2: its bytes are not those"),
        (_unguarded("evidence", "UPDATE evidence SET sha256 = 'false' WHERE id = 1"), "evidence 1: its bytes are not those of false"),
    ],
)  # fmt: skip
def test_tampering_shows(engine: Engine, tamper: Callable[[Engine], None], words: str) -> None:
    fetched(engine, b"one", b"two", b"three")

    tamper(engine)

    assert any(fault.startswith(words) for fault in faults(engine))


@pytest.mark.postgres
def test_two_hosts_that_keep_the_same_bytes_at_once_keep_them_once(pg_engine: Engine) -> None:
    both, kept = threading.Barrier(2), []

    def keep() -> None:
        with unit_of_work(pg_engine) as session:
            session.execute(text("SELECT 1"))
            both.wait(10)
            kept.append(evidence.keep(session, b"the same answer"))

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(kept) == 2
    assert len(set(kept)) == 1


TOLD = {"atproto-accept-labelers": "did:plc:labeler", "atproto-content-labelers": ""}


def fetched_with(engine: Engine, headers: dict[str, str]) -> int:
    """Keep an answer that is read by headers, after one that is not; return its row of the ledger."""
    fetched(engine, b"before headers were kept")
    with unit_of_work(engine) as session:
        number = evidence.keep(session, b"{}")
        return evidence.add_fetch(
            session, 1, fetched_at=NOW, origin="https://a.example/", http_status=200, evidence_id=number, headers=headers
        )  # fmt: skip


def test_headers_by_which_an_answer_is_read_come_back_as_they_were(engine_of: Engine) -> None:
    row = fetched_with(engine_of, TOLD)

    with Session(engine_of) as session:
        heard = [evidence.heard(session, one) for one in (row - 1, row)]

    assert (heard, faults(engine_of)) == ([{}, TOLD], [])


def test_headers_by_which_an_answer_is_read_are_part_of_the_chain(engine: Engine) -> None:
    row = fetched_with(engine, TOLD)
    with unit_of_work(engine) as session:
        session.execute(text("DROP TRIGGER fetch_no_update"))
        session.execute(text("UPDATE fetch SET headers = NULL"))

    assert faults(engine) == [f"fetch {row}: was changed after it was written"]
