from datetime import date
from typing import Any

import pytest

from tests.analysis.lakes import MakeLake
from tracker.analysis import audiences, shift
from tracker.analysis.tables import Lake
from tracker.errors import BadInput
from tracker.findings import Finding, parse_options, run, targeting


def answer(lake: Lake, name: str, **raw: str) -> Finding:
    return run(name, lake, parse_options(name, raw))


def columns(found: Finding, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found.rows]


@pytest.fixture
def lake(make_lake: MakeLake) -> Lake:
    """June 2024 sought keywords, July countries; set 1 lists a criterion twice, ad 5 has no targeting, ad 6 no date."""
    return make_lake(
        accounts=[{"account_id": 1, "account": "x:chinasays", "status": "accepted"}],
        ads=[
            {"first_shown": date(2024, 6, 1), "targeting_set_id": 1},
            {"first_shown": date(2024, 6, 2), "targeting_set_id": 1},
            {"first_shown": date(2024, 7, 1), "targeting_set_id": 2},
            {"first_shown": date(2024, 7, 9), "last_shown": date(2024, 7, 12), "targeting_set_id": 3},
            {"first_shown": date(2024, 7, 9), "targeting_set_id": None},
            {"first_shown": None, "targeting_set_id": 3},
        ],
        targets=[
            {"targeting_set_id": 1, "kind": "keyword", "value": "china"},
            {"targeting_set_id": 1, "kind": "keyword", "value": "china", "as_published": "Keyword: china"},
            {"targeting_set_id": 1, "kind": "location", "value": "Germany"},
            {"targeting_set_id": 2, "kind": "location", "value": "Germany"},
            {"targeting_set_id": 2, "kind": "location", "value": "Germany", "polarity": "exclude"},
            {"targeting_set_id": 3, "kind": "follower_lookalike", "value": "@bbcworld"},
            {"targeting_set_id": 3, "kind": "location", "value": "Germany"},
        ],
        listings=[{"account_id": 1, "covers_from": date(2024, 6, 1), "covers_to": date(2024, 7, 31)}],
    )


def test_an_ad_counts_once_in_each_criterion_and_exclusion_is_a_criterion_of_its_own(lake: Lake) -> None:
    found = answer(lake, "targeting")

    assert columns(found, "month", "kind", "value", "polarity", "ads", "n", "share") == [
        ("2024-06", "keyword", "china", "include", 2, 2, 1.0),
        ("2024-06", "location", "Germany", "include", 2, 2, 1.0),
        ("2024-07", "location", "Germany", "include", 2, 3, pytest.approx(2 / 3)),
        ("2024-07", "follower_lookalike", "@bbcworld", "include", 1, 3, pytest.approx(1 / 3)),
        ("2024-07", "location", "Germany", "exclude", 1, 3, pytest.approx(1 / 3)),
    ]
    assert (found.n, found.coverage["undated"], found.coverage["ads_without_these_criteria"]) == (5, 1, 1)


def test_where_there_are_too_many_rows_whole_criteria_of_most_ads_are_listed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targeting, "ROWS", 3)

    found, more = answer(lake, "targeting"), answer(lake, "targeting", limit="4")

    assert columns(found, "month", "value", "ads") == [
        ("2024-06", "china", 2), ("2024-06", "Germany", 2), ("2024-07", "Germany", 2),
    ]  # fmt: skip
    assert (found.coverage["criteria_left_out"], len(more.rows), more.coverage["criteria_left_out"]) == (
        2,
        4,
        1,
    )


def test_criteria_of_the_whole_time_can_be_limited_to_kinds_and_polarity(lake: Lake) -> None:
    found = answer(lake, "targeting", by="total", kinds="location,keyword", polarity="include")

    assert found.columns == ("kind", "value", "polarity", "ads", "n", "share")
    assert columns(found, "kind", "value", "ads", "n") == [
        ("location", "Germany", 4, 5),
        ("keyword", "china", 2, 5),
    ]


def test_audiences_sought_stand_with_who_sought_them_and_when(lake: Lake) -> None:
    found = answer(lake, "audiences")

    assert found.rows == [
        {"handle": "@bbcworld", "polarity": "include", "account": "x:chinasays", "account_status": "accepted",
         "ads": 1, "first_shown": "2024-07-09", "last_shown": "2024-07-12", "sought_as": "follower_lookalike",
         "payer": None, "ads_in_any_way": 1},
    ]  # fmt: skip
    assert (found.n, found.coverage["ads_without_these_criteria"]) == (5, 4)
    assert found.coverage["audiences_left_out"] == 0
    assert "Audience sought" in found.method


def test_where_there_are_too_many_audiences_those_sought_with_most_ads_are_read(make_lake: MakeLake) -> None:
    day = date(2024, 7, 1)
    lake = make_lake(
        accounts=[{"account_id": 1, "account": "x:harbour", "status": "accepted"}],
        ads=[{"first_shown": day, "targeting_set_id": number} for number in (1, 2, 2, 3)],
        targets=[
            {"targeting_set_id": number, "kind": "follower_lookalike", "value": f"@handle{number}"}
            for number in (1, 2, 3)
        ],
    )
    tables = lake.tables
    sought = audiences.by_seeker(tables["ads"], audiences.sought(tables["targets"], tables["accounts"]))

    rows = lake.rows(audiences.most_sought(sought, 2))

    assert [(row["handle"], row["ads"]) for row in rows] == [("@handle2", 2), ("@handle1", 1)]


