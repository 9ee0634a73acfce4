"""Whose codings does a test over time rest on? People's where they coded, a machine's otherwise, and never both at once."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from tests.analysis.lakes import MakeLake, Rows
from tracker.analysis.tables import Lake
from tracker.findings import Finding, parse_options, run

WORDS = np.array([f"word{number}" for number in range(3000)])
ASKED = [
    {"source": "pages", "account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 12, 31)}
]


def answer(lake: Lake, **raw: str) -> Finding:
    return run("shift-points", lake, parse_options("shift-points", {"items": "posts", **raw}))


def posts(months: int = 12, n: int = 20) -> Rows:
    random = np.random.default_rng(1)
    return [
        {"day": date(2024, month, 1) + timedelta(days=place), "text": " ".join(random.choice(WORDS, 12))}
        for month in range(1, months + 1)
        for place in range(n)
    ]


def hand(item: int, *codes: str, parent: str = "") -> Rows:
    about = {"item_type": "post", "item_id": item, "how": "agreed", "coders": 2, "codebook_version": 3,
             "state": "coded" if codes else "none", "counted_before": True}  # fmt: skip
    return [
        about | {"code": code, "parent": parent or code, "counts": code is not None}
        for code in codes or (None,)
    ]


def said(item: int, coder: str, code: str | None) -> dict[str, Any]:
    return {"item_type": "post", "item_id": item, "coding_id": item, "coder": coder, "coder_key": coder, "code": code,
            "state": "coded" if code else "none", "parent": code, "made_under": 3, "codebook_version": 3,
            "to_recode": False, "selection": "random"}  # fmt: skip


def made(make_lake: MakeLake, rows: Rows, coded: dict[int, str | None], **tables: Any) -> Lake:
    """Posts, of which people coded some; keywords say politics of every post after April and of no other."""
    return make_lake(
        posts=rows,
        listings=ASKED,
        codings=[
            {"item_type": "post", "item_id": item, "code": "politics", "parent": "politics"}
            for item, row in enumerate(rows, start=1)
            if row["day"].month > 4
        ],
        hand_settled=[row for item, code in coded.items() for row in hand(item, *([code] if code else []))],
        hand_codings=[
            said(item, coder, code)
            for item, code in coded.items()
            for coder in ("ana", "ben")
            if item % 5 == 0
        ],
        manifest={"as_of": "2025-01-01T00:00:00Z"},
        **tables,
    )


def by_month(rows: Rows, *, since: int, first: int = 1) -> dict[int, str | None]:
    """Politics from a month on, for three posts in four; nothing fits the others."""
    return {
        item: "politics" if row["day"].month >= since and item % 4 else None
        for item, row in enumerate(rows, start=1)
        if row["day"].month >= first
    }


def test_codings_by_hand_are_read_before_those_of_keywords_and_say_so(make_lake: MakeLake) -> None:
    rows = posts()
    lake = made(make_lake, rows, by_month(rows, since=7))

    found = answer(lake, code="politics")

    (row,) = found.rows
    assert (row["at"], row["verdict"], row["before"], row["after"]) == ("2024-07", "shift", 0.0, 0.75)
    assert (row["coder"], row["uncoded_share"], row["alpha"]) == ("hand", 0.625, 1.0)
    assert (found.n, found.coverage["coded_by_hand"], found.coverage["codebook_version"]) == (240, 240, 3)
    assert "by hand" in found.method


def test_keywords_stand_where_people_coded_too_few_periods_and_the_finding_says_whose_codes_these_are(
    make_lake: MakeLake,
) -> None:
    rows = posts()
    lake = made(make_lake, rows, by_month(rows, since=7, first=10))

    found = answer(lake, code="politics")

    (row,) = found.rows
    assert (row["at"], row["coder"], row["alpha"]) == ("2024-05", "keywords v1", None)
    assert row["uncoded_share"] == pytest.approx(1 / 3)
    assert found.caveats[0].startswith("3 of 12 months with items were coded by hand, too few to test")


def test_periods_that_nobody_coded_are_left_out_and_never_filled_up_by_keywords(make_lake: MakeLake) -> None:
    rows = posts()
    lake = made(make_lake, rows, by_month(rows, since=9, first=5))

    found = answer(lake, code="politics")

    (row,) = found.rows
    assert (row["at"], row["coder"], row["stretch_from"], row["n_before"], row["n_after"]) == (
        "2024-09", "hand", "2024-05", 80, 80,
    )  # fmt: skip
    assert found.caveats[0] == "4 of 12 months with items were not coded by hand and are left out."
    assert found.coverage["periods_not_coded_by_hand"] == 4


def test_what_chance_drew_stands_for_a_month_and_what_was_picked_does_not(make_lake: MakeLake) -> None:
    rows = posts(n=28)
    drawn = [item for item in range(1, len(rows) + 1) if item % 3 == 0]
    coded = {item: code for item, code in by_month(rows, since=7).items() if item % 3 == 0 or item % 3 == 1}
    sample = {"sample_id": 1, "item_type": "post", "selection": "random", "population": len(rows)}
    lake = made(make_lake, rows, coded, samples=[sample | {"item_id": item} for item in drawn])

    found = answer(lake, code="politics")

    assert (found.rows[0]["at"], found.rows[0]["coder"], found.n) == ("2024-07", "hand", len(drawn))


def test_one_coder_alone_can_be_asked_for(make_lake: MakeLake) -> None:
    rows = posts()
    lake = made(make_lake, rows, by_month(rows, since=7, first=10))

    by_hand, by_words = (answer(lake, code="politics", coder=coder) for coder in ("hand", "keywords v1"))

    assert (by_hand.rows[0]["coder"], by_hand.rows[0]["reason"]) == (
        "hand", "3 finished periods; at least 4 are needed",
    )  # fmt: skip
    assert by_words.rows[0]["at"] == "2024-05"


def test_the_volume_counts_every_item_whoever_coded_some(make_lake: MakeLake) -> None:
    rows = posts()
    lake = made(make_lake, rows, by_month(rows, since=9, first=5))

    volume = answer(lake).rows[-1]

    assert (volume["series"], volume["n_before"] + volume["n_after"], volume["coder"]) == (
        "items per day", 240, None,
    )  # fmt: skip
