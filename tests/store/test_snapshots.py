"""What stands behind a snapshot is read whole, without a write and without a lock."""

import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tracker import desk
from tracker.collect.pipeline import import_file
from tracker.errors import BadInput
from tracker.settings import Settings
from tracker.store import evidence, passages
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 5, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"
HEADER = (
    "Advertiser Name,Funding Entity,Creative,Start date,End Date,Targeted Segments,Impressions,Post text\n"
)
ROW = 'Somebody,{payer},https://x.com/somebody/status/1,2024-07-01,2024-07-30,Keywords: Tea,100,"two\nlines {text}"\n'
SCOPE = {"handle": "Somebody", "country": "FR", "from": "2024-07-01", "to": "2024-07-31"}
Show = Callable[[str], dict[str, Any]]


@pytest.fixture
def two_exports(engine_of: Engine, tmp_path: Path) -> Engine:
    """One ad whose payer differs between two exports."""
    for payer, on in (("First", "2024-08-01"), ("Second", "2024-08-15")):
        path = tmp_path / f"{payer}.csv"
        path.write_text(HEADER + ROW.format(payer=payer, text=HOSTILE), encoding="utf-8")
        scope = {**SCOPE, "exported_at": on}
        import_file(engine_of, Settings(home=tmp_path), "x_ads", path=path, scope=scope, now=lambda: NOW)
    return engine_of


