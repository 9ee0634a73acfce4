"""What people decided reaches every form of the report: accepted with its name, refused with its reasons only."""

import csv
from pathlib import Path

import openpyxl
import pymupdf
import pytest

from tests.reports.stores import REASON, REFUSED, WORDS
from tests.reports.test_pseudonyms import texts_of
from tracker import publishing
from tracker.analysis.tables import open_lake
from tracker.reports import weekly
from tracker.store.engine import open_record


def build(decided_home: Path, out: Path) -> Path:
    engine = open_record(f"sqlite:///{decided_home / 'record.db'}")
    made = weekly.build(
        open_lake(decided_home / "lake"), "2024-W40", out, secret=publishing.secret_of(engine)
    )
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def report(decided_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(decided_home, tmp_path_factory.mktemp("out"))


def rows_of(report: Path, name: str) -> list[dict[str, str]]:
    with (report / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_accepted_suspect_is_named_in_the_report_with_who_attributed_it_and_who_read_it(
    report: Path,
) -> None:
    [row] = [row for row in rows_of(report, "decisions") if row["what"] == "accepted"]

    assert (row["account"], row["status"], row["by"]) == ("HarbourFun · X", "accepted", "Ben Second")
    assert row["said"] == "operated by Harbour ICC; attributed by Example Watch: untitled"
    assert (row["reason"], row["rival"]) == ("It posts what the group posts.", "A fan who copies it.")
    assert "HarbourFun" in texts_of(report)["report.html"]


def test_a_refused_suspect_stands_there_with_its_reasons_and_without_its_name(report: Path) -> None:
    [row] = [row for row in rows_of(report, "decisions") if row["what"] == "rejected"]

    assert REASON in row["reason"]
    assert row["account"].startswith("account-")
    assert (row["by"], row["said"], row["document"]) == ("", "", "")
    assert [file for file, text in texts_of(report).items() if REFUSED in text.casefold()] == []
    assert "Ana Reader" not in "".join(texts_of(report).values())


@pytest.mark.parametrize(
    "told",
    [
        "disputed: Example Press says operated by Harbour ICC; Example List says operated by River Group",
        "The list took it back.", WORDS, "Harbour Voice Ltd", REASON,
    ],
)  # fmt: skip
def test_disputes_withdrawals_objections_and_reasons_stand_in_every_form(report: Path, told: str) -> None:
    page = texts_of(report)["report.html"]
    with pymupdf.open(report / "report.pdf") as document:
        paper = "".join("".join(one.get_text() for one in document).replace("\u200b", "").split())
    book = openpyxl.load_workbook(report / "data.xlsx", read_only=True)
    cells = {
        str(cell)
        for sheet in ("accounts", "claims", "decisions")
        for row in book[sheet].values
        for cell in row
        if cell
    }
    book.close()
    files = "".join(
        (report / "data" / f"{name}.csv").read_text() for name in ("accounts", "claims", "decisions")
    )

    assert told in page
    assert "".join(told.split()) in paper
    assert any(told in cell for cell in cells)
    assert told in files


def test_the_claims_are_there_as_data_with_what_became_of_them(report: Path) -> None:
    rows = {row["says"]: row for row in rows_of(report, "claims")}

    assert (rows["Says more."]["withdrawn"], rows["Says more."]["withdrawn_reason"]) == ("yes", "The list took it back.")  # fmt: skip
    assert (rows["Says otherwise."]["disputed"], rows["Says otherwise."]["objections"]) == ("yes", "1")
    assert (rows["Says so."]["grade"], rows["Says so."]["items"]) == ("moderate", "1")


def test_the_same_store_and_week_give_the_same_bytes(
    decided_home: Path, report: Path, tmp_path: Path
) -> None:
    again = build(decided_home, tmp_path)

    first, second = (
        {file.name: file.read_bytes() for file in one.rglob("*") if file.is_file()} for one in (report, again)
    )
    assert first == second
