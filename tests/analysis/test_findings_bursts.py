"""More than usual is told against the other periods, and not where little is known or a period is not over."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.analysis.lakes import MakeLake, Rows
from tracker.analysis.bursts import held_against_others
from tracker.findings import Finding, parse_options, run

ASKED = [
    {"source": "pages", "account_id": 1, "covers_from": date(2024, 1, 1), "covers_to": date(2024, 3, 31)}
]


def posts(counts: list[int]) -> Rows:
    return [
        {"day": date(2024, 1, 1) + timedelta(days=day), "text": f"post {day} {number}"}
        for day, count in enumerate(counts)
        for number in range(count)
    ]


def asked(
    make_lake: MakeLake, counts: list[int], *, as_of: str = "2024-04-01T00:00:00Z", **raw: str
) -> Finding:
    lake = make_lake(posts=posts(counts), listings=ASKED, manifest={"as_of": as_of})
    return run("bursts", lake, parse_options("bursts", {"items": "posts", "by": "day"} | raw))


def test_a_day_with_far_more_than_the_others_is_a_burst_and_they_are_none(make_lake: MakeLake) -> None:
    counts = [4 + day % 3 for day in range(91)]
    counts[40] = 30

    found = asked(make_lake, counts)

    told = [row for row in found.rows if row["verdict"] == "burst"]
    assert [(row["at"], row["until"], row["week"], row["items"]) for row in told] == [
        ("2024-02-10", "2024-02-10", "2024-W06", 30)
    ]
    assert told[0]["expected"] == pytest.approx(5, abs=0.3)
    assert told[0]["p_adjusted"] < 0.001
    assert (len(found.rows), found.coverage["bursts"]) == (91, 1)
    assert "gamma-Poisson" in found.method


def test_the_band_holds_at_least_95_of_100_days_of_the_null_model_and_is_no_wider_than_needed() -> None:
    known = held_against_others(np.full(60, 9), np.ones(60))
    assert known is not None
    mean, lower, upper = float(known.mean[30]), int(known.lower[30]), int(known.upper[30])

    random = np.random.default_rng(7)
    drawn = random.poisson(random.gamma(56 * mean, 1 / 56, 200_000))
    assert (drawn < lower).mean() <= 0.026
    assert (drawn > upper).mean() <= 0.026
    assert (drawn <= lower).mean() > 0.024
    assert (drawn >= upper).mean() > 0.024


def test_a_week_begins_on_monday_and_the_unfinished_one_is_shown_and_not_tested(make_lake: MakeLake) -> None:
    found = asked(make_lake, [3] * 60, as_of="2024-02-29T12:00:00Z", by="week")

    assert found.rows[0]["at"] == "2024-01-01"
    assert (found.rows[-1]["at"], found.rows[-1]["verdict"], found.rows[-1]["p"]) == (
        "2024-02-26", "unfinished, not tested", None,
    )  # fmt: skip
    assert found.rows[-1]["items"] > 0


def test_few_periods_are_not_enough_to_tell(make_lake: MakeLake) -> None:
    found = asked(make_lake, [3] * 10 + [90], as_of="2024-01-12T00:00:00Z")

    assert {row["verdict"] for row in found.rows} == {"not enough data to tell"}
    assert "at least 20" in found.rows[0]["reason"]


def test_without_answers_that_tell_which_days_were_asked_about_nothing_is_tested(make_lake: MakeLake) -> None:
    lake = make_lake(posts=posts([3] * 60), manifest={"as_of": "2024-04-01T00:00:00Z"})

    found = run("bursts", lake, parse_options("bursts", {"items": "posts", "by": "day"}))

    assert [(row["verdict"], row["at"]) for row in found.rows] == [("not enough data to tell", None)]


def test_a_longer_period_is_expected_to_hold_more() -> None:
    days = np.array([1.0] * 30 + [10.0])

    found = held_against_others(np.array([5] * 30 + [50]), days)

    assert found is not None
    assert found.mean[-1] == pytest.approx(50, rel=0.02)
    assert found.p[-1] > 0.3
    assert found.scatter.min() == 1.0


def test_days_that_scatter_by_themselves_make_no_burst_of_a_day_like_others() -> None:
    random = np.random.default_rng(3)
    counts = random.negative_binomial(2, 1 / 6, 84)
    plain = np.full(84, 10)
    counts[10] = plain[10] = 30

    scattered, still = held_against_others(counts, np.ones(84)), held_against_others(plain, np.ones(84))

    assert scattered is not None
    assert still is not None
    assert still.p[10] < 1e-5 < 0.001 < scattered.p[10]


def test_nothing_counted_is_nothing_told() -> None:
    assert held_against_others(np.zeros(40, dtype=np.int64), np.ones(40)) is None


def test_a_burst_of_copies_says_in_how_few_texts_it_came(make_lake: MakeLake) -> None:
    said = "The harbour of the city is open to every guest who comes from abroad"
    copies = [
        {"day": date(2024, 2, 10), "source": "pages", "text": f"{said} {number}"} for number in range(30)
    ]
    lake = make_lake(
        posts=posts([5] * 91) + copies, listings=ASKED, manifest={"as_of": "2024-04-01T00:00:00Z"}
    )

    found = run("bursts", lake, parse_options("bursts", {"items": "posts", "by": "day"}))

    told = [(row["items"], row["texts"]) for row in found.rows if row["verdict"] == "burst"]
    assert told == [(35, 6)]
