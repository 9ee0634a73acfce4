"""Two people code 60 posts by keyboard in browsers of their own, blind; a third settles where they differ; the share moves."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import Session

from tests.browser.conftest import SIZES, Watch, serve, settle
from tests.browser.signin import SignIn, running, sign_in
from tests.browser.test_browser import again_until, overflow
from tests.coding.records import draw, with_posts
from tracker import adjudication, mirror
from tracker.domain import AccountRef, SeedAccount, Seeds
from tracker.settings import Settings
from tracker.store import codings, registry
from tracker.store.engine import migrate, open_record, unit_of_work

pytestmark = pytest.mark.browser
TOPICS = ("opera", "ports", "summit")
KEYS = {"opera": "1", "ports": "2", "summit": "3"}
TEXTS = [f"Headline {number:02d} on {TOPICS[number % 3]}" for number in range(60)]
HOSTILE = [
    "السلام عليكم من المدينة", "<script>alert(1)</script> https://evil.example/x \u202eturned", "🎉" * 30, "x " * 25_000
]  # fmt: skip
AT = datetime(2024, 9, 1, tzinfo=UTC)


def record(home: Path, texts: list[str], coders: tuple[str, ...]) -> Path:
    """Write posts of one accepted outlet with their lake, all of them given to these coders."""
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    outlet = SeedAccount(AccountRef("web", "dailything", handle="dailything"), "accepted")
    with unit_of_work(engine) as session:
        registry.save_seeds(session, Seeds((), (), (), (outlet,), ()), at=AT)
    with_posts(engine, home, texts)
    draw(engine, size="all", overlap=0.2 if len(coders) > 1 else 0, coders=coders)
    mirror.refresh(engine, Settings(home=home), progress=lambda _stage, _done, _total: None)
    engine.dispose()
    return home


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    """A dashboard with sign-in, 60 posts given to Cora and Dora, and Edda who may settle."""
    coders = ("Cora Example <cora@example.org>", "Dora Example <dora@example.org>")
    with running(record(tmp_path_factory.mktemp("coding"), TEXTS, coders)) as started:
        for name, role in (("cora", "coder"), ("dora", "coder"), ("edda", "editor")):
            started.role(name, role)
        yield started


@pytest.fixture
def enter(chromium: Browser, dashboard: SignIn, watch: Watch) -> Iterator[Callable[[str], Page]]:
    """Sign in as somebody, in a browser of their own."""
    contexts = []

    def entered(name: str) -> Page:
        context = chromium.new_context(viewport=SIZES["desktop"])
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch.request)
        page.on("console", watch.console)
        sign_in(page, dashboard.address, name)
        return page

    yield entered
    for context in contexts:
        context.close()


def open_page(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    settle(page)


def code_all(page: Page, address: str, key_of: Callable[[str], str]) -> int:
    """Code everything that is somebody's, by keyboard alone, and return how many items that were."""
    open_page(page, address, "coding")
    number = int(re.search(r"0 of (\d+) coded", page.locator(".it-card p").first.inner_text())[1])  # type: ignore[index]
    for done in range(number):
        page.get_by_text(f"{done} of {number} coded · sample 1").wait_for()
        text = page.locator(".it-item-text").inner_text()
        page.keyboard.press(key_of(text))
        page.locator("[class*=st-key-coding-pad-] button[data-testid=stBaseButton-primary]").first.wait_for()
        page.keyboard.press("Enter")
    page.get_by_text("Nothing left to code").wait_for()
    return number


def key_of(text: str) -> str:
    return next(key for topic, key in KEYS.items() if topic in text)


def key_of_dora(text: str) -> str:
    """Dora reads some summits as economy."""
    return "2" if re.search(r"[0-5][2358] on summit", text) else key_of(text)


def given_to(home: Path, coder: str) -> set[int]:
    """Return the items that a coder was to code, as the record has them."""
    asked = (
        "SELECT item.item_id FROM coding_assignment AS given JOIN coding_sample_item AS item "
        "ON item.sample_id = given.sample_id AND item.position = given.position WHERE given.coder LIKE ?"
    )
    with closing(sqlite3.connect(home / "record.db")) as record:
        return {number for (number,) in record.execute(asked, (f"{coder}%",))}


def texts_of(home: Path) -> dict[int, str]:
    with closing(sqlite3.connect(home / "record.db")) as record:
        return dict(record.execute("SELECT post_id, text FROM post_snapshot"))


def alpha_of(pairs: list[tuple[str, str]]) -> float:
    """Nominal alpha of items that two coded, from the pairs themselves (Krippendorff 2019, chapter 12)."""
    values = [code for pair in pairs for code in pair]
    observed = sum(one != other for one, other in pairs) / len(pairs)
    unlike = sum(one != other for one, other in combinations(values, 2))
    return 1 - observed / (unlike / (len(values) * (len(values) - 1) / 2))


def interval_of(pairs: list[tuple[str, str]]) -> tuple[float, float]:
    """Percentile interval of alpha over items drawn again, one by one."""
    draw = Random(5)
    drawn = [draw.choices(pairs, k=len(pairs)) for _ in range(2000)]
    alphas = sorted(alpha_of(one) for one in drawn if len({code for pair in one for code in pair}) > 1)
    return alphas[round(0.025 * len(alphas))], alphas[round(0.975 * len(alphas))]


