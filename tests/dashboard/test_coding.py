"""The page of coding: an item and its keys, what went wrong in words, a third person, and nothing that a blind coder must not see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from dashboard import auth, codingdata
from tests.coding.records import NOW, code, draw, with_ads, with_posts, write_codebook
from tests.coding.test_suggesting import WORDS, codes_of, text_about
from tests.dashboard.conftest import OpenPage
from tests.dashboard.test_pages import html_of
from tracker import codebooks, codingdesk, mirror, suggesting
from tracker.settings import Settings
from tracker.store import codings, items, tables
from tracker.store.engine import migrate, open_record, unit_of_work

TEXTS = ["Ports and trade", "An opera", "A summit"]
Make = Callable[..., Engine]


@pytest.fixture
def make(home: Path) -> Make:
    """Return what writes posts with these texts into the record of the home, and draws all of them for Ana and Ben."""

    def made(texts: list[str] = TEXTS, **fields: Any) -> Engine:
        engine = open_record(f"sqlite:///{home / 'record.db'}")
        migrate(engine)
        with_posts(engine, home, texts)
        draw(engine, **{"size": "all", "overlap": 1, **fields})
        return engine

    return made


def press(app: AppTest, *keys: str) -> AppTest:
    for key in keys:
        app.button(key=key if key.startswith("coding-") else f"coding-pad-{key}").click().run()
    assert [error.value for error in app.exception] == []
    return app


def said(engine: Engine, coder: str = "ana") -> list[tuple[str, list[str]]]:
    with Session(engine) as session:
        rows = [row for found in codings.heard(session).values() for row in found]
    return [(row["state"], row["codes"]) for row in rows if row["coder_key"] == coder]


def test_a_key_chooses_a_code_and_saving_brings_the_next_item(make: Make, open_page: OpenPage) -> None:
    engine, app = make(), open_page("coding")

    press(app, "culture", "economy", "coding-save")

    assert said(engine) == [("coded", ["culture", "economy"])]
    assert "<b>Saved:</b> culture, economy." in html_of(app)
    assert "1 of 3 coded" in html_of(app)


def test_every_key_is_one_of_its_own_and_none_that_the_screen_keeps() -> None:
    from dashboard import pad
    from tracker.registry.seedlist import load_codebook
    from tracker.settings import ROOT

    keys = pad.keys(load_codebook(ROOT / "seeds" / "codebook.yml"))

    assert len(set(keys.values())) == len(keys) == 37
    assert not {"c", "r", "u", "n", "0"} & {key.lower().removeprefix("shift+") for key in keys.values()}


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        (("politics", "politics.taiwan"), ("coded", ["politics.taiwan"])),
        (("politics.taiwan", "politics", "culture"), ("coded", ["culture"])),
        (("culture", "none"), ("none", [])),
        (("none", "culture"), ("coded", ["culture"])),
        (("culture", "unsure"), ("unsure", ["culture"])),
        (("not_codable",), ("not_codable", [])),
    ],
)
def test_what_is_pressed_is_what_is_kept(
    make: Make, open_page: OpenPage, keys: tuple[str, ...], kept: tuple[str, list[str]]
) -> None:
    engine = make(TEXTS[:1])

    press(open_page("coding"), *keys, "coding-save")

    assert said(engine) == [kept]


def test_saving_nothing_is_refused_in_words_and_the_item_stays(make: Make, open_page: OpenPage) -> None:
    engine, app = make(), open_page("coding")

    press(app, "coding-save")

    assert "choose at least one code, or say that none fits" in html_of(app)
    assert "0 of 3 coded" in html_of(app)
    assert said(engine) == []


def test_back_opens_what_was_coded_last_and_a_revision_is_kept_beside_it(
    make: Make, open_page: OpenPage
) -> None:
    engine, app = make(), open_page("coding")
    press(app, "culture", "coding-save", "coding-back-key")

    press(app, "economy", "coding-save")

    with Session(engine) as session:
        (row,) = codings.latest(session)
        kept = codings.by_coder(session, row["item_type"], row["item_id"], "ana")
    assert [one["codes"] for one in kept] == [["culture"], ["culture", "economy"]]
    assert "1 of 3 coded" in html_of(app)


def test_going_back_and_changing_nothing_writes_nothing(make: Make, open_page: OpenPage) -> None:
    engine, app = make(), open_page("coding")
    press(app, "culture", "coding-save", "coding-back-key")

    press(app, "coding-save")

    with Session(engine) as session:
        (row,) = codings.latest(session)
    assert row["seq"] == 1


def test_an_item_coded_in_another_window_meanwhile_is_not_overwritten(
    make: Make, open_page: OpenPage
) -> None:
    engine, app = make(), open_page("coding")
    code(engine, "Ana", "politics")

    press(app, "culture", "coding-save")

    assert said(engine) == [("coded", ["politics"])]
    assert "you coded this item in another window just now; that coding stands" in html_of(app)


def test_a_codebook_that_changed_meanwhile_is_read_anew_before_anything_is_kept(
    make: Make, home: Path, open_page: OpenPage
) -> None:
    engine, app = make(), open_page("coding")
    codebooks.load(engine, write_codebook(home, 2, ("culture", "economy")), now=NOW)

    press(app, "culture", "coding-save")

    assert said(engine) == []
    assert "the codebook is at version 2 now" in html_of(app)
    assert "Codebook version 2." in html_of(app)


HOSTILE = "<script>alert(1)</script><img src=https://evil.example/i> ![x](https://evil.example/p) \u202eevil\u2066 \x07"


def test_a_hostile_text_is_inert_and_what_turns_it_around_is_drawn(make: Make, open_page: OpenPage) -> None:
    make([HOSTILE])

    text = html_of(open_page("coding"))

    assert "&lt;script&gt;alert(1)" in text
    assert "hxxps://evil[.]example/p" in text
    assert "https://evil" not in text
    assert ("<script" in text, "<img" in text, "\u202e" in text) == (False, False, False)
    assert 'title="RIGHT-TO-LEFT OVERRIDE">RLO</span>' in text
    assert "2 characters in this text would turn it around" in text


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("السلام عليكم", '<p dir="auto">السلام عليكم</p>'),
        ("🎉🎉", '<p dir="auto">🎉🎉</p>'),
        ("x" * 50_000, f'<p dir="auto">{"x" * 50_000}</p>'),
        ("\u200b", "This item has no text."),
    ],
)
def test_any_text_is_drawn_whole_in_its_own_direction(
    make: Make, open_page: OpenPage, words: str, shown: str
) -> None:
    make([words])

    assert shown in html_of(open_page("coding"))


def test_an_item_that_is_gone_from_its_platform_says_so_and_is_coded_from_what_was_kept(
    make: Make, open_page: OpenPage
) -> None:
    engine = make(TEXTS[:1])
    with unit_of_work(engine) as session:
        (number,) = items.population(session, "post", account_ids=None, since=None, until=None)
        shown = items.item(session, "post", number)
        assert shown is not None
        session.execute(
            insert(tables.Change).values(
                id=10**6, query_id=1, at=NOW, type="post_gone", subject="x", snapshot_before=shown["snapshot"],
                snapshot_after="listing-1",
            )
        )  # fmt: skip

    app = open_page("coding")

    assert "not on its platform any more, as seen on 1 Sep 2024" in html_of(app)
    press(app, "economy", "coding-save")
    assert said(engine) == [("coded", ["economy"])]


def test_a_blind_coder_reads_neither_account_nor_rules_before_or_after(
    home: Path, open_page: OpenPage
) -> None:
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    with_ads(engine, home)
    draw(engine, items="ads", coders=("Ana",), size=3)
    app = open_page("coding")

    press(app, "culture", "coding-save")

    text = html_of(app)
    assert "account hidden" in text
    assert "somebody" not in text
    assert "keyword rules" not in text


def test_the_rules_speak_only_after_a_coder_who_is_not_blind(home: Path, open_page: OpenPage) -> None:
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(engine)
    with_ads(engine, home)
    draw(engine, items="ads", coders=("Ana",), size=3, blind=False)
    app = open_page("coding")
    before = html_of(app)

    press(app, "culture", "coding-save")

    assert "x:somebody" in before
    assert "keyword rules" not in before
    assert "The keyword rules see none of their words in it." in html_of(app)


def settle_with(app: AppTest) -> AppTest:
    return app.button(key="coding-task-settle").click().run()


def disputed(engine: Engine) -> None:
    for coder, name in (("Ana", "economy"), ("Ben", "politics")):
        code(engine, coder, name, note=f"{name}, I think")


def test_a_third_person_reads_what_both_said_without_who_and_settles_it(
    make: Make, open_page: OpenPage
) -> None:
    engine = make(TEXTS[:1])
    disputed(engine)
    app = settle_with(open_page("coding"))
    shown = html_of(app)
    app.text_input(key="settling-by").set_value("Eve Sol").run()

    app.button(key="settling-pad-politics").click().run()
    app.button(key="settling-save").click().run()

    assert [error.value for error in app.exception] == []
    assert ("economy, I think" in shown, "Ana" in shown, "Ben" in shown) == (True, False, False)
    assert "<b>Settled:</b> politics; it counted as economy before." in html_of(app)
    assert codingdata.disputes() == []


def test_nobody_is_shown_a_dispute_of_their_own(make: Make, open_page: OpenPage) -> None:
    disputed(make(TEXTS[:1]))
    app = settle_with(open_page("coding"))

    app.text_input(key="settling-by").set_value("Ben").run()

    assert "and you coded each of them: somebody else settles them" in html_of(app)


def test_without_a_name_nothing_is_settled(make: Make, open_page: OpenPage) -> None:
    disputed(make(TEXTS[:1]))
    app = settle_with(open_page("coding"))

    app.button(key="settling-pad-politics").click().run()
    app.button(key="settling-save").click().run()

    assert "your name is needed" in html_of(app)
    assert len(codingdata.disputes()) == 1


def test_a_sample_is_drawn_on_the_page_and_a_wrong_field_is_named_below_it(
    make: Make, open_page: OpenPage
) -> None:
    engine = make()
    app = open_page("coding")
    app.button(key="coding-task-samples").click().run()
    app.text_input(key="sample-0-size").set_value("none")
    app.text_area(key="sample-0-coders").set_value("Ana\nBen")
    app.text_input(key="sample-0-by").set_value("Eve")
    next(one for one in app.button if one.label == "Draw").click().run()
    refused = html_of(app)
    app.text_input(key="sample-0-size").set_value("2")
    next(one for one in app.button if one.label == "Draw").click().run()

    assert [error.value for error in app.exception] == []
    assert 'it-fielderror" role="alert"' in refused
    assert "<b>Drawn:</b> sample 2, 2 posts of 3, seed" in html_of(app)
    assert [sample["size"] for sample in codingdesk.progress(engine)] == [2, 3]


def test_who_signed_in_codes_what_was_given_to_them_and_nobody_else(
    make: Make, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make(TEXTS[:1], coders=("Ana Example <ana@example.org>", "Ben"))
    visitor = auth.Visitor("Ana New Name", "ana@example.org", "coder", signed_in=True)
    monkeypatch.setattr(auth, "visitor", lambda: visitor)
    app = open_page("coding")

    press(app, "culture", "coding-save")

    assert [box.label for box in app.selectbox] == []
    assert said(engine, "ana@example.org") == [("coded", ["culture"])]


def test_an_item_that_a_new_codebook_sends_back_is_asked_for_again_and_says_why(
    make: Make, home: Path, open_page: OpenPage
) -> None:
    engine = make(TEXTS[:1])
    code(engine, "Ana", "culture")
    book = write_codebook(home, 2, ("economy", "politics"), mapping="culture: to be recoded")
    codebooks.load(engine, book, now=NOW)

    app = open_page("coding")

    assert "The codebook changed; read it again. You said:" in html_of(app)
    press(app, "economy", "coding-save")
    assert said(engine) == [("coded", ["economy"])]


TOPICAL = [text_about(topic, number) for number in range(40) for topic in WORDS]


def with_model(make: Make, home: Path) -> Engine:
    """A record in which Ana coded sixty posts, and a model that learnt from them."""
    engine = make(TOPICAL, size=60, coders=("Ana",), overlap=0)
    while turn := codingdesk.next_item(engine, "Ana"):
        code(engine, "Ana", *codes_of(turn.item["text"]))
    suggesting.train(engine, Settings(home=home, languages=""), features="tfidf", by="Eve", now=NOW)
    return engine


def test_an_item_for_training_shows_the_models_word_after_the_coders_own_and_the_rules_beside_it(
    make: Make, home: Path, open_page: OpenPage
) -> None:
    engine = with_model(make, home)
    judge = suggesting.asked_judge(engine)
    form = {"items": "posts", "size": 3, "coders": ("Ana",), "by": "Eve"}
    codingdesk.draw_training(engine, form, margins=judge.margins, chosen_by=judge.name, now=NOW)
    app = open_page("coding")
    before = html_of(app)

    press(app, "none", "coding-save")

    after = html_of(app)
    assert ("chosen for training, never for a share" in before, judge.name in before) == (True, False)
    assert f"The model {judge.name} suggests" in after
    assert (
        "The keyword rules see none of their words in it. A suggestion is no coding, and never a share."
        in after
    )


def test_a_blind_coder_of_a_share_never_hears_the_model(make: Make, home: Path, open_page: OpenPage) -> None:
    engine = with_model(make, home)
    draw(engine, size=3, coders=("Ana",), seed=5)
    app = open_page("coding")

    press(app, "none", "coding-save")

    assert "The model" not in html_of(app)


def test_a_sample_for_training_is_drawn_on_the_page_and_refused_without_a_model(
    make: Make, home: Path, open_page: OpenPage
) -> None:
    engine = make(TOPICAL, size=60, coders=("Ana",), overlap=0)

    def send(app: AppTest, form: int) -> str:
        app.selectbox(key=f"sample-{form}-purpose").set_value("training")
        app.text_input(key=f"sample-{form}-size").set_value("4")
        app.text_area(key=f"sample-{form}-coders").set_value("Ana")
        app.text_input(key=f"sample-{form}-by").set_value("Eve")
        next(one for one in app.button if one.label == "Draw").click().run()
        assert [error.value for error in app.exception] == []
        return html_of(app)

    app = open_page("coding")
    app.button(key="coding-task-samples").click().run()
    refused = send(app, 0)
    while turn := codingdesk.next_item(engine, "Ana"):
        code(engine, "Ana", *codes_of(turn.item["text"]))
    done = suggesting.train(engine, Settings(home=home, languages=""), features="tfidf", by="Eve", now=NOW)
    drawn = send(app, 0)

    assert "no model of this codebook yet" in refused
    assert "<b>Drawn:</b> sample 2, 4 posts of 60" in drawn
    assert codingdesk.progress(engine)[0]["chosen_by"] == done.model


def test_the_page_on_reliability_shows_the_card_of_the_model(
    make: Make, home: Path, open_page: OpenPage
) -> None:
    engine = with_model(make, home)
    mirror.refresh(engine, Settings(home=home, languages=""), progress=lambda _stage, _done, _total: None)

    text = html_of(open_page("reliability"))

    (row,) = suggesting.listed(engine)
    assert f"{row['model']}, trained 1 Sep 2024 under codebook version 1" in text
    assert ("politics.taiwan" in text, row["digest"] in text) == (True, True)
    assert "60 items (60 random) of samples 1; left out: nothing." in text
