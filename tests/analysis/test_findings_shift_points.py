"""When did it change? Found without being told, honest about gaps, copies and too little data."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.analysis.lakes import MakeLake, Rows, complete, write_lake
from tracker.analysis import votes
from tracker.analysis.tables import Lake, open_lake
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run
from tracker.findings.series import COLUMNS

SNAPSHOTS = (
    Path(__file__).parents[2].parent
    / "shared/data/corpora/state_media_frontpage_snapshots_2022-02_2022-05.parquet"
)
WORDS = np.array([f"word{number}" for number in range(3000)])
YEAR = [
    {"source": "pages", "account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 12, 31)}
]
NEXT_YEAR = {"as_of": "2025-01-01T00:00:00Z"}


def answer(lake: Lake, **raw: str) -> Finding:
    return run("shift-points", lake, parse_options("shift-points", raw))


def told(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


def posts(random: np.random.Generator, shares: dict[date, float], *, n: int = 30, copies: int = 1) -> Rows:
    """Posts of about so many different texts in the days after each date, of which a share names Taiwan."""
    rows = []
    for first, share in shares.items():
        for _ in range(n):
            text = " ".join(random.choice(WORDS, 12))
            text += " about Taiwan" if random.random() < share else " about tea"
            day = first + timedelta(days=int(random.integers(0, 20)))
            rows += [
                {"day": day + timedelta(days=copy % 7), "text": f"{text} {copy}"} for copy in range(copies)
            ]
    return rows


def monthly(*shares: float) -> dict[date, float]:
    return {date(2024, month, 1): share for month, share in enumerate(shares, start=1)}


def test_a_change_is_found_in_its_month_with_shares_and_numbers_on_both_sides(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(1), monthly(*[0.1] * 6, *[0.6] * 6))
    lake = make_lake(posts=rows, listings=YEAR, manifest=NEXT_YEAR)

    found = answer(lake, terms="Taiwan")

    (row,) = found.rows
    assert (found.columns, found.n) == (COLUMNS, 360)
    assert (row["at"], row["series"], row["verdict"], row["n_before"], row["n_after"]) == (
        "2024-07", "Taiwan", "shift", 180, 180,
    )  # fmt: skip
    assert (row["before"], row["after"]) == (pytest.approx(0.1, abs=0.06), pytest.approx(0.6, abs=0.08))
    assert row["p"] == row["p_adjusted"] == pytest.approx(0.002, abs=0.002)
    assert (row["stretch_from"], row["stretch_to"], row["watched_alike"]) == ("2024-01", "2024-12", True)
    assert "seed 20240701" in found.method


@pytest.mark.parametrize(("by", "at"), [("week", "2024-07-01"), ("day", "2024-07-01")])
def test_weeks_and_days_are_named_by_their_first_day(make_lake: MakeLake, by: str, at: str) -> None:
    rows = posts(np.random.default_rng(2), monthly(*[0.1] * 6, *[0.8] * 6), n=60)
    lake = make_lake(posts=rows, listings=YEAR, manifest=NEXT_YEAR)

    found = answer(lake, terms="Taiwan", by=by)

    assert [row["verdict"] for row in found.rows] == ["shift"]
    assert abs((date.fromisoformat(found.rows[0]["at"]) - date.fromisoformat(at)).days) <= 11


def test_near_copies_make_no_change(make_lake: MakeLake) -> None:
    random = np.random.default_rng(3)
    rows = posts(random, monthly(*[0.3] * 12), n=15)
    burst = posts(random, {date(2024, 10, 3): 1.0}, n=2, copies=40)
    lake = make_lake(posts=rows + burst, listings=YEAR, manifest=NEXT_YEAR)

    found = answer(lake, terms="Taiwan")

    assert found.rows[0]["verdict"] != "shift"
    assert (found.coverage["votes"], found.coverage["near_copies"]) == (182, 78)


def test_a_text_that_comes_again_in_another_month_votes_again() -> None:
    days = np.array(["2024-01-02", "2024-01-30", "2024-02-01", "2024-02-27"], dtype="datetime64[D]")

    by_month = votes.said_anew(np.array([7] * 4), days, "month")
    by_day = votes.said_anew(np.array([7] * 4), days, "day")

    assert by_month.tolist() == [True, False, True, False]
    assert by_day.tolist() == [True, True, False, True]


def test_months_that_nobody_asked_about_are_gaps_and_never_zero(make_lake: MakeLake) -> None:
    rows = posts(
        np.random.default_rng(4), {day: 0.4 for day in monthly(*[0.4] * 12) if day.month not in (5, 6)}
    )
    listings = [
        {**YEAR[0], "covers_to": date(2024, 4, 30)},
        {**YEAR[0], "covers_from": date(2024, 7, 1)},
        {**YEAR[0], "covers_from": date(2024, 5, 1), "covers_to": date(2024, 6, 30), "outcome": "throttled"},
    ]
    lake = make_lake(posts=rows, listings=listings, manifest=NEXT_YEAR)

    found = answer(lake)

    volume = found.rows[-1]
    assert (volume["series"], volume["verdict"]) == ("items per day", "no shift shown")
    assert volume["n_before"] + volume["n_after"] == 300
    assert (found.coverage["periods"], found.coverage["periods_not_asked_about"]) == (10, 2)


def test_the_unfinished_period_is_never_tested(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(5), monthly(*[0.1] * 10, 0.9))
    lake = make_lake(posts=rows, listings=YEAR, manifest={"as_of": "2024-11-29T12:00:00Z"})

    found = answer(lake, terms="Taiwan")

    assert found.rows[0]["stretch_to"] == "2024-10"
    assert found.coverage["left_out_in_the_unfinished_period"] == 30
    assert found.rows[0]["verdict"] == "no shift shown"


@pytest.mark.parametrize(
    ("rows", "raw", "reason"),
    [
        ([], {"terms": "Taiwan"}, "0 votes"),
        (posts(np.random.default_rng(6), monthly(0.5, 0.5, 0.5)), {"terms": "Taiwan"}, "periods; at least 4"),
        (posts(np.random.default_rng(6), monthly(*[0.5] * 9), n=1), {"terms": "Taiwan"}, "9 votes"),
        (posts(np.random.default_rng(6), monthly(*[0.0] * 9)), {"terms": "Taiwan"}, "no item has it"),
        (posts(np.random.default_rng(6), monthly(*[1.0] * 9)), {"terms": "Taiwan"}, "every item has it"),
        (posts(np.random.default_rng(6), monthly(*[0.5] * 9)), {"code": "politics"}, "no item has it"),
    ],
)
def test_too_little_to_tell_is_an_answer(
    make_lake: MakeLake, rows: Rows, raw: dict[str, str], reason: str
) -> None:
    listings = [{**YEAR[0], "covers_to": date(2024, 3, 31)}] if reason.startswith("periods") else YEAR
    lake = make_lake(posts=rows, listings=listings, manifest=NEXT_YEAR)

    (row,) = answer(lake, **raw).rows

    assert (row["at"], row["p"], row["before"], row["verdict"]) == (
        None,
        None,
        None,
        "not enough data to tell",
    )
    assert reason in row["reason"]


def test_a_test_that_only_a_huge_change_would_pass_shows_nothing(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(7), monthly(*[0.5] * 9), n=4)
    lake = make_lake(posts=rows, listings=YEAR, manifest={"as_of": "2024-10-01T00:00:00Z"})

    (row,) = answer(lake, terms="Taiwan").rows

    assert row["p"] > 0.05
    assert row["detectable"] > 0.3
    assert row["verdict"] == "not enough data to tell"


def test_codes_their_mix_and_the_volume_are_told_apart_and_corrected_together(make_lake: MakeLake) -> None:
    random = np.random.default_rng(8)
    ads, codings = [], []
    for month in range(1, 13):
        for place in range(20):
            code = "politics" if random.random() < (0.1 if month < 7 else 0.6) else "culture"
            ads.append(
                {"first_shown": date(2024, month, 1 + place), "text": " ".join(random.choice(WORDS, 10))}
            )
            codings.append({"item_id": len(ads), "code": code, "parent": code})
            if place % 5 == 0:
                codings.append({"item_id": len(ads), "code": "brics", "parent": "economy"})
    listings = [{"account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 12, 31)}]
    lake = make_lake(ads=ads, codings=codings, listings=listings, manifest=NEXT_YEAR)

    found = answer(lake)

    assert told(found, "series", "at", "verdict")[:2] == [
        ("mix of codes", "2024-07", "shift"),
        ("culture", "2024-07", "shift"),
    ]
    verdicts = dict(told(found, "series", "verdict"))
    assert verdicts == {
        "mix of codes": "shift", "culture": "shift", "economy": "no shift shown", "politics": "shift",
        "items per day": "no shift shown",
    }  # fmt: skip
    assert {top["code"] for top in found.rows[0]["top"][:2]} == {"culture", "politics"}
    assert all(row["p_adjusted"] >= row["p"] for row in found.rows)
    fine = answer(lake, code="brics").rows[0]
    assert (fine["series"], fine["before"], fine["verdict"]) == (
        "brics",
        pytest.approx(0.2),
        "no shift shown",
    )


def test_what_a_person_has_not_coded_says_nothing(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(9), monthly(*[0.5] * 12))
    codings = [
        {"item_type": "post", "item_id": number, "code": "taiwan", "parent": "politics", "coder": "anna"}
        for number, row in enumerate(rows, start=1)
        if "Taiwan" in row["text"] and row["day"].month > 6
    ]
    lake = make_lake(posts=rows, codings=codings, listings=YEAR, manifest=NEXT_YEAR)

    (row,) = answer(lake, code="taiwan", items="posts", coder="anna").rows

    assert (row["verdict"], row["reason"]) == ("not enough data to tell", "every item has it")


def with_a_second_account(*, from_july: float, share: float) -> Rows:
    """An account asked about all year that names Taiwan more from July on, and one asked about from July on."""
    random = np.random.default_rng(10)
    return posts(random, monthly(*[0.1] * 6, *[from_july] * 6)) + [
        {**row, "account_id": 2} for row in posts(random, dict(list(monthly(*[share] * 12).items())[6:]))
    ]


LATER = [*YEAR, {**YEAR[0], "account_id": 2, "covers_from": date(2024, 7, 1)}]


def test_a_change_made_by_an_account_that_was_asked_about_later_is_no_shift(make_lake: MakeLake) -> None:
    rows = with_a_second_account(from_july=0.1, share=0.9)
    lake = make_lake(posts=rows, listings=LATER, manifest=NEXT_YEAR)

    (row,) = answer(lake, terms="Taiwan").rows

    assert (row["at"], row["p"] < 0.01, row["verdict"]) == ("2024-07", True, "change beside a gap")
    assert (row["watched_alike"], row["coverage_before"], row["coverage_after"]) == (False, 0.5, 1.0)
    assert row["gap"] == "nobody asked about 1 of 2 accounts on 30 days from 2024-06-01 to 2024-06-30"
    assert row["p_alike"] > 0.05


def test_a_change_that_accounts_seen_alike_show_by_themselves_is_a_shift(make_lake: MakeLake) -> None:
    rows = with_a_second_account(from_july=0.7, share=0.9)
    lake = make_lake(posts=rows, listings=LATER, manifest=NEXT_YEAR)

    (row,) = answer(lake, terms="Taiwan").rows

    assert (row["at"], row["verdict"], row["p_alike"] < 0.01) == ("2024-07", "shift", True)
    assert row["gap"] is not None


def test_a_change_across_weeks_that_nobody_saw_is_a_change_beside_a_gap(make_lake: MakeLake) -> None:
    seen = {day: 0.1 if day.month < 6 else 0.7 for day in monthly(*[0.0] * 12) if day.month not in (6, 7)}
    listings = [{**YEAR[0], "covers_to": date(2024, 5, 31)}, {**YEAR[0], "covers_from": date(2024, 8, 1)}]
    lake = make_lake(posts=posts(np.random.default_rng(4), seen), listings=listings, manifest=NEXT_YEAR)

    (row,) = answer(lake, terms="Taiwan").rows

    assert (row["at"], row["verdict"], row["p_alike"]) == ("2024-08", "change beside a gap", None)
    assert row["gap"] == "nobody asked about 1 of 1 accounts on 61 days from 2024-06-01 to 2024-07-31"


def test_answers_that_do_not_say_what_they_cover_are_no_ground_for_a_volume(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(11), monthly(*[0.1] * 6, *[0.7] * 6))
    listings = [{"source": "pages", "account_id": 1, "observed_at": datetime(2024, 12, 31, tzinfo=UTC)}]
    lake = make_lake(posts=rows, listings=listings, manifest=NEXT_YEAR)

    by_words, whole = answer(lake, terms="Taiwan"), answer(lake)

    assert (by_words.rows[0]["at"], by_words.rows[0]["watched_alike"]) == ("2024-07", None)
    assert "fewer than half" in by_words.caveats[0]
    assert told(whole, "series", "verdict")[-1] == ("items per day", "not enough data to tell")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"code": "a", "terms": "b"}, "terms"),
        ({"account": "x:a", "outlet": "b"}, "outlet"),
        ({"outlet": "nobody"}, "outlet"),
        ({"by": "day,week"}, "by"),
        ({"by": "year"}, "by"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    make_lake: MakeLake, raw: dict[str, str], field: str
) -> None:
    lake = make_lake(accounts=[{"account_id": 1, "account": "x:a"}, {"account_id": 2, "account": "web:b"}])

    with pytest.raises(BadInput) as caught:
        answer(lake, **raw)

    assert caught.value.field == field


def test_an_outlet_is_known_by_its_name_alone(make_lake: MakeLake) -> None:
    rows = posts(np.random.default_rng(12), monthly(*[0.5] * 12))
    lake = make_lake(
        accounts=[{"account_id": 1, "account": "web:cgtn"}], posts=rows, listings=YEAR, manifest=NEXT_YEAR
    )

    assert answer(lake, outlet="CGTN", terms="Taiwan").n == 360


@pytest.fixture(scope="module")
def front_pages(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    if not SNAPSHOTS.exists():
        pytest.skip(f"the front pages are not at {SNAPSHOTS}")
    seen = pq.read_table(SNAPSHOTS, columns=["outlet", "section", "snapshot_at", "published_at", "headline"])
    outlets = {name: number for number, name in enumerate(sorted(set(seen["outlet"].to_pylist())), start=1)}
    shown: dict[tuple[str, str, str], date] = {}
    looks: dict[tuple[int, date], None] = {}
    for row in seen.to_pylist():
        looks[outlets[row["outlet"]], date.fromisoformat(row["snapshot_at"][:10])] = None
        day = (row["published_at"] or row["snapshot_at"])[:10]
        shown.setdefault((row["outlet"], row["section"], row["headline"]), date.fromisoformat(day))
    tables = {
        "accounts": [{"account_id": number, "account": f"web:{name}"} for name, number in outlets.items()],
        "posts": [
            {"day": day, "text": headline, "account_id": outlets[outlet]}
            for (outlet, _, headline), day in shown.items()
        ],
        "listings": [
            {"source": "pages", "account_id": number, "covers_from": day, "covers_to": day}
            for number, day in looks
        ],
    }
    folder = tmp_path_factory.mktemp("pages")
    return open_lake(write_lake(folder, complete(tables), as_of="2022-05-31T03:00:00Z"))


def test_the_front_pages_changed_on_24_february_2022(front_pages: Lake) -> None:
    found = answer(front_pages, terms="Ukraine,Russia", by="day")

    first = found.rows[0]
    assert (first["at"], first["verdict"], first["p"] < 0.02) == ("2022-02-24", "shift", True)
    assert (first["before"], first["after"]) == (pytest.approx(0.11, abs=0.03), pytest.approx(0.33, abs=0.05))
    assert (first["watched_alike"], first["gap"], first["p_alike"] < 0.05) == (False, None, True)
    assert told(found, "at", "verdict")[-1] == ("2022-05-08", "shift")


def test_words_that_nothing_happened_to_show_no_shift_on_the_front_pages(front_pages: Lake) -> None:
    found = answer(front_pages, terms="doctor,hospital", by="day")

    assert [row["verdict"] for row in found.rows] == ["no shift shown"]
