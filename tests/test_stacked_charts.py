"""Stacked shares: what is drawn of shares, counts, gaps, changes and the period that is not over."""

from datetime import UTC, datetime
from typing import Any

import pytest
import vl_convert

from tracker import charts
from tracker.charts.stacks import segments
from tracker.charts.turns import changes_at

AS_OF = datetime(2024, 9, 20, 6, tzinfo=UTC)
Row = dict[str, Any]


def row(month: str, code: str, items: int, *, n: int = 10, measured: bool = True) -> Row:
    share = items / n if measured else None
    return {
        "month": month, "code": code, "items": items, "n": n, "share": share, "covered": 1.0, "alpha": None,
        "lower": max(0.0, share - 0.1) if share is not None else None, "n_coded": n if measured else 0,
        "upper": min(1.0, share + 0.1) if share is not None else None, "uncoded_share": 0.3,
        "measure": "coded in full" if measured else "keyword count",
    }  # fmt: skip


ROWS = [
    row("2024-07", "politics", 2), row("2024-07", "culture", 5),
    row("2024-08", "politics", 6, measured=False), row("2024-08", "culture", 1, measured=False),
    row("2024-09", "politics", 7), row("2024-09", "culture", 0),
]  # fmt: skip


def change(at: str, series: str, p: float, *, verdict: str = "shift", gap: str | None = None) -> Row:
    return {"at": at, "series": series, "p_adjusted": p, "n_before": 20, "n_after": 30, "verdict": verdict, "gap": gap}  # fmt: skip


def drawn(**options: Any) -> dict[str, Any]:
    chart = charts.shares_stacked(ROWS, by="month", noun="post", as_of=AS_OF, **options)
    return dict(chart.to_dict())


def values(spec: dict[str, Any], layer: int) -> list[Row]:
    data = spec["layer"][layer]["data"]
    return list(data.get("values") or spec["datasets"][data["name"]])


def test_shares_stand_on_each_other_with_their_interval_and_what_is_not_coded_on_top() -> None:
    july = [one for one in segments(ROWS, "month", AS_OF) if one["period"] == "2024-07"]

    assert [(one["code"], one["y0"], one["y1"], one["low"], one["high"]) for one in july] == [
        ("politics", 0, 0.2, pytest.approx(0.1), pytest.approx(0.3)),
        ("culture", 0.2, pytest.approx(0.7), pytest.approx(0.6), pytest.approx(0.8)),
        ("not coded", pytest.approx(0.7), pytest.approx(1.0), None, None),
    ]
    assert len({one["whisker"] for one in july}) == 3


def test_a_keyword_count_has_no_interval_and_a_period_that_is_not_over_is_marked() -> None:
    found = segments(ROWS, "month", AS_OF)

    august = next(one for one in found if one["period"] == "2024-08" and one["code"] == "politics")
    september = [one for one in found if one["period"] == "2024-09"]
    assert (august["measured"], august["low"], august["interval"]) == (False, None, "none: no share")
    assert {one["over"] for one in september} == {False}
    assert "culture" not in {one["code"] for one in september}


def test_the_line_below_the_title_says_what_is_a_share_and_what_is_only_counted() -> None:
    spec = drawn()

    assert spec["title"]["subtitle"] == (
        "share by month, 20 coded by hand, 95 % intervals; hollow: keyword counts, no shares · n = 30 · "
        "dashed: the period that is not over, not tested · as of 20 Sep 2024, 06:00 UTC"
    )


def test_every_mark_that_can_be_clicked_says_what_it_is_and_of_when() -> None:
    burst = {"at": "2024-08-01", "items": 90, "expected": 10.0, "p_adjusted": 0.001}
    spec = drawn(changes=[change("2024-08", "politics", 0.0004)], bursts=[burst])

    data = [value for values in spec["datasets"].values() for value in values]
    marks = {(one["kind"], one["at"]) for one in data if one.get("kind")}
    assert {("segment", "2024-07-01"), ("change", "2024-08-01"), ("burst", "2024-08-01")} <= marks
    (param,) = spec["params"]
    assert (param["name"], param["select"]["fields"]) == ("mark", ["kind", "at", "code", "measured"])
    assert vl_convert.vegalite_to_svg(spec).count("p &lt; 0.001") == 1


def test_changes_of_one_day_are_one_rule_named_by_the_surest_and_one_beside_a_gap_says_so() -> None:
    same_day = [change("2024-08", "politics", 0.0004), change("2024-08", "culture", 0.02)]
    gap = change("2024-09", "politics", 0.01, verdict="change beside a gap", gap="nobody asked")

    first, second = changes_at([*same_day, gap], "month")

    assert (first["series"], first["said"], first["n"], first["tone"]) == (
        "politics, culture", "< 0.001", "20, 30", "shift",
    )  # fmt: skip
    assert (second["tone"], second["gap"]) == ("gap", "nobody asked")


def test_words_that_are_named_have_one_series_on_a_scale_of_their_own() -> None:
    rows = [
        {**row("2024-07", "Taiwan", 1), "measure": "words named"},
        {**row("2024-08", "Taiwan", 2), "measure": "words named"},
    ]

    spec = charts.shares_stacked(rows, by="month", noun="post", as_of=AS_OF).to_dict()

    boxes = spec["layer"][0]
    assert {value["code"] for value in values(spec, 0)} == {"Taiwan"}
    assert boxes["encoding"]["y"]["scale"]["domain"] == [0, pytest.approx(0.33)]
    assert spec["title"]["subtitle"].startswith("share by month of all items that name any of these words")


def test_bars_by_day_and_week_stand_where_the_coverage_below_stands() -> None:
    rows = [{**row("2024-07", "politics", 2), "week": "2024-07-29"}]
    coverage = [{"day": "2024-07-30", "outcome": "rows"}]

    spec = charts.shares_stacked(rows, by="week", noun="ad", as_of=AS_OF, coverage=coverage).to_dict()

    bar, _without = values(spec, 0)
    assert (bar["at"], bar["last"]) == ("2024-07-29", "2024-08-04")
    strip = [layer for layer in spec["layer"] if layer["encoding"].get("color", {}).get("field") == "state"]
    assert len(strip) == 1
