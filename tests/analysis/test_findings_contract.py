import json

import pandas as pd
import pytest

from tests.analysis.lakes import MakeLake
from tracker.errors import BadInput
from tracker.findings import NAMES, Options, Period, parse_options, run

WITHOUT_ACCOUNT = [name for name in NAMES if name != "effect"]
PERIODS = {"targeting-shift": {"periods": "2024-01..2024-06,2024-07..2024-09"}}


@pytest.mark.parametrize("name", WITHOUT_ACCOUNT)
def test_an_empty_lake_answers_with_nothing_counted(make_lake: MakeLake, name: str) -> None:
    lake = make_lake(manifest={"as_of": None, "notice": "Reconstruction from published figures"})

    found = run(name, lake, parse_options(name, PERIODS.get(name, {})))

    as_json = json.loads(found.to_json())
    assert list(as_json)[:7] == ["finding", "as_of", "n", "coverage", "method", "columns", "rows"]
    assert (as_json["finding"], as_json["as_of"], as_json["n"]) == (name, None, 0)
    assert (as_json["coverage"]["listings"], as_json["coverage"]["outcomes"]) == (0, {})
    assert as_json["notice"] == "Reconstruction from published figures"
    assert all(row.get("jsd") is None for row in found.rows)
    assert list(found.to_frame().columns) == list(found.columns)


@pytest.mark.parametrize("name", WITHOUT_ACCOUNT)
def test_every_way_to_break_down_and_every_finding_runs_on_an_empty_lake(
    make_lake: MakeLake, name: str
) -> None:
    lake = make_lake()

    found = [
        run(name, lake, parse_options(name, {"by": by, **PERIODS.get(name, {})})) for by in NAMES[name].by
    ]

    assert [one.n for one in found] == [0] * len(NAMES[name].by)


def test_a_finding_says_as_of_when_in_utc(make_lake: MakeLake) -> None:
    found = run("accounts", make_lake())

    assert found.to_dict()["as_of"] == "2024-10-01T00:00:00Z"


def test_a_frame_has_the_rows_in_their_columns(make_lake: MakeLake) -> None:
    found = run("accounts", make_lake(accounts=[{"account_id": 1, "account": "x:a", "status": "control"}]))

    frame = found.to_frame()

    assert isinstance(frame, pd.DataFrame)
    assert frame[["account", "status", "brand"]].values.tolist() == [["x:a", "control", None]]


def test_evidence_is_sorted_and_cut_but_counted_whole(make_lake: MakeLake) -> None:
    names = [f"{number:064x}" for number in range(600)]
    lake = make_lake(listings=[{"account_id": 1, "evidence": name} for name in reversed(names)])

    found = run("ads-per-month", lake)

    assert found.evidence == tuple(names[:500])
    assert found.evidence_count == 600


def test_options_are_read_from_text() -> None:
    options = parse_options("targeting-shift", {
        "periods": "2015-06..2015-12, 2016-01", "kinds": "interests, people_who_match,interests", "limit": " 5 ",
        "polarity": "", "account": " x:chinasays ",
    })  # fmt: skip

    assert options == Options(
        periods=(Period(2015 * 12 + 5, 2015 * 12 + 11), Period(2016 * 12, 2016 * 12)),
        kinds=("interests", "people_who_match"),
        limit=5,
        account="x:chinasays",
    )
    assert str(options.periods[0]) == "2015-06..2015-12"


def test_a_month_stands_for_all_its_days() -> None:
    options = parse_options("ads-per-month", {"since": "2024-02", "until": "2024-02"})

    assert (str(options.since), str(options.until)) == ("2024-02-01", "2024-02-29")


@pytest.mark.parametrize(
    ("name", "option", "text", "said"),
    [
        ("ads-per-month", "since", "2024-13", "'2024-13' is not a month"),
        ("ads-per-month", "since", "0000-01", "is not a month"),
        ("ads-per-month", "since", "03/04/2024", "expected YYYY-MM-DD or YYYY-MM"),
        ("ads-per-month", "until", "2024-02-30", "not a day that exists"),
        ("ads-per-month", "until", "２０２４-01-01", "is neither a day nor a month"),
        ("ads-per-month", "by", "month", "expected account, payer, repository"),
        ("ads-per-month", "kinds", "keyword", "not an option here"),
        ("ads-per-month", "limit", "0", "whole number from 1"),
        ("ads-per-month", "limit", "-1", "whole number from 1"),
        ("ads-per-month", "limit", "9" * 2000, "whole number from 1"),
        ("ads-per-month", "limit", "²", "whole number from 1"),
        ("ads-per-month", "account", "x" * 2001, "2001 characters"),
        ("topics", "items", "articles", "expected ads or posts"),
        ("topics", "level", "middle", "expected top or fine"),
        ("targeting", "polarity", "both", "expected include or exclude"),
        ("targeting-shift", "periods", "2024-01", "two or more periods"),
        ("targeting-shift", "periods", "2024-06..2024-01,2024-07", "ends before it begins"),
        ("targeting-shift", "periods", "2024-01..2024-06,2024-06..2024-09", "must begin after"),
        ("targeting-shift", "periods", "2024-01..2024-06;2024-07", "is not a month"),
    ],
)
def test_a_bad_option_is_refused_by_name(name: str, option: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        parse_options(name, {option: text})

    assert caught.value.field == option


def test_until_before_since_is_refused() -> None:
    with pytest.raises(BadInput, match="before since") as caught:
        parse_options("payers", {"since": "2024-02", "until": "2024-01"})

    assert caught.value.field == "until"


def test_a_finding_that_does_not_exist_is_refused_with_those_that_do(make_lake: MakeLake) -> None:
    with pytest.raises(BadInput, match="ads-per-month"):
        parse_options("labels?", {})
    with pytest.raises(BadInput, match="ads-per-month"):
        run("labels?", make_lake())


@pytest.mark.parametrize("name", WITHOUT_ACCOUNT)
def test_every_finding_understands_its_own_options(name: str) -> None:
    good = {
        "since": "2024-01", "until": "2024-02-03", "by": ",".join(NAMES[name].by[:1]), "limit": "3",
        "kinds": "a", "periods": "2024-01,2024-02", "polarity": "exclude", "items": "ads", "level": "fine", "group": "others",
    }  # fmt: skip

    options = parse_options(name, {option: good.get(option, "word") for option in NAMES[name].options})

    assert options != Options()
