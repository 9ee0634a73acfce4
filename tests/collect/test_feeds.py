"""Feeds: ids and dates that cannot be trusted, bodies that bear markup, and files that nobody should have to read."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect.lines import BODIES, Line, told
from tests.collect.recorded import recorded
from tests.collect.servers import ENDLESS, FaultServer, Told, login_page
from tracker.collect import feed_reading
from tracker.collect.sources import feeds
from tracker.domain import AccountRef, Listing, Media, Notice, Post, PostDetails, Profile, Scope
from tracker.errors import BadInput

SITE = AccountRef("web", "news.example.org", handle="news.example.org", url="https://news.example.org/")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
CORPUS = recorded("feeds/*.xml", "youtube/*.xml", "wordpress/*feed*.xml")


def case(name: str) -> bytes:
    (path,) = (BODIES / "feeds").glob(f"{name}.*")
    return path.read_bytes()


def items(body: bytes, **scope: str) -> list[Any]:
    return list(feeds.parse(feeds.records_in(body), Scope(scope, NOW, SITE)))


def posts(body: bytes, **scope: str) -> list[Post]:
    return [item for item in items(body, **scope) if isinstance(item, Post)]


def notices(body: bytes, **scope: str) -> list[str]:
    return [item.message for item in items(body, **scope) if isinstance(item, Notice)]


def feed(*entries: str) -> bytes:
    return f"<rss version='2.0'><channel><title>T</title>{''.join(entries)}</channel></rss>".encode()


def test_an_entry_is_read_whole_and_as_text() -> None:
    bridge = posts(case("rss"))[0]

    assert bridge == Post(
        Listing("feeds|news.example.org|*", NOW, SITE),
        "https://old.example.org/?p=17",
        SITE,
        "The bridge is open.\n\n- two lanes\n- one toll",
        datetime(2026, 9, 30, 0, tzinfo=UTC),
        "Wed, 30 Sep 2026 08:00:00 +0800",
        None,
        "https://news.example.org/2026/09/30/bridge/?page=2",
        2,
        PostDetails(
            title="Bridge opens – at last",
            author="Li Example",
            links=("https://news.example.org/toll",),
            media=(
                Media("image", "https://news.example.org/img/bridge.jpg", "The bridge at dawn"),
                Media("audio/mpeg", "https://cdn.example.org/bridge.mp3"),
            ),
            extra={"categories": ["Local", "Bridges"]},
        ),
    )


def test_the_feed_itself_is_the_profile_of_the_site() -> None:
    (profile,) = [item for item in items(case("rss")) if isinstance(item, Profile)]

    assert (profile.look.name, profile.look.bio) == ("River Province Daily", "News & views from the river")
    assert (profile.website, profile.language, profile.counts) == ("https://news.example.org/", "en-GB", ())
    assert profile.listing.series == "feeds|news.example.org|profile"


def test_an_entry_without_an_id_is_known_by_its_link_whatever_follows_its_readers() -> None:
    assert posts(case("rss"))[1].key == "https://news.example.org/2026/09/29/plain/"


def test_an_entry_without_id_and_link_is_known_by_its_words_and_date() -> None:
    first, second = posts(feed("<item><title>One</title></item>", "<item><title>Two</title></item>"))

    (again,) = posts(feed("<item><title>Two</title></item>"))
    assert first.key != second.key == again.key
    assert second.key.startswith("~")


def test_a_date_that_cannot_be_believed_is_none_and_its_words_are_kept() -> None:
    found = {post.key: (post.published_at, post.published_as_printed) for post in posts(case("rss"))[1:]}

    assert found == {
        "https://news.example.org/2026/09/29/plain/": (None, None),
        "g-1970": (None, "Thu, 01 Jan 1970 00:00:00 GMT"),
        "g-2099": (None, "Thu, 01 Jan 2099 00:00:00 GMT"),
        "g-zone": (datetime(2026, 9, 29, 20, tzinfo=UTC), "Tue, 29 Sep 2026 20:00:00"),
    }
    assert notices(case("rss")) == [
        "2 of 5 dates: before the web, or in the future, such as 'Thu, 01 Jan 1970 00:00:00 GMT'",
        "1 of 5 dates: no time zone, read as UTC, such as 'Tue, 29 Sep 2026 20:00:00'",
    ]


def test_the_zone_that_a_person_states_holds_only_where_a_date_names_none() -> None:
    found = {post.key: post.published_at for post in posts(case("rss"), zone="Asia/Shanghai")}

    assert found["g-zone"] == datetime(2026, 9, 29, 12, tzinfo=UTC)
    assert found["https://old.example.org/?p=17"] == datetime(2026, 9, 30, 0, tzinfo=UTC)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no time zone is called '\.\./etc'"):
        items(case("rss"), zone="../etc")


def test_entries_that_share_an_id_have_keys_of_their_own_whatever_their_order() -> None:
    body = case("shared_id")
    head, *entries = body.split(b"<item>")
    turned = b"<item>".join([head, *reversed([entry.replace(b"</channel></rss>", b"") for entry in entries])])

    found, again = posts(body), posts(turned + b"</channel></rss>")

    keys = {post.details.title: post.key for post in found if post.details}
    assert keys == {post.details.title: post.key for post in again if post.details}
    assert len(found) == len(set(keys.values())) == 2
    assert all(key.startswith("news ") for key in keys.values())
    assert notices(body) == [
        "1 entries repeat one as it was, counted once",
        "1 entries share an id with another: told apart by link, date or title",
    ]


def test_a_corrected_title_does_not_move_an_entry_that_shares_its_id() -> None:
    before = posts(case("shared_id"))
    after = posts(case("shared_id").replace(b"<title>First", b"<title>First, corrected"))

    assert [post.key for post in before] == [post.key for post in after]


def test_an_atom_entry_keeps_when_it_was_edited_and_its_base() -> None:
    (post,) = posts(case("atom"))

    assert (post.key, post.url) == ("tag:blog.example.org,2026:1", "https://blog.example.org/notes/un.html")
    assert (post.text, post.published_at) == (
        "Le fleuve.\n\nLe pont.",
        datetime(2026, 9, 30, 8, tzinfo=UTC),
    )
    assert post.details is not None
    assert (post.details.title, post.details.author) == ("1 < 2", "Ada Exemple")
    assert post.details.edited_at == datetime(2026, 9, 30, 12, tzinfo=UTC)
    assert post.details.links == ("https://blog.example.org/notes/pont.html",)


def test_chinese_in_its_own_encoding_is_read() -> None:
    (post,) = posts(case("rdf"))

    assert (post.text, post.published_at) == ("河流新闻", datetime(2026, 9, 30, 2, tzinfo=UTC))


def test_a_json_feed_is_read_like_the_others() -> None:
    one, two = posts(case("jsonfeed"))

    assert (one.key, one.text, one.url) == ("n-1", "Am Fluss", "https://notes.example.org/1")
    assert one.published_at == datetime(2026, 9, 30, 8, tzinfo=UTC)
    assert one.details is not None
    assert (one.details.author, one.details.extra["categories"]) == ("Ada", ["fluss"])
    assert (two.key, two.text) == ("2", "Zwei\nZeilen < drei")


def test_a_feed_without_entries_is_not_taken_as_silence() -> None:
    assert items(case("empty")) == [
        Listing("feeds|news.example.org|*", NOW, SITE, outcome="empty_unverified")
    ]


def test_an_id_that_is_made_to_look_like_a_marked_one_does_not_take_its_key() -> None:
    two = feed("<item><guid>g</guid><link>https://news.example.org/1</link></item>",
               "<item><guid>g</guid><link>https://news.example.org/2</link></item>")  # fmt: skip
    marked = posts(two)[0].key
    third = feed("<item><guid>g</guid><link>https://news.example.org/1</link></item>",
                 "<item><guid>g</guid><link>https://news.example.org/2</link></item>",
                 f"<item><guid>{marked}</guid><link>https://news.example.org/3</link></item>")  # fmt: skip

    found = posts(third)

    assert len({post.key for post in found}) == len(found) == 3


@pytest.mark.parametrize("path", CORPUS)
def test_no_file_of_the_corpus_raises_or_gives_two_entries_one_key(path: Path) -> None:
    body = path.read_bytes()

    found = posts(body)

    entries = [record for record in feeds.records_in(body) if record.values["kind"] == "entry"]
    assert len({post.key for post in found}) == len(found) <= len(entries)
    assert len({repr(sorted(record.values.items())) for record in entries}) == len(found)
    assert all(post.text is not None and "\0" not in post.text and len(post.key) < 400 for post in found)


# -- what nobody should have to read -------------------------------------------------------------------------------


def test_a_feed_of_a_million_entries_is_read_from_its_top_and_it_is_said() -> None:
    body = feed(*(f"<item><guid>{number}</guid></item>" for number in range(1_000_000)))[: 9 << 20]
    short = feed(*(f"<item><guid>{number}</guid></item>" for number in range(300_000)))

    found = posts(short)

    assert (len(found), found[0].key, found[-1].key) == (2_000, "0", "1999")
    assert notices(short) == ["a feed of 300,000 entries; the first 2,000 were read"]
    assert len(posts(body)) == 2_000


def test_a_feed_that_is_larger_than_any_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BadInput, match="at most 10,000,000 are read"):
        list(feeds.records_in(b"<rss>" + b" " * 10_000_000))


def test_entities_that_laugh_a_billion_times_stay_what_they_are() -> None:
    laughs = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    body = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'.encode()
    body += feed("<item><title>&l9;&f;</title><guid>g</guid></item>")

    (post,) = posts(body)

    assert len(post.text) < 20
    assert "root:" not in post.text


def test_tags_without_end_are_read_by_a_child_that_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_reading, "_SECONDS", 1)
    before = resource.getrusage(resource.RUSAGE_SELF)

    with pytest.raises(BadInput, match="takes too long or too much to read"):
        list(feeds.records_in(b"<rss><channel><item>" + b"<a>" * 3_000_000))

    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 2


def test_a_long_feed_is_read_by_the_child_as_it_would_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = posts(case("rss"))
    monkeypatch.setattr(feed_reading, "_MARKS_HERE", 0)

    assert posts(case("rss")) == here


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers("/robots.txt", Told(b"", 404))
        yield Line(engine, server, "feeds", ["news.example.org"])


def paths(line: Line) -> list[str]:
    return [asked.path for asked in line.server.asked if asked.path != "/robots.txt"]


def test_the_feed_that_a_site_announces_is_asked_for(line: Line) -> None:
    line.server.answers("/", told("feeds", "home"))
    line.server.answers("/feed/", told("feeds", "rss"))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("rows", 5)
    assert paths(line) == ["/", "/feed/"]


def test_the_feed_that_is_given_is_asked_for_and_its_host_is_the_account(line: Line) -> None:
    line.server.answers("/all.xml", told("feeds", "rss"))

    report = line.ask(feed="https://news.example.org/all.xml")

    assert (report.outcome, line.posts(), paths(line)) == ("rows", 5, ["/all.xml"])
    assert line.rows("SELECT platform, key FROM account") == [("web", "news.example.org")]


def test_a_feed_that_nobody_announces_is_found_where_feeds_stand(line: Line) -> None:
    line.server.answers("/", told("feeds", "home_bare"))
    line.server.answers("/atom.xml", told("feeds", "atom"))

    report = line.ask(SITE)

    assert (report.outcome, paths(line)[-1]) == ("rows", "/atom.xml")


def test_a_feed_that_robots_txt_forbids_is_left_alone(line: Line) -> None:
    line.server.answers("/robots.txt", Told(b"User-agent: *\nDisallow: /feed/\n", 200))
    line.server.answers("/", told("feeds", "home"))
    line.server.answers("/atom.xml", told("feeds", "atom"))

    report = line.ask(SITE)

    assert (report.outcome, paths(line)) == ("rows", ["/", "/atom.xml"])


def test_a_site_without_a_feed_is_an_error_in_words(line: Line) -> None:
    line.server.answers("/", told("feeds", "home_bare"))

    report = line.ask(SITE)

    assert (report.outcome, report.read) == ("error", 0)
    assert any("no feed is announced" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (login_page(), "login_wall"),
        (Told(b"gone", 410), "gone"),
        (Told(b"no", 403), "refused"),
        (told("feeds", "empty"), "empty_unverified"),
        (Told(b"<rss><channel>" + b" " * 10_000_001, 200), "error"),
        (ENDLESS, "error"),
    ],
)
def test_an_answer_that_is_no_feed_ends_in_its_outcome(line: Line, answer: Told, outcome: str) -> None:
    line.server.answers("/all.xml", answer)

    report = line.ask(SITE, feed="https://news.example.org/all.xml")

    assert (report.outcome, report.new) == (outcome, 0)


def test_half_a_feed_gives_its_half(line: Line) -> None:
    whole = case("rss")
    line.server.answers("/all.xml", Told(whole[: whole.index(b"<title>From 2099")], 200))

    report = line.ask(SITE, feed="https://news.example.org/all.xml")

    assert report.outcome == "rows"
    assert report.new >= 3
    assert any("the form of the feed is broken" in warning for warning in report.warnings)


def test_the_same_feed_again_holds_nothing_new(line: Line) -> None:
    line.server.answers("/all.xml", told("feeds", "rss"))

    first = line.ask(SITE, feed="https://news.example.org/all.xml")
    second = line.ask(SITE, feed="https://news.example.org/all.xml")

    assert (line.posts(), second.new, second.unchanged - first.new) == (5, 0, 0)


def changing(turn: int) -> Told:
    """A feed of two entries whose ids are made anew for each look."""
    entries = "".join(
        f"<item><title>{name}</title><guid isPermaLink='false'>{name}-{turn}</guid><link>https://news.example.org/{name}</link></item>"
        for name in ("a", "b")
    )
    return Told(feed(entries), 200)


def test_ids_that_change_at_each_look_are_noticed_and_said(line: Line) -> None:
    line.server.answers("/all.xml", *(changing(turn) for turn in range(3)))

    first = line.ask(SITE, feed="https://news.example.org/all.xml")
    line.later = timedelta(hours=1)
    second = line.ask(SITE, feed="https://news.example.org/all.xml")

    assert not any("under other ids" in warning for warning in first.warnings)
    assert any("2 of 2 new posts stand where known ones do" in warning for warning in second.warnings)


def test_a_feed_whose_ids_change_is_known_by_its_links_where_a_person_says_so(line: Line) -> None:
    line.server.answers("/all.xml", *(changing(turn) for turn in range(3)))

    first, second = (line.ask(SITE, feed="https://news.example.org/all.xml", key="link") for _ in range(2))

    assert (line.posts(), second.new, second.warnings, second.unchanged) == (2, 0, (), first.new)


def test_one_new_article_at_a_known_address_is_no_warning(line: Line) -> None:
    again = "<item><title>A</title><guid>a-2</guid><link>https://news.example.org/a</link></item>"
    new = "".join(f"<item><title>{turn}</title><guid>{turn}</guid></item>" for turn in range(5))
    line.server.answers("/all.xml", changing(0), Told(feed(again, new), 200))

    line.ask(SITE, feed="https://news.example.org/all.xml")
    line.later = timedelta(hours=1)
    report = line.ask(SITE, feed="https://news.example.org/all.xml")

    assert (report.new, report.warnings) == (6, ())


def test_a_way_of_knowing_entries_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="--scope key"):
        items(case("rss"), key="title")
