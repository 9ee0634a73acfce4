import re
from collections.abc import Callable
from contextlib import suppress
from urllib.request import urlopen

import pytest
from playwright.sync_api import Download, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotShown

from tests.browser.conftest import SIZES, OpenTab, settle

pytestmark = pytest.mark.browser

PAGES = (
    ("", "light"), ("", "dark"), ("ads", "dark"), ("targeting", "light"), ("targeting", "dark"), ("topics", "dark"),
    ("accounts", "light"), ("organisations", "light"), ("organisations", "dark"), ("labels", "dark"), ("suspect", "dark"),
    ("review", "light"), ("account", "dark"), ("collection", "light"), ("reports", "dark"),
)  # fmt: skip
TOO_WIDE = """() => {
    const page = document.querySelector('[data-testid=stMain]');
    return Math.max(0, ...[document.documentElement, page].map(each => each.scrollWidth - window.innerWidth));
}"""
INK = "() => getComputedStyle(document.querySelector('h1')).color"
CHART_INK = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] .role-axis-label text')]
    .map(text => text.getAttribute('fill'))"""


def overflow(page: Page) -> int:
    """Return by how many pixels a page is too wide, once its charts have had time to take the width."""
    with suppress(NotShown):
        page.wait_for_function(f"() => ({TOO_WIDE})() === 0", timeout=5_000)
    return int(page.evaluate(TOO_WIDE))


def again_until(act: Callable[[], object], sign: Locator) -> None:
    """Do what a reader does, again if the canvas or the chart was not yet listening, until its effect shows."""
    for _ in range(6):
        act()
        try:
            sign.wait_for(timeout=5_000)
        except NotShown:
            continue
        return
    pytest.fail("nothing happened")


def downloaded(page: Page, button: Locator) -> Download:
    """Return the file that a button gives out; a click is made again when the page was drawn anew under it."""
    for _ in range(4):
        try:
            with page.expect_download(timeout=10_000) as waiting:
                button.click()
        except NotShown:
            continue
        return waiting.value
    pytest.fail("no file was given out")


@pytest.mark.parametrize(("path", "scheme"), PAGES)
def test_a_page_fits_desktop_and_phone_and_stays_on_this_machine(
    hostile: str, open_tab: OpenTab, path: str, scheme: str
):
    page = open_tab(f"{hostile}/{path}", "desktop", scheme)
    wide = overflow(page)

    page.set_viewport_size(SIZES["phone"])
    settle(page)
    narrow = overflow(page)

    assert (wide, narrow) == (0, 0)
    assert page.get_by_text("Reconstruction").first.is_visible()
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("path", ["", "targeting"])
def test_a_fresh_machine_shows_what_to_do_next_on_a_phone_in_the_dark(
    fresh: str, open_tab: OpenTab, path: str
):
    page = open_tab(f"{fresh}/{path}", "phone", "dark")

    assert page.locator(".it-empty code").first.inner_text().startswith("tracker ")
    assert overflow(page) == 0


def test_light_and_dark_reach_the_words_and_the_charts(hostile: str, open_tab: OpenTab):
    light, dark = open_tab(hostile, "desktop", "light"), open_tab(hostile, "desktop", "dark")
    for page in (light, dark):
        page.wait_for_selector("[data-testid=stVegaLiteChart] .role-axis-label text", state="attached")

    assert (light.evaluate(INK), dark.evaluate(INK)) == ("rgb(27, 31, 36)", "rgb(228, 232, 236)")
    assert set(light.evaluate(CHART_INK)) == {"#57606a"}
    assert set(dark.evaluate(CHART_INK)) == {"#a3adb8"}


def test_our_own_fonts_are_used_and_come_from_here(hostile: str, open_tab: OpenTab):
    page = open_tab(hostile, "desktop", "light")

    loaded = page.evaluate("async () => { await document.fonts.ready; return [...document.fonts]"
                           ".filter(font => font.status === 'loaded').map(font => font.family.replaceAll('\"', '')); }")  # fmt: skip
    assert {"Inter", "SourceSerif4"} <= set(loaded)


def test_an_ad_is_shown_as_the_text_it_is_and_a_formula_stays_text(hostile: str, open_tab: OpenTab):
    page = open_tab(f"{hostile}/ads", "desktop", "light")
    grid = page.locator("[data-testid=stDataFrame]:visible").first
    grid.scroll_into_view_if_needed()
    grid.wait_for()
    grid.locator("canvas").first.wait_for()

    code = page.get_by_test_id("stCode").first
    again_until(lambda: grid.click(position={"x": 15, "y": 52}), code.filter(has_text="=HYPERLINK("))
    formula = code.inner_text()
    again_until(lambda: grid.click(position={"x": 15, "y": 87}), code.filter(has_text="<script>"))
    text = code.inner_text()

    assert formula.startswith("=HYPERLINK(")
    assert text.startswith("![x](https://evil.example/pixel.png) <script>")
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0


def test_a_change_opens_both_snapshots_and_the_record_as_text(recorded: str, open_tab: OpenTab):
    page = open_tab(recorded, "desktop", "light")
    link = page.get_by_role("link", name=re.compile(r"^ad-\d+ → ad-\d+$")).first

    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What differs between two observations?").wait_for()
    settle(page)

    records = page.get_by_test_id("stCode")
    expect(records.filter(has_text="lines ![x](https://evil.example/pixel.png) <script>")).to_have_count(2)
    expect(records.filter(has_text='"=HYPERLINK(""https://evil.example"",""click"")"')).to_have_count(1)
    expect(page.locator(".it-differs")).to_have_count(4)
    assert page.url.startswith(f"{recorded}/snapshot?before=ad-")
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0
    page.set_viewport_size(SIZES["phone"])
    settle(page)
    assert overflow(page) == 0


def test_a_snapshot_fits_a_phone_in_the_dark_and_leads_to_the_look_before(recorded: str, open_tab: OpenTab):
    page = open_tab(f"{recorded}/collection", "phone", "dark")

    page.get_by_role("link", name=re.compile("^[0-9a-f]{4}…[0-9a-f]{2}$")).first.click()
    page.get_by_role("heading", name="What was seen of this answer?").wait_for()
    settle(page)

    assert overflow(page) == 0
    page.get_by_text("<b>2024-08-15.csv").first.wait_for()
    page.get_by_role("link", name=re.compile("^[0-9a-f]{64}$")).click()
    page.get_by_role("heading", name="What does the evidence say?").wait_for()
    page.get_by_test_id("stCode").wait_for()
    settle(page)
    assert overflow(page) == 0


def test_a_click_on_a_segment_of_topics_lists_its_items_with_the_way_to_the_evidence(
    hostile: str, open_tab: OpenTab
) -> None:
    page = open_tab(f"{hostile}/topics", "desktop", "light")
    segment = page.locator("[data-testid=stVegaLiteChart]").first.locator("g.mark-rect path").first

    again_until(lambda: segment.click(force=True), page.get_by_text("Behind the mark"))

    expect(page.locator(".it-table a[href^='snapshot?id=ad-']").first).to_be_visible()
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_click_on_a_bar_opens_its_ads(hostile: str, open_tab: OpenTab):
    page = open_tab(f"{hostile}/ads", "desktop", "light")

    bar = page.locator("[data-testid=stVegaLiteChart] .mark-rect path[aria-label*='2024-03']").first
    narrowed = page.get_by_text("listed, the latest first · first shown in Mar 2024")
    again_until(bar.click, narrowed)

    assert narrowed.is_visible()


def test_the_csv_of_a_page_cannot_run_in_a_spreadsheet(hostile: str, open_tab: OpenTab):
    page = open_tab(f"{hostile}/ads", "desktop", "light")
    rows = page.get_by_test_id("stExpander").filter(has_text="Every column")
    rows.get_by_text("Every column").click()
    button = rows.get_by_role("button", name="Download as CSV")
    button.wait_for()
    settle(page)

    written = downloaded(page, button).path().read_text(encoding="utf-8")

    assert "'=HYPERLINK(" in written
    assert not re.search(r'(^|[,"\n])=HYPERLINK', written)
    assert "https://evil.example/creative" not in written


def test_every_answer_carries_the_policy(hostile: str):
    with urlopen(f"{hostile}/", timeout=5) as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "'unsafe-eval'" not in policy


def test_the_tree_closes_by_keyboard_and_the_map_is_drawn_from_here(hostile: str, open_tab: OpenTab):
    page = open_tab(f"{hostile}/organisations", "phone", "dark")
    opened = page.locator(".it-tree details[open]")
    before = opened.count()

    shapes = page.locator("[data-testid=stVegaLiteChart] .mark-shape path")
    page.locator(".it-tree details[open] > summary").first.focus()
    page.keyboard.press("Enter")

    expect(opened).to_have_count(before - 1)
    assert shapes.count() > 30
    assert overflow(page) == 0
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0


def test_what_is_chosen_stays_chosen_in_the_browser_while_its_count_changes(hostile: str, open_tab: OpenTab):
    page = open_tab(f"{hostile}/ads", "phone", "dark")

    for label, choice in (("Account", "Brand one · X (30)"), ("First shown in", "Feb 2024 (4)")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=choice).click()
        settle(page)

    page.get_by_text("4 of 4 ads listed, the latest first · first shown in Feb 2024").wait_for()
    expect(page.get_by_role("combobox", name="Account")).to_have_value("Brand one · X (4)")
    assert overflow(page) == 0
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0
