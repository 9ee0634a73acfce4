"""Fields that come or go are told once, with the first answer that shows it, whatever the source."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.collect import zeeschuimer
from tracker import mirror
from tracker.analysis.tables import open_lake
from tracker.collect.drift import Fields
from tracker.collect.job import silent
from tracker.collect.pipeline import import_file
from tracker.domain import ImportReport, Record
from tracker.findings import parse_options, run
from tracker.settings import Settings

NOW = datetime(2026, 10, 2, tzinfo=UTC)
ROW = {"id": "3000001", "creation_time": "2024-07-03T10:00:00+0000", "text": "Tea", "lang": "en",
       "post_owner.username": "riverdaily", "statistics.love_count": "2"}  # fmt: skip
Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(engine_of: Engine, tmp_path: Path) -> Bring:
    def bring(source: str, body: str, **scope: str) -> ImportReport:
        path = tmp_path / f"file{len(list(tmp_path.iterdir()))}"
        path.write_text(body, encoding="utf-8")
        return import_file(
            engine_of, Settings(home=tmp_path), source, path=path, scope=scope, now=lambda: NOW
        )

    return bring


def table(row: dict[str, str]) -> str:
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


def told(report: ImportReport) -> list[str]:
    return [words for words in report.warnings if words.startswith("fields that")]


def test_a_column_that_came_and_one_that_went_are_told_once(bring: Bring, engine_of: Engine) -> None:
    other = {
        **{name: value for name, value in ROW.items() if name != "lang"},
        "is_remix": "no",
        "id": "3000002",
    }
    first = bring("content_library", table(ROW))
    second = bring("content_library", table(other))
    third = bring("content_library", table({**other, "id": "3000003"}))

    assert (told(first), told(third)) == ([], [])
    assert told(second) == [
        "fields that no earlier answer of this source had: is_remix",
        "fields that every earlier answer of this source had, and this one has not: lang",
    ]
    with engine_of.connect() as connection:
        kept = connection.execute(
            text("SELECT field, what, query_id, answers FROM field_drift ORDER BY id")
        ).all()
    assert [tuple(row) for row in kept] == [("is_remix", "new", 2, 1), ("lang", "lost", 2, 1)]


def test_another_table_of_the_same_source_has_fields_of_its_own(bring: Bring) -> None:
    facebook = {"Page Name": "River", "User Name": "river", "Facebook Id": "100200300400", "Message": "Hello", "Likes": "1",
                "Post Created": "2021-05-01 10:00:00 EDT", "URL": "https://www.facebook.com/river/posts/900800700"}  # fmt: skip
    instagram = {"Account": "River", "User Name": "river", "Description": "Hello", "Photo": "", "Title": "",
                 "Post Created": "2021-05-01 10:00:00 EDT", "URL": "https://www.instagram.com/p/CORiver0001/"}  # fmt: skip

    reports = [
        bring("crowdtangle", table(row)) for row in (facebook, instagram, facebook | {"Message": "Ho"})
    ]

    assert [told(report) for report in reports] == [[], [], []]


def test_a_field_of_json_is_told_after_some_answers_and_by_its_path(bring: Bring) -> None:
    def posts(number: int, **more: object) -> str:
        item = zeeschuimer.x_post(str(1972983000000000000 + number), **more)
        item["legacy"] = {name: value for name, value in item["legacy"].items() if value is not None}
        return json.dumps(zeeschuimer.envelope("x.com", item, number)) + "\n"

    early = [bring("zeeschuimer", posts(number)) for number in (1, 2, 3)]
    later = bring("zeeschuimer", posts(4, brand_new={"mark": 1}, favorite_count=None))

    assert [told(report) for report in early] == [[], [], []]
    assert told(later) == [
        "fields that no earlier answer of this source had: data.legacy.brand_new (x.com)",
        "fields that every earlier answer of this source had, and this one has not: data.legacy.favorite_count (x.com)",
    ]


def test_a_field_that_is_empty_in_a_few_records_is_not_lost() -> None:
    fields = Fields()

    list(fields.noting([Record(1, {"kind": "post", "views": None, "user": {"name": "a"}})], columns=False))

    shape = fields.shapes["post"]
    assert (shape.filled, shape.stood - shape.filled) == ({"kind", "user", "user.name"}, {"views"})


def test_an_object_with_very_many_keys_is_a_list_by_another_name() -> None:
    fields = Fields()
    countries = {f"country {number}": {"share": 1} for number in range(100)}

    list(fields.noting([Record(1, {"reach": countries})], columns=False))

    assert fields.shapes[""].filled == {"reach"}


def test_a_table_whose_columns_a_person_names_is_compared_with_no_other(bring: Bring) -> None:
    first = table({"id": "1", "text": "Tea", "date": "2024-07-03", "author": "river"})
    second = table({"id": "2", "body": "Tea", "time": "2024-07-03", "user_name": "river"})

    reports = [bring("posts_csv", body, platform="x") for body in (first, second)]

    assert [told(report) for report in reports] == [[], []]


def test_the_finding_lists_them_with_the_first_evidence(engine: Engine, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for number, row in enumerate((ROW, {**ROW, "is_remix": "no"}), 1):
        path = tmp_path / f"{number}.csv"
        path.write_text(table(row), encoding="utf-8")
        import_file(engine, settings, "content_library", path=path, scope={}, now=lambda: NOW)
    mirror.refresh(engine, settings, progress=silent)

    found = run("drift", open_lake(settings.lake), parse_options("drift", {"source": "content_library"}))

    with engine.connect() as connection:
        second = connection.execute(text("SELECT sha256 FROM evidence ORDER BY id DESC LIMIT 1")).scalar_one()
    assert [(row["source"], row["field"], row["what"], row["evidence"]) for row in found.rows] == [
        ("content_library", "is_remix", "new", second)
    ]
