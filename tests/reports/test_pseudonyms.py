"""Nobody who is not accepted is named in any byte of a report, on a store whose every text tries to."""

import csv
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.reports import lakes
from tracker.analysis.tables import open_lake
from tracker.reports import weekly

HIDDEN = ("hushed_voice7", "quietharbor", "静音之声")
NAMING = (
    "follow @Hushed_Voice7 now", "QuietHarbor says so, https://x.com/hushed_voice7/status/1", "来自静音之声的消息",
    "x:quietharbor <b>hushed_voice7</b>", '=HYPERLINK("https://x.com/QuietHarbor")', "plain", "plain", "plain", "plain",
)  # fmt: skip


def store(folder: Path) -> Path:
    """A lake with two hidden accounts whose names stand in every column that can hold a text."""
    tables = lakes.tables_of_the_week(NAMING)
    accounts = [dict(row) for row in tables["accounts"]]
    for place, handle, name in ((2, "hushed_voice7", "静音之声"), (4, "quietharbor", "Quiet Harbor")):
        accounts[place] |= {
            "account": f"x:{handle}", "handle": handle, "name": name, "url": f"https://x.com/{handle}",
            "brand": name, "brand_id": f"b-{handle}", "operator": f"the body behind {handle}",
        }  # fmt: skip
    for place in (0, 1, 3):
        accounts[place] |= {"brand": f"Public {place}", "operator": None}
    ads = [
        {**ad, "creative_url": "https://x.com/hushed_voice7/status/2", "landing_url": "https://x.com/quietharbor",
         "advertiser_name": "Hushed_Voice7", "beneficiary": "QuietHarbor"}
        for ad in tables["ads"]
    ]  # fmt: skip
    targets = [
        *tables["targets"],
        {
            "targeting_set_id": 2,
            "kind": "follower_lookalike",
            "value": "@Hushed_Voice7",
            "polarity": "include",
        },
        {"targeting_set_id": 2, "kind": "keyword", "value": "quietharbor", "polarity": "include"},
    ]
    changes: list[dict[str, Any]] = [
        {**change, "subject": "https://x.com/hushed_voice7/status/2", "before": "QuietHarbor", "after": NAMING[1]}
        for change in tables["changes"]
    ]  # fmt: skip
    changes += [
        {"change_id": 90 + number, "at": datetime(2024, 10, 2, 6, tzinfo=UTC), "type": "renamed", "account_id": number,
         "subject": f"x:{HIDDEN[0]}", "field": "handle", "before": "静音之声", "after": "hushed_voice7",
         "snapshot_before": "listing-1", "snapshot_after": "ad-101"}
        for number in (3, 5)
    ]  # fmt: skip
    claims = [
        {"claim_id": number, "subject_type": "account", "subject": subject, "predicate": "same_as",
         "object_type": "account", "object": "x:example1", "document_id": "doc", "publisher": "Institute of Examples",
         "title": "On hushed_voice7", "published_on": date(2024, 1, 1), "says": NAMING[1], "rival": NAMING[0],
         "place": "quietharbor", "grade": "low"}
        for number, subject in enumerate(("x:hushed_voice7", "x:example1"), start=1)
    ]  # fmt: skip
    return lakes.write(
        folder,
        **{
            **tables,
            "accounts": accounts,
            "ads": ads,
            "targets": targets,
            "changes": changes,
            "claims": claims,
        },
    )


def texts_of(folder: Path) -> dict[str, str]:
    """Every byte of a folder as text: of a workbook its parts, of a document its pages."""
    found = {}
    for file in (one for one in folder.rglob("*") if one.is_file()):
        if file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as book:
                parts = {name: book.read(name).decode() for name in book.namelist()}
            found |= {f"{file.name}/{name}": text for name, text in parts.items()}
        elif file.suffix == ".pdf":
            with pymupdf.open(file) as document:
                found[file.name] = "".join(
                    "".join(page.get_text() for page in document).replace("\u200b", "").split()
                )
        else:
            found[file.name] = file.read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = open_lake(store(tmp_path_factory.mktemp("naming")))
    return weekly.build(lake, "2024-W40", tmp_path_factory.mktemp("out"), secret=lakes.SECRET)


@pytest.mark.parametrize("name", HIDDEN)
def test_no_byte_of_a_report_names_an_account_that_is_not_accepted(report: Path, name: str) -> None:
    naming = [file for file, text in texts_of(report).items() if name in text.casefold()]

    assert naming == []


def test_the_pseudonyms_of_a_report_are_the_same_in_every_file(report: Path) -> None:
    with (report / "data" / "ads_other_status.csv").open(encoding="utf-8", newline="") as file:
        names = {row["account"] for row in csv.DictReader(file)}

    told = texts_of(report)
    assert len(names) == 2
    assert all(name.split(" ")[0] in told["report.html"] for name in names)
    assert all(name.split(" ")[0] in told["report.pdf"] for name in names)