def drawn(page: Page, share: float) -> Locator:
    """Return the points of the charts of shares that stand for so many of the 60 posts."""
    return page.locator(
        f"[data-testid=stVegaLiteChart] [aria-label*='items: {round(60 * share)}; of n: 60;']"
    )


def test_two_code_blind_a_third_settles_and_the_share_says_by_how_much_it_moved(
    enter: Callable[[str], Page], dashboard: SignIn
) -> None:
    texts = texts_of(dashboard.home)
    mine, hers = given_to(dashboard.home, "Cora"), given_to(dashboard.home, "Dora")
    pairs = [(key_of(texts[item]), key_of_dora(texts[item])) for item in sorted(mine & hers)]
    counted = {item: key_of(texts[item]) if item in mine else key_of_dora(texts[item]) for item in texts}
    differing = [item for item in mine & hers if key_of(texts[item]) != key_of_dora(texts[item])]
    before = sum(key == KEYS["ports"] for key in counted.values()) / len(texts)
    after = sum(key == KEYS["ports"] or item in differing for item, key in counted.items()) / len(texts)
    assert (len(mine), len(hers), len(pairs), len(texts)) == (36, 36, 12, 60)
    assert 0 < len(differing) < len(pairs)
    cora, dora = enter("cora"), enter("dora")
    open_page(dora, dashboard.address, "coding")
    blind = dora.content()

    coded = code_all(cora, dashboard.address, key_of), code_all(dora, dashboard.address, key_of_dora)

    assert coded == (36, 36)
    assert "account hidden" in blind
    assert "dailything" not in blind
    open_page(dora, dashboard.address, "reliability")
    expect(dora.get_by_text(re.compile(r"60 posts coded by hand, 12 of them by two people"))).to_be_visible()
    said = dora.get_by_text(re.compile(r"alpha -?\d\.\d\d, 95 % interval .* over 12 items"))
    alpha, lower, upper = map(float, re.findall(r"-?\d\.\d\d", said.inner_text())[:3])
    assert alpha == pytest.approx(alpha_of(pairs), abs=0.005)
    assert (lower, upper) == pytest.approx(interval_of(pairs), abs=0.1)
    engine = open_record(f"sqlite:///{dashboard.home / 'record.db'}")
    assert {dispute.item_id for dispute in adjudication.disputes(engine)} == set(differing)

    edda = enter("edda")
    show_posts(edda, dashboard.address, waiting=len(differing), settled=0)
    expect(drawn(edda, before)).to_have_count(1)
    open_page(edda, dashboard.address, "coding")
    again_until(
        edda.get_by_role("button", name="settle", exact=True).click, edda.get_by_text("Settle and next")
    )
    settle(edda)
    for left in range(len(differing), 0, -1):
        edda.get_by_text(re.compile(f"^{left} items? waits?$")).wait_for()
        edda.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        edda.keyboard.press("2")
        edda.locator(".st-key-settling-pad-economy button[data-testid=stBaseButton-primary]").wait_for()
        edda.keyboard.press("Enter")
    edda.get_by_text("Nothing to settle").wait_for()

    assert adjudication.disputes(engine) == []
    with Session(engine) as session:
        assert {row["by"] for row in codings.rulings(session).values()} == {"Edda Example <edda@example.org>"}
    engine.dispose()
    show_posts(edda, dashboard.address, waiting=0, settled=len(differing))
    moved = edda.get_by_role("row").filter(has_text=re.compile(r"economy.*points"))
    expect(moved).to_contain_text(f"{before:.1%}")
    expect(moved).to_contain_text(f"{after:.1%}")
    expect(moved).to_contain_text(f"{100 * (after - before):+.1f} points")
    expect(edda.get_by_text("coded in full").first).to_be_visible()
    expect(drawn(edda, after)).to_have_count(1)
    expect(drawn(edda, before)).to_have_count(0)
    assert edda.locator("[data-testid=stException]").count() == 0


def show_posts(page: Page, address: str, *, waiting: int, settled: int) -> None:
    """Open the page of topics on posts, with what a third person settled and what waits."""
    open_page(page, address, "topics")
    again_until(
        page.get_by_text("posts", exact=True).first.click, page.get_by_text("What did a third person change?")
    )
    expect(page.get_by_text(re.compile(f"{settled} items? settled, {waiting} waiting"))).to_be_visible()
    settle(page)


@pytest.fixture
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard without sign-in with texts that are hard to show."""
    yield from serve(record(tmp_path_factory.mktemp("odd"), HOSTILE, ("Ana",)))


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_every_text_fits_stands_in_its_direction_and_nothing_leaves(
    odd: str, open_tab: Callable[[str, str, str], Page], size: str, scheme: str
) -> None:
    page = open_tab(f"{odd}/coding", size, scheme)
    widths, sides = [], {}

    for _ in HOSTILE:
        shown = page.locator(".it-item-text p").first
        sides[shown.inner_text()[:5]] = shown.evaluate("one => getComputedStyle(one).direction")
        widths.append(overflow(page))
        before = shown.inner_text()
        page.keyboard.press("n")
        page.locator(".st-key-coding-pad-not_codable button[data-testid=stBaseButton-primary]").wait_for()
        if len(sides) < len(HOSTILE):
            page.keyboard.press("Enter")
            expect(page.locator(".it-item-text p").first).not_to_have_text(before)

    assert widths == [0, 0, 0, 0]
    assert sides["السلا"] == "rtl"
    assert page.locator("a[href*='evil'], img[src*='evil'], script[src*='evil']").count() == 0
