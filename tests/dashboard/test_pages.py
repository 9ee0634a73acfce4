import ast
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from tests.dashboard import lakes, registries
from tests.dashboard.conftest import OpenPage
from tracker.analysis.tables import open_lake
from tracker.store.lake_sql import SCHEMAS

PAGES = (
    "overview",
    "ads",
    "targeting",
    "topics",
    "coding",
    "reliability",
    "accounts",
    "account",
    "organisations",
    "labels",
    "suspect",
    "review",
    "collection",
    "reports",
    "validation",
)
VIEWS = Path(__file__).parents[2] / "dashboard" / "views"


def html_of(app: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in app.get("html"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_a_machine_where_nothing_was_ever_collected(
    page: str, home: Path, open_page: OpenPage
):
    app = open_page(page)

    assert [error.value for error in app.exception] == []
    assert "<h1>" in html_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_an_empty_lake(page: str, home: Path, open_page: OpenPage):
    lakes.write(home, as_of=None)

    app = open_page(page)

    assert [error.value for error in app.exception] == []


@pytest.mark.parametrize("page", ["overview", "ads", "targeting", "topics"])
def test_an_empty_page_says_what_to_do_next_and_that_nothing_is_no_zero(
    page: str, home: Path, open_page: OpenPage
):
    app = open_page(page)

    text = html_of(app)
    assert "have been collected yet" in text or "has been collected yet" in text
    assert "<span>tracker</span> <span>import</span>" in text
    assert "Ads first shown</span><b>0" not in text


@pytest.mark.parametrize("page", PAGES)
def test_a_filled_page_opens_and_carries_the_notice(page: str, hostile_pages: OpenPage):
    app = hostile_pages(page)

    assert [error.value for error in app.exception] == []
    assert '<div class="it-notice" role="note"><b>Reconstruction</b>' in html_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_is_never_markup_and_never_markdown(page: str, hostile_pages: OpenPage):
    app = hostile_pages(page)

    text = html_of(app)
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>for tests</b>" not in text
    passed_through_markdown = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info, *app.title]
    assert [element.value for element in passed_through_markdown if "evil.example" in element.value] == []


@pytest.mark.parametrize(
    ("page", "charts"), [("overview", 2), ("ads", 3), ("targeting", 4), ("topics", 6), ("collection", 1)]
)
def test_each_chart_says_of_how_many_as_of_when_and_leads_to_its_rows(
    page: str, charts: int, hostile_pages: OpenPage
):
    app = hostile_pages(page)

    text = html_of(app)
    assert len(app.get("vega_lite_chart")) == charts
    assert text.count("as of 30 Jun 2024, 06:00 UTC") >= charts
    assert text.count("n = ") >= charts
    assert len(app.expander) >= 1


def test_one_account_narrows_a_page_to_its_ads(hostile_home: Path, open_page: OpenPage):
    app = open_page("ads")

    app.selectbox(key="ads-account").set_value("x:one").run()

    assert [error.value for error in app.exception] == []
    assert "30 ads of 1 accepted account first shown" in html_of(app)


def test_two_periods_that_overlap_are_refused_in_words(hostile_home: Path, open_page: OpenPage):
    app = open_page("targeting")

    app.select_slider(key="periods--first").set_value(("2024-01", "2024-06")).run()

    assert [error.value for error in app.exception] == []
    assert "These two periods cannot be compared" in html_of(app)


def test_an_answer_says_why_it_ended_so_and_how_many_of_the_stated_total_came(
    hostile_pages: OpenPage,
) -> None:
    text = html_of(hostile_pages("collection"))

    assert "60 of 61 stated" in text
    assert '<div class="it-why">![x](hxxps://evil[.]example/pixel.png)' in text


def test_a_record_that_was_kept_out_leads_to_its_line(hostile_pages: OpenPage) -> None:
    text = html_of(hostile_pages("collection"))

    assert f'href="snapshot?sha256={"a" * 64}&amp;line=3"' in text


@pytest.mark.parametrize("page", ["overview", "ads", "targeting", "topics"])
def test_a_coverage_band_of_several_accounts_names_the_worst_answer_that_it_hides(
    page: str, hostile_pages: OpenPage
) -> None:
    text = html_of(hostile_pages(page))

    assert "The coverage band draws 2 accounts and sources together" in text
    assert "182 days empty unverified" in text


def test_a_throttled_account_is_named_although_another_account_has_rows(
    home: Path, open_page: OpenPage
) -> None:
    lakes.hostile(home, second="throttled")

    text = html_of(open_page("ads"))

    assert "182 days throttled" in text


def test_one_account_alone_hides_nobody_behind_its_band(hostile_home: Path, open_page: OpenPage) -> None:
    app = open_page("ads")

    app.selectbox(key="ads-account").set_value("x:one").run()

    assert "accounts and sources together" not in html_of(app)


def test_the_first_uses_of_criteria_stand_together_by_their_kind(home: Path, open_page: OpenPage) -> None:
    firsts = [
        ("country_new", "location", "location France"), ("country_new", "location", "location Chad"),
        ("target_new", "keyword", "keyword Xi"), ("target_new", "keyword", "keyword Taiwan"),
        ("target_new", "follower_lookalike", "follower_lookalike @daily"),
    ]  # fmt: skip
    lakes.write(
        home,
        as_of="2024-06-30T06:00:00+00:00",
        accounts=[lakes._account(1, "x:one", "Brand one")],
        changes=[
            {**lakes._change(number, kind), "field": field, "after": after}
            for number, (kind, field, after) in enumerate(firsts)
        ],
    )

    text = html_of(open_page("overview"))

    assert re.findall(r'it-badge blue">([^<]+)<', text) == [
        "first use of a country", "first use of a keyword", "first use of an audience sought",
    ]  # fmt: skip
    assert "2 countries: location France, location Chad<" in text
    assert "2 criteria: keyword Xi, keyword Taiwan<" in text


def test_a_new_version_of_the_lake_is_shown_at_once(hostile_home: Path):
    before = data.finding("ads-per-month").n
    manifest = hostile_home / "lake" / "manifest.json"

    manifest.write_text(manifest.read_text().replace('"version": "', '"version": "later-'), encoding="utf-8")

    assert (before, open_lake(hostile_home / "lake").version[:6]) == (60, "later-")
    assert data.lake().version[:6] == "later-"


@pytest.mark.parametrize("view", sorted(path.name for path in VIEWS.glob("*.py")))
def test_views_hold_no_function_no_loop_and_no_arithmetic(view: str):
    tree = ast.parse((VIEWS / view).read_text(encoding="utf-8"))

    forbidden = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp,
        ast.GeneratorExp, ast.BinOp, ast.Try,
    )  # fmt: skip
    found = [(type(node).__name__, node.lineno) for node in ast.walk(tree) if isinstance(node, forbidden)]
    assert found == []


