"""An account that stopped raises one alert on the day it stopped; what we stopped seeing raises another."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.alerting.records import NOW, changed, fill
from tests.analysis.test_silence import CORPUS, imported
from tests.collect.servers import HANGS_UP, FakeTime, FaultServer, data
from tests.collect.test_watching import SOURCE, accounts, folder, watcher_of
from tracker import mirror
from tracker.alerting import desk, feed
from tracker.collect import watching
from tracker.collect.job import silent
from tracker.settings import Settings
from tracker.store.engine import unit_of_work

__all__ = ["folder"]
START = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
DATED = SOURCE.replace(
    'record.values["id"], scope.observed_at)',
    'record.values["id"], __import__("datetime").datetime.fromisoformat(record.values["at"]))',
)


def stops(engine: Engine) -> list[tuple[str, str, list[str]]]:
    found = desk.listed(engine)
    return [
        (row["type"], f"{row['at']:%Y-%m-%d}", row["accounts"])
        for row in found[::-1]
        if row["type"] in ("silence", "blindness")
    ]


def test_silence_and_blindness_are_raised_each_once_on_its_first_day(
    engine: Engine, tmp_path: Path, folder: Path
) -> None:
    (folder / "places.py").write_text(DATED % {"name": "places", "anywhere": True})
    accounts(engine, "a.example", "b.example")
    time, posts = FakeTime(START), list[dict[str, str]]()
    raised: dict[date, list[Any]] = {}

    with FaultServer() as server:
        watcher = watcher_of(engine, tmp_path, server, time)
        alerting = desk.Alerting(engine, watcher.settings, time.now, ways={})
        watching.plan(watcher)
        while time.now() < START + timedelta(days=28):
            today = time.now().date()
            if today < date(2026, 9, 20):
                posts += [{"id": f"{today}-{number}", "at": time.now().isoformat()} for number in range(10)]
            down = today >= date(2026, 9, 24)
            server.answers("/posts", HANGS_UP if down else data({"posts": posts[-20:]}))
            watching.run_due(watcher)
            if time.now().hour < 12:
                mirror.refresh(engine, watcher.settings, progress=silent)
                before = len(stops(engine))
                alerting.tick()
                raised[today] = stops(engine)[before:]
            time.sleep(12 * 3600)

    both = ["web:a.example", "web:b.example"]
    silence, blindness = ("silence", "2026-09-20", both), ("blindness", "2026-09-24", both)
    assert stops(engine) == [silence, blindness]
    assert {day: found for day, found in raised.items() if found} == {
        date(2026, 9, 21): [silence],
        date(2026, 9, 26): [blindness],
    }


@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not here")
def test_the_silence_of_9_august_2017_is_one_alert(engine: Engine, tmp_path: Path) -> None:
    table = pq.read_table(CORPUS, columns=["account", "published_at"])
    rows = [row for row in table.to_pylist() if row["published_at"] >= "2017-06-15"]
    imported(engine, tmp_path, rows)
    settings = Settings(home=tmp_path)

    first = desk.send(engine, settings, now=lambda: NOW, ways={})
    again = desk.send(engine, settings, now=lambda: NOW + timedelta(days=1), ways={})

    august = [stop for stop in stops(engine) if stop[1] == "2017-08-09"]
    assert [(kind, len(named)) for kind, _day, named in august] == [("silence", 16)]
    assert (first["stops"] > 0, again["stops"], again["raised"]) == (True, 0, 0)


def test_the_feed_is_valid_keeps_its_ids_and_names_no_suspect(engine: Engine) -> None:
    ids = fill(engine)
    changed(engine, ("renamed", ids["state"], NOW), ("renamed", ids["suspect"], NOW), after="<b>&\x00\x0b")
    settings = Settings(home=Path("/nowhere"))
    desk.raising.raise_new(engine, NOW)

    def made() -> bytes:
        with unit_of_work(engine) as session:
            return feed.feed(session, base="https://tracker.example.org")

    first = made()
    changed(engine, ("label_gone", ids["other"], NOW + timedelta(days=1)))
    desk.raising.raise_new(engine, NOW + timedelta(days=1))
    later = feedparser.parse(made())
    read = feedparser.parse(first)

    assert (read.bozo, read.version, settings.watch) == (False, "atom10", True)
    assert [entry.title for entry in read.entries] == ["renamed: x:riverdaily, 2026-10-05"]
    assert [entry.id for entry in later.entries][1:] == [entry.id for entry in read.entries]
    assert (read.feed.id, read.feed.updated) == (later.feed.id, "2026-10-05T12:00:00Z")
    assert b"somebody" not in first
    assert made() == made()


def test_a_record_without_alerts_has_a_feed_without_entries(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        read = feedparser.parse(feed.feed(session, base=None))

    with Session(engine) as session:
        assert (read.bozo, read.entries) == (False, [])
