"""What a person says that a file was asked for is checked before a byte is kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.collect import pipeline, reading, sources
from tracker.collect.job import FileJob, silent
from tracker.collect.scoping import read_scope
from tracker.domain import AccountRef, Scope
from tracker.errors import BadInput
from tracker.settings import Settings
from tracker.store import evidence, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 10, 5, 12, tzinfo=UTC)
X = sources.load("x_ads")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "2024-09-30", "to": "2024-01-01"}, "field '--scope to': 2024-01-01 is before"),
        ({"from": "03/04/2024"}, "field '--scope from'"),
        ({"exported_at": "2031-01-01"}, "field '--scope exported_at': 2031-01-01 has not come yet"),
        ({"exported_at": "0001-01-01T00:00+14:00"}, "field '--scope exported_at'"),
        ({"country": "Atlantis"}, "field '--scope country': 'Atlantis' is not a country"),
        ({"country": "QQ"}, "field '--scope country'"),
        ({"country": "FR" * 5_000}, "field '--scope country': longer than 500 characters"),
        ({"account": "x:somebody"}, "field '--scope account': give handle or account"),
        ({"handle": "", "account": "somebody"}, "no account is called 'somebody'"),
        ({"handle": "", "account": "web:daily"}, "field '--scope account': web:daily is on web"),
    ],
)
def test_a_scope_that_contradicts_itself_or_the_world_is_refused_with_its_field(
    engine: Engine, asked: dict[str, str], words: str
) -> None:
    with unit_of_work(engine) as session:
        registry.resolve_account(session, AccountRef("web", "daily"), status="unassessed", at=NOW)

    with pytest.raises(BadInput) as refusal:
        read_scope(engine, X, {"handle": "somebody", **asked}, lambda: NOW)

    assert words in str(refusal.value)


def test_a_country_is_kept_in_capitals(engine: Engine) -> None:
    scope = read_scope(engine, X, {"handle": "somebody", "country": "fr"}, lambda: NOW)

    assert scope.values["country"] == "FR"


def test_the_same_question_asked_in_other_words_is_the_same_question(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("a\n", encoding="utf-8")
    limits = reading.Limits()
    facts = reading.inspect(path, limits=limits)

    def digest(**asked: str) -> str:
        scope = read_scope(engine, X, asked, lambda: NOW)
        return FileJob(engine, X, scope, lambda: NOW, silent, facts, limits).digest

    assert digest(handle="@Somebody", country="fr") == digest(handle="somebody", country="FR")
    assert digest(handle="somebody", country="FR") != digest(handle="somebody", country="DE")


def test_a_file_that_changed_after_it_was_checked_is_not_kept(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("new words\n", encoding="utf-8")

    with pytest.raises(BadInput, match="changed while it was read"), unit_of_work(engine) as session:
        evidence.keep_file(session, path, sha256="0" * 64, n_bytes=4)

    with Session(engine) as session:
        assert evidence.totals(session)["blobs"] == 0


def test_a_file_that_vanished_after_it_was_checked_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("a\n", encoding="utf-8")
    limits = reading.Limits()
    facts = reading.inspect(path, limits=limits)
    job = FileJob(engine, X, Scope({}, NOW), lambda: NOW, silent, facts, limits)
    path.unlink()

    with pytest.raises(BadInput, match=r"export\.csv: the file cannot be read"):
        list(job.parsed())


def test_a_name_with_control_characters_comes_in_on_one_line(engine_of: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a\nb\udcff.jsonl"
    path.write_text(
        '{"id": 1, "created": "2016-05-12T04:06:17-07:00", "url": null, "targets": []}\n', encoding="utf-8"
    )

    report = pipeline.import_file(
        engine_of, Settings(home=tmp_path), "ira_ads", path=path, scope={}, now=lambda: NOW
    )

    assert (report.file, report.new) == ("a\ufffdb\ufffd.jsonl", 1)
