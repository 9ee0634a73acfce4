"""What a person at a terminal gets: data on stdout, messages on stderr, and an exit code that means something."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker import demo
from tracker.cli import cli
from tracker.commands.options import FINDING_OPTIONS
from tracker.findings import NAMES
from tracker.store import registry, watches
from tracker.store.engine import open_record, unit_of_work

PAGE = "outlet,section,snapshot_at,published_raw,headline,published_at\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    return Run(tmp_path / "home")


class Run:
    """Runs the command line on a home of its own."""

    def __init__(self, home: Path):
        self.home = home

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(self.home), *words])

    def json(self, *words: str) -> object:
        return json.loads(self(*words, "--format", "json").stdout)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "x_ads_september_RECONSTRUCTION.csv"
    path.write_text(demo.export(until=9))
    return path


def test_an_export_imported_with_one_scope_option_answers_a_finding(run: Run, export: Path) -> None:
    words = ("handle=somebody", "country=FR", "from=2024-01-01", "to=2024-09-30", "exported_at=2024-10-01")

    report = run.json("import", "x_ads", str(export), "--scope", *words)
    finding = run.json("finding", "ads-per-month")

    assert isinstance(report, dict)
    assert isinstance(finding, dict)
    assert {name: report[name] for name in ("read", "new", "changed", "unchanged", "quarantined", "warnings")} == {
        "read": 109, "new": 109, "changed": 0, "unchanged": 0, "quarantined": 0, "warnings": [],
    }  # fmt: skip
    assert list(finding)[:7] == ["finding", "as_of", "n", "coverage", "method", "columns", "rows"]
    assert (finding["n"], finding["rows"][-1]["month"], finding["rows"][-1]["ads"]) == (109, "2024-09", 30)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the file is empty"),
        (b"<html>Please log in</html>", "this is a web page"),
        ("Advertiser Name\nä\n".encode("latin-1"), "line 2: byte 0xE4 is not UTF-8"),
        (b"Advertiser Name,Funding Entity\n", "no column"),
        (gzip.compress(b"\n" * 100_000_000), "refused as a bomb"),
        (b"Advertiser Name\n" + b"x" * 11_000_000, "line 2: the line is longer than"),
        (b"Advertiser Name\nA\0\n", "line 2: a NUL byte"),
    ],
)
def test_a_bad_file_ends_in_exit_2_with_its_name_and_leaves_no_query(
    run: Run, tmp_path: Path, body: bytes, words: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(body)

    result = run("import", "x_ads", str(path), "--scope", "handle=somebody")

    assert result.exit_code == 2
    assert "bad.csv" in result.stderr
    assert words in result.stderr
    assert run("verify").stdout.startswith("0 blobs, 0 bytes, 0 fetches")


@pytest.mark.parametrize(
    "words",
    [
        ("finding", "nothing-of-the-kind"),
        ("finding", "topics", "--by", "moon"),
        ("finding", "targeting-shift", "--periods", "2024-01"),
        ("import", "no_such_source", "file.csv"),
        ("import", "x_ads", "missing.csv", "--scope", "handle=somebody"),
        ("import", "ira_ads", "missing.csv", "--scope", "moon=full"),
        ("import", "x_ads", "missing.csv", "--scope", "handle"),
        ("report", "--week", "2024-13-01"),
        ("accounts", "show", "x:nobody-of-that-name"),
        ("suspects", "add", "../../etc/passwd", "--reason", "because I say so"),
    ],
)
def test_bad_usage_ends_in_exit_2_and_no_traceback(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert result.stderr.startswith("tracker: ")
    assert "Traceback" not in result.stderr


def test_a_url_that_is_no_database_is_a_setting_to_fix(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_RECORD_URL", "mysql://somewhere/tracker")

    result = run("verify")

    assert (result.exit_code, "sqlite or postgresql" in result.stderr) == (2, True)


def test_a_hostile_cell_is_text_on_the_terminal_and_in_csv(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    hostile = '"=HYPERLINK(""http://evil.example"")\x1b[31m<script>"'
    path.write_text(f"{PAGE}daily,WORLD,2022-03-01T10:00:00,{hostile},Hello,2022-03-01T08:00:00\n")

    run("import", "page_snapshots", str(path))
    shown = run("finding", "posts-per-month", "--by", "section", "--format", "csv")

    rows = list(csv.reader(io.StringIO(shown.stdout)))
    assert shown.exit_code == 0
    assert not any(cell.startswith("=") or "\x1b" in cell for row in rows for cell in row)


def test_a_csv_cell_that_a_spreadsheet_would_run_is_quoted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text(f"{PAGE}daily,=1+1,2022-03-01T10:00:00,1 Mar,Hello,2022-03-01T08:00:00\n")
    run("import", "page_snapshots", str(path))

    shown = run("finding", "posts-per-month", "--by", "section", "--format", "csv")

    assert "'=1+1" in shown.stdout


def test_a_suspect_is_stored_once_and_known_the_second_time(run: Run) -> None:
    run("seeds", "load")
    fields = (
        "--reason",
        "Posts what two centres post, minutes later.",
        "--document-url",
        "https://example.org/r.pdf",
    )
    document = (
        *fields,
        "--document-title",
        "A report",
        "--document-publisher",
        "Example Lab",
        "--by",
        "tester",
    )

    added = run("suspects", "add", "https://x.com/somebody_else", *document)
    listed = run.json("suspects", "list")

    assert added.exit_code == 0
    assert isinstance(listed, list)
    assert [(row["account"], row["status"]) for row in listed] == [("x:somebody_else", "suspected")]


def test_a_backup_is_a_record_of_its_own(run: Run, tmp_path: Path) -> None:
    run("seeds", "load")

    first = run("backup", str(tmp_path / "copy.db"))
    again = run("backup", str(tmp_path / "copy.db"))

    assert (first.exit_code, again.exit_code, "exists already" in again.stderr) == (0, 2, True)
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_a_copy_that_cannot_be_written_ends_in_exit_2_with_its_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    result = run("backup", str(file / "copy.db"))

    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert str(file) in result.stderr


def test_a_report_that_cannot_be_written_ends_in_exit_2_with_its_place(
    run: Run, export: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    run("import", "x_ads", str(export), "--scope", "handle=ChinaSays", "exported_at=2024-10-01")

    result = run("report", "--week", "2024-W39", "--out", str(file / "reports"))

    assert (result.exit_code, type(result.exception)) == (2, SystemExit)
    assert str(file) in result.stderr


def test_a_name_longer_than_any_file_can_have_ends_in_exit_2(run: Run) -> None:
    result = run("import", "x_ads", "z" * 10_000, "--scope", "handle=somebody", f"country={'F' * 10_000}")

    assert (result.exit_code, "File name too long" in result.stderr) == (2, True)


def test_a_report_is_written_as_the_folder_that_is_named_and_replaces_nothing_else(
    run: Run, export: Path, tmp_path: Path
) -> None:
    scope = ("handle=somebody", "country=FR", "from=2024-01-01", "to=2024-09-30", "exported_at=2024-10-01")
    run("import", "x_ads", str(export), "--scope", *scope)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")

    made = run("report", "--week", "2024-W39", "--out", str(tmp_path / "issue"))
    other_week = run("report", "--week", "2024-W38", "--out", str(tmp_path / "issue"))
    not_empty = run("report", "--week", "2024-W39", "--out", str(tmp_path / "mine"))

    assert (made.exit_code, other_week.exit_code, not_empty.exit_code) == (0, 2, 2)
    assert {path.name for path in (tmp_path / "issue").iterdir()} == {
        "report.html", "report.pdf", "data.xlsx", "data", "manifest.json",
    }  # fmt: skip
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_health_is_1_while_no_worker_runs(run: Run) -> None:
    result = run("health")

    assert (result.exit_code, bool(result.stdout)) == (1, True)


def test_every_option_of_a_finding_can_be_given() -> None:
    understood = {option for told in NAMES.values() for option in told.options}

    assert set(FINDING_OPTIONS) == understood


def test_help_answers_without_loading_what_it_does_not_need() -> None:
    code = "import sys, tracker.cli; print([n for n in ('pandas', 'sqlalchemy', 'pyarrow', 'altair') if n in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


# -- asked live --------------------------------------------------------------------------------------------------


def test_doctor_says_per_source_ready_or_what_it_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_GOOGLE_CLOUD_PROJECT", "")

    rows = run.json("doctor")

    assert isinstance(rows, list)
    states = {row["source"]: row["state"] for row in rows}
    assert states["google_ads"] == "needs TRACKER_GOOGLE_CLOUD_PROJECT"
    assert states["microsoft_ads"] == "ready"
    assert {row["source"]: row["by_hand"] for row in rows}["x_ads"].startswith(
        "https://ads.x.com/ads-repository"
    )
    assert states["meta_ad_report"].startswith("import by hand: https://www.facebook.com/ads/library/report")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "ira_ads"), "ira_ads is not asked live; import by hand"),
        (("--source", "google_ads"), "needs TRACKER_GOOGLE_CLOUD_PROJECT"),
        (("--source", "nothing"), "no source is called 'nothing'"),
        (("--source", "microsoft_ads", "--scope", "country"), "'country' is not KEY=VALUE"),
    ],
)
def test_a_source_that_cannot_be_asked_is_refused_with_what_to_do(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    result = run("collect", *words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_collecting_without_an_accepted_account_asks_nobody(run: Run) -> None:
    result = run("collect", "--source", "microsoft_ads")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to show" in result.stderr


def test_an_answer_that_was_saved_pretty_printed_is_imported(run: Run, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    ads = [{"AdId": 7, "AdvertiserId": 12, "AdvertiserName": "River News", "Title": "Hello"}]
    answer.write_text(json.dumps({"@odata.count": 1, "value": ads}, indent=2))

    report = run.json("import", "microsoft_ads", str(answer), "--scope", "account=")

    assert isinstance(report, dict)
    assert (report["outcome"], report["read"], report["new"]) == ("rows", 1, 1)


def test_watches_say_who_is_asked_when_and_why_a_question_was_put_off(run: Run) -> None:
    run("seeds", "load")
    engine = open_record(f"sqlite:///{run.home / 'record.db'}")
    at = datetime(2026, 10, 1, 12, tzinfo=UTC)
    with unit_of_work(engine) as session:
        account = registry.accounts(session, statuses=["accepted"])[0]
        watches.add(session, [("feeds", account["id"], at)], every=timedelta(hours=6))
        (slot,) = watches.due(session, at, limit=1)
        watches.claim(session, slot, at, until=at + timedelta(minutes=5), owner="me")
        watches.postpone(
            session, slot, at + timedelta(hours=1), owner="me", note="not asked: it asked us to wait"
        )
    engine.dispose()

    (row,) = run.json("watches")  # type: ignore[misc]

    assert row == {
        "account": account["account"], "source": "feeds", "due_at": "2026-10-01 13:00:00+00:00", "every_hours": 6.0,
        "last_success_at": None, "last_outcome": None, "failures": 0, "note": "not asked: it asked us to wait",
    }  # fmt: skip
    assert run.json("watches", "--source", "bluesky") == []
