"""Charts of provinces, and that the shapes draw borders as docs/maps.md says: point in polygon, in plain Python."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from tracker import charts
from tracker.registry.provinces import PROVINCES

ROOT = Path(__file__).parents[1]
SHAPES = ROOT / "dashboard" / "static" / "china-provinces.json"
AS_OF = datetime(2024, 9, 30, 6, tzinfo=UTC)
Ring = list[tuple[float, float]]


def centre(
    level: str | None, province: str | None, founded: str | None = None, kind: str = "icc"
) -> dict[str, Any]:
    return {"kind": kind, "level": level, "province": province, "founded": founded}


CENTRES = [
    centre("province", "CN-ZJ"), centre("city", "CN-ZJ", "2023"), centre("district", "CN-ZJ", "2023-06"),
    centre("county", "CN-JX", "2020-01-02"), centre(None, "CN-BJ"), centre("city", "CN-XX"), centre("city", None),
    centre("province", "CN-GD", "1949", kind="party_organ"), centre("city", "CN-ZJ", "![x](https://evil.example)"),
]  # fmt: skip


@cache
def topology() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SHAPES.read_text(encoding="utf-8"))
    return found


@cache
def lines() -> list[Ring]:
    (scale_x, scale_y), (left, bottom) = (
        topology()["transform"]["scale"],
        topology()["transform"]["translate"],
    )
    found = []
    for steps in topology()["arcs"]:
        x, y, line = 0, 0, []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            line.append((x * scale_x + left, y * scale_y + bottom))
        found.append(line)
    return found


def rings(unit: dict[str, Any]) -> Iterator[Ring]:
    for polygon in unit["arcs"]:
        for numbers in polygon:
            pieces = [lines()[at] if at >= 0 else lines()[~at][::-1] for at in numbers]
            yield [point for piece in pieces for point in piece]


def crosses(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def units_at(longitude: float, latitude: float) -> list[str]:
    """Return the units in whose rings a point lies an odd number of times, so that holes are outside."""
    return [
        unit["id"]
        for unit in topology()["objects"]["provinces"]["geometries"]
        if sum(crosses(ring, longitude, latitude) for ring in rings(unit)) % 2
    ]


def test_every_province_that_a_body_may_sit_in_has_a_shape_with_both_names() -> None:
    units = topology()["objects"]["provinces"]["geometries"]

    named = {unit["id"]: (unit["properties"]["name"], unit["properties"]["name_zh"]) for unit in units}
    assert named == {one.id: (one.name, one.native_name) for one in PROVINCES.values()}
    assert all(unit["properties"]["id"] == unit["id"] for unit in units)


def test_the_shapes_are_small_and_come_with_their_licence() -> None:
    licence = (SHAPES.parent / "china-LICENSE.txt").read_text(encoding="utf-8")

    assert SHAPES.stat().st_size < 150_000
    assert "Natural Earth" in licence
    assert "The MIT License" in licence


@pytest.mark.parametrize(
    ("place", "longitude", "latitude", "unit"),
    [
        ("Beijing", 116.4, 39.9, "CN-BJ"), ("Tianjin", 117.3, 39.1, "CN-TJ"), ("Shanghai", 121.4, 31.1, "CN-SH"),
        ("Chongqing", 106.6, 29.6, "CN-CQ"), ("Hangzhou", 120.1, 30.2, "CN-ZJ"), ("Wuhan", 114.3, 30.6, "CN-HB"),
        ("Shijiazhuang", 114.5, 38.0, "CN-HE"), ("Zhengzhou", 113.6, 34.7, "CN-HA"), ("Haikou", 110.3, 19.9, "CN-HI"),
        ("Xi'an", 108.9, 34.3, "CN-SN"), ("Taiyuan", 112.5, 37.9, "CN-SX"), ("Changsha", 112.9, 28.2, "CN-HN"),
        ("Urumqi", 87.6, 43.8, "CN-XJ"), ("Lhasa", 91.1, 29.6, "CN-XZ"), ("Hohhot", 111.7, 40.8, "CN-NM"),
        ("Shenzhen", 114.05, 22.62, "CN-GD"), ("Harbin", 126.6, 45.8, "CN-HL"), ("Guiyang", 106.7, 26.6, "CN-GZ"),
    ],
)  # fmt: skip
def test_a_city_lies_in_its_province(place: str, longitude: float, latitude: float, unit: str) -> None:
    assert units_at(longitude, latitude) == [unit]


@pytest.mark.parametrize(
    ("place", "longitude", "latitude", "units"),
    [
        ("Aksai Chin", 79.5, 35.2, ["CN-XJ"]), ("Shaksgam valley", 76.5, 36.1, ["CN-XJ"]),
        ("Itanagar, Arunachal Pradesh", 93.6, 27.1, []), ("Tawang, Arunachal Pradesh", 91.9, 27.6, []),
        ("Doklam", 89.0, 27.3, []), ("Taipei", 121.5, 25.0, []), ("Kinmen", 118.35, 24.45, []),
        ("Hong Kong", 114.1, 22.42, ["CN-HK"]), ("Macao", 113.57, 22.13, ["CN-MO"]),
        ("Woody Island, Paracels", 112.34, 16.83, []), ("Fiery Cross Reef, Spratlys", 112.89, 9.55, []),
        ("Senkaku or Diaoyu", 123.47, 25.74, []), ("open South China Sea", 114.0, 12.0, []),
    ],
)  # fmt: skip
def test_borders_are_drawn_as_the_documentation_says(
    place: str, longitude: float, latitude: float, units: list[str]
) -> None:
    assert units_at(longitude, latitude) == units


def test_the_documentation_names_each_disputed_place() -> None:
    words = (ROOT / "docs" / "maps.md").read_text(encoding="utf-8")

    missing = [
        place
        for place in ("Taiwan", "Hong Kong", "Macao", "Aksai Chin", "Shaksgam", "Arunachal Pradesh", "Doklam",
                      "South China Sea", "Paracel", "Senkaku", "Kinmen", "Crimea")
        if place not in words
    ]  # fmt: skip
    assert missing == []


def test_provinces_are_ranked_by_the_centres_known_with_their_levels() -> None:
    ranks = charts.province_ranks(CENTRES)

    assert [(row["id"], row["province"], row["centres"]) for row in ranks] == [
        ("CN-ZJ", "Zhejiang", 4), ("CN-BJ", "Beijing", 1), ("CN-JX", "Jiangxi", 1),
    ]  # fmt: skip
    assert [ranks[0][word] for word in charts.LEVEL_WORDS] == [1, 2, 1, 0]


def test_a_centre_without_a_known_year_is_not_drawn_in_any_and_said_to_be_so() -> None:
    spec = charts.centres_by_year(CENTRES, as_of=AS_OF).to_dict()

    counted = charts.founded_by_year(CENTRES)
    assert counted == [
        {"year": "2020", "level": "county or district", "centres": 1},
        {"year": "2023", "level": "city", "centres": 1},
        {"year": "2023", "level": "county or district", "centres": 1},
    ]
    assert "3 with a known year, 5 without and not drawn · n = 8" in spec["title"]["subtitle"]
    assert spec["encoding"]["x"]["scale"]["domain"] == ["2020", "2021", "2022", "2023"]


@pytest.mark.parametrize("look", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_both_charts_draw_without_a_network(look: charts.Look) -> None:
    ranks = charts.province_ranks(CENTRES)
    for chart in (
        charts.province_map(ranks, shapes=topology(), as_of=AS_OF, look=look),
        charts.centres_by_year(CENTRES, as_of=AS_OF, look=look),
        charts.centres_by_year([], as_of=None, look=look),
    ):
        svg = vl_convert.vegalite_to_svg(chart.to_dict() | {"width": 500})

        assert svg.startswith("<svg")
        assert look.ink in svg


def test_a_province_without_a_known_centre_is_grey_and_says_so() -> None:
    spec = charts.province_map(charts.province_ranks(CENTRES), shapes="x.json", as_of=AS_OF).to_dict()

    base = spec["layer"][0]
    assert base["mark"]["fill"] == charts.LIGHT.nothing
    assert {"as": "known", "calculate": "'none known to us'"} in base["transform"]
    assert spec["layer"][1]["transform"][-1] == {"filter": "isValid(datum.centres)"}
