"""The hidden page that opens what stands behind a number, from an address that anybody may have written."""

import html
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import tables
from tests.dashboard import lakes
from tests.dashboard.conftest import MAIN, OpenPage
from tests.dashboard.test_pages import html_of

Opened = Callable[[str], AppTest]
LINKS = re.compile(r'href="([^"]*)"')


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Open a page on the record of two hostile exports: `overview`, or `snapshot?id=…` as an address gives it."""
    folder = lakes.recorded(tmp_path_factory.mktemp("recorded"))
    with pytest.MonkeyPatch.context() as environment:

        @cache
        def opened(address: str) -> AppTest:
            environment.setenv("TRACKER_HOME", str(folder))
            page, _, query = address.partition("?")
            app = AppTest.from_file(MAIN, default_timeout=60).run()
            if page != "overview":
                app.switch_page(f"views/{page}.py")
                for pair in filter(None, query.split("&")):
                    name, _, value = pair.partition("=")
                    app.query_params[name] = value
                app.run()
            environment.undo()
            return app

        yield opened


def links_of(app: AppTest) -> list[str]:
    return [html.unescape(link) for link in LINKS.findall(html_of(app))]


def pair_of(opened: Opened) -> str:
    return next(link for link in links_of(opened("overview")) if re.search(r"before=ad-\d+&id=ad-\d+$", link))


def test_every_change_on_the_overview_leads_to_a_page_that_shows_both_snapshots(opened: Opened) -> None:
    links = [link for link in links_of(opened("overview")) if not link.startswith("account?")]

    pages = [opened(link) for link in links]

    assert {link.partition("?")[0] for link in links} == {"snapshot"}
    assert [error.value for app in pages for error in app.exception] == []
    assert [app for app in pages if "Nothing to show" in html_of(app)] == []


def test_two_snapshots_of_an_ad_mark_what_differs_and_show_both_records(opened: Opened) -> None:
    app = opened(pair_of(opened))

    text = html_of(app)
    assert "What differs between two observations?" in text
    marked = re.findall(r'data-label="" dir="auto">([a-z ]+) <span class="it-badge ochre">differs', text)
    assert marked == ["payer as published", "last shown"]
    assert text.count('class="it-differs"') == 4
    assert [code.value.splitlines()[-1].startswith("lines ![x]") for code in app.code] == [True, True]


def test_a_column_that_is_called_like_a_field_does_not_stand_in_for_it(opened: Opened) -> None:
    text = html_of(opened(pair_of(opened)))

    assert "payer (further column)" in text
    assert ">First</span>" in text


def test_hostile_text_in_a_snapshot_is_text(opened: Opened) -> None:
    for address in (pair_of(opened), pair_of(opened).replace("before=ad", "before=listing")):
        text = html_of(opened(address))
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>2024" not in text
        assert not re.search(r'href="(?!snapshot\?)', text)


@pytest.mark.parametrize(
    "query",
    [
        "", "id=", "id=ad-0", "id=ad-99999", "id=<script>alert(1)</script>", "id=../../etc", "id=cos%0aS",
        "before=x&id=ad-1", "sha256=" + "0" * 64, "sha256=<img>&line=-1", "sha256=0&line=" + "9" * 400,
    ],
)  # fmt: skip
def test_an_address_that_leads_nowhere_says_so_in_words(query: str, opened: Opened) -> None:
    app = opened(f"snapshot?{query}")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "Nothing to show at this address" in text
    assert "<script" not in text
    assert "<img" not in text


def test_a_hash_opens_its_record_and_the_answers_that_rest_on_it(opened: Opened) -> None:
    link = next(link for link in links_of(opened("ads")) if "sha256=" in link)

    app = opened(link)

    assert app.code[0].value.startswith("Advertiser Name,Funding Entity")
    assert [one for one in links_of(app) if one.startswith("snapshot?id=listing-")] != []


def test_the_page_is_in_no_navigation_and_opens_where_nothing_was_collected(
    home: Path, open_page: OpenPage
) -> None:
    app = open_page("snapshot")

    assert [error.value for error in app.exception] == []
    assert "Nothing to show at this address" in html_of(app)


def test_a_link_never_leaves_this_site_and_cannot_break_out_of_its_attribute() -> None:
    links = (
        tables.snapshots("x&id=y", '"><script>'), tables.opens("//evil.example"), tables.record_link("https://e", 3),
    )  # fmt: skip

    assert [LINKS.findall(link) for link in links] == [
        ["snapshot?before=x%26id%3Dy&amp;id=%22%3E%3Cscript%3E"],
        ["snapshot?id=%2F%2Fevil.example"],
        ["snapshot?sha256=https%3A%2F%2Fe&amp;line=3"],
    ]
    assert tables.snapshots(None, None) == tables.NOT_SHOWN
