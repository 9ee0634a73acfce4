"""Feeds and pages that a person saved come in by hand, through the parser that reads them when they are asked live."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.collect.lines import BODIES
from tracker.collect.pipeline import import_file
from tracker.domain import ImportReport
from tracker.errors import BadInput
from tracker.registry.handles import account_ref
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 2, tzinfo=UTC)
FEED = "https://news.example.org/feed"


def imported(engine: Engine, folder: Path, source: str, body: bytes, **scope: str) -> ImportReport:
    path = folder / "saved.xml"
    path.write_bytes(body)
    return import_file(
        engine,
        Settings(home=folder),
        source,
        path=path,
        scope={"exported_at": "2026-10-01", **scope},
        now=lambda: NOW,
    )


def case(source: str, name: str) -> bytes:
    (path,) = (BODIES / source).glob(f"{name}.*")
    return path.read_bytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_saved_feed_comes_in_and_was_seen_when_a_person_says(
    engine: Engine, tmp_path: Path, pack: type[bytes]
) -> None:
    report = imported(engine, tmp_path, "feeds", pack(case("feeds", "rss")), feed=FEED)

    with engine.connect() as connection:
        seen = connection.execute(text("SELECT DISTINCT observed_at FROM listing")).scalars().all()
        account = connection.execute(text("SELECT platform, key FROM account")).one()
    assert (report.outcome, report.read, report.new) == ("rows", 6, 6)
    assert [str(one)[:10] for one in seen] == ["2026-10-01"]
    assert tuple(account) == ("web", "news.example.org")


def test_a_saved_feed_in_another_encoding_is_read_as_its_beginning_says(
    engine: Engine, tmp_path: Path
) -> None:
    words = "<?xml version='1.0' encoding='{}'?><rss version='2.0'><channel><item><guid>1</guid><title>河流</title></item></channel></rss>"

    for encoding in ("gb2312", "utf-16"):
        body = words.format(encoding).encode(encoding)
        imported(engine, tmp_path, "feeds", body, feed=f"https://{encoding}.example.org/feed")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT text FROM post_snapshot")).scalars().all() == ["河流", "河流"]


@pytest.mark.parametrize(
    ("source", "name", "account"),
    [
        ("telegram", "newest", "telegram:riverdaily"),
        ("sites", "bridge", "web:river.example"),
        ("sites", "whole", "web:river.example"),
        ("wordpress", "new_first", "web:river.example"),
        ("youtube", "feed", "youtube:river"),
    ],
)
def test_what_is_asked_live_can_be_brought_in_by_hand(
    engine: Engine, tmp_path: Path, source: str, name: str, account: str
) -> None:
    with unit_of_work(engine) as session:
        platform, _, key = account.partition(":")
        registry.resolve_account(session, account_ref(key, platform), status="accepted", at=NOW)

    report = imported(engine, tmp_path, source, case(source, name), account=account)

    assert report.outcome == "rows"
    assert report.new > 0


def test_the_time_of_an_import_stands_for_that_of_a_saved_answer_and_it_is_said(
    engine: Engine, tmp_path: Path
) -> None:
    report = imported(engine, tmp_path, "feeds", case("feeds", "atom"), feed=FEED, exported_at="")

    assert "scope without exported_at: the time of this import stands for exported_at" in report.warnings


@pytest.mark.parametrize(
    ("source", "body", "words"),
    [
        ("feeds", b"<!DOCTYPE html><html><body>Log in", "this is a web page, no feed"),
        ("feeds", gzip.compress(case("feeds", "rss"))[:-9], "the gzip is damaged or cut off"),
        ("feeds", b"a,b\n1,2\n", "no column 'kind'"),
        ("fourcat", case("feeds", "rss"), "this is a web page or XML, not an export"),
    ],
    ids=["a web page", "a cut gzip", "a table", "a source of tables"],
)
def test_a_file_that_is_no_feed_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path, source: str, body: bytes, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        imported(engine, tmp_path, source, body, **({"feed": FEED} if source == "feeds" else {}))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 0
