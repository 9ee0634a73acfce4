"""Looks at profiles: what is kept, what is told as a change, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.test_accountdesk import BY, NEW, OLD, fill
from tracker import accountdesk, desk, findings, lookdesk, mirror, nearby
from tracker.analysis.tables import Lake, open_lake
from tracker.domain import AccountRef, Document, LabelSeen, Look, SeedAccount, Seeds
from tracker.errors import BadInput
from tracker.registry.looks import differences
from tracker.registry.review import FormErrors
from tracker.settings import Settings
from tracker.store import evidence, registry
from tracker.store.engine import unit_of_work

NOW = datetime(2024, 12, 1, 8, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of a profile"
LATER_PNG = PNG + b", later"


def see(engine: Engine, on: str, screenshot: bytes = PNG, **seen: str) -> lookdesk.Looked:
    fields = {"account": "x:newname", "observed_on": on, "by": "Ada", **seen}
    return lookdesk.look(engine, fields, screenshot, now=NOW)


def lake_of(engine: Engine, home: Path) -> Lake:
    setup = Settings(home=home)
    mirror.refresh(engine, setup, progress=lambda *_: None)
    return open_lake(setup.lake, "duckdb://")


def rows_of(name: str, lake: Lake, *columns: str) -> list[tuple[Any, ...]]:
    found = findings.run(name, lake, findings.parse_options(name, {}))
    return [tuple(row[column] for column in columns) for row in found.rows]


def changes(looked: lookdesk.Looked) -> list[tuple[Any, ...]]:
    return [
        (
            change.type,
            change.field,
            change.before,
            change.after,
            change.snapshot_before,
            change.snapshot_after,
        )
        for change in looked.changes
    ]


def test_the_first_look_is_a_baseline_and_keeps_its_screenshot(engine_of: Engine):
    fill(engine_of, NEW)

    looked = see(engine_of, "2024-11-12", label="none", bio="News from the river.", discloses="names_nobody")

    shown = desk.show_snapshot(engine_of, looked.snapshot)
    assert (looked.new, looked.changes) == (True, ())
    assert (shown["kind"], shown["values"]["label"], shown["values"]["entered_by"]) == (
        "profile",
        "none",
        "Ada",
    )
    assert shown["query"]["outcome"] == "rows"
    with Session(engine_of) as session:
        kept = evidence.find(session, shown["evidence"]["sha256"])
        assert b"".join(evidence.read(session, kept or 0)) == PNG
        assert list(evidence.verify(session)) == []


def test_a_label_that_goes_and_a_bio_that_is_edited_are_changes_between_two_snapshots(engine_of: Engine):
    fill(engine_of, NEW)
    see(
        engine_of,
        "2024-11-01",
        label="state_affiliated",
        label_words="China state-affiliated media",
        bio="News.",
    )

    looked = see(engine_of, "2024-11-12", LATER_PNG, label="none", bio="News from the river.")

    assert changes(looked) == [
        ("label_gone", "label", "state_affiliated", "none", "profile-1", "profile-2"),
        ("bio_edited", "bio", "News.", "News from the river.", "profile-1", "profile-2"),
    ]


def test_a_change_is_told_against_the_last_look_that_looked_there(engine: Engine):
    fill(engine, NEW)
    see(engine, "2024-11-01", label="none", bio="News.")
    see(engine, "2024-11-02", bio="News.", handle="NewName")
    see(engine, "2024-11-03", label="unknown")

    looked = see(engine, "2024-11-04", label="state_controlled_media", handle="River_News")

    assert changes(looked) == [
        ("label_new", "label", "none", "state_controlled_media", "profile-1", "profile-4"),
        ("renamed", "handle", "NewName", "River_News", "profile-2", "profile-4"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"label": "none"}, {"label": "state_affiliated"}, ["label_new"]),
        ({"label": "government_check"}, {"label": "paid_check"}, ["label_gone"]),
        ({"label": "none"}, {"label": "paid_check"}, ["label_changed"]),
        ({"label": "state_affiliated"}, {"label": "state_controlled_media"}, ["label_changed"]),
        ({"label": "state_affiliated"}, {"label": "unknown"}, []),
        ({"label": None}, {"label": "state_affiliated"}, []),
        ({"bio": "A  b\n"}, {"bio": "A b"}, []),
        ({"bio": None}, {"bio": "A b"}, []),
        ({"handle": "NewName"}, {"handle": "newname"}, []),
        ({"name": "News"}, {"name": "NEWS"}, ["renamed"]),
        ({"discloses": "names_nobody"}, {"discloses": "names_operator"}, ["disclosure_new"]),
        ({"discloses": "names_operator"}, {"discloses": "names_another"}, ["disclosure_gone"]),
        ({"discloses": "names_nobody"}, {"discloses": "names_another"}, []),
    ],
)
def test_what_differs_between_two_looks(before: dict[str, Any], after: dict[str, Any], expected: list[str]):
    found = differences(Look(NOW, **before), Look(NOW, **after))

    assert [one.type for one in found] == expected


def test_the_same_look_entered_twice_is_kept_once(engine_of: Engine):
    fill(engine_of, NEW)
    first = see(engine_of, "2024-11-12", label="none")

    again = see(engine_of, "2024-11-12", label="none")

    assert (again.snapshot, again.new) == (first.snapshot, False)
    assert len(desk.show_account(engine_of, "x:newname")["looks"]) == 1


def test_a_look_that_comes_in_after_a_later_one_is_kept_and_not_compared(engine: Engine):
    fill(engine, NEW)
    see(engine, "2024-11-12", label="none")

    looked = see(engine, "2024-10-01", LATER_PNG, label="state_affiliated")

    assert looked.changes == ()
    assert looked.notices == ("a later look is in the record already: nothing was compared",)


@pytest.mark.parametrize(
    ("typed", "screenshot", "field", "words"),
    [
        ({}, PNG, "label", "what was seen"),
        ({"label": "none", "observed_on": "2025-01-01"}, PNG, "observed_on", "lies after now"),
        ({"label": "none", "observed_on": "NO"}, PNG, "observed_on", "expected YYYY-MM-DD"),
        ({"label": "blue"}, PNG, "label", "expected one of"),
        ({"label": "none", "label_words": "state media"}, PNG, "label", "which label is it"),
        ({"discloses": "names_operator"}, PNG, "discloses_words", "is needed"),
        ({"label": "none"}, None, "screenshot", "is needed"),
        ({"label": "none"}, b"<svg onload=alert(1)>", "screenshot", "by its first bytes"),
        ({"label": "none"}, PNG + b"0" * 10_000_000, "screenshot", "at most 10,000,000"),
        ({"label": "none", "account": "x:nobody"}, PNG, "account", "no account is called"),
        ({"handle": "a b c"}, PNG, "handle", "that no account has"),
        ({"bio": "x\u202ey"}, PNG, "bio", "changes how text reads"),
        ({"label": "none", "by": "anonymous"}, PNG, "by", "is needed"),
    ],
)  # fmt: skip
def test_a_look_that_is_wrong_names_its_field_and_leaves_nothing(
    engine: Engine, typed: dict[str, str], screenshot: bytes | None, field: str, words: str
):
    fill(engine, NEW)
    fields = {"account": "x:newname", "observed_on": "2024-11-12", "by": "Ada", **typed}

    with pytest.raises(BadInput) as refused:
        lookdesk.look(engine, fields, screenshot, now=NOW)

    told = (
        refused.value.fields
        if isinstance(refused.value, FormErrors)
        else {refused.value.field: refused.value.found}
    )
    assert words in told[field]
    with Session(engine) as session:
        assert evidence.totals(session) == {"blobs": 0, "bytes": 0, "fetches": 0}


def test_labels_are_runs_with_first_and_last_day_and_what_they_rest_on(engine_of: Engine, tmp_path: Path):
    document = Document("press", "Example Press", "Who is labelled", datetime(2024, 9, 1).date(), None, "B")
    seen = LabelSeen(NEW, "state_affiliated", None, "press", "China state-affiliated media")
    with unit_of_work(engine_of) as session:
        registry.save_seeds(
            session, Seeds((document,), (), (), (SeedAccount(NEW, "accepted", labels=(seen,)),), ()), at=NOW
        )
    see(engine_of, "2024-10-01", label="state_affiliated")
    see(engine_of, "2024-11-01", label="unknown")
    see(engine_of, "2024-11-12", label="none", discloses="names_nobody")
    last = see(engine_of, "2024-11-20", LATER_PNG, label="none")
    sha256 = desk.show_snapshot(engine_of, last.snapshot)["evidence"]["sha256"]

    lake = lake_of(engine_of, tmp_path)

    columns = ("account", "platform", "state", "first_seen", "last_seen", "looks", "latest")
    assert rows_of("labels", lake, *columns) == [
        ("x:newname", "x", "state_affiliated", "2024-09-01", "2024-10-01", 2, False),
        ("x:newname", "x", "unknown", "2024-11-01", "2024-11-01", 1, True),
        ("x:newname", "x", "none", "2024-11-12", "2024-11-20", 2, True),
    ]
    assert rows_of("labels", lake, "evidence")[-1] == (sha256,)
    assert rows_of("disclosures", lake, "state", "first_seen") == [("names_nobody", "2024-11-12")]
    assert rows_of("accounts", lake, "label", "label_on", "discloses") == [
        ("none", "2024-11-20", "names_nobody")
    ]
    assert [row[0] for row in rows_of("changes", lake, "type")] == ["label_gone"]


def test_handles_and_names_have_intervals_with_what_gave_them(engine_of: Engine):
    fill(engine_of, AccountRef("x", "newname", handle="NewName", name="River News"))
    see(engine_of, "2024-11-01", handle="NewName")
    see(engine_of, "2024-11-12", LATER_PNG, handle="River_News")

    names = desk.show_account(engine_of, "x:newname")["names"]

    assert [
        (row["kind"], row["value"], str(row["first_seen"]), row["documents"], row["looks"]) for row in names
    ] == [
        ("handle", "NewName", "2024-11-01", ["Example Press: Who runs it"], ["profile-1"]),
        ("handle", "River_News", "2024-11-12", [], ["profile-2"]),
        ("name", "River News", "None", ["Example Press: Who runs it"], []),
    ]
    assert (nearby.check_suspect(engine_of, "@river_news", platform="x").known or {})[
        "account"
    ] == "x:newname"


def test_a_handle_that_another_account_bears_is_told_and_not_taken(engine: Engine):
    fill(engine, NEW, OLD)

    looked = see(engine, "2024-11-12", handle="OldName")

    assert looked.notices == (
        "x:oldname bears this handle in the registry; if they are one account, merge them",
    )
    assert desk.show_account(engine, "x:newname")["account"]["known_as"] == []


def test_looks_at_a_merged_account_belong_to_the_one_that_it_stands_as(engine: Engine, tmp_path: Path):
    fill(engine, NEW, OLD)
    lookdesk.look(
        engine,
        {"account": "x:oldname", "observed_on": "2024-11-01", "by": "Ada", "label": "none"},
        PNG,
        now=NOW,
    )

    accountdesk.merge(engine, {"account": "x:oldname", "into": "x:newname", **BY}, now=NOW)

    assert rows_of("labels", lake_of(engine, tmp_path), "account", "state") == [("x:newname", "none")]
    assert changes(see(engine, "2024-11-12", LATER_PNG, label="state_affiliated"))[0][0] == "label_new"
