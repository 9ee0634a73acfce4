"""Near-copies of ads as one creative, the posts they promote, and the domains they lead to."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis import creatives
from tracker.analysis.creatives import Placed, grouped
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run

TALK = "Our experts explain in ninety seconds why the strait of the two islands was always a quiet place for trade"
EDITED = (
    "Our experts explain in ninety seconds why the strait of the two islands was always a quiet place for all"
)
OTHER = "Snow peaks at sunrise, filmed from the air: a landscape before it wakes and before the first train arrives"
CHINESE = "专家用九十秒解释为什么海峡一直是贸易的安静之地请看视频"


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


@pytest.mark.parametrize(
    ("texts", "leaders"),
    [
        ([TALK, EDITED, OTHER], [0, 0, 2]),
        ([TALK, f"@somebody {TALK.upper()} https://example.com/a"], [0, 0]),
        ([CHINESE, CHINESE.replace("请看视频", "看视频"), TALK], [0, 0, 2]),
        (["Good morning", "Good morning!", "Good morning, friends"], [0, 0, 2]),
        (["🌊", "🌊", "🌸"], [0, 0, 2]),
        ([], []),
    ],
)
def test_texts_go_with_the_first_that_they_are_a_near_copy_of(texts: list[str], leaders: list[int]) -> None:
    assert [place.leader for place in grouped(texts)] == leaders


def test_likeness_does_not_chain_from_copy_to_copy() -> None:
    words = [f"word{number}" for number in range(60)]
    drift = [" ".join(words[start : start + 30]) for start in range(0, 31, 6)]

    assert grouped(drift)[1] == Placed(0, round(1 - 23 / 35, 3))
    assert grouped(drift)[-1].leader != 0


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    day = date(2024, 7, 1)
    return make_lake(
        accounts=[
            {"account_id": 1, "account": "x:harbour", "status": "accepted"},
            {"account_id": 2, "account": "x:tide", "status": "suspected"},
        ],
        ads=[
            {"text": EDITED, "first_shown": date(2024, 8, 1), "last_shown": date(2024, 9, 1), "account_id": 2,
             "landing_url": "https://www.news.example.com/a"},
            {"text": TALK, "first_shown": day, "creative_url": "https://twitter.com/Harbour/status/1800",
             "landing_url": "https://news.example.com/b?c=1"},
            {"text": TALK, "first_shown": None, "landing_url": "https://192.0.2.1/"},
            {"text": OTHER, "first_shown": day, "landing_url": "javascript:alert(1)"},
            {"text": None, "first_shown": day, "creative_url": "https://x.com/tide/status/1900"},
            {"text": None, "first_shown": day, "creative_url": "https://x.com/tide/status/1900"},
            {"text": None, "first_shown": day},
        ],
        posts=[
            {"url": "https://x.com/harbour/status/1800", "published_at": datetime(2024, 6, 30, tzinfo=UTC), "text": TALK,
             "day": date(2024, 6, 30)},
            {"url": "https://x.com/harbour/status/18", "text": "another", "day": day},
        ],
    )  # fmt: skip


def test_near_copies_are_one_creative_with_the_earliest_text_and_the_post_it_promotes(lake: Lake) -> None:
    found = answer(lake, "creatives")

    rows: list[dict[str, Any]] = [
        {
            "creative": "ad-2", "ads": 3, "accounts": ["x:harbour", "x:tide"], "first_shown": "2024-07-01",
            "last_shown": "2024-09-01", "text": TALK, "distance": 0.1, "versions": 2,
            "post": "https://x.com/harbour/status/1800", "post_published": "2024-06-30T00:00:00Z",
            "creative_url": "https://twitter.com/Harbour/status/1800",
        },
        {
            "creative": "ad-5", "ads": 2, "accounts": ["x:harbour"], "first_shown": "2024-07-01", "last_shown": "2024-07-01",
            "text": None, "distance": None, "versions": 0, "post": None, "post_published": None,
            "creative_url": "https://x.com/tide/status/1900",
        },
        {
            "creative": "ad-4", "ads": 1, "accounts": ["x:harbour"], "first_shown": "2024-07-01", "last_shown": "2024-07-01",
            "text": OTHER, "distance": 0.0, "versions": 1, "post": None, "post_published": None, "creative_url": None,
        },
    ]  # fmt: skip
    assert found.rows == rows
    assert (found.n, found.coverage["without_text_or_creative"]) == (6, 1)


def test_where_there_are_too_many_creatives_those_that_most_ads_show_are_read(lake: Lake) -> None:
    ads = lake.tables["ads"]

    rows = lake.rows(creatives.shown(ads, 2).order_by("earliest", "account_id"))

    assert [(row["copy_group"], row["shown"], row["account_id"], row["ads"]) for row in rows] == [
        (1, None, 1, 2),
        (1, None, 2, 1),
        (None, "https://x.com/tide/status/1900", 1, 2),
    ]
    assert {row["said"] for row in rows} == {6}


def test_an_ad_leads_to_the_post_of_the_record_that_it_promotes(lake: Lake) -> None:
    found = answer(lake, "ads")

    posts = {row["ad"]: (row["post"], row["post_published"]) for row in found.rows}
    assert posts == {
        **dict.fromkeys(range(1, 8), (None, None)),
        2: ("https://x.com/harbour/status/1800", "2024-06-30T00:00:00Z"),
    }
    assert found.coverage["promote_a_known_post"] == 1


def test_domains_are_listed_defanged_and_what_names_no_site_is_counted(lake: Lake) -> None:
    found = answer(lake, "landing-domains")

    assert found.rows == [
        {
            "domain": "news.example.com", "defanged": "news[.]example[.]com", "ads": 2,
            "accounts": ["x:harbour", "x:tide"], "first_shown": "2024-07-01", "last_shown": "2024-09-01",
            "site": "example.com",
        }
    ]  # fmt: skip
    assert (found.n, found.coverage["unreadable"]) == (2, 2)
