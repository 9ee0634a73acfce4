"""Real collections of posts and front pages come in whole: what their README counts is what is read."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from tracker.collect import reading, sources
from tracker.collect.moments import clock_changes
from tracker.collect.pipeline import import_file
from tracker.domain import Notice, Parsed, Post, Record, Scope
from tracker.settings import Settings

CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "corpora"
NOW = datetime(2026, 10, 2, tzinfo=UTC)
TWEETS = {
    "platform": "x",
    "map.likes": "favorite_count",
    "map.reposts": "retweet_count",
    "map.replies": "reply_count",
}
NEWSPAPERS = {"platform": "x", "map.id": "published_at+text"}
CHANNELS = {"platform": "telegram", "map.author_name": "channel"}
beside = pytest.mark.skipif(not CORPORA.exists(), reason=f"no collections at {CORPORA}")


@cache
def parsed(source: str, name: str, stated: tuple[tuple[str, str], ...] = ()) -> list[Parsed]:
    facts = reading.inspect(CORPORA / name, limits=reading.Limits())
    records = reading.records(facts, limits=reading.Limits())
    return list(sources.load(source).parse(records, Scope(dict(stated), NOW)))


def posts(source: str, name: str, **scope: str) -> list[Post]:
    return [item for item in parsed(source, name, tuple(scope.items())) if isinstance(item, Post)]


def of_account(post: Post) -> str:
    assert post.account is not None
    return post.account.handle or post.account.name or ""


@beside
@pytest.mark.parametrize(
    ("name", "rows", "accounts"),
    [
        ("ira_local_news_de.parquet", 46_022, 6),
        ("ira_news_ru.parquet", 74_142, 13),
    ],
)
def test_every_post_of_the_cloaked_newspapers_is_read_of_the_account_that_wrote_it(
    name: str, rows: int, accounts: int
) -> None:
    found = posts("posts_csv", name, **NEWSPAPERS)

    by_account = Counter(of_account(post).casefold() for post in found)
    assert (len(found), len(by_account)) == (rows, accounts)


@beside
def test_the_posts_of_one_cloaked_newspaper_are_as_many_as_its_publisher_says() -> None:
    facts = reading.inspect(CORPORA / "ira_local_news_en.parquet", limits=reading.Limits())
    records = list(reading.records(facts, limits=reading.Limits()))
    mine = [record for record in records if record.values["account"] == "Atlanta_Online"]

    found = sources.load("posts_csv").parse(mine, Scope(NEWSPAPERS, NOW))

    assert len(records) == 234_048
    assert len([item for item in found if isinstance(item, Post)]) == 8_499


@beside
def test_the_tweets_are_counted_by_account_and_month_as_their_publisher_counts_them() -> None:
    found = posts("posts_csv", "state_media_tweets_2020_2021.parquet", **TWEETS)

    assert Counter(map(of_account, found)) == {
        "CGTNOfficial": 3_420, "XHNews": 1_095, "CNN": 2_345, "Reuters": 2_068, "AJEnglish": 1_249, "AP": 953, "BBCWorld": 654,
    }  # fmt: skip
    months = Counter((of_account(post), f"{post.published_at:%Y-%m}") for post in found)
    assert [months[name, month] for month in ("2020-02", "2020-10", "2021-04") for name in ("CGTNOfficial", "XHNews")] == [
        762, 293, 1_102, 212, 370, 201,
    ]  # fmt: skip


@beside
def test_collections_of_channels_and_tweets_come_into_the_record(engine: Engine, tmp_path: Path) -> None:
    telegram, tweets = (
        import_file(
            engine, Settings(home=tmp_path), "posts_csv", path=CORPORA / name, scope=scope, now=lambda: NOW
        )
        for name, scope in (
            ("telegram_ria_bbcrussian_2024-11.csv.gz", CHANNELS),
            ("state_media_tweets_2020_2021.parquet", TWEETS),
        )
    )

    with engine.connect() as connection:
        held = connection.execute(
            text(
                "SELECT a.name, count(*) FROM post p JOIN account a ON a.id = p.account_id WHERE a.platform = 'telegram' GROUP BY 1"
            )
        ).all()
    assert (telegram.read, telegram.new, telegram.quarantined) == (1_905, 1_905, 0)
    assert (tweets.read, tweets.new, tweets.quarantined) == (11_784, 11_784, 0)
    assert sorted(number for _, number in held) == [905, 1_000]


@beside
def test_the_clock_that_went_on_in_march_moves_no_headline_and_is_said() -> None:
    name = "state_media_frontpage_snapshots_2022-02_2022-05.parquet"
    turned = datetime(2022, 3, 27, 1, tzinfo=UTC)

    found = [post for post in posts("page_snapshots", name) if post.published_at is not None]

    lags = [
        (post.listing.observed_at >= turned, post.listing.observed_at - post.published_at)
        for post in found
        if post.published_at
    ]
    smallest = [min(lag for after, lag in lags if after is late) for late in (False, True)]
    assert all(abs(lag) < timedelta(minutes=10) for lag in smallest)
    assert [item.message for item in parsed("page_snapshots", name) if isinstance(item, Notice)] == [
        "the clock of snapshot_at (Europe/London) went on 27 March 2022 from UTC+00:00 to UTC+01:00; "
        "all times are kept, and shown, in UTC"
    ]


@pytest.mark.parametrize(
    ("zone", "first", "last", "told"),
    [
        ("Europe/London", (2022, 2, 19), (2022, 5, 31), ["on 27 March 2022 from UTC+00:00 to UTC+01:00"]),
        ("Europe/London", (2022, 3, 1), (2022, 3, 26), []),
        ("Asia/Shanghai", (2022, 1, 1), (2022, 12, 31), []),
        ("America/New_York", (2022, 1, 1), (2023, 1, 1), [
            "on 13 March 2022 from UTC-05:00 to UTC-04:00", "on 6 November 2022 from UTC-04:00 to UTC-05:00",
        ]),
    ],
)  # fmt: skip
def test_the_changes_of_a_zones_clock_between_two_days_are_named(
    zone: str, first: tuple[int, int, int], last: tuple[int, int, int], told: list[str]
) -> None:
    assert clock_changes(ZoneInfo(zone), datetime(*first, tzinfo=UTC), datetime(*last, tzinfo=UTC)) == told


def test_an_id_that_is_made_of_columns_is_the_same_wherever_they_stand() -> None:
    rows = [{"time": "2024-07-03", "text": "Tea", "author": "river"}, {"author": "river", "text": "Tea", "time": "2024-07-03"},
            {"author": "river", "text": "Milk", "time": "2024-07-03"}]  # fmt: skip
    scope = Scope({"platform": "x", "map.id": "time+text"}, NOW)
    found = list(
        sources.load("posts_csv").parse([Record(line, row) for line, row in enumerate(rows, 2)], scope)
    )

    keys = [post.key for post in found if isinstance(post, Post)]
    assert keys[0] == keys[1] != keys[2]