def test_words_and_choices_narrow_the_ads_and_say_how_many_each_choice_leaves(
    hostile_home: Path, open_page: OpenPage
) -> None:
    app = open_page("ads")
    before = app.selectbox(key="ads-account").options

    app.selectbox(key="ads-topic").set_value("culture").run()
    app.text_input(key="ads-text").set_value("hyperLINK").run()

    assert [error.value for error in app.exception] == []
    assert before[0] == "all accounts"
    assert sorted(option.rpartition(" ")[2] for option in before[1:]) == ["(30)", "(30)"]
    assert app.selectbox(key="ads-topic").options == ["all topics", "culture (0)"]
    assert "No ad is left by this search" in html_of(app)


def test_a_choice_stays_chosen_while_the_counts_beside_it_change(
    hostile_home: Path, open_page: OpenPage
) -> None:
    app = open_page("ads")
    app.selectbox(key="ads-account").set_value("x:one").run()

    app.selectbox(key="ads-month").set_value("2024-02").run()

    assert app.selectbox(key="ads-account").value == "x:one"
    assert "Brand one · X (4)" in app.selectbox(key="ads-account").options
    assert "4 of 4 ads listed, the latest first · first shown in Feb 2024" in html_of(app)
    assert "30 ads of 1 accepted account first shown" in html_of(app)


def test_the_gallery_shows_each_text_once_as_text(hostile_pages: OpenPage) -> None:
    text = html_of(hostile_pages("ads"))

    assert "2 of 2 texts" in text
    assert text.count("<article>") == 2
    assert "=HYPERLINK(" in text
    assert "the latest of 59 ads" in text


def test_an_ad_that_promotes_a_known_post_says_so_and_its_address_leads_nowhere(
    home: Path, open_page: OpenPage
) -> None:
    lakes.hostile(home)
    post = {"post_id": 1, "account_id": 1, "source": "pages", "url": "https://evil.example/creative",
            "published_at": datetime(2024, 1, 2, tzinfo=UTC), "text": lakes.HOSTILE}  # fmt: skip
    pq.write_table(pa.Table.from_pylist([post], schema=SCHEMAS["posts"]), home / "lake" / "posts.parquet")

    app = open_page("ads")

    assert [error.value for error in app.exception] == []
    assert "promotes the post of 2 Jan 2024" in html_of(app)
    assert "https://evil.example/creative" not in html_of(app)


def test_a_payer_of_two_accounts_is_called_a_lead_and_a_payer_never_an_operator(
    hostile_pages: OpenPage,
) -> None:
    text = html_of(hostile_pages("ads"))

    assert "<b>A lead, not evidence.</b>" in text
    assert text.count("<b>A payer is not an operator.</b>") == 2
    assert re.search(r"Brand one · X</a> \(\d+\)<br><a", text)


def test_audiences_sought_and_sensitive_words_are_never_a_verdict(hostile_pages: OpenPage) -> None:
    text = html_of(hostile_pages("targeting"))

    assert "<b>A link is a wish of the advertiser, not a tie.</b>" in text
    assert "Which criteria may stand for something sensitive?" in text
    assert "No criterion names a word of the list" in text


