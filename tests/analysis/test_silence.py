"""An account that stops is told on the day it stopped and once; what we did not see is told apart."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from tests.analysis.lakes import MakeLake
from tracker import mirror
from tracker.analysis import silence
from tracker.analysis.tables import Lake, open_lake
from tracker.collect.job import silent
from tracker.collect.pipeline import import_file
from tracker.findings import Finding, parse_options, run
from tracker.settings import Settings

START = date(2026, 1, 1)
CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "corpora" / "ira_local_news_en.parquet"


def day(number: int) -> date:
    return START + timedelta(days=number)


def posts(*counts: int) -> dict[date, int]:
    return {day(number): count for number, count in enumerate(counts) if count}


def told(counts: dict[date, int], days: int, *, but: set[int] = frozenset()) -> list[tuple[date, int, bool]]:  # type: ignore[assignment]
    seen = {day(number) for number in range(days) if number not in but}
    return [(one.first, one.days, one.ended) for one in silence.silences(counts, seen)]


def test_an_account_that_posts_daily_is_silent_from_the_first_day_without_a_post() -> None:
    assert told(posts(*[8, 12, 10] * 10), 30) == []
    assert told(posts(*[8, 12, 10] * 10), 31) == [(day(30), 1, False)]
    assert told(posts(*[8, 12, 10] * 10, 0, 0, 9), 33) == [(day(30), 2, True)]


def test_an_account_that_posts_now_and_then_is_silent_only_after_longer_than_ever() -> None:
    weekly = [5, 0, 0, 2, 0, 0, 0] * 8

    assert told(posts(*weekly), 56 + 5) == []
    assert told(posts(*weekly), 56 + 30) == [(day(53), 33, False)]


def test_days_that_nobody_answered_for_are_neither_silence_nor_its_end() -> None:
    steady = posts(*[10] * 30)

    assert told(steady, 60, but=set(range(30, 60))) == []
    assert told(steady, 60, but=set(range(31, 60))) == [(day(30), 1, False)]
    assert told(steady, 60, but=set(range(30, 40))) == [(day(40), 20, False)]


def test_an_account_that_is_hardly_known_has_no_rhythm_to_break() -> None:
    assert told(posts(*[10] * 13), 40) == []
    assert told(posts(9), 60) == []


def test_chance_alone_raises_fewer_than_one_silence_in_ten_years_of_an_account() -> None:
    random, raised = np.random.default_rng(20240701), 0
    days = [day(number) for number in range(365)]

    for mean in (1, 3, 10, 40):
        for scatter in (0.5, 1, 3, 10):
            for _ in range(5):
                counts = random.negative_binomial(scatter, scatter / (scatter + mean), 365)
                known = {one: int(count) for one, count in zip(days, counts, strict=True) if count}
                raised += len(list(silence.silences(known, set(days))))

    assert raised <= 8  # of 80 years; measured: 14 in 300


def test_blindness_begins_after_two_days_without_an_answer_and_a_platform_that_says_gone_answers() -> None:
    ended = {day(0): {"rows"}, day(1): {"error"}, day(4): {"rows", "error"}, day(5): {"throttled"}}

    found = list(silence.blindness(ended, day(8)))

    assert [(one.first, one.last, one.days, one.put, one.outcome, one.ended) for one in found] == [
        (day(1), day(3), 3, 1, "error", True),
        (day(5), day(7), 3, 1, "throttled", False),
    ]
    assert list(silence.blindness({day(0): {"rows"}, day(1): {"gone"}}, day(3))) == []
    assert list(silence.blindness({day(0): {"error"}}, day(30))) == []


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """One account that stops on 31 January, one that we ask in vain from then on, and one that came by file."""

    def answer(account: int, number: int, outcome: str = "rows", **more: Any) -> dict[str, Any]:
        at = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
        return {"account_id": account, "source": "feeds", "series": f"feeds|{account}|*", "observed_at": at,
                "query_id": 100 * account + number, "outcome": outcome, **more}  # fmt: skip

    return make_lake(
        accounts=[
            {"account_id": number, "account": f"web:{name}.example", "platform": "web", "status": "accepted"}
            for number, name in ((1, "quiet"), (2, "unseen"), (3, "filed"), (4, "beside"))
        ],
        posts=[
            *({"account_id": account, "source": "feeds", "day": day(number)}
              for account in (1, 2) for number in range(30) for _ in range(10)),
            *({"account_id": 3, "source": "filed", "day": day(number)} for number in range(20) for _ in range(10)),
            {"account_id": 4, "source": "filed", "day": day(25)},
        ],
        listings=[
            *(answer(1, number) for number in range(41)),
            *(answer(2, number, "rows" if number < 30 else "throttled") for number in range(38)),
            {**answer(3, 40, evidence="a" * 64), "source": "filed", "query_id": 9, "shown_from": day(0), "shown_to": day(19)},
            {**answer(4, 40, evidence="a" * 64), "source": "filed", "query_id": 9, "shown_from": day(25), "shown_to": day(25)},
        ],
    )  # fmt: skip


def test_silence_and_blindness_are_two_things(lake: Lake) -> None:
    found = run("silences", lake, parse_options("silences", {"until": "2026-02-10"}))

    columns = ("at", "type", "account", "source", "until", "days", "asked", "outcome", "goes_on", "last_post")
    assert [tuple(row[name] for name in columns) for row in found.rows] == [
        ("2026-01-21", "silence", "web:filed.example", None, "2026-01-26", 6, 6, None, True, "2026-01-20"),
        ("2026-01-31", "blindness", "web:unseen.example", "feeds", "2026-02-09", 10, 8, "throttled", True, None),
        ("2026-01-31", "silence", "web:quiet.example", None, "2026-02-09", 10, 10, None, True, "2026-01-30"),
    ]  # fmt: skip
    assert found.rows[2]["expected"] == 100
    assert "gamma-Poisson" in found.method


def imported(engine: Engine, folder: Path, rows: list[dict[str, Any]]) -> Finding:
    """Bring a table of posts into a record and ask it for silences."""
    path = folder / "archive.csv"
    lines = [f"{place},{row['account']},{row['published_at']},x" for place, row in enumerate(rows, 1)]
    path.write_text("id,author,time,text\n" + "\n".join(lines) + "\n", encoding="utf-8")
    settings = Settings(home=folder)
    scope = {"platform": "x", "exported_at": "2018-08-01"}
    import_file(
        engine, settings, "posts_csv", path=path, scope=scope, now=lambda: datetime(2026, 1, 1, tzinfo=UTC)
    )
    mirror.refresh(engine, settings, progress=silent)
    return run("silences", open_lake(settings.lake), parse_options("silences", {}))


def test_an_archive_of_two_accounts_tells_the_day_on_which_one_stopped(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [
        {"account": account, "published_at": f"2017-{month:02}-{number:02}T{hour:02}:00:00"}
        for month in (6, 7)
        for number in range(1, 31)
        for hour in (8, 12, 18)
        for account in ("goes_on", "stops")
        if account == "goes_on" or (month, number) < (7, 20)
    ]

    found = imported(engine, tmp_path, rows)

    assert [(row["at"], row["account"], row["until"]) for row in found.rows] == [
        ("2017-07-20", "x:stops", "2017-07-30")
    ]


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared data sets are not beside this checkout")
def test_the_fake_local_papers_fell_silent_on_9_august_2017(engine: Engine, tmp_path: Path) -> None:
    table = pq.read_table(CORPUS, columns=["account", "published_at"])
    rows = [row for row in table.to_pylist() if row["published_at"] >= "2017-06-15"]
    stopped = {row["account"] for row in rows if row["published_at"][:10] == "2017-08-08"}

    found = imported(engine, tmp_path, rows)

    august = [row for row in found.rows if row["at"] == "2017-08-09"]
    named = sorted(f"x:{account.lower()}" for account in stopped)
    assert [row["account"] for row in august] == named
    assert {row["last_post"] for row in august} == {"2017-08-08"}
    assert len(named) == 16
    assert not [row for row in found.rows if row["at"] > "2017-08-09"]
