"""WordPress: all posts, silent changes and what was withdrawn, through the interface for anybody and in its absence."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import recorded
from tests.collect.lines import BODIES, Line, body, told
from tests.collect.servers import (
    Asked,
    FaultServer,
    Told,
    client_of,
    data,
    login_page,
    throttled,
    web_guard_of,
)
from tests.peers.wordpress import Newspaper, running
from tracker.collect.sources import wordpress
from tracker.domain import (
    AccountRef,
    Found,
    Listing,
    Media,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Record,
    Scope,
    Sought,
)

SITE = AccountRef("web", "news.example.org", handle="news.example.org", url="https://news.example.org/")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SINCE = datetime(2026, 9, 17, tzinfo=UTC)
POSTS = "/wp-json/wp/v2/posts"


def items(*cases: str) -> list[Any]:
    bodies = [next((BODIES / "wordpress").glob(f"{case}.*")).read_bytes() for case in cases]
    records = [record for one in bodies for record in wordpress.records_in(one)]
    return list(wordpress.parse(records, Scope({}, NOW, SITE)))


def posts(*cases: str) -> dict[str, Post]:
    return {item.key: item for item in items(*cases) if isinstance(item, Post)}


def headed(**picture: Any) -> Record:
    """A post with what WordPress shows beside it: who wrote it, and the picture at its head."""
    (first, *_) = body("wordpress", "new_first")
    beside = {"author": [{"id": 3, "name": "Ana River"}], "wp:featuredmedia": [picture]}
    return Record(1, {**first, "_embedded": beside})


def test_a_post_names_who_wrote_it_and_the_picture_at_its_head() -> None:
    shown = headed(source_url="https://news.example.org/dawn.jpg", alt_text="Dawn")
    forbidden = headed(code="rest_forbidden", message="Sorry, you are not allowed to do that.")

    with_picture, without = (
        next(item for item in wordpress.parse([one], Scope({}, NOW, SITE)) if isinstance(item, Post)).details
        for one in (shown, forbidden)
    )

    assert with_picture is not None
    assert without is not None
    assert (with_picture.author, with_picture.media[0]) == (
        "Ana River",
        Media("lead image", "https://news.example.org/dawn.jpg", "Dawn"),
    )
    assert [one.kind for one in without.media] == [one.kind for one in with_picture.media[1:]]


def test_a_post_is_read_whole_and_says_when_it_was_rewritten() -> None:
    assert posts("new_first")["17"] == Post(
        Listing("wordpress|news.example.org|*", NOW, SITE, complete_since=SINCE),
        "17",
        SITE,
        "The bridge is open. Toll",
        datetime(2026, 9, 30, 8, tzinfo=UTC),
        "2026-09-30T08:00:00Z",
        None,
        "https://news.example.org/2026/09/30/bridge/",
        1,
        PostDetails(
            title="Bridge – opens",
            edited_at=datetime(2026, 9, 30, 11, 30, tzinfo=UTC),
            links=("https://news.example.org/toll",),
            media=(Media("image", "https://news.example.org/b.jpg", "Dawn"),),
            version="2026-09-30T11:30:00Z",
            extra={
                "author": 3,
                "categories": [1],
                "slug": "bridge",
                "guid": "https://old.example.org/?p=17",
            },
        ),
    )


def test_a_post_behind_a_password_has_no_text_and_says_so() -> None:
    post = posts("new_first")["16"]

    assert post.details is not None
    assert (post.text, post.details.extra["protected"], post.details.edited_at) == ("", True, None)


def test_the_site_says_its_name_and_zone() -> None:
    (profile,) = [item for item in items("site", "new_first") if isinstance(item, Profile)]

    assert (profile.look.name, profile.look.bio) == ("River Province Daily", "News & views")
    assert profile.extra == {"software": "WordPress", "zone": "Asia/Shanghai"}


def test_pages_that_overlap_count_a_post_once() -> None:
    assert sorted(posts("new_first", "new_last", "new_first", "edited")) == ["15", "16", "17", "3"]


def test_the_feed_bears_the_numbers_that_the_interface_would_give() -> None:
    found = items("feed")

    assert [item.key for item in found if isinstance(item, Post)] == [
        "17",
        "https://news.example.org/2026/09/29/other/",
    ]
    assert [item.complete_since for item in found if isinstance(item, Listing)] == [None]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": None}, "id"),
        ({"id": [1]}, "id"),
        ({"title": {"rendered": 7}}, "title"),
        ({"content": [1]}, "content"),
    ],
)
def test_a_post_that_cannot_be_read_for_certain_is_kept_apart(wrong: dict[str, Any], field: str) -> None:
    record = Record(1, {**body("wordpress", "new_last")[0], **wrong})

    found = list(wordpress.parse([record], Scope({}, NOW, SITE)))

    assert [item.field for item in found if isinstance(item, Quarantined)] == [field]


@pytest.mark.parametrize("case", ["posts_page1", "posts_page3_last", "posts_embed"])
def test_recorded_posts_are_read_with_their_times(case: str) -> None:
    records = list(wordpress.records_in(recorded.one(f"wordpress/{case}.json")))

    found = list(wordpress.parse(records, Scope({}, datetime(2026, 11, 22, tzinfo=UTC), SITE)))

    read = [item for item in found if isinstance(item, Post)]
    assert len(read) == len(records) > 0
    assert all(post.published_at and post.url and post.key.isdecimal() and post.details for post in read)
    assert all(post.text or "protected" in post.details.extra for post in read if post.details)


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers("/robots.txt", Told(b"", 404))
        server.answers("/", told("wordpress", "home"))
        server.answers("/wp-json/", told("wordpress", "site"))
        yield Line(engine, server, "wordpress", ["news.example.org"])


def listed(asked: Asked) -> Told:
    """Three new posts on two pages and one that was edited, as the interface gives them."""
    if "modified_after" in asked.query:
        return told("wordpress", "edited", X_WP_Total="1", X_WP_TotalPages="1")
    case = {"1": "new_first", "2": "new_last"}.get(asked.query["page"])
    if case is None:
        return told("wordpress", "beyond")
    return told("wordpress", case, X_WP_Total="3", X_WP_TotalPages="2")


def questions(line: Line) -> list[dict[str, str]]:
    return [
        {name: words for name, words in asked.query.items() if name in ("page", "after", "modified_after")}
        for asked in line.server.asked
        if asked.path == POSTS
    ]


def test_new_posts_are_asked_for_page_by_page_and_then_those_that_were_changed(line: Line) -> None:
    line.server.answers(POSTS, listed)

    report = line.ask(SITE)

    day = "2026-09-17T00:00:00"
    assert (report.outcome, line.posts(), report.warnings) == ("rows", 4, ())
    assert questions(line) == [
        {"page": "1", "after": day},
        {"page": "2", "after": day},
        {"page": "1", "modified_after": day},
    ]
    assert line.server.asked[-1].query["before"] == day
    assert line.rows("SELECT stated_total FROM query_outcome") == [(4,)]


def test_a_site_that_states_a_total_of_nothing_is_silent_for_certain(line: Line) -> None:
    line.server.answers(POSTS, told("wordpress", "none", X_WP_Total="0", X_WP_TotalPages="0"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("empty_confirmed", 0)


def test_an_empty_list_without_a_total_is_not_taken_as_silence(line: Line) -> None:
    line.server.answers(POSTS, told("wordpress", "none"))

    assert line.ask(SITE).outcome == "empty_unverified"


def test_plain_permalinks_are_asked_through_a_parameter(line: Line) -> None:
    line.server.answers("/", told("wordpress", "home_plain"))
    line.server.answers("/wp-json/", login_page(404))

    def plain(asked: Asked) -> Told:
        route = asked.query.get("rest_route")
        if route is None:
            return told("wordpress", "home_plain")
        return told("wordpress", "site") if route == "/" else listed(asked)

    line.server.answers("/", plain)

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("rows", 4)
    assert {asked.query.get("rest_route") for asked in line.server.asked} == {None, "/", "/wp/v2/posts"}


@pytest.mark.parametrize(
    "closed", [told("wordpress", "closed"), login_page(), login_page(403), data({"a": 1})]
)
def test_where_the_interface_is_closed_the_feed_is_read(line: Line, closed: Told) -> None:
    line.server.answers(POSTS, closed)
    line.server.answers("/feed/", told("wordpress", "feed"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("rows", 2)
    assert any("the interface for anybody is closed or absent" in warning for warning in report.warnings)


def test_where_robots_txt_forbids_the_interface_the_feed_is_read(line: Line) -> None:
    line.server.answers("/robots.txt", Told(b"User-agent: *\nDisallow: /wp-json/\n", 200))
    line.server.answers("/feed/", told("wordpress", "feed"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts(), questions(line)) == ("rows", 2, [])


def test_a_site_without_interface_and_feed_is_refused_in_words(line: Line) -> None:
    line.server.answers(POSTS, told("wordpress", "closed"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("refused", 0)
    assert any("neither a feed nor a sitemap" in warning for warning in report.warnings)


def test_a_site_without_interface_and_feed_is_read_by_the_pages_that_its_sitemap_lists(line: Line) -> None:
    line.server.answers(POSTS, told("wordpress", "closed"))
    line.server.answers("/wp-sitemap.xml", told("sites", "news_sitemap"))
    line.server.answers("/2026/09/30/bridge-opens-at-last", told("sites", "bridge"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("rows", 1)
    assert any("changes of older posts are not seen" in warning for warning in report.warnings)


def test_a_list_that_shrinks_while_it_is_read_ends_there(line: Line) -> None:
    line.server.answers(
        POSTS,
        told("wordpress", "new_first", X_WP_Total="3", X_WP_TotalPages="2"),
        told("wordpress", "beyond"),
    )

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("rows", 2)


def test_a_run_that_was_throttled_goes_on_at_its_page(line: Line) -> None:
    first = told("wordpress", "new_first", X_WP_Total="3", X_WP_TotalPages="2")
    line.server.answers(POSTS, first, throttled())
    stopped = line.ask(SITE)
    line.server.answers(POSTS, listed)

    report = line.ask(SITE)

    assert (stopped.outcome, report.outcome, report.new) == ("throttled", "rows", 2)
    assert [asked["page"] for asked in questions(line)][-2:] == ["2", "1"]


@pytest.mark.parametrize(
    ("case", "standing"),
    [
        ("one", "present"),
        ("deleted", "deleted"),
        ("draft", "draft"),
        ("closed", "login_wall"),
        ("none", "unknown"),
    ],
)
def test_a_post_that_is_missing_is_asked_for_and_only_wordpress_says_why(case: str, standing: str) -> None:
    with FaultServer() as server, _client(server) as client:
        server.answers("/", told("wordpress", "home"))
        server.answers(f"{POSTS}/17", told("wordpress", case))

        (found,) = wordpress.find([Sought("17", None)], Scope({}, NOW, SITE), client, {})

    assert (found.key, found.standing) == ("17", standing)


def _client(server: FaultServer) -> Any:
    return client_of(server, (), guard=web_guard_of(server, ["news.example.org"]))


# -- a real one ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def newspaper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newspaper]:
    with running(tmp_path_factory.mktemp("wordpress")) as site:
        yield site


@pytest.fixture
def real(engine: Engine, newspaper: Newspaper) -> Line:
    return Line(engine, newspaper, "wordpress", ["news.example.org"])


@pytest.fixture
def standing_of(newspaper: Newspaper) -> Callable[[int], Found]:
    """How a post of the real site stands by its own answer."""

    def ask(number: int) -> Found:
        with _client(newspaper) as client:  # type: ignore[arg-type]
            (found,) = wordpress.find([Sought(str(number), None)], Scope({}, NOW, SITE), client, {})
        return found

    return ask


def test_a_real_site_shows_what_was_published_and_what_was_silently_rewritten(
    newspaper: Newspaper, real: Line
) -> None:
    newspaper.set_clock("2026-09-20 10:00:00")
    number = newspaper.publish("国际传播中心 opens", "<p>The centre is open.</p>", at="2026-09-20T08:00:00")
    long_ago = newspaper.publish("Long ago", "<p>Old words.</p>", at="2025-01-05T08:00:00")
    first = real.ask(SITE)
    newspaper.set_clock("2026-09-25 10:00:00")
    newspaper.change(long_ago, content="<p>New words.</p>")

    second = real.ask(SITE)

    keys = (
        f"SELECT key, published_at IS NOT NULL FROM post WHERE key IN ('{number}', '{long_ago}') ORDER BY id"
    )
    assert first.outcome == second.outcome == "rows"
    assert real.rows(keys) == [(str(number), 1), (str(long_ago), 1)]
    assert real.rows(f"SELECT subject, before, after FROM change WHERE subject = '{long_ago}'") == [
        (str(long_ago), "Old words.", "New words.")
    ]


def test_a_real_site_tells_a_draft_from_a_deletion(
    newspaper: Newspaper, standing_of: Callable[[int], Found]
) -> None:
    kept, withdrawn, binned, deleted = (
        newspaper.publish(f"Post {turn}", "<p>Words.</p>", at="2026-09-21T08:00:00") for turn in range(4)
    )
    newspaper.change(withdrawn, status="draft")
    newspaper.bin(binned)
    newspaper.delete(deleted)

    found = {number: standing_of(number).standing for number in (kept, withdrawn, binned, deleted)}

    assert found == {kept: "present", withdrawn: "draft", binned: "draft", deleted: "deleted"}


def test_a_real_site_tells_what_was_done_to_each_post_with_its_cause_and_nothing_else(
    newspaper: Newspaper, real: Line
) -> None:
    newspaper.set_clock("2026-09-26 10:00:00")
    edited, withdrawn, binned, deleted, locked = (
        newspaper.publish(f"Post {turn}", f"<p>Words {turn}.</p>", at="2026-09-26T08:00:00")
        for turn in range(5)
    )
    told: list[list[tuple[Any, ...]]] = []

    def look() -> None:
        before = len(real.rows("SELECT id FROM change"))
        real.later += timedelta(days=1)
        real.ask(SITE)
        asked = 'SELECT type, subject, field, "before", "after" FROM change ORDER BY id'
        told.append(sorted(real.rows(asked)[before:], key=itemgetter(1)))

    look()
    newspaper.set_clock("2026-10-02 20:00:00")
    newspaper.change(edited, content="<p>Other words.</p>")
    newspaper.change(locked, password="a secret")
    newspaper.change(withdrawn, status="draft")
    newspaper.bin(binned)
    newspaper.delete(deleted)
    look()
    newspaper.change(withdrawn, status="publish")
    newspaper.change(locked, password="")
    look()
    look()

    assert told == [
        [],
        sorted(
            [
                ("post_edited", str(edited), "text", "Words 0.", "Other words."),
                ("post_gone", str(withdrawn), "standing", None, "draft"),
                ("post_gone", str(binned), "standing", None, "draft"),
                ("post_gone", str(deleted), "standing", None, "deleted"),
                ("post_marked", str(locked), "protected", None, "protected"),
            ],
            key=itemgetter(1),
        ),
        [
            ("post_back", str(withdrawn), "standing", "draft", "present"),
            ("post_marked", str(locked), "protected", "protected", None),
        ],
        [],
    ]


def test_a_real_site_that_closes_its_interface_is_read_by_its_feed(newspaper: Newspaper, real: Line) -> None:
    newspaper.publish("Bridge opens", "<p>At last, the bridge.</p>", at="2026-09-22T08:00:00")
    newspaper.close_interface()
    try:
        report = real.ask(SITE)
    finally:
        newspaper.close_interface(False)

    assert report.outcome == "rows"
    assert ("At last, the bridge.",) in real.rows("SELECT text FROM post_snapshot")
