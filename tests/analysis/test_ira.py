"""The released IRA ads, read straight into a lake: what the set's README knows of them must come out."""

import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.lakes import complete, write_lake
from tracker.analysis.tables import Lake, open_lake
from tracker.findings import parse_options, run

FILE = Path(__file__).parents[2].parent / "shared/data/ads/ira/ira_facebook_ads_2015_2017.jsonl.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the released ads are not at {FILE}")


@pytest.fixture(scope="module")
def released() -> list[dict[str, Any]]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def lake(released: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    ads, targets = [], []
    for row in released:
        shown = date.fromisoformat(row["created"][:10]) if row["created"] else None
        if shown and shown.year == 2018:
            continue
        impressions = float(row["impressions"])
        ads.append(
            {"ad_id": row["id"], "source": "ira_ads", "first_shown": shown, "targeting_set_id": row["id"],
             "impressions_lower": impressions, "impressions_upper": impressions}
        )  # fmt: skip
        targets += [
            {"targeting_set_id": row["id"], "kind": target["category"], "value": target["name"]}
            for target in row["targets"]
        ]
    tables = {
        "ads": ads,
        "targets": targets,
        "listings": [{"source": "ira_ads", "covers_from": date(2015, 1, 1), "covers_to": date(2017, 12, 31)}],
        "quarantined": [{"source": "ira_ads", "line": 1}, {"source": "ira_ads", "line": 2}],
    }
    return open_lake(write_lake(tmp_path_factory.mktemp("ira"), complete(tables)))


def test_the_file_has_the_links_that_its_readme_counts(released: list[dict[str, Any]]) -> None:
    links = Counter((row["id"], target["name"]) for row in released for target in row["targets"])

    assert len(released) == 3498
    assert (links.total(), links.total() - len(links)) == (35_786, 3)
    assert len({name for _, name in links}) == 1663


def test_ads_per_month_agree_with_the_readme(lake: Lake) -> None:
    found = run("ads-per-month", lake)

    months = {row["month"]: row["ads"] for row in found.rows}
    assert {month: months[month] for month in sorted(months)[:12]} == {
        "2015-06": 115, "2015-07": 133, "2015-08": 74, "2015-09": 87, "2015-10": 59, "2015-11": 58,
        "2015-12": 86, "2016-01": 92, "2016-02": 63, "2016-03": 90, "2016-04": 219, "2016-05": 339,
    }  # fmt: skip
    assert (found.n, found.coverage["undated"], found.coverage["quarantined"]) == (3495, 1, 2)


def test_every_link_counts_once_however_often_it_is_listed(
    lake: Lake, released: list[dict[str, Any]]
) -> None:
    found = run("targeting", lake, parse_options("targeting", {"by": "total"}))

    links = {
        (row["id"], target["name"])
        for row in released
        if row["created"] and row["created"][:4] != "2018"
        for target in row["targets"]
    }
    assert sum(row["ads"] for row in found.rows) == len(links)


def test_the_targeting_of_the_released_ads_shifted_between_every_two_periods(lake: Lake) -> None:
    raw = {
        "periods": "2015-06..2015-12,2016-01..2016-06,2016-07..2016-12,2017-01..2017-08",
        "kinds": "interests,people_who_match,and_must_also_match",
    }

    found = run("targeting-shift", lake, parse_options("targeting-shift", raw))

    assert [(row["n_from"], row["n_to"]) for row in found.rows] == [(444, 870), (870, 831), (831, 1007)]
    assert [row["jsd"] for row in found.rows] == pytest.approx([0.745696, 0.775584, 0.557463], abs=1e-6)
    assert all(row["p"] == 1 / 2000 and row["jsd"] > row["band_upper"] for row in found.rows)
    assert all(len(row["top"]) == 10 for row in found.rows)
