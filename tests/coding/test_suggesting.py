"""Models are trained on what people settled, kept whole, used under their own codebook only, and named beside what they say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlmodel import Session

from tests.coding.records import NOW, code, draw, with_posts, write_codebook
from tracker import adjudication, codebooks, codingdesk, mirror, suggesting
from tracker.analysis.tables import open_lake
from tracker.cli import cli
from tracker.errors import BadInput, ConfigError
from tracker.findings import parse_options, run
from tracker.settings import Settings
from tracker.store.engine import migrate, open_record
from tracker.store.lake_suggestions import Suggester

WORDS = {
    "culture": [
        "museum",
        "opera",
        "masks",
        "ink",
        "scroll",
        "dance",
        "drum",
        "temple",
        "poem",
        "tea",
        "lantern",
        "silk",
    ],
    "economy": [
        "exports",
        "ports",
        "trade",
        "freight",
        "tariffs",
        "steel",
        "market",
        "loans",
        "yuan",
        "growth",
        "chips",
        "cotton",
    ],
    "politics.taiwan": [
        "summit",
        "Taipei",
        "strait",
        "leaders",
        "envoy",
        "talks",
        "vote",
        "party",
        "treaty",
        "visit",
        "speech",
        "sanctions",
    ],
}


def text_about(topic: str, number: int) -> str:
    """Seven words of a topic, no text like another."""
    return " ".join(np.random.default_rng(number).choice(WORDS[topic], 7, replace=False))


TEXTS = [text_about(topic, number) for number in range(40) for topic in WORDS]
CODE_OF = {word: (topic,) for topic, words in WORDS.items() for word in words}


def codes_of(words: str) -> tuple[str, ...]:
    return CODE_OF[words.split()[0]]


@pytest.fixture
def setup(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", languages="")


@pytest.fixture
def record(engine: Engine, tmp_path: Path) -> Engine:
    return with_posts(engine, tmp_path, TEXTS)


def code_all(record: Engine, coder: str = "Ana") -> None:
    """Code every item that a coder is given by the word in it."""
    while turn := codingdesk.next_item(record, coder):
        code(record, coder, *codes_of(turn.item["text"]))


def trained(record: Engine, setup: Settings, *, size: int | str = 80, **fields: Any) -> suggesting.Trained:
    draw(record, size=size, coders=("Ana",), **fields)
    code_all(record)
    return suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)


def refresh(record: Engine, setup: Settings) -> list[dict[str, Any]]:
    mirror.refresh(record, setup, progress=lambda _stage, _done, _total: None)
    opened = open_lake(setup.lake)
    return opened.rows(opened.tables["suggestions"])


def test_a_model_learns_what_people_coded_and_is_kept_whole(
    engine_of: Engine, tmp_path: Path, setup: Settings
) -> None:
    with_posts(engine_of, tmp_path, TEXTS)
    done = trained(engine_of, setup)

    card = suggesting.card(engine_of)
    (row,) = suggesting.listed(engine_of)
    with Session(engine_of) as session:
        kept = session.execute(text("SELECT sha256 FROM evidence WHERE name LIKE 'model %'")).scalar_one()
    assert (done.new, done.items, done.codebook_version, done.not_learnt) == (True, 80, 1, ())
    assert row["digest"] == kept == card["digest"] == done.digest
    assert row["model"] == f"tf-idf of characters (1 to 3) {done.digest[:12]}" == done.model
    assert (card["state"], card["by"], card["trained_at"]) == ("in use", "Eve", "2024-09-01T12:00:00+00:00")
    assert card["source"] | {"codebook_sha256": None} == {
        "codebook_version": 1, "codebook_sha256": None, "samples": (1,), "by_selection": {"random": 80}, "left_out": {},
    }  # fmt: skip
    assert done.macro_f1 is not None
    assert done.macro_f1 > 0.9


def test_the_same_codings_give_the_model_that_is_in_use_and_no_second_row(
    record: Engine, setup: Settings
) -> None:
    first = trained(record, setup)

    again = suggesting.train(record, setup, features="tfidf", by="Ben", now=NOW)

    assert (again.new, again.digest, again.model) == (False, first.digest, first.model)
    assert len(suggesting.listed(record)) == 1


def test_every_item_is_judged_and_only_new_texts_are_judged_again(
    record: Engine, tmp_path: Path, setup: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = trained(record, setup)
    rows = refresh(record, setup)
    asked: list[str] = []
    real = suggesting.suggester(record)

    def judge(name: str, texts: Any) -> Any:
        asked.extend(texts)
        return real.judge(name, texts)

    monkeypatch.setattr(suggesting, "suggester", lambda _engine: Suggester(real.models, judge))
    with_posts(record, tmp_path, ["museum opera dance", ""], outlet="other")
    after = refresh(record, setup)

    assert {row["item_id"] for row in rows} == set(range(1, 121))
    assert {row["model"] for row in rows} == {done.model}
    assert asked == ["museum opera dance", ""]
    assert len({row["item_id"] for row in after}) == 121
    suggested = [(row["level"], row["code"]) for row in after if row["suggested"] and row["item_id"] == 121]
    assert ("top", "culture") in suggested


def test_a_third_persons_word_is_learnt_and_what_coders_differ_on_is_not(
    record: Engine, setup: Settings
) -> None:
    draw(record, size=60, overlap=1)
    for coder in ("Ana", "Ben"):
        code(record, coder, "culture" if coder == "Ana" else "economy")
        code(record, coder, "culture" if coder == "Ana" else "economy")
    code_all(record, "Ana")
    code_all(record, "Ben")
    first = suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)
    dispute = adjudication.disputes(record)[0]
    ruling = {
        "item_type": "post", "item_id": dispute.item_id, "by": "Eve", "state": "coded", "codes": ("politics",),
        "version": 1, "settles": [voice.coding_id for voice in dispute.voices],
    }  # fmt: skip
    adjudication.settle(record, ruling, now=NOW)

    second = suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)

    assert [suggesting.card(record, one.digest)["source"]["left_out"] for one in (first, second)] == [
        {"coders differ": 2},
        {"coders differ": 1},
    ]
    assert second.items == first.items + 1 == 59
    assert [row["state"] for row in suggesting.listed(record)] == ["in use", "former"]


def test_a_new_codebook_has_no_model_until_one_is_trained_under_it(
    record: Engine, tmp_path: Path, setup: Settings
) -> None:
    trained(record, setup)
    refresh(record, setup)
    codebooks.load(record, write_codebook(tmp_path, 2), now=NOW)

    assert suggesting.judge_in_use(record) is None
    assert [row["state"] for row in suggesting.listed(record)] == ["of another codebook"]
    assert refresh(record, setup) == []
    with pytest.raises(ConfigError, match="no model of the codebook in force can be used here"):
        suggesting.asked_judge(record)
    again = suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)
    assert (again.codebook_version, again.new) == (2, True)
    assert {row["model"] for row in refresh(record, setup)} == {again.model}


def test_codings_that_wait_to_be_recoded_are_not_learnt_from(
    record: Engine, tmp_path: Path, setup: Settings
) -> None:
    trained(record, setup)
    book = write_codebook(
        tmp_path, 2, ("economy", "politics", "politics.taiwan"), mapping="culture: to be recoded"
    )
    codebooks.load(record, book, now=NOW)

    done = suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)

    left = suggesting.card(record)["source"]["left_out"]
    assert left == {"to be recoded": 80 - done.items}
    assert done.items < 80


def test_a_share_of_a_sample_leans_on_the_model_and_a_new_model_gives_a_new_point(
    record: Engine, setup: Settings
) -> None:
    first = trained(record, setup, size=60)
    refresh(record, setup)
    before = run("topics", open_lake(setup.lake), parse_options("topics", {"items": "posts"}))
    draw(record, size=20, coders=("Ana",), seed=2)
    code_all(record)
    second = suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)
    refresh(record, setup)

    after = run("topics", open_lake(setup.lake), parse_options("topics", {"items": "posts"}))

    assert {(row["model"], row["measure"]) for row in before.rows} == {
        (first.model, "random sample and model")
    }
    assert {(row["model"], row["former_model"]) for row in after.rows} == {(second.model, first.model)}
    assert after.coverage["model_sha256"] == second.digest
    truth = {
        code: sum(codes_of(one)[0].startswith(code) for one in TEXTS) / len(TEXTS)
        for code in ("culture", "economy", "politics")
    }
    assert all(row["lower"] <= truth[row["code"]] <= row["upper"] for row in [*before.rows, *after.rows])


def test_a_suggestion_names_the_finer_code_and_how_likely_it_is(record: Engine, setup: Settings) -> None:
    trained(record, setup)
    judge = suggesting.asked_judge(record)

    (one,) = judge.suggest("summit Taipei leaders talks treaty")

    assert one.code == "politics.taiwan"
    assert 0.5 < one.probability <= 1
    assert judge.suggest("") == judge.suggest("🎉") == ()


def test_the_margin_chooses_what_is_least_sure_and_each_text_once(record: Engine, setup: Settings) -> None:
    trained(record, setup)
    judge = suggesting.asked_judge(record)
    mixed = "museum exports summit opera trade talks"
    texts = [
        (1, "museum opera masks ink scroll"),
        (2, mixed),
        (3, mixed + " https://example.org"),
        (4, ""),
    ]

    chosen = judge.margins(texts)

    assert set(chosen) == {1, 2, 4}
    assert chosen.index(2) < chosen.index(1)
    assert chosen[-1] == 4


@pytest.mark.parametrize(
    ("size", "said"),
    [(20, "20 coded items with words; a model needs 30"), (None, "0 coded items with words")],
)
def test_too_few_codings_are_refused(record: Engine, setup: Settings, size: int | None, said: str) -> None:
    if size:
        draw(record, size=size, coders=("Ana",))
        code_all(record)

    with pytest.raises(BadInput, match=said):
        suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)

    assert suggesting.listed(record) == []


def test_codings_of_one_code_only_are_refused(record: Engine, setup: Settings) -> None:
    draw(record, size=40, coders=("Ana",))
    while codingdesk.next_item(record, "Ana"):
        code(record, "Ana", "culture")

    with pytest.raises(BadInput, match="every coded item carries 'culture'"):
        suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)


def test_what_was_coded_without_a_sample_is_not_learnt_from(record: Engine, setup: Settings) -> None:
    for item, words in enumerate(TEXTS[:60], start=1):
        form = {
            "item_type": "post",
            "item_id": item,
            "by": "Ana",
            "state": "coded",
            "codes": codes_of(words),
            "version": 1,
        }
        codingdesk.save(record, form, now=NOW)

    with pytest.raises(BadInput, match="0 coded items"):
        suggesting.train(record, setup, features="tfidf", by="Eve", now=NOW)


def test_a_model_is_trained_and_its_card_read_at_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(made)
    with_posts(made, tmp_path, TEXTS)
    draw(made, size=80, coders=("Ana",))
    code_all(made)
    made.dispose()

    def suggest(*words: str) -> Any:
        return CliRunner().invoke(cli, ["--home", str(home), "suggest", *words])

    none = suggest("card")
    done = suggest("train", "--model", "tfidf", "--by", "Eve", "--format", "json")
    again = suggest("train", "--model", "tfidf", "--by", "Eve")
    card, table, every = (
        suggest("card", "--format", "json"),
        suggest("card"),
        suggest("card", "--all", "--format", "json"),
    )
    unknown = suggest("card", "ffff")
    draw_words = [
        "coding",
        "draw",
        "posts",
        "--size",
        "5",
        "--coder",
        "Ana",
        "--by",
        "Eve",
        "--training",
        "--format",
        "json",
    ]
    drawn = CliRunner().invoke(cli, ["--home", str(home), *draw_words])

    assert (none.exit_code, "no model was trained yet" in none.stderr) == (2, True)
    digest = json.loads(done.stdout)["digest"]
    assert "nothing changed" in again.stderr
    assert json.loads(card.stdout)["digest"] == digest
    assert [row["digest"] for row in json.loads(every.stdout)] == [digest]
    assert ("politics.taiwan" in table.stdout, f"SHA-256 {digest}" in table.stderr) == (True, True)
    (row,) = json.loads(drawn.stdout)
    assert (row["selection"], row["size"], row["chosen_by"]) == (
        "training",
        5,
        json.loads(done.stdout)["model"],
    )
    assert (unknown.exit_code, "no model has a hash that begins with 'ffff'" in unknown.stderr) == (2, True)
