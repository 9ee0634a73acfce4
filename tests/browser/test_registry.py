"""The registry in a real browser, with two people in two browsers: a suspect from the form to the page of its account."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZES, Watch, serve, settle
from tests.browser.test_browser import overflow
from tests.dashboard import registries

pytestmark = pytest.mark.browser

REASON = "It posts the clips of the harbour centre within minutes."
OpenBrowser = Callable[[str], Page]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard on the hostile registry."""
    yield from serve(registries.registry_at(tmp_path_factory.mktemp("registry")))


@pytest.fixture
def new_browser(chromium: Browser, watch: Watch) -> Iterator[OpenBrowser]:
    """Open an address in a browser of its own, which shares nothing with the others."""
    contexts = []

    def opened(address: str, scheme: str = "light") -> Page:
        context = chromium.new_context(color_scheme=scheme, viewport=SIZES["desktop"])  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", watch.request)
        page.on("console", watch.console)
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        page.goto(address)
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def suspect(page: Page, address: str, by: str) -> None:
    """Type a suspect in and send it."""
    page.get_by_label("Address or handle").fill(address)
    page.get_by_label("Why do you suspect it?").fill(REASON)
    page.get_by_label("One document that says so: its address").fill("https://example.org/report-2024.pdf")
    page.get_by_label("Your name or initials").fill(by)
    page.get_by_role("button", name="Send to review").click()
    page.get_by_text("Stored as").first.wait_for()


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a choice by its words."""
    page.get_by_role("combobox", name=re.compile(label)).click()
    page.get_by_role("option", name=re.compile(option)).click()


def decide(page: Page, decision: str, by: str, **typed: str) -> None:
    """Fill in the decision form and send it."""
    choose(page, "Decision", decision)
    for label, value in typed.items():
        page.get_by_label(LABELS[label]).fill(value)
    page.get_by_label("Your name").fill(by)
    page.get_by_role("button", name="Decide").click()


LABELS = {
    "rival": "What else could explain it? Needed to accept", "reason": "Reason. Needed to reject or to withdraw",
    "operator": "which body", "place": "Where in the document",
}  # fmt: skip


def test_a_suspect_goes_from_the_form_to_the_page_of_its_account(registry: str, new_browser: OpenBrowser):
    ana = new_browser(f"{registry}/suspect")
    suspect(ana, "https://x.com/LakeVoice", "Ana Reader")

    ben = new_browser(f"{registry}/suspect", "dark")
    ben.get_by_label("Address or handle").fill("https://twitter.com/lakevoice/")
    ben.get_by_text("Already known:").wait_for()
    assert ben.get_by_role("link", name="Open it").first.get_attribute("href") == "account?id=x%3Alakevoice"

    ana.goto(f"{registry}/review?id=x:lakevoice")
    settle(ana)
    choose(ana, "To accept: it", "is operated by")
    decide(ana, "accept it", "ana  READER", rival="A fan.", operator="Harbour ICC")
    ana.get_by_text("a second reader accepts it").wait_for()
    expect(ana.get_by_label(LABELS["rival"])).to_have_value("A fan.")

    ben.goto(f"{registry}/review?id=x:lakevoice")
    settle(ben)
    choose(ben, "To accept: it", "is operated by")
    decide(
        ben, "accept it", "Ben Second", rival="A contractor of many.", operator="Harbour ICC", place="page 4"
    )
    ben.get_by_text("is now accepted").wait_for()
    ben.get_by_role("link", name="Open it").first.click()
    ben.get_by_role("heading", name="LakeVoice").wait_for()
    settle(ben)

    expect(ben.locator(".it-chain").first).to_contain_text("Harbour ICC")
    expect(ben.locator(".it-arrow").first).to_contain_text("moderate")
    ben.get_by_text("What else could explain it: A contractor of many.").first.wait_for()
    ben.locator("details.it-claim").first.click()
    ben.get_by_text("page 4").first.wait_for()
    assert overflow(ben) == 0
    ben.set_viewport_size(SIZES["phone"])
    settle(ben)
    assert overflow(ben) == 0


def test_a_refused_suspect_keeps_its_reasons_on_the_page_of_its_account(
    registry: str, new_browser: OpenBrowser
):
    page = new_browser(f"{registry}/suspect")
    suspect(page, "https://x.com/LakeFan", "Ana Reader")
    page.goto(f"{registry}/review?id=x:lakefan")
    settle(page)

    decide(page, "reject it", "Ben Second", reason="A fan page; quoting is not operating.")
    page.get_by_text("is now rejected").wait_for()
    page.goto(f"{registry}/account?id=x:lakefan")
    settle(page)

    expect(page.get_by_text("Rejected in the review:")).to_be_visible()
    expect(page.get_by_text("A fan page; quoting is not operating.")).to_be_visible()


def test_a_claim_is_withdrawn_and_met_by_an_objection_on_the_page(registry: str, new_browser: OpenBrowser):
    page = new_browser(f"{registry}/account?id=harbour-voice")
    page.get_by_text("Record an objection").click()
    page.get_by_label("Who objects").fill("Harbour ICC <b>")
    page.get_by_label("In what words").fill("We do not run it, <script>alert(1)</script> and never did.")
    page.get_by_label("Received on").fill("2024-10-02")
    page.get_by_label("Your name").fill("Ben Second")
    page.get_by_role("button", name="Record the objection").click()
    page.get_by_text("It stands beside the claim.").wait_for()
    page.get_by_text("Withdraw a claim").click()
    page.get_by_label("Why it no longer stands").fill("The document was corrected.")
    page.get_by_label("Your name").first.fill("Ben Second")
    page.get_by_role("button", name="Withdraw the claim").click()
    page.get_by_text("It stays, marked.").wait_for()

    page.goto(f"{registry}/account?id=harbour-voice")
    settle(page)

    expect(
        page.locator("blockquote.it-objection", has_text="<script>alert(1)</script>").first
    ).to_be_attached()
    expect(page.locator("p.it-gone", has_text="The document was corrected.").first).to_be_attached()
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0


def test_two_reviewers_at_the_same_moment_are_one_decision_and_one_refusal_in_words(
    registry: str, new_browser: OpenBrowser
):
    page = new_browser(f"{registry}/suspect")
    suspect(page, "https://x.com/LakeTwin", "Ana Reader")
    tabs = [new_browser(f"{registry}/review?id=x:laketwin") for _ in range(2)]
    for tab, decision in zip(tabs, ("reject it", "take it up"), strict=True):
        choose(tab, "Decision", decision)
        tab.get_by_label(LABELS["reason"]).fill("Because.")
        tab.get_by_label("Your name").fill("Ben Second")

    for tab in tabs:
        tab.get_by_role("button", name="Decide").click(no_wait_after=True)

    said = [tab.locator(".it-note, .it-fielderror").first for tab in tabs]
    words = " | ".join(one.inner_text() for one in said)
    assert len(re.findall("is now (rejected|under review)", words)) == 1
    assert len(re.findall("somebody else moved this account from suspected to", words)) == 1


def test_the_same_suspect_at_once_from_two_browsers_is_one_account_with_two_suspicions(
    registry: str, new_browser: OpenBrowser
):
    tabs = [new_browser(f"{registry}/suspect") for _ in range(2)]
    for tab, name in zip(tabs, ("Ana Reader", "Cid Reader"), strict=True):
        tab.get_by_label("Address or handle").fill("https://x.com/LakeSame")
        tab.get_by_label("Why do you suspect it?").fill(REASON)
        tab.get_by_label("One document that says so: its address").fill("https://example.org/report-2024.pdf")
        tab.get_by_label("Your name or initials").fill(name)

    for tab in tabs:
        tab.get_by_role("button", name="Send to review").click(no_wait_after=True)
    for tab in tabs:
        tab.get_by_text("Stored as suspected").wait_for()

    tabs[0].goto(f"{registry}/account?id=x:lakesame")
    settle(tabs[0])
    expect(tabs[0].get_by_text("2 suspicions, 0 steps of review")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("account?id=harbour-voice", "light"),
        ("account?id=x:rivervoice", "dark"),
        ("review", "dark"),
        ("accounts", "dark"),
    ],
)
def test_a_page_of_the_registry_fits_desktop_and_phone(
    registry: str, new_browser: OpenBrowser, path: str, scheme: str
):
    page = new_browser(f"{registry}/{path}", scheme)
    wide = overflow(page)

    page.set_viewport_size(SIZES["phone"])
    settle(page)

    assert (wide, overflow(page)) == (0, 0)
    assert page.locator("[data-testid=stException]").count() == 0
