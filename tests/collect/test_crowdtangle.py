"""CrowdTangle's tables: times with short names of zones, thousands with commas, and zeros that are no numbers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tracker.collect.sources import crowdtangle
from tracker.domain import (
    AccountRef,
    Count,
    Listing,
    Media,
    Notice,
    Parsed,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
)
from tracker.errors import BadInput

EXPORTED = datetime(2021, 6, 1, tzinfo=UTC)
PAGE = {
    "Page Name": "River Daily", "User Name": "RiverDaily", "Facebook Id": "100200300400", "Page Category": "NEWS_SITE",
    "Page Admin Top Country": "RV", "Page Description": "News from the river", "Page Created": "2015-03-01 00:00:00 UTC",
    "Likes at Posting": "10,000", "Followers at Posting": "12000", "Post Created": "2021-05-01 10:00:00 EDT",
    "Post Created Date": "2021-05-01", "Post Created Time": "10:00:00", "Type": "Link", "Total Interactions": "1,234",
    "Likes": "1,000", "Comments": "200", "Shares": "34", "Love": "0", "Post Views": "0", "Total Views": "0",
    "URL": "https://www.facebook.com/100200300400/posts/900800700600500", "Message": "Bridge opens #river",
    "Link": "https://short.example/1", "Final Link": "https://river.example.org/1", "Link Text": "The bridge",
    "Overperforming Score (weighted  —  Likes 1x Shares 1x )": "-2.5",
}  # fmt: skip
PICTURE = {
    "Account": "River Daily", "User Name": "river.daily", "Followers at Posting": "500", "Post Created": "2021-05-01 10:00:00 CEST",
    "Type": "Photo", "Likes": "7", "Comments": "0", "Views": "0", "URL": "https://www.instagram.com/p/CORiver0001/",
    "Link": "https://www.instagram.com/p/CORiver0001/", "Photo": "https://cdn.example.org/1.jpg", "Title": "", "Description": "Bridge",
}  # fmt: skip
RIVER = AccountRef("facebook", "100200300400", handle="RiverDaily", name="River Daily",
                   url="https://www.facebook.com/RiverDaily", native_id="100200300400")  # fmt: skip


def parsed(*rows: Mapping[str, Any], **scope: str) -> list[Parsed]:
    records = [Record(number, row) for number, row in enumerate(rows, 2)]
    return list(crowdtangle.parse(records, Scope(scope, EXPORTED)))


def post_of(row: Mapping[str, Any], **scope: str) -> Post:
    (post,) = [item for item in parsed(row, **scope) if isinstance(item, Post)]
    return post


def test_a_post_of_a_page_is_read_whole_and_the_views_of_a_link_are_no_number() -> None:
    assert post_of(PAGE) == Post(
        Listing("crowdtangle|facebook:100200300400|*", EXPORTED, RIVER), "900800700600500", RIVER, "Bridge opens #river",
        datetime(2021, 5, 1, 14, tzinfo=UTC), "2021-05-01 10:00:00 EDT", None, PAGE["URL"], 2,
        PostDetails(
            title="The bridge", links=("https://river.example.org/1", "https://short.example/1"), hashtags=("river",),
            counts=(
                Count("likes", 1000), Count("comments", 200), Count("shares", 34), Count("love", 0),
                Count("interactions", 1234),
            ),
            extra={
                "page category": "NEWS_SITE", "page admin top country": "RV", "likes at posting": "10,000",
                "followers at posting": "12000", "type": "Link", "overperforming": "-2.5",
            },
        ),
    )  # fmt: skip


def test_a_page_has_a_profile_where_the_day_of_the_export_is_stated() -> None:
    assert not [item for item in parsed(PAGE) if isinstance(item, Profile)]

    (profile,) = [item for item in parsed(PAGE, PAGE, exported_at="2021-06-01") if isinstance(item, Profile)]

    assert (profile.look.bio, profile.joined_at) == ("News from the river", datetime(2015, 3, 1, tzinfo=UTC))


def test_a_post_on_instagram_is_told_by_the_header() -> None:
    post = post_of(PICTURE)

    assert (post.key, post.account and post.account.key, post.published_at) == (
        "CORiver0001", "river.daily", datetime(2021, 5, 1, 8, tzinfo=UTC),
    )  # fmt: skip
    assert post.details is not None
    assert post.details.media == (Media("photo", "https://cdn.example.org/1.jpg"),)
    assert post.details.counts == (Count("likes", 7), Count("comments", 0))


@pytest.mark.parametrize(
    ("printed", "zone", "at"),
    [
        ("2021-05-01 10:00:00 PDT", None, "2021-05-01T17:00:00+00:00"),
        ("2021-01-15 10:00:00 CST", None, None),
        ("2021-01-15 10:00:00 CST", "America/Chicago", "2021-01-15T16:00:00+00:00"),
        ("2021-01-15 10:00:00 CST", "Asia/Shanghai", "2021-01-15T02:00:00+00:00"),
        ("2020-10-25 02:30:00 CEST", "Europe/Berlin", "2020-10-25T00:30:00+00:00"),
        ("2020-10-25 02:30:00 CET", "Europe/Berlin", "2020-10-25T01:30:00+00:00"),
        ("2021-05-01 10:00:00", "America/New_York", "2021-05-01T14:00:00+00:00"),
        ("soon", None, None),
    ],
)
def test_a_zone_that_means_several_is_not_guessed_and_the_hour_that_comes_twice_is_told_apart(
    printed: str, zone: str | None, at: str | None
) -> None:
    found = post_of({**PAGE, "Post Created": printed}, **({"zone": zone} if zone else {}))

    assert found.published_at == (datetime.fromisoformat(at) if at else None)
    assert found.published_as_printed == printed


def test_what_could_not_be_read_is_said_with_the_way_out() -> None:
    notices = [
        item.message
        for item in parsed({**PAGE, "Post Created": "2021-01-15 10:00:00 CST"})
        if isinstance(item, Notice)
    ]

    assert notices == [
        "1 times: a date that is CST names several zones; give --scope zone, such as America/Chicago"
    ]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://www.facebook.com/groups/123/permalink/456789/", "456789"),
        ("https://www.facebook.com/RiverDaily/videos/987654321/", "987654321"),
        ("https://www.facebook.com/permalink.php?story_fbid=555666777&id=1", "555666777"),
        ("https://www.facebook.com/RiverDaily/posts/pfbid02RiverA1", "pfbid02RiverA1"),
        ("https://www.facebook.com/RiverDaily/photos/a.1/222333444/?type=3", "222333444"),
    ],
)
def test_the_id_of_a_post_is_read_from_its_address(address: str, key: str) -> None:
    assert post_of({**PAGE, "URL": address}).key == key


def test_a_row_whose_address_names_no_post_is_kept_apart() -> None:
    found = parsed(PAGE, {**PAGE, "URL": "https://www.facebook.com/"})

    assert [(item.line, item.field) for item in found if isinstance(item, Quarantined)] == [(3, "post id")]


def test_two_exports_glued_together_are_refused() -> None:
    with pytest.raises(BadInput, match="line 3: the header stands here again"):
        parsed(PAGE, {column: column for column in PAGE}, PAGE)


def test_a_table_that_is_neither_is_refused() -> None:
    with pytest.raises(BadInput, match="neither 'Page Name' nor 'Account'"):
        parsed({"User Name": "a", "Post Created": "b", "URL": "c"})
