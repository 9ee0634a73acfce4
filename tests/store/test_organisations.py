"""Bodies and published figures in the record and its mirror, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError

from tracker.analysis.tables import open_lake
from tracker.domain import (
    AccountRef,
    Brand,
    Claim,
    Document,
    Organisation,
    PublishedFigure,
    SeedAccount,
    Seeds,
    Status,
    SubjectType,
)
from tracker.store import lake, registry, tables
from tracker.store.engine import unit_of_work
from tracker.store.writes import Counts

AT = datetime(2024, 10, 1, 8, tzinfo=UTC)
CODER = lake.Coder("keywords v1", 1, "digest", lambda texts: [[] for _ in texts])
COUNT = PublishedFigure(
    "icc", "China", "", "over 70", 70, None, None, "press", "page 4", "Counts the centres."
)


def claim(
    kind: SubjectType, subject: str, predicate: Any, body: str, *, of: SubjectType = "organisation"
) -> Claim:
    return Claim(kind, subject, predicate, of, body, "press", "page 3", "Says so.")


def account(key: str, brand: str | None, status: Status = "accepted") -> SeedAccount:
    return SeedAccount(AccountRef("x", key, handle=key, brand_id=brand), status)


SEEDS = Seeds(
    documents=(Document("press", "Example Press", "Who runs it", date(2024, 9, 1), None, "B"),),
    organisations=(
        Organisation("organ", "The Organ", "party_organ", "机关", "province", "Zhejiang", "CN", "CN-ZJ"),
        Organisation(
            "centre", "The Centre", "icc", None, "city", "Hangzhou, Zhejiang", "CN", "CN-ZJ", "2023-06", "press"
        ),
        Organisation("firm", "The Firm", "marketing_firm"),
    ),
    brands=(Brand("hello", "Hello"), Brand("child", "Child of Hello")),
    accounts=(
        account("one", "hello"), account("two", "child", "under_review"), account("three", None),
        account("paid", None), account("gone", "hello"),
    ),
    claims=(
        claim("organisation", "centre", "supervised_by", "organ"),
        claim("brand", "hello", "operated_by", "centre"),
        claim("brand", "child", "part_of", "hello", of="brand"),
        claim("account", "x:three", "operated_by", "organ"),
        claim("organisation", "firm", "pays_for", "x:paid", of="account"),
    ),
    figures=(COUNT, replace(COUNT, place="Zhejiang", level="below_province", as_published="16", lower=16, upper=16)),
)  # fmt: skip


def load(engine: Engine, seeds: Seeds = SEEDS) -> registry.SeedCounts:
    with unit_of_work(engine) as session:
        return registry.save_seeds(session, seeds, at=AT)


def mirrored(engine: Engine, folder: Path, table: str) -> list[dict[str, Any]]:
    lake.refresh(engine, folder, coder=CODER)
    opened = open_lake(folder)
    return opened.rows(opened.tables[table])


def counts(rows: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    names = ("accounts", "accepted_accounts", "accounts_below", "accepted_below")
    return {row["organisation_id"]: tuple(row[name] for name in names) for row in rows}


def test_an_empty_record_mirrors_no_body_and_no_figure(engine_of: Engine, tmp_path: Path) -> None:
    bodies, figures = (mirrored(engine_of, tmp_path, name) for name in ("organisations", "figures"))

    assert (list(bodies), list(figures)) == ([], [])


def test_where_a_body_sits_and_since_when_reaches_the_mirror(engine_of: Engine, tmp_path: Path) -> None:
    load(engine_of)

    rows = mirrored(engine_of, tmp_path, "organisations")

    assert rows[0] == {
        "organisation_id": "centre", "name": "The Centre", "native_name": None, "kind": "icc", "level": "city",
        "place": "Hangzhou, Zhejiang", "province": "CN-ZJ", "country": "CN", "founded": "2023-06",
        "founded_document": "press", "aliases": None, "accounts": 3, "accepted_accounts": 2, "accounts_below": 3, "accepted_below": 2,
    }  # fmt: skip


def test_a_body_counts_its_own_accounts_and_apart_from_them_all_below_it(
    engine_of: Engine, tmp_path: Path
) -> None:
    load(engine_of)

    rows = mirrored(engine_of, tmp_path, "organisations")

    assert counts(rows) == {"centre": (3, 2, 3, 2), "firm": (0, 0, 0, 0), "organ": (1, 1, 4, 3)}


def test_an_account_that_is_another_one_and_a_claim_taken_back_count_nothing(
    engine_of: Engine, tmp_path: Path
) -> None:
    load(engine_of)
    with engine_of.begin() as connection:
        connection.execute(
            text("UPDATE account SET merged_into = (SELECT MIN(id) FROM account) WHERE key = 'gone'")
        )
        taken_back = text("SELECT id FROM claim WHERE predicate = 'supervised_by'")
        values = {
            "claim_id": connection.execute(taken_back).scalar_one(),
            "at": AT,
            "by": "ada",
            "reason": "Wrong.",
        }
        connection.execute(insert(tables.ClaimWithdrawal), [values])

    rows = mirrored(engine_of, tmp_path, "organisations")

    assert counts(rows) == {"centre": (2, 1, 2, 1), "firm": (0, 0, 0, 0), "organ": (1, 1, 1, 1)}


def test_a_figure_reaches_the_mirror_with_its_publisher(engine_of: Engine, tmp_path: Path) -> None:
    load(engine_of)

    first, second = mirrored(engine_of, tmp_path, "figures")

    assert first == {
        "figure_id": 1, "counted": "icc", "place": "China", "level": "", "as_published": "over 70", "lower": 70,
        "upper": None, "on": None, "document_id": "press", "publisher": "Example Press", "title": "Who runs it",
        "published_on": "2024-09-01", "where": "page 4", "says": "Counts the centres.",
    }  # fmt: skip
    assert (second["place"], second["level"], second["lower"], second["upper"]) == (
        "Zhejiang",
        "below_province",
        16,
        16,
    )


def test_the_same_figures_again_change_nothing_and_none_can_be_changed(engine_of: Engine) -> None:
    first = load(engine_of)

    again = load(engine_of)

    assert (first.figures, again.figures) == (Counts(new=2), Counts(unchanged=2))
    with (
        pytest.raises(DBAPIError, match=r"published_figure|added, never changed"),
        engine_of.begin() as connection,
    ):
        connection.execute(text("UPDATE published_figure SET lower = 1"))


def test_a_body_that_moved_or_got_a_founding_is_changed_in_place(engine_of: Engine) -> None:
    load(engine_of)
    organ = replace(SEEDS.organisations[0], founded="1949", founded_document="press")

    after = load(engine_of, replace(SEEDS, organisations=(organ, *SEEDS.organisations[1:])))

    assert after.organisations == Counts(changed=1, unchanged=2)
