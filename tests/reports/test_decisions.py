"""What people decided reaches every form of the report: accepted with its name, refused with its reasons only."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pymupdf
import pytest

from tests.reports.test_pseudonyms import texts_of
from tracker import desk, mirror, publishing, reviewdesk
from tracker.analysis.tables import open_lake
from tracker.collect.pipeline import import_file
from tracker.domain import AccountRef, Brand, Claim, Document, Organisation, SeedAccount, Seeds
from tracker.reports import weekly
from tracker.settings import Settings
from tracker.store import registry
from tracker.store.engine import migrate, open_record, unit_of_work

NOW = datetime(2024, 10, 2, 8, tzinfo=UTC)
SEEDS = Seeds(
    documents=(Document("press", "Example Press", "Who runs it", date(2024, 9, 1), None, "B"),
               Document("list", "Example List", "Another operator", date(2024, 9, 2), None, "C")),
    organisations=(Organisation("harbour-icc", "Harbour ICC", "icc"), Organisation("river", "River Group", "media")),
    brands=(Brand("harbour-voice", "Harbour Voice"),),
    accounts=(SeedAccount(AccountRef("x", "harbourvoice", handle="harbourvoice", brand_id="harbour-voice"), "accepted"),),
    claims=(
        Claim("brand", "harbour-voice", "operated_by", "organisation", "harbour-icc", "press", "p. 2", "Says so."),
        Claim("brand", "harbour-voice", "operated_by", "organisation", "river", "list", "row 7", "Says otherwise."),
        Claim("account", "x:harbourvoice", "part_of", "organisation", "river", "list", "row 8", "Says more."),
    ),
)  # fmt: skip
SUSPECT = {
    "platform": "x", "document_url": "https://example.org/report.pdf", "relation": "operated_by",
    "operator": "harbour ICC", "submitted_by": "Ana Reader", "document_publisher": "Example Watch",
}  # fmt: skip
REFUSED = "wrongly_suspected"
REASON = "It reports on the harbour; nothing says that it belongs to it."
WORDS = "We are not run by the River Group."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store in whose week one suspect was accepted, one refused, a claim withdrawn and another objected to."""
    folder = tmp_path_factory.mktemp("home")
    engine, setup = open_record(f"sqlite:///{folder / 'record.db'}"), Settings(home=folder)
    migrate(engine)
    with unit_of_work(engine) as session:
        registry.save_seeds(session, SEEDS, at=NOW)
    export = folder / "export.csv"
    export.write_text(
        "Advertiser Name,Funding Entity,Targeted Segments,Creative,Start date,End Date\n"
        "Harbour Voice,Harbour Marketing,Keywords: harbour,https://x.com/harbourvoice/status/1,2024-09-30,2024-10-01\n"
    )
    scope = {"handle": "harbourvoice", "country": "FR", "from": "2024-09-01", "to": "2024-10-01", "exported_at": "2024-10-02"}  # fmt: skip
    import_file(engine, setup, "x_ads", path=export, scope=scope, now=lambda: NOW)
    for handle, reason in (
        ("HarbourFun", "It posts what the group posts."),
        (REFUSED, f"{REFUSED} likes it."),
    ):
        desk.add_suspect(engine, {**SUSPECT, "address_or_handle": handle, "reason": reason}, now=NOW)
    accepted = {"suspect": 1, "decision": "accepted", "by": "Ben Second", "rival": "A fan who copies it."}
    reviewdesk.review(engine, accepted, now=NOW)
    refused = {"suspect": 2, "decision": "rejected", "by": "Ben Second", "reason": f"@{REFUSED}: {REASON}"}
    reviewdesk.review(engine, refused, now=NOW)
    claims = {
        claim["document_id"] + claim["place"]: claim["id"]
        for claim in desk.claims_of(engine, "x:harbourvoice")
    }
    reviewdesk.withdraw_claim(
        engine,
        {"claim": claims["listrow 8"], "by": "Cid Editor", "reason": "The list took it back."},
        now=NOW,
    )
    objected = {"claim": claims["listrow 7"], "objector": "Harbour Voice Ltd", "words": WORDS,
                "received_on": "2024-10-01", "by": "Cid Editor"}  # fmt: skip
    reviewdesk.object_to_claim(engine, objected, now=NOW)
    mirror.refresh(engine, setup, progress=lambda _stage, _done, _total: None)
    yield folder
    engine.dispose()


def build(home: Path, out: Path) -> Path:
    engine = open_record(f"sqlite:///{home / 'record.db'}")
    made = weekly.build(open_lake(home / "lake"), "2024-W40", out, secret=publishing.secret_of(engine))
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def report(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(home, tmp_path_factory.mktemp("out"))


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


def test_the_same_store_and_week_give_the_same_bytes(home: Path, report: Path, tmp_path: Path) -> None:
    again = build(home, tmp_path)

    first, second = (
        {file.name: file.read_bytes() for file in one.rglob("*") if file.is_file()} for one in (report, again)
    )
    assert first == second
