"""A bad file of any ad repository is refused, or its records are kept apart, with file, line, field and reason; what was
stored before stays as it was."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from tests.collect.test_snap_political import ROW as POLITICAL
from tests.collect.test_sources import BODIES
from tracker.collect.exact import as_text
from tracker.collect.pipeline import import_file
from tracker.domain import ImportReport
from tracker.errors import BadInput
from tracker.settings import Settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Kept = Mapping[str, set[str]]
BOM = "\ufeff"
SCOPES = {
    "x_ads": {"handle": "somebody", "country": "FR", "from": "2024-07-01", "to": "2024-07-31"},
    "meta_ad_report": {"country": "CH", "from": "2024-07-01", "to": "2024-07-07"},
}
ROWS = {
    **{name: BODIES[name] for name in ("x_ads", "meta_ad_report", "google_ads", "google_political")},
    "snap_political": dict(POLITICAL),
}
IDS = {
    "meta_ads": "id", "tiktok_ads": "ad.id", "microsoft_ads": "AdId", "linkedin_ads": "adUrl", "snap_ads": "id",
    "snap_sponsored": "content_url",
}  # fmt: skip


def table(name: str, **wrong: str) -> str:
    """One row of a source as CSV, line ends inside its quotes."""
    row = {
        column: json.dumps(value) if isinstance(value, list | dict) else str(value)
        for column, value in {**ROWS[name], **wrong}.items()
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue()


def document(*records: Mapping[str, Any]) -> str:
    return json.dumps(list(records))


class Store:
    """A store into which a good file has come; says what is in it, table by table."""

    def __init__(self, engine: Engine, folder: Path, source: str):
        self.engine, self.folder, self.source = engine, folder, source
        good = table(source) if source in ROWS else document(BODIES[source])
        assert self.bring(good, "good").new == 1
        self.before = self.kept()

    def bring(self, body: str | bytes, name: str = "bad") -> ImportReport:
        path = self.folder / f"{name}.{'csv' if self.source in ROWS else 'json'}"
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        scope = {**SCOPES.get(self.source, {}), "exported_at": "2026-10-31"}
        return import_file(
            self.engine, Settings(home=self.folder), self.source, path=path, scope=scope, now=lambda: NOW
        )

    def kept(self) -> Kept:
        with self.engine.connect() as connection:
            return {
                table.name: {repr(tuple(row)) for row in connection.execute(select(table))}
                for table in SQLModel.metadata.sorted_tables
            }


@pytest.fixture
def store_of(engine: Engine, tmp_path: Path) -> Callable[[str], Store]:
    return lambda source: Store(engine, tmp_path, source)


REFUSED = {
    "a delimiter that nobody uses": (lambda good: good.replace(",", "|"), "line 1: no column"),
    "a last line that is cut off": (lambda good: good + good.splitlines()[1][:40], "line "),
    "quotes that never close": (lambda good: good + '"River,', "line "),
    "a login page": (lambda _good: "<!DOCTYPE html><html>Log in", "line 1: this is a web page"),
    "bytes of another alphabet": (lambda good: (good + "ä").encode("latin-1", "replace"), "line "),
    "nothing": (lambda _good: "", "is empty"),
}


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("source", ROWS)
def test_a_table_that_cannot_be_read_is_refused_with_file_and_place_and_changes_nothing(
    store_of: Callable[[str], Store], source: str, fault: str
) -> None:
    store, (spoil, words) = store_of(source), REFUSED[fault]

    with pytest.raises(BadInput) as refusal:
        store.bring(spoil(table(source)))

    assert words in str(refusal.value)
    assert "bad.csv" in str(refusal.value)
    assert store.kept() == store.before


@pytest.mark.parametrize("source", ["x_ads", "meta_ad_report", "google_political"])
def test_two_tables_glued_together_are_refused_where_each_has_a_question_of_its_own(
    store_of: Callable[[str], Store], source: str
) -> None:
    store = store_of(source)

    with pytest.raises(BadInput, match=r"bad\.csv, line 3.*the header stands here again"):
        store.bring(table(source) + BOM + table(source))

    assert store.kept() == store.before


@pytest.mark.parametrize(("source", "field"), [("google_ads", "creative_id"), ("snap_political", "ADID")])
def test_where_each_row_says_all_of_itself_a_second_header_is_kept_apart_and_every_ad_counts_once(
    store_of: Callable[[str], Store], source: str, field: str
) -> None:
    store = store_of(source)

    report = store.bring(table(source) + table(source))

    after = store.kept()
    apart = list(after["quarantined"] - store.before["quarantined"])
    assert (report.new, report.unchanged, report.quarantined) == (0, 1, 1)
    assert "3" in apart[0]
    assert f"'{field}'" in apart[0]
    assert after["ad"] == store.before["ad"]


@pytest.mark.parametrize("source", ROWS)
def test_a_mark_at_the_beginning_and_line_ends_of_windows_change_nothing(
    store_of: Callable[[str], Store], source: str
) -> None:
    store = store_of(source)

    report = store.bring(BOM + table(source).replace("\n", "\r\n"))

    assert (report.read, report.changed, report.quarantined) == (1, 0, 0)
    assert store.kept()["ad"] == store.before["ad"]
    assert store.kept()["account"] == store.before["account"]


BAD_DOCUMENTS = {
    "cut off": lambda good: good[:-5],
    "two glued together": lambda good: good + good,
    "a login page": lambda _good: "<!DOCTYPE html><html>Log in",
    "a number alone": lambda _good: "7",
    "too deep": lambda _good: "[" * 100_000,
}


@pytest.mark.parametrize("fault", BAD_DOCUMENTS)
@pytest.mark.parametrize("source", IDS)
def test_a_document_that_is_none_is_refused_with_its_file_and_changes_nothing(
    store_of: Callable[[str], Store], source: str, fault: str
) -> None:
    store = store_of(source)

    with pytest.raises(BadInput, match=r"bad\.json"):
        store.bring(BAD_DOCUMENTS[fault](document(BODIES[source])))

    assert store.kept() == store.before


def _with(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {**values, first: _with(values[first], rest, value) if rest else value}


@pytest.mark.parametrize("wrong", [1923845247192304000, 1.9e18, None, ["a"], True, "x" * 5_000])
@pytest.mark.parametrize(("source", "path"), IDS.items())
def test_an_ad_whose_id_cannot_be_meant_is_kept_apart_with_line_field_and_reason(
    store_of: Callable[[str], Store], source: str, path: str, wrong: Any
) -> None:
    store, good = store_of(source), as_text(BODIES[source])

    report = store.bring(document(good, _with(good, path, wrong)))

    after = store.kept()
    (apart,) = after["quarantined"] - store.before["quarantined"]
    assert (report.read, report.new, report.unchanged, report.quarantined) == (2, 0, 1, 1)
    assert ", 2, " in apart
    assert path.split(".")[-1] in apart
    assert {name: after[name] for name in ("ad", "change", "targeting_item")} == {
        name: store.before[name] for name in ("ad", "change", "targeting_item")
    }


def test_epoch_milliseconds_beside_iso_dates_are_read_where_they_stand(
    store_of: Callable[[str], Store],
) -> None:
    store = store_of("meta_ads")
    dated = {**BODIES["meta_ads"], "id": "77", "ad_delivery_start_time": 1720000000000}

    report = store.bring(document(BODIES["meta_ads"], dated))

    assert (report.new, report.unchanged, report.quarantined) == (1, 1, 0)
