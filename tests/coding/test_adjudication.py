"""Where coders differ a third person settles it; before that, whoever coded first counts."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.coding.records import NOW, code, draw, with_posts, write_codebook
from tracker import adjudication, codebooks, codingdesk
from tracker.domain import CodingState, Ruling, Settled, Voice
from tracker.errors import BadInput
from tracker.registry.settling import settled


@pytest.fixture
def record(engine_of: Engine, tmp_path: Path) -> Engine:
    """Two items that Ana and Ben coded: the first alike, the second not."""
    with_posts(engine_of, tmp_path, ["One", "Two"])
    draw(engine_of, size=2, overlap=1)
    for coder, codes in (("Ana", ("culture", "economy")), ("Ben", ("culture", "politics"))):
        for one in codes:
            code(engine_of, coder, one)
    return engine_of


def rule(record: Engine, by: str = "Eve", *codes: str, **fields: Any) -> Settled:
    (dispute,) = adjudication.disputes(record)
    form = {
        "item_type": dispute.item_type, "item_id": dispute.item_id, "by": by, "state": "coded", "version": 1,
        "codes": codes or ("politics",), "settles": [voice.coding_id for voice in dispute.voices], **fields,
    }  # fmt: skip
    return adjudication.settle(record, form, now=NOW)


def test_only_items_on_which_coders_differ_wait(record: Engine) -> None:
    (dispute,) = adjudication.disputes(record)

    assert [(voice.coder, voice.codes) for voice in dispute.voices] == [
        ("Ana", ("economy",)),
        ("Ben", ("politics",)),
    ]
    assert "account" not in adjudication.item(record, dispute)


def test_what_a_third_person_settles_counts_and_what_counted_before_stays_known(record: Engine) -> None:
    outcome = rule(record, "Eve", "politics")

    assert outcome == Settled("adjudicated", "coded", ("politics",), ("economy",), 2)
    assert adjudication.disputes(record) == []


def test_nobody_settles_an_item_that_they_coded(record: Engine) -> None:
    with pytest.raises(BadInput, match="BEN coded this item; a third person settles it"):
        rule(record, "BEN")


def test_a_ruling_on_codings_that_are_no_longer_the_latest_is_refused(record: Engine) -> None:
    (dispute,) = adjudication.disputes(record)
    turn = codingdesk.own_item(record, "Ana", dispute.item_type, dispute.item_id)
    assert turn is not None
    again = {"item_type": "post", "item_id": dispute.item_id, "by": "Ana", "sample": turn.sample, "seen": 1}
    codingdesk.save(record, again | {"state": "coded", "codes": ("culture",), "version": 1}, now=NOW)

    with pytest.raises(BadInput, match="anew while you were reading"):
        rule(record, settles=[voice.coding_id for voice in dispute.voices])


def test_a_coder_who_codes_a_settled_item_anew_opens_it_again(record: Engine) -> None:
    (dispute,) = adjudication.disputes(record)
    rule(record)
    turn = codingdesk.own_item(record, "Ana", dispute.item_type, dispute.item_id)
    assert turn is not None
    again = {"item_type": "post", "item_id": dispute.item_id, "by": "Ana", "sample": turn.sample, "seen": 1}
    codingdesk.save(record, again | {"state": "coded", "codes": ("culture",), "version": 1}, now=NOW)

    assert len(adjudication.disputes(record)) == 1


def test_where_coders_agree_there_is_nothing_to_settle(record: Engine) -> None:
    agreed = codingdesk.coded_by(record, "Ana")[1]
    form = {"item_type": "post", "item_id": agreed["item_id"], "by": "Eve", "state": "none", "version": 1}

    with pytest.raises(BadInput, match="there is nothing to settle"):
        adjudication.settle(record, form | {"settles": [agreed["id"], 3]}, now=NOW)


def test_a_ruling_whose_code_is_gone_is_to_be_made_again(record: Engine, tmp_path: Path) -> None:
    rule(record, "Eve", "politics.taiwan")
    mapping = "politics.taiwan: to be recoded"

    codebooks.load(
        record, write_codebook(tmp_path, 2, ("culture", "economy", "politics"), mapping=mapping), now=NOW
    )

    assert len(adjudication.disputes(record)) == 1


def voice(number: int, *codes: str, state: CodingState = "coded") -> Voice:
    return Voice(number, f"coder {number}", number, state, codes)


@pytest.mark.parametrize(
    ("voices", "ruling", "expected"),
    [
        ([], None, None),
        ([voice(1, "a")], None, Settled("alone", "coded", ("a",), ("a",), 1)),
        ([voice(2, "b"), voice(1, "a")], None, Settled("open", "coded", ("a",), ("a",), 2)),
        (
            [voice(1, "a", "b"), voice(2, "b", "a")],
            None,
            Settled("agreed", "coded", ("a", "b"), ("a", "b"), 2),
        ),
        ([voice(1, "a", state="unsure")], None, Settled("open", "unsure", (), (), 1)),
        ([voice(1, state="none")], None, Settled("alone", "none", (), (), 1)),
        (
            [voice(1, "a"), voice(2, "b")],
            Ruling("coded", ("b",), frozenset({1, 2})),
            Settled("adjudicated", "coded", ("b",), ("a",), 2),
        ),
        (
            [voice(1, "a"), voice(3, "c")],
            Ruling("coded", ("b",), frozenset({1, 2})),
            Settled("open", "coded", ("a",), ("a",), 2),
        ),
    ],
)
def test_an_item_counts_as(voices: list[Voice], ruling: Ruling | None, expected: Settled | None) -> None:
    assert settled(voices, ruling) == expected