def test_those_who_like_a_page_are_told_from_its_followers_and_a_payer_seeks_where_there_is_no_account(
    make_lake: MakeLake,
) -> None:
    day = date(2016, 5, 1)
    named = [
        (1, "connections", "connections:People who like Snow", "include"),
        (1, "people_who_match", "people_who_match:Friends of connections: Friends of people who are connected to Snow",
         "include"),
        (1, "interests", "interests:harbour news", "include"),
        (1, "interests", "interests:Islam", "include"),
        (2, "excluded_connections", "excluded_connections:Exclude people who like Snow", "exclude"),
        (2, "custom_audience", "custom_audience:Lookalike (US, 1%) - People who like Snow", "include"),
        (2, "interest", "Tide", "include"),
    ]  # fmt: skip
    lake = make_lake(
        accounts=[
            {"account_id": 1, "account": "facebook:1", "name": "Harbour News", "status": "accepted"},
            {"account_id": 2, "account": "google:2", "name": "Islam", "status": "unassessed"},
        ],
        ads=[
            {"first_shown": day, "targeting_set_id": 1},
            {"first_shown": day, "targeting_set_id": 2, "account_id": None, "payer": "Agency"},
            {"first_shown": day, "targeting_set_id": 2, "account_id": None, "payer": "Agency"},
        ],
        targets=[
            dict(zip(("targeting_set_id", "kind", "value", "polarity"), one, strict=True)) for one in named
        ],
    )

    found = answer(lake, "audiences")

    assert columns(found, "handle", "sought_as", "polarity", "account", "payer", "ads", "ads_in_any_way") == [
        ("Snow", "people_who_like", "exclude", None, "Agency", 2, 2),
        ("Snow", "lookalike_of_people_who_like", "include", None, "Agency", 2, 2),
        ("Snow", "friends_of_people_who_like", "include", "facebook:1", None, 1, 1),
        ("Snow", "people_who_like", "include", "facebook:1", None, 1, 1),
        ("harbour news", "interest_in_page", "include", "facebook:1", None, 1, 1),
    ]


def test_the_shift_between_two_periods_is_that_of_the_counts_of_links(lake: Lake) -> None:
    found = answer(lake, "targeting-shift", periods="2024-06,2024-07..2024-07")

    (row,) = found.rows
    expected = shift.divergence([2, 2, 0, 0], [0, 2, 1, 1])
    assert (row["period_from"], row["period_to"]) == ("2024-06..2024-06", "2024-07..2024-07")
    assert row["kinds"] == ["follower_lookalike", "keyword", "location"]
    assert row["jsd"] == pytest.approx(expected)
    assert (row["n_from"], row["n_to"], row["criteria"]) == (2, 2, 4)
    assert 0 < row["p"] <= 1
    assert row["p_holm"] == row["p"]
    assert row["band_lower"] <= row["band_upper"]
    assert sum(abs(one["contribution"]) for one in row["top"]) == pytest.approx(expected)
    assert row["top"][0] == {
        "value": "china", "kind": "keyword", "polarity": "include", "share_from": 0.5, "share_to": 0.0,
        "contribution": pytest.approx(-0.25),
    }  # fmt: skip
    assert [(one["value"], one["polarity"]) for one in row["top"][1:]] == [
        ("@bbcworld", "include"),
        ("Germany", "exclude"),
    ]
    assert found.n == 4
    assert found.coverage["ads"] == {"2024-06..2024-06": 2, "2024-07..2024-07": 3}
    assert found.coverage["ads_without_these_criteria"] == {"2024-06..2024-06": 0, "2024-07..2024-07": 1}


def test_near_copies_of_a_month_are_dealt_as_one_and_counted_as_ads(make_lake: MakeLake) -> None:
    text = "The port of our city opens its new harbour to every guest from abroad today"
    bursts = [(date(2024, 6, 3), 1), (date(2024, 6, 20), 2), (date(2024, 7, 3), 3), (date(2024, 7, 20), 4)]
    lake = make_lake(
        ads=[
            {"first_shown": day, "targeting_set_id": criteria, "text": f"{criteria} {text} {criteria} {copy}"}
            for day, criteria in bursts
            for copy in range(5)
        ],
        targets=[
            {"targeting_set_id": number, "kind": "location", "value": f"land {number}", "polarity": "include"}
            for number in (1, 2, 3, 4)
        ],
    )

    found = answer(lake, "targeting-shift", periods="2024-06,2024-07")

    (row,) = found.rows
    assert (row["n_from"], row["n_to"], row["creatives_from"], row["creatives_to"]) == (10, 10, 1, 1)
    assert (row["jsd"], row["jaccard"], row["p"], row["jaccard_p"]) == (1.0, 0.0, 1.0, 1.0)


def test_a_period_without_criteria_of_these_kinds_has_no_divergence(lake: Lake) -> None:
    found = answer(lake, "targeting-shift", periods="2024-05,2024-06,2024-07", kinds="keyword")

    assert columns(found, "jsd", "p", "p_holm", "n_from", "n_to", "top", "band_lower") == [
        (None, None, None, 0, 2, [], None),
        (None, None, None, 2, 0, [], None),
    ]


def test_the_limit_is_that_of_the_contributing_criteria(lake: Lake) -> None:
    found = answer(lake, "targeting-shift", periods="2024-06,2024-07", limit="1")

    assert [len(row["top"]) for row in found.rows] == [1]
    assert "rows_left_out" not in found.coverage


def test_a_shift_needs_two_periods(lake: Lake) -> None:
    with pytest.raises(BadInput, match="two or more") as caught:
        answer(lake, "targeting-shift")

    assert caught.value.field == "periods"


@pytest.mark.parametrize(
    ("ps", "adjusted"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, None, 0.6], [1.0, None, 1.0]),
    ],
)
def test_holm_corrects_for_the_number_of_pairs(ps: list[float | None], adjusted: list[float | None]) -> None:
    assert shift.holm(ps) == pytest.approx(adjusted)
