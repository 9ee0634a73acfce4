"""Any news site: how its articles are found, what a page says of itself, and what a hostile one costs."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.collect import recorded
from tests.collect.lines import BODIES, Line, told
from tests.collect.servers import Asked, FaultServer, Told, client_of, redirect, web_guard_of
from tests.peers.wordpress import running
from tracker.collect import sitemaps
from tracker.collect.sitemaps import Link, Sitemap
from tracker.collect.sources import sites
from tracker.domain import (
    AccountRef,
    Listing,
    Media,
    Notice,
    Post,
    PostDetails,
    Profile,
    Quarantined,
    Scope,
    Sought,
)

SITE = AccountRef("web", "news.example.org", handle="news.example.org", url="https://news.example.org/")
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
BRIDGE = "https://news.example.org/2026/09/30/bridge-opens-at-last"


def case(name: str) -> bytes:
    (path,) = (BODIES / "sites").glob(f"{name}.*")
    return path.read_bytes()


def items(*answers: tuple[bytes, str], **scope: str) -> list[Any]:
    records = [record for body, address in answers for record in sites.records_in(body, address)]
    return list(sites.parse(records, Scope(scope, NOW, SITE)))


def one(name: str, address: str, **scope: str) -> Post:
    (post,) = [item for item in items((case(name), address), **scope) if isinstance(item, Post)]
    return post


def test_an_article_is_read_with_the_dates_and_authors_that_it_states() -> None:
    post = one("bridge", "https://news.example.org/2026/09/30/bridge-opens-at-last?page=2")

    assert post == Post(
        Listing("sites|news.example.org|*", NOW, SITE),
        BRIDGE,
        SITE,
        post.text,
        datetime(2026, 9, 30, 0, tzinfo=UTC),
        "2026-09-30T08:00:00+08:00",
        None,
        BRIDGE,
        1,
        PostDetails(
            title="Bridge opens at last",
            language="en-GB",
            edited_at=datetime(2026, 9, 30, 4, tzinfo=UTC),
            author="Li Example, Ada Exemple",
            links=("https://news.example.org/toll",),
            media=(Media("image", "https://news.example.org/b.jpg"),),
            version="2026-09-30T12:00:00+08:00",
        ),
    )
    assert "The bridge over the river was opened on Wednesday" in post.text
    assert "All rights reserved" not in post.text


def test_a_number_of_wordpress_and_an_id_that_is_made_like_it_are_two_articles() -> None:
    feed = (
        b"<rss version='2.0'><channel><title>T</title>"
        b"<item><guid>https://news.example.org/?p=5</guid><title>A</title></item><item><guid>5</guid><title>B</title></item>"
        b"<item><guid>https://news.example.org/?p=6</guid><title>C</title></item></channel></rss>"
    )

    posts = [item for item in items((feed, "https://news.example.org/feed")) if isinstance(item, Post)]

    assert [(post.key, post.text) for post in posts] == [
        ("https://news.example.org/?p=5", "A"),
        ("5", "B"),
        ("6", "C"),
    ]


@pytest.mark.parametrize("path", recorded.recorded("feeds/*.xml"))
def test_no_feed_of_the_corpus_loses_an_entry_when_a_site_is_read(path: Path) -> None:
    records = list(sites.records_in(path.read_bytes(), "https://news.example.org/feed"))
    entries = [record.values for record in records if record.values.get("kind") == "entry"]

    found = [item for item in sites.parse(records, Scope({}, NOW, SITE)) if isinstance(item, Post)]

    distinct = {repr(sorted(values.items())) for values in entries}
    assert len({post.key for post in found}) == len(found)
    assert not entries or len(found) == len(distinct)


def test_an_article_that_states_only_a_day_without_zone_says_so_and_takes_the_zone_that_a_person_states() -> (
    None
):
    plain = one("toll", "https://news.example.org/news/100234.html")
    stated = one("toll", "https://news.example.org/news/100234.html", zone="Asia/Shanghai")

    assert plain.published_at == datetime(2026, 9, 29, 20, tzinfo=UTC)
    assert plain.details is not None
    assert plain.details.extra == {"date_doubt": "no time zone, read as UTC"}
    assert (plain.key, plain.details.author) == ("https://news.example.org/news/100234.html", "The desk")
    assert stated.published_at == datetime(2026, 9, 29, 12, tzinfo=UTC)


def test_a_chinese_page_in_its_own_encoding_is_read() -> None:
    post = one("chinese", "https://news.example.org/c/2026/09/30/content_1.htm", zone="Asia/Shanghai")

    assert "河上大桥于周三正式通车" in post.text
    assert post.published_at == datetime(2026, 9, 30, 1, tzinfo=UTC)


def test_a_page_that_nothing_calls_an_article_is_kept_apart_without_its_markup() -> None:
    (found,) = [
        item
        for item in items((case("about"), "https://news.example.org/about"))
        if isinstance(item, Quarantined)
    ]

    assert (found.field, found.raw) == ("html", {"address": "https://news.example.org/about"})


def test_the_first_page_is_the_profile_of_the_site_and_no_article() -> None:
    found = items((case("home"), "https://news.example.org/"))

    (profile,) = [item for item in found if isinstance(item, Profile)]
    assert (profile.look.name, profile.look.bio) == ("River Province Daily", "News from the river")
    assert (profile.picture, profile.language) == ("https://news.example.org/logo.png", "en")
    assert [item.outcome for item in found if isinstance(item, Listing)] == ["empty_unverified"]


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ('<link rel="canonical" href="/">', "https://news.example.org/a/b"),
        ('<link rel="canonical" href="https://agency.example.net/a">', "https://news.example.org/a/b"),
        ('<link rel="canonical" href="/a/c">', "https://news.example.org/a/c"),
        ('<link rel="shortlink" href="https://news.example.org/?p=412">', "412"),
    ],
)
def test_a_page_is_known_by_its_number_or_by_the_address_that_it_names_on_its_own_site(
    named: str, key: str
) -> None:
    html = f'<html><head>{named}<meta property="og:type" content="article"><meta property="og:title" content="T"></head></html>'

    (post,) = [
        item for item in items((html.encode(), "https://news.example.org/a/b")) if isinstance(item, Post)
    ]

    assert (post.key, post.text) == (key, "T")


def test_dates_without_a_zone_are_told_once() -> None:
    found = items(
        (case("toll"), "https://news.example.org/1"), (case("chinese"), "https://news.example.org/2")
    )

    assert [item.message for item in found if isinstance(item, Notice)] == [
        "2 of 2 dates: no time zone, read as UTC"
    ]


@pytest.mark.parametrize("name", ["home", "post"])
def test_a_recorded_page_is_read(name: str) -> None:
    body = recorded.one(f"wordpress/{name}.html")

    found = items((body, "https://news.example/" if name == "home" else "https://news.example/2026/x/"))

    wanted: type = Profile if name == "home" else Post
    assert len([item for item in found if isinstance(item, wanted)]) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\0" * 1_000,
        b"<html><body><article>" + b"<br>" * 500_000,
        b"<html><body>" + b"<div>" * 200_000,
        b"<html><body><article>" + b"<span>a</span>" * 20_000,
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b"<html><body><article><p>" + b"word " * 1_000_000,
    ],
)
def test_a_hostile_page_is_kept_apart_or_read_and_never_raises(hostile: bytes) -> None:
    found = items((hostile, "https://news.example.org/x"), (case("bridge"), BRIDGE))

    assert [item.key for item in found if isinstance(item, Post)][-1] == BRIDGE


# -- sitemaps ------------------------------------------------------------------------------------------------------


def test_a_sitemap_lists_pages_with_their_dates_and_nothing_but_http() -> None:
    assert sitemaps.read(case("news_sitemap")) == Sitemap(
        pages=(
            Link("https://news.example.org/news/100234.html?utm_source=map", None, "2026-09-29T12:00:00Z"),
            Link(BRIDGE, "2026-09-30T04:00:00Z"),
            Link("https://news.example.org/about", "2026-09-30"),
            Link("https://elsewhere.example.net/x", "2026-09-30"),
        )
    )


def test_a_packed_index_and_a_plain_list_are_read_too() -> None:
    packed = sitemaps.read(gzip.compress(case("sitemaps")))

    assert [link.changed for link in packed.further] == [None, "2026-08-31", "2026-09-30"]
    assert sitemaps.read(b"https://a.example/1\nnot an address\nhttps://a.example/2\n").pages == (
        Link("https://a.example/1"),
        Link("https://a.example/2"),
    )


def test_robots_txt_names_sitemaps() -> None:
    words = "User-agent: *\nSitemap: https://a.example/s.xml\nsitemap:https://a.example/t.xml\nSitemap: /no\n"

    assert sitemaps.named_in(words) == ("https://a.example/s.xml", "https://a.example/t.xml")


@pytest.mark.parametrize(
    "name", ["sitemap_posts_wp65_lastmod", "sitemap_posts", "sitemap_index", "sitemap_users"]
)
def test_a_recorded_sitemap_is_read(name: str) -> None:
    found = sitemaps.read(recorded.one(f"wordpress/{name}.xml"))

    assert found.pages or found.further
    assert all(link.changed for link in found.pages) == ("wp65" in name or not found.pages)


@pytest.mark.parametrize(
    ("hostile", "most"),
    [
        (b"", 0),
        (b"<html><body>Not found</body></html>", 0),
        (b"\x1f\x8bnonsense", 0),
        (gzip.compress(b"\0" * (100 << 20)), 0),
        (b"<urlset>" + b"<url>" * 100_000, 0),
        (b"<urlset>" + b"<url><loc>https://a.example/x</loc></url>" * 200_000, sitemaps.MOST_LINKS),
        (b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/&c;</loc></url></urlset>', 1),
        (b"<urlset><url><loc>https://a.example/1</loc></url><url><loc>https://a.exa", 1),
    ],
)  # fmt: skip
def test_a_hostile_sitemap_lists_what_can_be_read_and_no_more_than_the_protocol_allows(
    hostile: bytes, most: int
) -> None:
    found = sitemaps.read(hostile)

    assert len(found.pages) == most
    assert not any("root:" in link.address for link in found.pages)


# -- asking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    with FaultServer() as server:
        server.answers("/robots.txt", Told(b"Sitemap: https://news.example.org/sitemaps.xml\n", 200))
        server.answers("/", told("sites", "home"))
        server.answers("/sitemaps.xml", told("sites", "sitemaps"))
        server.answers("/news-sitemap.xml.gz", Told(gzip.compress(case("news_sitemap")), 200))
        server.answers("/sitemap-2026-08.xml", told("sites", "old_sitemap"))
        server.answers("/2026/09/30/bridge-opens-at-last", told("sites", "bridge"))
        server.answers("/news/100234.html", told("sites", "toll"))
        server.answers("/about", told("sites", "about"))
        yield Line(engine, server, "sites", ["news.example.org"])


def paths(line: Line) -> list[str]:
    return [asked.path for asked in line.server.asked]


def keys(line: Line) -> list[str]:
    return [key for (key,) in line.rows("SELECT key FROM post ORDER BY key")]


def test_pages_are_found_through_sitemaps_and_read_from_the_newest(line: Line) -> None:
    report = line.ask(SITE)

    assert (report.outcome, line.posts(), report.quarantined) == ("rows", 2, 1)
    assert keys(line) == [BRIDGE, "https://news.example.org/news/100234.html"]
    assert paths(line)[-3:] == ["/2026/09/30/bridge-opens-at-last", "/about", "/news/100234.html"]
    assert "/sitemap-categories.xml" not in paths(line)


def test_a_feed_of_whole_articles_is_taken_in_place_of_pages(line: Line) -> None:
    line.server.answers("/", told("sites", "home_feed"))
    line.server.answers("/rss.xml", told("sites", "whole"))

    report = line.ask(SITE)

    assert (report.outcome, keys(line)) == ("rows", ["7", "8"])
    assert "/sitemaps.xml" not in paths(line)


def test_a_feed_of_headlines_leads_to_the_pages_of_the_last_days(line: Line) -> None:
    line.server.answers("/", told("sites", "home_feed"))
    line.server.answers("/rss.xml", told("sites", "headlines"))

    report = line.ask(SITE)

    assert (report.outcome, keys(line)) == ("rows", [BRIDGE])


def test_without_feed_and_sitemap_the_first_page_leads_to_articles(line: Line) -> None:
    line.server.answers("/robots.txt", Told(b"", 404))
    line.server.answers("/sitemaps.xml", Told(b"", 404))

    report = line.ask(SITE)

    assert (report.outcome, keys(line)) == ("rows", [BRIDGE, "https://news.example.org/news/100234.html"])
    assert "/about" not in paths(line)


def test_the_interface_of_wordpress_goes_before_everything(line: Line) -> None:
    line.server.answers("/", told("wordpress", "home"))
    line.server.answers("/wp-json/", told("wordpress", "site"))
    line.server.answers(
        "/wp-json/wp/v2/posts", told("wordpress", "new_last", X_WP_Total="1", X_WP_TotalPages="1"),
        told("wordpress", "none", X_WP_Total="0", X_WP_TotalPages="0"),
    )  # fmt: skip

    report = line.ask(SITE)

    assert (report.outcome, keys(line), report.warnings) == ("rows", ["15"], ())
    assert line.rows("SELECT stated_total FROM query_outcome") == [(1,)]


@pytest.mark.parametrize(
    "answer",
    [
        Told(b"", 404), Told(b"broken", 500), Told(b"%PDF-1.7", 200, {"Content-Type": "application/pdf"}),
        redirect("https://news.example.org/"), redirect("http://127.0.0.1/admin"), redirect("http://[::1]/"),
    ],
)  # fmt: skip
def test_a_page_that_gives_no_article_is_passed_over_and_it_is_said(line: Line, answer: Told) -> None:
    line.server.answers("/2026/09/30/bridge-opens-at-last", answer)

    report = line.ask(SITE)

    assert (report.outcome, keys(line)) == ("rows", ["https://news.example.org/news/100234.html"])
    assert any("1 of 3 pages gave no article" in warning for warning in report.warnings)


def test_a_page_that_robots_txt_forbids_is_not_asked_for(line: Line) -> None:
    words = b"User-agent: *\nDisallow: /2026/\nSitemap: https://news.example.org/sitemaps.xml\n"
    line.server.answers("/robots.txt", Told(words, 200))

    report = line.ask(SITE)

    assert (report.outcome, keys(line)) == ("rows", ["https://news.example.org/news/100234.html"])
    assert "/2026/09/30/bridge-opens-at-last" not in paths(line)


def test_a_run_that_was_throttled_goes_on_with_the_pages_that_were_left(line: Line) -> None:
    line.server.answers("/news/100234.html", Told(b"", 429))
    stopped = line.ask(SITE)
    before = line.posts()
    line.server.answers("/news/100234.html", told("sites", "toll"))

    report = line.ask(SITE)

    assert (stopped.outcome, before) == ("throttled", 1)
    assert (report.outcome, report.new, line.posts()) == ("rows", 1, 2)
    assert paths(line)[-1] == "/news/100234.html"
    assert paths(line).count("/sitemaps.xml") == 1


def test_a_page_without_an_address_of_its_own_is_known_by_where_it_stood(line: Line) -> None:
    line.ask(SITE)
    line.ask(SITE)

    assert keys(line).count("https://news.example.org/news/100234.html") == 1
    assert line.rows("SELECT count(*) FROM post") == [(2,)]


def test_a_site_that_leads_nowhere_is_not_taken_as_silent(line: Line) -> None:
    line.server.answers("/", Told(b"<html><head><title>Soon</title></head></html>", 200))
    line.server.answers("/robots.txt", Told(b"", 404))

    report = line.ask(SITE)

    assert (report.outcome, line.posts()) == ("empty_unverified", 0)
    assert any("leads to an article" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("key", "url", "script", "standing"),
    [
        ("a", BRIDGE, told("sites", "bridge"), "present"),
        ("a", BRIDGE, Told(b"", 404), "not_found"),
        ("a", BRIDGE, Told(b"", 410), "deleted"),
        ("a", BRIDGE, Told(b"", 451), "withheld"),
        ("a", BRIDGE, Told(b"", 403), "unknown"),
        ("a", BRIDGE, redirect("https://news.example.org/"), "unknown"),
        ("17", None, told("wordpress", "deleted"), "deleted"),
    ],
)
def test_a_page_that_is_missing_is_asked_for_and_only_a_plain_answer_says_how_it_stands(
    key: str, url: str | None, script: Told, standing: str
) -> None:
    guarded: Callable[[FaultServer], Any] = lambda server: client_of(  # noqa: E731
        server, (), guard=web_guard_of(server, ["news.example.org"])
    )
    with FaultServer() as server, guarded(server) as client:
        server.answers("/", told("wordpress", "home"))
        server.answers("/2026/09/30/bridge-opens-at-last", script)
        server.answers("/wp-json/wp/v2/posts/17", script)

        (found,) = sites.find([Sought(key, url)], Scope({}, NOW, SITE), client, {})

    assert (found.key, found.standing) == (key, standing)


def test_a_sitemap_of_many_pages_is_read_from_its_newest_and_the_way_on_can_be_kept(line: Line) -> None:
    def page(asked: Asked) -> Told:
        html = f"<html><head><meta property='article:published_time' content='2026-09-30'><title>{asked.path}</title></head>"
        return Told(html.encode(), 200, {"Content-Type": "text/html"})

    addresses = [f"https://news.example.org/2026/09/30/{'long-' * 60}{number}" for number in range(500)]
    rows = "".join(f"<url><loc>{address}</loc><lastmod>2026-09-30</lastmod></url>" for address in addresses)
    line.server.answers("/sitemaps.xml", Told(f"<urlset>{rows}</urlset>".encode(), 200))
    for address in addresses:
        line.server.answers(address.removeprefix("https://news.example.org"), page)

    report = line.ask(SITE)

    assert report.outcome == "rows"
    assert 20 < line.posts() <= 40


# -- a real one ----------------------------------------------------------------------------------------------------


def test_a_real_site_that_closes_its_interface_is_read_page_by_page_under_the_same_numbers(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(tmp_path_factory.mktemp("wordpress")) as newspaper:
        number = newspaper.publish(
            "Bridge opens",
            "<p>At last, the bridge over the river is open to everybody.</p>",
            at="2026-09-30T08:00:00",
        )
        line = Line(engine, newspaper, "sites", ["news.example.org"])  # type: ignore[arg-type]
        open_one = line.ask(SITE)
        newspaper.close_interface()

        closed = line.ask(SITE)

    assert open_one.outcome == "rows"
    assert closed.outcome == "rows"
    assert keys(line) == [str(number)]
