"""X's interface for developers: users, timelines, edits, and the problems that it names inside answers that succeed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import recorded
from tests.collect.lines import Line
from tests.collect.servers import Asked, FaultServer, Told, client_of, data, login_page
from tracker.collect.sources import x_posts
from tracker.domain import AccountRef, Post, Profile, Quarantined, Scope, Sought
from tracker.errors import BadInput

TOKEN = "AAAA-bearer-token-of-the-tests"
HELD = {"X_API_TOKEN": TOKEN}
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NAME = AccountRef("x", "rivernews", handle="RiverNews")
RIVER = AccountRef("x", "rivernews", handle="RiverNews", native_id="77")
BY, USERS, TWEETS, TIMELINE = "/2/users/by", "/2/users", "/2/tweets", "/2/users/77/tweets"
PROBLEM = "https://api.twitter.com/2/problems"


def user(**more: Any) -> dict[str, Any]:
    return {"id": "77", "username": "RiverNews", "name": "River", "description": "News &amp; views", "verified_type": "government",
            "public_metrics": {"followers_count": 0, "tweet_count": 12}, "protected": False, **more}  # fmt: skip


def tweet(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "author_id": "77", "text": f"Words {number}", "created_at": "2026-09-28T08:00:00.000Z",
            "edit_history_tweet_ids": [str(number)], "public_metrics": {"like_count": 0}, **more}  # fmt: skip


def page(*posts: dict[str, Any], after: str | None = None, **more: Any) -> Told:
    meta = {"result_count": len(posts), **({"next_token": after} if after else {})}
    return data({**({"data": list(posts)} if posts else {}), "meta": meta, **more})


def problem(kind: str, detail: str, of: str = "77") -> dict[str, Any]:
    return {
        "errors": [
            {
                "type": f"{PROBLEM}/{kind}",
                "title": "Problem",
                "detail": detail,
                "resource_id": of,
                "value": of,
            }
        ]
    }


def parsed(*answers: dict[str, Any]) -> list[Any]:
    records = [record for answer in answers for record in x_posts.records_in(json.dumps(answer).encode())]
    return list(x_posts.parse(records, Scope({}, NOW, RIVER)))


def test_a_post_is_read_with_its_media_and_an_edit_is_another_version_of_the_first_id() -> None:
    media = {
        "media": [
            {"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg", "alt_text": "Dawn"}
        ]
    }
    edited = tweet(
        12, text="Tea &amp; toast", edit_history_tweet_ids=["11", "12"], attachments={"media_keys": ["3_1"]},
        referenced_tweets=[{"type": "quoted", "id": "5"}], withheld={"country_codes": ["IN"]}, lang="en",
    )  # fmt: skip

    (post,) = [item for item in parsed({"data": [edited], "includes": media}) if isinstance(item, Post)]

    assert (post.key, post.text, post.url) == ("11", "Tea & toast", "https://x.com/RiverNews/status/12")
    assert post.details
    assert (post.details.version, post.details.kind, post.details.quote_of) == ("12", "quote", "5")
    assert (post.details.withheld_in, post.details.media[0].words, post.details.language) == (
        ("IN",),
        "Dawn",
        "en",
    )


def test_a_profile_says_who_stands_behind_its_mark_and_whose_badge_it_bears() -> None:
    (profile,) = [
        item
        for item in parsed({"data": [user(affiliation={"description": "River Media Group"})]})
        if isinstance(item, Profile)
    ]

    assert (profile.look.handle, profile.look.label, profile.verified) == (
        "RiverNews",
        "government_check",
        "government",
    )
    assert [(label.value, label.kind) for label in profile.labels] == [("River Media Group", "affiliation")]
    assert [(one.name, one.value) for one in profile.counts] == [("followers", 0), ("posts", 12)]


def test_a_post_of_somebody_else_is_kept_apart() -> None:
    assert [
        item.field for item in parsed({"data": [tweet(1, author_id="5")]}) if isinstance(item, Quarantined)
    ] == ["author_id"]


@pytest.mark.parametrize("case", ["edited_before", "edited_after", "media_tweet", "withheld_first3"])
def test_recorded_answers_are_read_without_anything_kept_apart(case: str) -> None:
    for line in recorded.one(f"x-api-v2/{case}.jsonl").splitlines():
        records = list(x_posts.records_in(line))
        writer = records[0].values["author_id"]

        found = list(x_posts.parse(records, Scope({}, NOW, AccountRef("x", "them", native_id=writer))))

        assert all(item.field == "author_id" for item in found if isinstance(item, Quarantined))
        assert [item for item in found if isinstance(item, Post) and item.details and item.details.version]


def test_a_question_about_nobody_whom_x_could_know_is_refused() -> None:
    with pytest.raises(BadInput):
        x_posts.question(Scope({}, NOW, AccountRef("x", "~river-says")))


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        for path in (BY, USERS):
            server.answers(path, data({"data": [user()]}))
        server.answers(TIMELINE, page(tweet(2), tweet(1)))
        yield Line(engine, server, "x_posts")


def changes(line: Line) -> list[tuple[Any, ...]]:
    return line.rows('SELECT type, subject, "before", "after" FROM change ORDER BY id')


def test_the_token_is_sent_in_a_header_and_kept_nowhere(line: Line) -> None:
    line.server.answers(TIMELINE, page(tweet(1, text=f"somebody published {TOKEN}")))

    report = line.ask(NAME, HELD)

    assert report.outcome == "rows"
    assert {asked.headers["authorization"] for asked in line.server.asked} == {f"Bearer {TOKEN}"}
    assert not [asked for asked in line.server.asked if TOKEN in str(asked.query)]
    assert TOKEN.encode() not in line.kept()


def test_a_name_leads_to_a_number_which_is_asked_for_from_then_on_page_by_page(line: Line) -> None:
    def timeline(asked: Asked) -> Told:
        return (
            page(tweet(1))
            if asked.query.get("pagination_token") == "older"
            else page(tweet(2), after="older")
        )

    line.server.answers(TIMELINE, timeline)

    first = line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    second = line.ask(RIVER, HELD)

    assert (first.outcome, line.posts(), second.outcome) == ("rows", 2, "rows")
    assert [asked.path for asked in line.server.asked] == [BY, TIMELINE, TIMELINE, USERS, TIMELINE, TIMELINE]
    assert line.server.asked[1].query["start_time"] == "2026-09-24T00:00:00Z"


def test_an_edit_is_told_as_one_although_the_post_has_another_id(line: Line) -> None:
    line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    line.server.answers(
        TIMELINE, page(tweet(3, text="Other words", edit_history_tweet_ids=["2", "3"]), tweet(1))
    )

    line.ask(RIVER, HELD)

    assert changes(line) == [("post_edited", "2", "Words 2", "Other words")]


def test_a_limit_that_is_used_up_ends_throttled_and_goes_on_at_its_page(line: Line) -> None:
    reset = str(int((NOW + timedelta(minutes=15)).timestamp()))
    body = b'{"title":"Too Many Requests","type":"about:blank","status":429}'
    limited = Told(
        body,
        429,
        {"Content-Type": "application/json", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset},
    )
    line.server.answers(TIMELINE, page(tweet(2), after="older"), limited)
    stopped = line.ask(NAME, HELD)
    line.server.answers(TIMELINE, page(tweet(1)))

    report = line.ask(NAME, HELD)

    assert (stopped.outcome, report.outcome, line.posts()) == ("throttled", "rows", 2)
    assert line.server.asked[-1].query["pagination_token"] == "older"


def test_a_token_that_comes_again_ends_the_question(line: Line) -> None:
    line.server.answers(TIMELINE, page(tweet(2), after="same"))

    assert (line.ask(NAME, HELD).outcome, line.posts()) == ("error", 1)


def test_a_timeline_that_counts_nothing_is_silent_for_certain(line: Line) -> None:
    line.server.answers(TIMELINE, page())

    assert line.ask(NAME, HELD).outcome == "empty_confirmed"


@pytest.mark.parametrize(
    ("told", "outcome", "cause"),
    [
        (data(problem("resource-not-found", "User has been suspended: [77].")), "gone", "suspended"),
        (data(problem("resource-not-found", "Could not find user with ids: [77].")), "gone", None),
        (data({"data": [user(protected=True)]}), "empty_unverified", "protected"),
        (data(problem("resource-unavailable", "It is not available.")), "error", "nothing"),
        (data({"title": "Unauthorized", "detail": "Unauthorized", "status": 401}, 401), "refused", "nothing"),
        (
            data(
                {"title": "Forbidden", "detail": "The account of the app was suspended", "status": 403}, 403
            ),
            "refused",
            "nothing",
        ),
        (login_page(), "login_wall", "nothing"),
        (data([1, 2]), "error", "nothing"),
    ],
)
def test_how_an_account_stands_is_what_x_says_of_it(
    line: Line, told: Told, outcome: str, cause: str | None
) -> None:
    line.ask(NAME, HELD)
    line.later = timedelta(days=1)
    line.server.answers(USERS, told)

    report = line.ask(RIVER, HELD)

    assert changes(line) == ([] if cause == "nothing" else [("account_gone", "x:rivernews", None, cause)])
    assert report.outcome == outcome


def test_posts_that_are_missing_are_asked_for_together_and_explained_one_by_one() -> None:
    answer = {"data": [tweet(12, edit_history_tweet_ids=["11", "12"])], "errors": [
        *problem("resource-not-found", "Could not find tweet with ids: [2].", "2")["errors"],
        *problem("not-authorized-for-resource", "Sorry, you are not authorized to see the Tweet.", "3")["errors"],
    ]}  # fmt: skip
    with FaultServer() as server, client_of(server, x_posts.hosts) as client:
        server.answers(TWEETS, data(answer))

        found = list(
            x_posts.find(
                [Sought(key, None) for key in ("11", "2", "3", "4")], Scope({}, NOW, RIVER), client, HELD
            )
        )

    assert [(one.key, one.standing) for one in found] == [
        ("11", "present"), ("2", "not_found"), ("3", "protected"), ("4", "unknown"),
    ]  # fmt: skip
    assert [asked.query["ids"] for asked in server.asked] == ["11,2,3,4"]
