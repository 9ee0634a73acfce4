"""Exports: five forms, each with how it came about, and nobody named in a byte who is not accepted."""

import csv
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import stix2
from click.testing import CliRunner

from tests.reports.stores import REFUSED, WORDS
from tests.reports.test_pseudonyms import texts_of
from tracker.cli import cli
from tracker.exports.forms import FORMS
from tracker.findings import NAMES

REASON = "The list took it back."
WITHOUT_PERIODS = [name for name in NAMES if name not in ("targeting-shift", "effect")]


def export(home: Path, out: Path, *words: str) -> None:
    done = CliRunner().invoke(cli, ["--home", str(home), "export", *words, "--out", str(out)])
    assert done.exit_code == 0, done.output


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def registry(decided_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry in every form, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("exports")
    for form in FORMS:
        export(decided_home, folder / form / f"registry.{form}", "registry", "--format", form)
    return folder


@pytest.fixture(scope="module")
def bundle(registry: Path) -> Any:
    return stix2.parse((registry / "stix" / "registry.stix").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*WITHOUT_PERIODS, "claims"])
def test_every_finding_is_a_file_that_names_no_suspect(decided_home: Path, tmp_path: Path, name: str) -> None:
    export(decided_home, tmp_path / f"{name}.csv", name)

    manifest = json.loads((tmp_path / f"{name}.manifest.json").read_bytes())
    assert manifest["as_of"] == "2024-10-02T00:00:00Z"
    assert all("pseudonyms" in " ".join(told["caveats"]) for told in manifest["tables"].values())
    assert {file: sha256((tmp_path / file).read_bytes()).hexdigest() for file in manifest["files"]} == {
        file: told["sha256"] for file, told in manifest["files"].items()
    }
    assert [file for file, text in texts_of(tmp_path).items() if REFUSED in text.casefold()] == []


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "stix"])
def test_the_registry_names_no_suspect_and_tells_objections_and_withdrawals(
    registry: Path, form: str
) -> None:
    told = "".join(texts_of(registry / form).values())

    assert REFUSED not in told.casefold()
    assert WORDS in told
    assert REASON in told


def test_the_tables_of_the_registry_say_what_became_of_each_claim(registry: Path) -> None:
    claims = {row["says"]: row for row in rows_of(registry / "csv" / "registry.claims.csv")}
    [objection] = rows_of(registry / "csv" / "registry.objections.csv")

    assert (claims["Says more."]["withdrawn"], claims["Says more."]["withdrawn_reason"]) == ("yes", REASON)
    assert (claims["Says so."]["disputed"], claims["Says so."]["evidence_items"]) == ("yes", "1")
    assert (objection["objector"], objection["received_on"], objection["claim_id"]) == (
        "Harbour Voice Ltd", "2024-10-01", claims["Says otherwise."]["claim_id"],
    )  # fmt: skip


def test_a_refused_suspect_keeps_its_row_under_a_pseudonym(registry: Path) -> None:
    rows = {row["status"]: row for row in rows_of(registry / "csv" / "registry.accounts.csv")}

    assert rows["rejected"]["account"].startswith("x:account-")
    assert rows["rejected"]["url"].startswith("[address withheld")
    assert rows["accepted"]["account"] in ("x:harbourfun", "x:harbourvoice")


def test_the_workbook_tells_about_itself_and_the_parquet_file_has_the_same_rows(registry: Path) -> None:
    book = openpyxl.load_workbook(registry / "xlsx" / "registry.xlsx", read_only=True)
    about = {row[0]: row[1] for row in book["about"].values}
    in_sheet = sum(1 for _ in book["claims"].values) - 1
    book.close()

    table = pq.read_table(registry / "parquet" / "registry.claims.parquet")
    assert about["as_of"] == "2024-10-02T00:00:00Z"
    assert "pseudonyms" in about["claims: caveats"]
    assert in_sheet == table.num_rows == len(rows_of(registry / "csv" / "registry.claims.csv"))


def test_the_bundle_revokes_what_was_withdrawn_and_disagrees_where_somebody_objected(bundle: Any) -> None:
    links = {one.id: one for one in bundle.objects if one.type == "relationship"}
    [opinion] = [one for one in bundle.objects if one.type == "opinion"]
    [gone] = [one for one in links.values() if one.get("revoked")]

    assert (gone.description, gone.relationship_type, list(gone.labels)) == (
        "Says more.",
        "part-of",
        ["withdrawn"],
    )
    assert any(
        one.type == "note" and one.object_refs == [gone.id] and REASON in one.content
        for one in bundle.objects
    )
    assert (opinion.opinion, opinion.authors, links[opinion.object_refs[0]].description) == (
        "disagree", ["Harbour Voice Ltd"], "Says otherwise.",
    )  # fmt: skip


def test_the_bundle_has_bodies_accounts_and_documents_and_grades_as_confidence(bundle: Any) -> None:
    accepted = next(one for one in bundle.objects if one.get("description", "").startswith("It posts what"))
    named = {one.id: one for one in bundle.objects}
    reports = [one.name for one in bundle.objects if one.type == "report"]

    assert named[accepted.source_ref].account_login == "HarbourFun"
    assert (named[accepted.target_ref].name, accepted.confidence) == ("Harbour ICC", 50)
    assert "Rival explanation: A fan who copies it." in accepted.description
    assert {"Who runs it", "Another operator"} <= set(reports)


def test_the_same_store_gives_the_same_bytes(decided_home: Path, registry: Path, tmp_path: Path) -> None:
    for form in FORMS:
        export(decided_home, tmp_path / form / f"registry.{form}", "registry", "--format", form)

    first, second = (
        {str(file.relative_to(one)): file.read_bytes() for file in one.rglob("*") if file.is_file()}
        for one in (registry, tmp_path)
    )
    assert first == second


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "no export 'nothing'; expected one of registry, claims, ads-per-month"),
        (["payers", "--format", "stix"], "a STIX bundle holds the registry"),
        (["registry", "--since", "2024-01"], "registry is exported whole and takes no options"),
        (["payers", "--group", "linked"], "expected state-linked or others or control or all"),
    ],
)
def test_what_cannot_be_exported_says_what_can(
    decided_home: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    done = CliRunner().invoke(
        cli, ["--home", str(decided_home), "export", *words, "--out", str(tmp_path / "x")]
    )

    assert done.exit_code == 2
    assert told in done.output
    assert list(tmp_path.iterdir()) == []


def test_text_that_a_spreadsheet_would_run_stays_text_in_an_export(tmp_path: Path) -> None:
    from tests.analysis.lakes import complete, write_lake
    from tracker import findings
    from tracker.analysis.tables import open_lake
    from tracker.exports.content import Export
    from tracker.exports.forms import files

    lake = open_lake(write_lake(tmp_path, complete({"ads": [{"payer": "=1+1", "first_shown": None}]})))
    made = files(Export("payers", {"payers": findings.run("payers", lake)}), "csv", "payers.csv")

    assert b'"\'=1+1"' in made["payers.csv"]


def test_a_finding_on_the_terminal_names_everybody_unless_asked_not_to(decided_home: Path) -> None:
    plain, public = (
        CliRunner().invoke(
            cli, ["--home", str(decided_home), "finding", "accounts", "--format", "json", *words]
        )
        for words in ((), ("--pseudonyms",))
    )

    assert REFUSED in plain.output
    assert (public.exit_code, REFUSED in public.output) == (0, False)
    assert json.loads(public.stdout)["n"] == json.loads(plain.stdout)["n"]
