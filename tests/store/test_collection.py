"""How the collection stands by source: what is due, what came of it, what it keeps, and what is not to be believed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from tests.collect.servers import HANGS_UP, FakeTime, FaultServer, data
from tests.collect.test_watching import accounts, folder, put, watcher_of
from tracker.collect import watching
from tracker.store import collection, watches

__all__ = ["folder"]
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def test_a_source_says_what_is_late_what_came_of_it_and_what_it_keeps(
    engine_of: Engine, tmp_path: Path, folder: Path
) -> None:
    put(folder, "places")
    accounts(engine_of, "a.example", "b.example")
    time = FakeTime(NOW)

    with FaultServer() as server:
        answer = data({"posts": [{"id": "p"}]})
        server.answers("/posts", lambda asked: answer if asked.headers["host"] == "a.example" else HANGS_UP)
        watcher = watcher_of(engine_of, tmp_path, server, time)
        watching.plan(watcher)
        time.sleep(3600)
        watching.run_due(watcher)
    with Session(engine_of) as session:
        (now,) = collection.by_source(session, time.now())
        (later,) = collection.by_source(session, time.now() + timedelta(days=9))

    assert (now["source"], now["watches"], now["overdue"], now["failing"]) == ("places", 2, 0, 1)
    assert (now["outcomes"], now["asked_in_a_day"]) == ({"rows": 1, "error": 1}, 2)
    assert (now["answers"], now["bytes"]) == (1, len(answer.body))
    assert now["last_success"] == time.now()
    assert now["next_due"] > time.now()
    assert (later["overdue"], later["outcomes"], later["asked_in_a_day"]) == (2, {}, 0)


def test_a_record_without_a_watch_has_nothing_to_tell(engine: Engine) -> None:
    with Session(engine) as session:
        assert collection.by_source(session, NOW) == []
        assert watches.suspicions(session) == []
        assert collection.waiting_alerts(session) == []
