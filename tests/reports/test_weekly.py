"""The report as a whole: the same bytes, the manifest, the notice, who is counted, what an empty week says."""

import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pymupdf
import pytest
from sqlalchemy import Engine

from tests.reports import lakes
from tests.reports.conftest import WEEK
from tracker import desk, mirror, publishing, reviewdesk
from tracker.analysis.tables import Lake, open_lake
from tracker.errors import BadInput
from tracker.reports import weekly, weeks
from tracker.reports.content import Report, Table
from tracker.reports.exports import xlsx
from tracker.reports.issue import open_issue
from tracker.settings import Settings


def contents(place: Path) -> dict[str, bytes]:
    return {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def compose(folder: Path, week: str = WEEK) -> Report:
    lake = open_lake(folder)
    as_of = lake.as_of or lakes.AS_OF
    return weekly.compose(open_issue(lake, weeks.parse(week, as_of=as_of), as_of=as_of))


@pytest.fixture(scope="module")
def made(hostile_lake: Lake) -> Report:
    return weekly.compose(open_issue(hostile_lake, weeks.parse(WEEK, as_of=lakes.AS_OF), as_of=lakes.AS_OF))


def table(report: Report, name: str) -> Table:
    return next(table for table in report.tables if table.name == name)


def pdf_pages(file: Path) -> list[str]:
    with pymupdf.open(file) as document:
        return [" ".join(page.get_text().replace("\u200b", "").split()) for page in document]


def test_the_same_lake_and_week_give_the_same_bytes(report: Path, hostile_lake: Lake, tmp_path: Path) -> None:
    again = weekly.build(hostile_lake, WEEK, tmp_path, secret=lakes.SECRET)

    assert contents(again) == contents(report)


def test_the_folder_holds_the_five_forms(report: Path) -> None:
    names = set(contents(report))

    assert report.name == WEEK
    assert {
        "report.html",
        "report.pdf",
        "data.xlsx",
        "manifest.json",
        "data/changes.csv",
        "data/ads.csv",
    } <= names


def test_every_file_of_the_manifest_has_its_hash_and_size(report: Path) -> None:
    files = contents(report)
    manifest = json.loads(files.pop("manifest.json"))

    assert manifest["files"] == {
        name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
    }


def test_the_manifest_says_from_what_the_report_was_made(report: Path) -> None:
    manifest = json.loads((report / "manifest.json").read_bytes())

    assert manifest["week"] == WEEK
    assert manifest["as_of"] == "2024-10-07T06:00:00Z"
    assert manifest["lake_version"] == "7"
    assert manifest["codebook_versions"] == ["1"]
    assert manifest["notice"] == lakes.NOTICE
    assert manifest["tables"]["ads"]["evidence"] == [lakes.evidence("x")]
    assert manifest["tables"]["coverage"]["evidence"] == sorted([lakes.evidence("x"), lakes.evidence("y")])
    assert all(table["method"] for table in manifest["tables"].values())


def test_the_notice_stands_on_every_page(report: Path) -> None:
    pages = pdf_pages(report / "report.pdf")

    assert len(pages) > 1
    assert all(lakes.NOTICE in page for page in pages)
    assert lakes.NOTICE in (report / "report.html").read_text(encoding="utf-8")
    assert lakes.NOTICE.encode() in (report / "manifest.json").read_bytes()


def test_without_a_notice_no_page_has_one(tmp_path: Path) -> None:
    made = compose(lakes.week_of_ads(tmp_path, notice=None))

    assert made.notice is None
    assert "reconstruction" not in made.citation.lower()


def test_only_accepted_accounts_are_counted_as_state_linked(made: Report) -> None:
    assert {row["status"] for row in table(made, "ads").rows} == {"accepted"}
    assert {row["status"] for row in table(made, "ads_other_status").rows} == {"suspected", "unassessed"}
    assert {row["status"] for row in table(made, "ads_control").rows} == {"control"}
    assert len(table(made, "ads").rows) == 7
    assert sum(row["ads"] for row in table(made, "ads_per_month").rows) == 59


def test_every_row_of_an_accepted_account_says_who_attributed_it_and_when(tmp_path: Path) -> None:
    made = compose(lakes.week_of_ads(tmp_path, texts=["plain"] * 5 + ["Example Institute"]))

    assert {row["attribution"] for row in table(made, "changes").rows} == {
        "attributed by Example Institute on 14 November 2024"
    }


def test_the_least_expected_changes_come_first(tmp_path: Path) -> None:
    rows = [
        lakes.change(1, kind, ["", "new"]) for kind in ("ad_new", "label_gone", "unheard_of", "payer_new")
    ]
    lake = lakes.write(
        tmp_path,
        accounts=[lakes.account(1, "accepted", ["A"])],
        changes=[{**row, "change_id": number} for number, row in enumerate(rows)],
    )

    made = compose(lake)

    assert [row["type"] for row in table(made, "changes").rows] == [
        "unheard_of",
        "label_gone",
        "payer_new",
        "ad_new",
    ]


def test_a_first_use_says_of_what(tmp_path: Path) -> None:
    kinds = {"country_new": "location", "target_new": "interest", "ad_new": None}
    rows = [{**lakes.change(1, kind, ["", "new"]), "field": field} for kind, field in kinds.items()]
    lake = lakes.write(
        tmp_path,
        accounts=[lakes.account(1, "accepted", ["A"])],
        changes=[{**row, "change_id": number} for number, row in enumerate(rows)],
    )

    made = compose(lake)

    assert [row["what"] for row in table(made, "changes").rows] == [
        "first use of a country",
        "first use of an interest",
        "ad newly listed",
    ]


def test_changes_of_other_weeks_are_not_told(tmp_path: Path) -> None:
    row = lakes.change(1, "renamed", ["", "new"])
    edges = (
        datetime(2024, 9, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 9, 30, tzinfo=UTC),
        datetime(2024, 10, 6, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 10, 7, tzinfo=UTC),
    )
    lake = lakes.write(
        tmp_path,
        accounts=[lakes.account(1, "accepted", ["A"])],
        changes=[{**row, "change_id": number, "at": at} for number, at in enumerate(edges)],
    )

    made = compose(lake)

    assert [row["at"] for row in table(made, "changes").rows] == [edges[1], edges[2]]


def test_a_week_that_nobody_asked_about_says_so(tmp_path: Path) -> None:
    made = compose(lakes.write(tmp_path, accounts=[lakes.account(1, "accepted", ["A"])]))

    assert "Nothing was asked" in made.summary
    assert not any(word in made.summary for word in ("Nothing was seen", "no ads"))
    assert [figure.value for figure in made.key_figures] == ["–", "–", "0", "0"]


def test_a_week_that_was_answered_and_is_empty_says_that_nothing_was_seen(tmp_path: Path) -> None:
    made = compose(
        lakes.write(
            tmp_path, accounts=[lakes.account(1, "accepted", ["A"])], listings=[answer("empty_confirmed")]
        )
    )

    assert "Nothing was seen of new ads" in made.summary
    assert "Nothing was asked" not in made.summary
    assert made.key_figures[1].value == "0"


@pytest.mark.parametrize("outcome", ["empty_unverified", "throttled", "error"])
def test_an_answer_that_cannot_be_read_is_never_told_as_zero(tmp_path: Path, outcome: str) -> None:
    made = compose(
        lakes.write(tmp_path, accounts=[lakes.account(1, "accepted", ["A"])], listings=[answer(outcome)])
    )

    assert "no answer can be read" in made.summary
    assert made.key_figures[1].value == "–"


def test_a_week_without_data_is_a_whole_report(tmp_path: Path) -> None:
    lake = open_lake(lakes.write(tmp_path / "lake", notice=lakes.NOTICE))

    made = weekly.build(lake, WEEK, tmp_path / "out", secret=lakes.SECRET)

    assert "Nothing was asked" in " ".join(pdf_pages(made / "report.pdf"))
    assert (made / "data" / "ads.csv").read_text(encoding="utf-8").count("\n") == 1


def test_a_failure_while_drawing_leaves_the_earlier_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(lakes.write(tmp_path / "lake"))
    earlier = contents(weekly.build(lake, WEEK, tmp_path / "out", secret=lakes.SECRET))
    monkeypatch.setattr(xlsx, "write", lambda report: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        weekly.build(lake, WEEK, tmp_path / "out", secret=lakes.SECRET)

    assert contents(tmp_path / "out" / WEEK) == earlier
    assert [child.name for child in (tmp_path / "out").iterdir()] == [WEEK]


def test_an_empty_store_has_no_report(tmp_path: Path) -> None:
    lake = open_lake(lakes.write(tmp_path / "lake", as_of=None))

    with pytest.raises(BadInput, match="nothing has been collected"):
        weekly.build(lake, WEEK, tmp_path / "out", secret=lakes.SECRET)

    assert not (tmp_path / "out").exists()


def test_a_store_in_which_people_only_decided_has_a_report_of_their_decisions(
    engine: Engine, tmp_path: Path
) -> None:
    typed = {"address_or_handle": "https://x.com/HarbourVoice", "reason": "It posts the same clips.", "submitted_by": "Ada",
             "document_title": "A", "document_publisher": "B", "relation": "operated_by", "operator": "Harbour ICC"}  # fmt: skip
    suspect = desk.add_suspect(engine, typed, now=datetime(2024, 10, 1, 9, tzinfo=UTC)).suspect_id
    decision = {"suspect": suspect, "decision": "accepted", "by": "Ben", "rival": "A fan who copies it."}
    reviewdesk.review(engine, decision, now=datetime(2024, 10, 2, 9, tzinfo=UTC))
    setup = Settings(home=tmp_path)
    mirror.refresh(engine, setup, progress=lambda *_: None)
    lake = open_lake(setup.lake)

    folder = weekly.build(lake, WEEK, tmp_path / "out", secret=publishing.secret_of(engine))

    page = (folder / "report.html").read_text(encoding="utf-8")
    assert weekly.reaches_to(lake) == datetime(2024, 10, 2, 9, tzinfo=UTC)
    assert "HarbourVoice" in page
    assert "A fan who copies it." in page


def test_the_order_of_the_stored_rows_does_not_matter(tmp_path: Path) -> None:
    forwards = lakes.tables_of_the_week(lakes.HOSTILE)
    backwards = {name: list(reversed(rows)) for name, rows in forwards.items()}

    first = compose(lakes.write(tmp_path / "first", **forwards))
    second = compose(lakes.write(tmp_path / "second", **backwards))

    assert first == second


def test_the_coverage_names_the_days_that_nobody_asked_about(tmp_path: Path) -> None:
    made = compose(lakes.week_of_ads(tmp_path, texts=["plain"] * 9))

    rows = table(made, "coverage").rows
    assert [(row["days_covered"], row["days_of"], row["outcomes"], row["gaps"]) for row in rows] == [
        (6, 7, "rows on 6 days", "Sun"),
        (2, 7, "throttled on 2 days", "Mon, Thu, Fri, Sat, Sun"),
    ]


def test_an_answer_about_a_whole_data_set_asks_about_the_accounts_it_holds(tmp_path: Path) -> None:
    whole = {**answer("rows"), "account_id": None}
    lake = lakes.write(
        tmp_path,
        accounts=[lakes.account(1, "accepted", ["A"]), lakes.account(2, "accepted", ["B"])],
        ads=[lakes.ad(1, 1, date(2024, 10, 1), ["text"])],
        listings=[whole],
    )

    made = compose(lake)

    assert (made.key_figures[2].value, made.key_figures[2].of) == ("1", "of 2 accepted accounts")
    assert table(made, "coverage").rows[0]["account"] == "a whole data set"


def test_few_ads_are_not_enough_to_tell_a_shift(tmp_path: Path) -> None:
    made = compose(lakes.week_of_ads(tmp_path), week="2024-W20")

    (row,) = table(made, "targeting_shift").rows
    assert (row["jsd"], row["p"]) == (None, None)
    assert "not enough data to tell" in table(made, "targeting_shift").said


def test_a_shift_of_every_ad_is_told_with_its_numbers(made: Report) -> None:
    (row,) = table(made, "targeting_shift").rows
    assert (row["n_from"], row["n_to"]) == (24, 7)
    assert row["p"] < 0.01
    assert "more than chance" in table(made, "targeting_shift").said


def test_audiences_sought_are_never_called_linked(report: Path) -> None:
    text = (report / "report.html").read_text(encoding="utf-8")

    assert "not linked to the advertiser" in text
    assert re.search(r"\b(bot|bots|troll|trolls)\b", text.split("</style>")[1], re.IGNORECASE) is None


def answer(outcome: str) -> dict[str, object]:
    return {
        "listing_id": 1, "query_id": 1, "source": "x_ads", "series": "s", "account_id": 1, "observed_at": lakes.AS_OF,
        "covers_from": date(2024, 9, 30), "covers_to": date(2024, 10, 6), "outcome": outcome, "items": 0,
        "evidence": lakes.evidence("z"),
    }  # fmt: skip
