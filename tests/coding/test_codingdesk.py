"""At the coding desk chance chooses, coders are blind, nothing that somebody coded is lost or counted twice."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, insert, text
from sqlmodel import Session

from tests.coding.records import NOW, code, draw, with_ads, with_posts, write_codebook
from tracker import codebooks, codingdesk
from tracker.cli import cli
from tracker.errors import BadInput, ConfigError
from tracker.registry.review import FormErrors
from tracker.registry.settling import shared_out
from tracker.store import codings, items, tables
from tracker.store.engine import migrate, open_record, unit_of_work

TEXTS = [f"Headline number {number}" for number in range(40)]


@pytest.fixture
def record(engine_of: Engine, tmp_path: Path) -> Engine:
    return with_posts(engine_of, tmp_path, TEXTS)


@pytest.fixture
def small(engine: Engine, tmp_path: Path) -> Engine:
    return with_posts(engine, tmp_path, TEXTS)


def places(record: Engine, coder: str) -> list[int]:
    """The items that a coder is given, in their order, each coded as culture."""
    found = []
    while turn := codingdesk.next_item(record, coder):
        found.append(turn.item["item_id"])
        code(record, coder, "culture")
    return found


def test_the_same_seed_draws_the_same_items_and_is_kept(record: Engine) -> None:
    first, second, third = (draw(record, seed=seed, coders=("Ana",)) for seed in (7, 7, 8))

    drawn = [[row["item_id"] for row in _items(record, sample["id"])] for sample in (first, second, third)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert (first["seed"], first["size"], first["population"], first["made_by"]) == (7, 10, 40, "Eve")


def _items(record: Engine, number: int) -> list[dict[str, Any]]:
    with Session(record) as session:
        asked = text("SELECT item_id FROM coding_sample_item WHERE sample_id = :number ORDER BY position")
        return [dict(row) for row in session.execute(asked, {"number": number}).mappings()]


def test_a_fifth_of_a_sample_goes_to_two_coders_and_the_rest_to_one_each(record: Engine) -> None:
    draw(record, size=40, overlap=0.2)

    given = Counter([*places(record, "Ana"), *places(record, "Ben")])
    assert (len(given), sorted(given.values()).count(2)) == (40, 8)
    assert [one["done"] == one["assigned"] for one in codingdesk.progress(record)[0]["coders"]] == [
        True,
        True,
    ]


@pytest.mark.parametrize("coders", [1, 2, 3, 5])
def test_every_place_has_a_coder_and_every_pair_of_coders_meets(coders: int) -> None:
    names = [f"c{number}" for number in range(coders)]

    given = shared_out(200, names, 0.2)

    held = Counter(place for places in given.values() for place in places)
    assert sorted(held) == list(range(200))
    assert sum(count == 2 for count in held.values()) == (40 if coders > 1 else 0)
    sizes = [len(places) for places in given.values()]
    assert max(sizes) - min(sizes) <= 2
    pairs = {
        tuple(name for name in names if place in given[name]) for place, count in held.items() if count == 2
    }
    assert len(pairs) == coders * (coders - 1) // 2


def test_a_period_with_one_item_can_be_coded_and_one_without_any_cannot(record: Engine) -> None:
    assert draw(record, since="2024-03-20", until="2024-03-20", size="all")["size"] == 1

    with pytest.raises(BadInput, match="nothing can be drawn"):
        draw(record, since="2024-04-01")


def test_a_sample_of_an_account_holds_that_account_only(record: Engine, tmp_path: Path) -> None:
    with_posts(record, tmp_path, ["Elsewhere"], outlet="other")

    sample = draw(record, account="web:other", size="all")

    assert (sample["population"], sample["account"]) == (1, "web:other")


def test_all_ads_of_an_account_can_be_given_to_one_coder(engine: Engine, tmp_path: Path) -> None:
    with_ads(engine, tmp_path)

    sample = draw(engine, items="ads", account="x:somebody", size="all", coders=("Ana",))

    assert (sample["size"], sample["population"], sample["overlap"]) == (109, 109, 0.0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"size": 0}, "size"),
        ({"overlap": 1.5}, "overlap"),
        ({"coders": ()}, "coders"),
        ({"coders": ("Ana",), "overlap": 0.5}, "overlap"),
        ({"by": "anonymous"}, "by"),
        ({"since": "2024-05-01", "until": "2024-04-01"}, "until"),
    ],
)
def test_a_sample_that_cannot_be_meant_is_refused_by_its_field(
    small: Engine, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(FormErrors) as refused:
        draw(small, **fields)

    assert list(refused.value.fields) == [field]


def test_without_a_codebook_nothing_is_drawn(engine: Engine, tmp_path: Path) -> None:
    with_posts(engine, tmp_path, TEXTS[:1])
    with Session(engine) as session:
        assert items.population(session, "post", account_ids=None, since=None, until=None)
    bare = _bare(tmp_path)

    with pytest.raises(ConfigError, match="tracker codebook load"):
        codebooks.in_force(bare)
    bare.dispose()


def _bare(folder: Path) -> Engine:
    made = open_record(f"sqlite:///{folder / 'bare.db'}")
    migrate(made)
    return made


def test_a_blind_coder_gets_neither_account_nor_payer_nor_what_others_said(
    engine: Engine, tmp_path: Path
) -> None:
    with_ads(engine, tmp_path)
    draw(engine, items="ads", overlap=1, size=3)
    code(engine, "Ana", "culture")

    blind = codingdesk.next_item(engine, "Ben")

    assert blind is not None
    assert set(blind.item) == {"item_type", "item_id", "text", "day", "section", "gone_on", "snapshot"}
    assert blind.own == ()


def test_a_coder_who_is_not_blind_sees_whose_item_it_is(engine: Engine, tmp_path: Path) -> None:
    with_ads(engine, tmp_path)
    draw(engine, items="ads", blind=False)

    turn = codingdesk.next_item(engine, "Ana")

    assert turn is not None
    assert turn.item["account"] == "x:somebody"


def test_two_coders_of_one_item_are_both_kept(record: Engine) -> None:
    draw(record, size=1, overlap=1)

    code(record, "Ana", "culture")
    code(record, "Ben", "economy", note="Ports, mostly.")

    with Session(record) as session:
        (rows,) = codings.heard(session).values()
    assert [(row["coder"], row["codes"], row["note"]) for row in rows] == [
        ("Ana", ["culture"], None),
        ("Ben", ["economy"], "Ports, mostly."),
    ]


def test_two_coders_who_save_one_item_at_once_are_both_kept_and_one_coder_once(record: Engine) -> None:
    draw(record, size=1, overlap=1)
    turn = codingdesk.next_item(record, "Ana")
    assert turn is not None

    def save(coder: str, *codes: str) -> str:
        form = {
            "item_type": "post", "item_id": turn.item["item_id"], "by": coder, "state": "coded", "codes": codes,
            "version": 1, "sample": turn.sample, "seen": 0,
        }  # fmt: skip
        try:
            return str(codingdesk.save(record, form, now=NOW))
        except BadInput as refused:
            return refused.found

    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda words: save(*words), [("Ana", "culture"), ("Ben", "culture"), ("Ana", "economy")])
        )

    with Session(record) as session:
        (rows,) = codings.heard(session).values()
    assert sorted(row["coder"] for row in rows) == ["Ana", "Ben"]
    assert [words for words in done if "that coding stands" in words] == [
        "you coded this item in another window just now; that coding stands"
    ]


def test_the_same_coding_sent_twice_is_one(record: Engine) -> None:
    draw(record, size=1, overlap=1)
    turn = codingdesk.next_item(record, "Ana")
    assert turn is not None
    same = {"item_id": turn.item["item_id"], "item_type": "post", "sample": turn.sample, "seen": 0}

    first = code(record, "Ana", "culture")
    again = codingdesk.save(
        record, same | {"by": "Ana", "state": "coded", "codes": ("culture",), "version": 1}, now=NOW
    )

    assert first == again


def test_a_coder_who_codes_an_item_anew_supersedes_their_own_word_and_keeps_it(record: Engine) -> None:
    draw(record, size=1, overlap=1)
    code(record, "Ana", "culture")
    (lately,) = codingdesk.coded_by(record, "Ana")

    turn = codingdesk.own_item(record, "Ana", lately["item_type"], lately["item_id"])
    assert turn is not None
    fields = {
        "item_type": "post",
        "item_id": turn.item["item_id"],
        "sample": turn.sample,
        "seen": len(turn.own),
    }
    codingdesk.save(
        record, fields | {"by": "Ana", "state": "coded", "codes": ("economy",), "version": 1}, now=NOW
    )

    with Session(record) as session:
        kept = codings.by_coder(session, "post", turn.item["item_id"], "ana")
        (rows,) = codings.heard(session).values()
    assert [row["codes"] for row in kept] == [["culture"], ["economy"]]
    assert [row["codes"] for row in rows] == [["economy"]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"codes": ("nonsense",)}, "no code of version 1"),
        ({"codes": (), "state": "coded"}, "choose at least one code"),
        ({"codes": ("culture",), "state": "none"}, "an item that is none has no code"),
        ({"version": 2}, "the codebook is at version 1 now"),
        ({"sample": 99}, "not yours to code"),
        ({"note": "\x00"}, "cannot be kept"),
        ({"note": "x" * 2001}, "longer than 2000"),
        ({"state": "maybe"}, "expected one of"),
        ({"item_id": 10**9, "sample": None}, "there is no post"),
    ],
)
def test_a_coding_that_cannot_be_kept_is_refused_with_the_reason(
    small: Engine, fields: dict[str, Any], words: str
) -> None:
    draw(small)

    with pytest.raises(BadInput, match=words):
        code(small, "Ana", **{"state": "coded", "codes": ("culture",)} | fields)

    with Session(small) as session:
        assert codings.heard(session) == {}


def test_a_code_above_a_chosen_one_is_left_out(small: Engine) -> None:
    draw(small)

    code(small, "Ana", "politics", "politics.taiwan", "culture")

    assert codingdesk.coded_by(small, "Ana")[0]["codes"] == ["culture", "politics.taiwan"]


def test_what_the_margin_chose_never_mixes_with_what_chance_drew(record: Engine) -> None:
    drawn = {row["item_id"] for row in _items(record, draw(record, size=20, coders=("Ana",))["id"])}
    form = {"items": "posts", "size": "all", "coders": ("Ana",), "by": "Eve"}

    training = codingdesk.draw_training(
        record, form, margins=lambda texts: [one for one, _ in reversed(texts)], chosen_by="model x", now=NOW
    )

    chosen = [row["item_id"] for row in _items(record, training["id"])]
    assert not drawn & set(chosen)
    assert (len(chosen), chosen) == (20, sorted(chosen, reverse=True))
    assert (training["selection"], training["chosen_by"]) == ("training", "model x")
    assert places(record, "Ana")
    assert codingdesk.next_item(record, "Ana") is None
    with Session(record) as session:
        assert set(codings.heard(session)) == {("post", one) for one in drawn}


def test_an_item_coded_for_training_is_coded_again_when_chance_draws_it(record: Engine) -> None:
    form = {"items": "posts", "size": 5, "coders": ("Ana",), "by": "Eve"}
    codingdesk.draw_training(
        record, form, margins=lambda texts: [one for one, _ in texts], chosen_by="model x", now=NOW
    )
    places(record, "Ana")
    draw(record, size="all", coders=("Ana",))

    assert len(places(record, "Ana")) == 40


def test_codings_that_a_new_codebook_sends_back_are_asked_for_again(record: Engine, tmp_path: Path) -> None:
    draw(record, size=2, overlap=1)
    code(record, "Ana", "culture")
    code(record, "Ana", "economy")
    assert codingdesk.next_item(record, "Ana") is None
    codebooks.load(
        record,
        write_codebook(tmp_path, 2, ("economy", "politics"), mapping="culture: to be recoded"),
        now=NOW,
    )

    turn = codingdesk.next_item(record, "Ana")

    assert turn is not None
    assert [row["codes"] for row in turn.own] == [["culture"]]
    code(record, "Ana", "politics")
    assert codingdesk.next_item(record, "Ana") is None


@pytest.mark.parametrize("text", ["🎉🎉", "السلام عليكم", "x" * 50_000])
def test_any_text_that_an_item_can_have_is_given_whole(engine: Engine, tmp_path: Path, text: str) -> None:
    with_posts(engine, tmp_path, [text])
    draw(engine, size=1)

    turn = codingdesk.next_item(engine, "Ana")

    assert turn is not None
    assert turn.item["text"] == text


def test_an_item_that_was_found_to_be_gone_says_since_when(engine: Engine, tmp_path: Path) -> None:
    with_ads(engine, tmp_path)
    with unit_of_work(engine) as session:
        (ad_id, *_) = items.population(session, "ad", account_ids=None, since=None, until=None)
        shown = items.item(session, "ad", ad_id)
        assert shown is not None
        assert shown["gone_on"] is None
        session.execute(
            insert(tables.Change).values(
                id=10**6, query_id=1, at=NOW, type="ad_gone", subject="x", snapshot_before=shown["snapshot"],
                snapshot_after="listing-1",
            )
        )  # fmt: skip

        gone = items.item(session, "ad", ad_id)

    assert gone is not None
    assert gone["gone_on"] == NOW.date()


def test_a_sample_is_drawn_and_followed_at_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = open_record(f"sqlite:///{home / 'record.db'}")
    migrate(made)
    with_posts(made, tmp_path, TEXTS)
    made.dispose()
    words = ["--home", str(home), "coding", "draw", "posts", "--size", "20", "--seed", "3", "--by", "Eve"]

    drawn = CliRunner().invoke(cli, [*words, "--coder", "Ana", "--coder", "Ben", "--format", "json"])
    followed = CliRunner().invoke(cli, ["--home", str(home), "coding", "progress", "--format", "json"])
    refused = CliRunner().invoke(cli, [*words, "--coder", "Ana", "--account", "x:nobody"])

    rows = json.loads(drawn.stdout)
    assert [(row["coder"], row["assigned"], row["done"], row["seed"]) for row in rows] == [
        ("Ana", 12, 0, 3),
        ("Ben", 12, 0, 3),
    ]
    assert json.loads(followed.stdout) == rows
    assert (refused.exit_code, "no account is called 'x:nobody'" in refused.stderr) == (2, True)