def snapshots_of(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id FROM ad_snapshot ORDER BY id")
        return [f"ad-{number}" for number in rows.scalars()]


def test_a_snapshot_of_an_ad_shows_values_numbers_criteria_query_and_evidence(two_exports: Engine) -> None:
    first, second = snapshots_of(two_exports)

    shown = desk.show_snapshot(two_exports, second)

    assert (shown["kind"], shown["line"], shown["account"]["account"]) == ("ad", 2, "x:somebody")
    assert shown["values"]["payer"] == "Second"
    assert shown["values"]["text"] == f"two\nlines {HOSTILE}"
    assert shown["values"]["first_shown"] == date(2024, 7, 1)
    assert [(row["name"], row["as_published"]) for row in shown["metrics"]] == [("impressions", "100")]
    assert [(row["kind"], row["value"]) for row in shown["targets"]] == [("keyword", "Tea")]
    assert (shown["query"]["source"], shown["query"]["outcome"]) == ("x_ads", "rows")
    assert shown["query"]["scope"]["country"] == "FR"
    assert (shown["evidence"]["name"], len(shown["evidence"]["sha256"])) == ("Second.csv", 64)
    assert [row["snapshot"] for row in shown["others"]] == [first, second]


def test_a_listing_says_what_was_asked_and_how_many_items_it_showed(two_exports: Engine) -> None:
    listing = desk.show_snapshot(two_exports, snapshots_of(two_exports)[0])["listing"]

    shown = desk.show_snapshot(two_exports, f"listing-{listing}")

    assert (shown["kind"], shown["values"]["shown"], shown["values"]["country"]) == ("listing", 1, "FR")
    assert (shown["values"]["covers_from"], shown["values"]["covers_to"]) == (
        date(2024, 7, 1), date(2024, 7, 31),
    )  # fmt: skip
    assert shown["evidence"]["name"] == "First.csv"


def test_a_post_is_shown_with_its_words_and_no_line(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    names = ("outlet", "section", "snapshot_at", "published_raw", "headline")
    cells = ("Example", "World", "2022-02-01 10:00:00", "1 Feb", HOSTILE)
    path.write_text(json.dumps(dict(zip(names, cells, strict=True))) + "\n", encoding="utf-8")
    import_file(engine_of, Settings(home=tmp_path), "page_snapshots", path=path, scope={}, now=lambda: NOW)
    with engine_of.connect() as connection:
        number = connection.exec_driver_sql("SELECT id FROM post_snapshot").scalar_one()

    shown = desk.show_snapshot(engine_of, f"post-{number}")

    assert (shown["kind"], shown["line"], shown["evidence"]["name"]) == ("post", None, "pages.jsonl")
    assert (shown["values"]["text"], shown["values"]["section"]) == (HOSTILE, "World")


@pytest.mark.parametrize(
    "name", ["", "ad-0", "ad-1; DROP", "ad-999", "page-1", "ad-１", "x" * 5000, "ad-" + "9" * 30]
)
def test_a_name_that_is_no_snapshot_is_refused_in_few_words(two_exports: Engine, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        desk.show_snapshot(two_exports, name)

    assert len(str(refused.value)) < 150


def test_evidence_is_read_while_somebody_else_writes(two_exports: Engine) -> None:
    shown = desk.show_snapshot(two_exports, snapshots_of(two_exports)[0])

    with unit_of_work(two_exports):
        record = desk.evidence_line(two_exports, shown["evidence"]["sha256"], shown["line"])

    assert record == ROW.format(payer="First", text=HOSTILE).rstrip("\n")


def test_evidence_that_is_not_there_is_refused(engine_of: Engine) -> None:
    with pytest.raises(BadInput, match="no evidence has the SHA-256"):
        desk.evidence_line(engine_of, "0" * 64, 1)
    with pytest.raises(BadInput, match="lines count from 1"):
        desk.evidence_line(engine_of, "0" * 64, 0)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_record_of_a_csv_is_whole_even_over_several_lines(
    pack: Callable[[bytes], bytes], size: int
) -> None:
    body = pack('a;b\r\n1;"x\r\n""y"", é\n\rz"\r\n2;"end"\r\n'.encode())
    chunks = [body[place : place + size] for place in range(0, len(body), size)]

    found = [passages.record_at(chunks, line) for line in (1, 2, 6, 7)]

    assert found == ["a;b", '1;"x\r\n""y"", é\n\rz"', '2;"end"', passages.NOTHING_THERE]


def test_a_line_of_json_lines_ends_at_its_line_feed_whatever_it_holds() -> None:
    body = b'{"a": 1}\n{"a": "it\'s \xff \\"quoted"}\n{"a": 3}'

    assert passages.record_at([body], 2) == '{"a": "it\'s � \\"quoted"}'
    assert passages.record_at([body], 3) == '{"a": 3}'


def test_a_row_of_a_parquet_file_is_shown_as_json() -> None:
    file = io.BytesIO()
    pq.write_table(
        pa.table({"n": list(range(2500)), "day": [date(2024, 1, 1)] * 2500}), file, row_group_size=700
    )
    body = file.getvalue()

    assert json.loads(passages.record_at([body[:99], body[99:]], 2101)) == {"n": 2100, "day": "2024-01-01"}
    assert passages.record_at([body], 2501) == passages.NOTHING_THERE


def test_a_long_record_is_cut_and_says_so() -> None:
    for body in (b"h\n" + b"x" * 90_000 + b"\nnext", b'h\n"' + b"x\n" * 90_000 + b'"', b'{"' + b"x" * 90_000):
        found = passages.record_at([body], 1 if body.startswith(b"{") else 2)
        assert (len(found), found.endswith(passages.CUT)) == (passages.LONGEST + len(passages.CUT), True)

    assert passages.record_at([b"h\n" + b"x" * 90_000 + b"\nnext"], 3) == "next"


def test_a_gzip_bomb_is_read_block_by_block() -> None:
    bomb = gzip.compress(b"h\n" + b"\0" * (64 << 20) + b"\nlast")

    assert passages.record_at([bomb], 3) == "last"


def test_bytes_that_cannot_be_unpacked_are_said_to_be_so() -> None:
    for body in (gzip.compress(b"x" * 9000)[:40], b"PAR1 and nothing else"):
        assert passages.record_at([body], 2).startswith("These bytes cannot be unpacked")


def test_a_delta_is_read_like_any_evidence(engine_of: Engine) -> None:
    page = b"".join(b"line %d, %d\n" % (n, n * n) for n in range(500))
    with unit_of_work(engine_of) as session:
        evidence.keep(session, page, feed="feed")
        number = evidence.keep(session, page[:-1] + b"!", feed="feed")

    with Session(engine_of) as session:
        assert passages.record_at(evidence.read(session, number), 500) == "line 499, 249001!"
