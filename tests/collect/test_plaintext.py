"""Markup becomes what a reader sees, in bounded time whatever it is."""

import pytest

from tracker.collect.plaintext import shown, text_of
from tracker.collect.weblinks import address_key, canonical
from tracker.domain import Media


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  words\n\n\n\nhere", "plain words\n\nhere"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("<p>one</p><p>two <b>three</b></p>four", "one\n\ntwo three\nfour"),
        ("<ul><li>one</li><li>two<br>three</li></ul>after", "- one\n- two\nthree\nafter"),
        ("a<script>bad()</script><style>p{}</style><svg><text>x</text></svg>b", "ab"),
        ("<blockquote>said</blockquote>by her", "said\nby her"),
        ("新闻<br/>第二行", "新闻\n第二行"),
        ("<p>cut off <b>in the", "cut off in the"),
    ],
)
def test_markup_is_read_as_a_reader_sees_it(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_links_and_pictures_have_whole_addresses_and_no_script_is_one() -> None:
    found = shown(
        '<a href="/a#x">a</a><a href="javascript:bad()">b</a><a href="mailto:x@example.org">c</a><a href="#top">d</a>'
        '<a href="/a#x">again</a><a href="https://[bad">e</a><img src="p.jpg" alt="A  boat"><img src="data:image/png,x">',
        "https://example.org/news/",
    )

    assert found.links == ("https://example.org/a#x",)
    assert found.media == (Media("image", "https://example.org/news/p.jpg", "A boat"),)


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 300_000 + "end",
        "<ul><li>" * 200_000 + "end",
        "<b><p>" * 200_000 + "end",
        "<" * 1_900_000 + ">end",
    ],
)
def test_a_tree_without_end_is_read_as_text(hostile: str) -> None:
    assert text_of(hostile).endswith("end")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://News.Example.org:443/a?utm_source=x&id=7&fbclid=y#top", "https://news.example.org/a?id=7"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org:8080/a?b", "http://example.org:8080/a?b"),
        ("https://example.org/?utmost=1&q=%E6%B2%B3", "https://example.org/?utmost=1&q=%E6%B2%B3"),
        ("https://[bad", "https://[bad"),
        ("urn:uuid:7", "urn:uuid:7"),
    ],
)
def test_only_what_follows_readers_about_is_taken_from_an_address(address: str, kept: str) -> None:
    assert canonical(address) == kept


def test_a_page_has_one_key_under_its_four_addresses() -> None:
    addresses = [f"{scheme}://{www}example.org/a" for scheme in ("http", "https") for www in ("", "www.")]

    assert {address_key(address) for address in addresses} == {"https://example.org/a"}