def test_a_criterion_that_may_be_sensitive_is_named_with_its_word(home: Path, open_page: OpenPage) -> None:
    lakes.hostile(home)
    named = [
        {"targeting_set_id": 1, "kind": "interest", "value": "<b>Islam</b> :material/home:", "polarity": "include",
         "as_published": "Islam"}
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(named, schema=SCHEMAS["targets"]), home / "lake" / "targets.parquet")

    app = open_page("targeting")

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert '<span class="it-badge ochre">faith</span>' in text
    assert "&lt;b&gt;Islam&lt;/b&gt;" in text
    assert "31 of 60 ads · 1 of 1 criterion read" in text
    assert "that is no verdict on the ad" in text


def test_the_matrix_of_repositories_says_for_each_letter_of_the_law_whether_and_why(
    hostile_pages: OpenPage,
) -> None:
    text = html_of(hostile_pages("collection"))

    assert "What does each repository publish of what the law asks?" in text
    assert "X Ads Repository</b><br><span class='it-none'>60 ads held" in text
    assert "the export gives the address of the post, neither its words nor brand or subject" in text
    assert '<span class="it-badge ">not known</span>' in text


def _with_reports(home: Path) -> None:
    lakes.write(
        home,
        as_of="2023-01-15T00:00:00+00:00",
        accounts=[
            lakes._account(1, "facebook:1", lakes.HOSTILE) | {"platform": "facebook", "status": "unassessed"}
        ],
        listings=[
            lakes._listing(number, None, "rows", 1)
            | {"source": "meta_ad_report", "covers_from": day, "covers_to": day, "country": "CH"}
            for number, day in ((1, date(2023, 1, 8)), (2, date(2023, 1, 15)))
        ],
        advertiser_reports=[
            {
                "listing_id": 2,
                "account_id": 1,
                "name": lakes.HOSTILE,
                "spend_as_published": "≤100",
                "currency": "CHF",
                "line": 7,
            }
        ],
    )


def test_reports_on_advertisers_alone_are_shown_and_are_not_nothing(home: Path, open_page: OpenPage) -> None:
    _with_reports(home)

    text = html_of(open_page("ads"))

    assert "No ad itself has been collected yet" in text
    assert "nobody has asked" not in text
    assert "1 advertiser in 2 reports, 1 row" in text
    assert "1 of 2<br><span class='it-none'>not listed in 1</span>" in text
    assert "≤100 CHF" in text
    assert "<script>" not in text
    assert "https://evil" not in text


def test_a_name_that_no_report_bears_is_not_said_to_have_no_ads(home: Path, open_page: OpenPage) -> None:
    _with_reports(home)

    app = open_page("ads")
    app.text_input(key="ads-reports").set_value("nobody").run()

    assert "No advertiser of these reports bears these words" in html_of(app)


def test_the_domains_that_ads_lead_to_are_listed_and_nothing_on_the_page_can_be_followed_or_fetched(
    home: Path, open_page: OpenPage
) -> None:
    lakes.hostile(home)
    path = home / "lake" / "ads.parquet"
    rows = pq.read_table(path).to_pylist()
    for number, row in enumerate(rows):
        row["landing_url"] = "https://www.evil.example/a?b=c" if number % 2 else "https://good.example/"
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS["ads"]), path)

    text = html_of(open_page("ads"))

    assert "2 domains named by" in text
    assert "<code>evil[.]example</code>" in text
    assert "a domain is not an operator." in text
    assert re.findall(r"(?:href|src|url|action)=?[\"'(]+(?:https?:)?//", text) == []


def test_near_copies_are_grouped_when_a_reader_asks_for_it(home: Path, open_page: OpenPage) -> None:
    lakes.hostile(home)

    app = open_page("ads")
    before = html_of(app)
    app.toggle(key="near-copies").set_value(True).run()

    assert "of more than one ad" not in before
    assert "of more than one ad" in html_of(app)
    assert [error.value for error in app.exception] == []


def test_where_nothing_was_asked_no_row_of_zeros_says_that_nothing_came(
    home: Path, open_page: OpenPage
) -> None:
    text = html_of(open_page("collection"))

    assert "Nobody has asked yet" in text
    assert "Nothing has been asked yet" in text
    assert "0 of 0" not in text
    assert "of 0 answers" not in text


def test_charts_that_an_earlier_version_wrote_are_written_anew_before_a_page_is_drawn(
    home: Path, open_page: OpenPage
) -> None:
    registries.registry_at(home)
    path = home / "lake" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["tables"]["samples"]
    path.write_text(json.dumps(manifest | {"columns": "those of an earlier version"}))

    app = open_page("accounts")

    assert [error.value for error in app.exception] == []
    assert "Harbour" in html_of(app)
    assert "samples" in json.loads(path.read_text())["tables"]


def test_a_change_of_topics_leads_to_the_items_on_both_sides_of_it(
    hostile_home: Path, open_page: OpenPage
) -> None:
    app = open_page("topics")
    app.text_input(key="topics-words").set_value("plain").run()

    text = html_of(app)
    assert [error.value for error in app.exception] == []
    assert "When did it change?" in text
    assert "Not enough data to tell" in text or "Benjamini–Hochberg" in text
