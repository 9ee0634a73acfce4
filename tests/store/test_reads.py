"""Ads are looked up by what tells them apart, however many others there are."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import AccountRef
from tracker.store import reads, registry, tables
from tracker.store.engine import unit_of_work
from tracker.store.writes import insert_all

NOW = datetime(2024, 10, 5, tzinfo=UTC)


def add_ads(engine: Engine, account: str, ads: range, *, source: str = "x_ads", key: str = "{}#1") -> int:
    """Write ads whose match is their number; return the account's id."""
    with unit_of_work(engine) as session:
        ref = AccountRef("x", account, account)
        account_id = registry.resolve_account(session, ref, status="unassessed", at=NOW)
        rows = [
            {"id": number, "source": source, "key": key.format(number), "match": str(number % 1_000_000)}
            for number in ads
        ]
        insert_all(session, tables.Ad, [{**row, "account_id": account_id} for row in rows])
    return account_id


def steps_of(engine: Engine, ask: Callable[[Session], Any]) -> int:
    """Return how many tens of steps SQLite takes to answer."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with Session(engine) as session:
        ask(session)
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.set_progress_handler(step, 10)
        ask(session)
        connection.set_progress_handler(None, 10)
    return steps


def test_a_known_ad_is_of_the_source_and_the_account_asked_about(engine_of: Engine) -> None:
    mine = add_ads(engine_of, "mine", range(1, 3))
    add_ads(engine_of, "other", range(1_000_001, 1_000_003), key="other {}")
    add_ads(engine_of, "mine", range(2_000_001, 2_000_003), source="ira_ads")

    with Session(engine_of) as session:
        keys = reads.keys_matching(session, "x_ads", mine, ["1", "2", "3"])

    assert keys == {"1": ["1#1"], "2": ["2#1"]}


@pytest.mark.parametrize("ask", [reads.keys_matching, reads.ads_matching])
def test_looking_up_ads_by_their_match_reads_no_other_ad_of_the_account(
    engine: Engine, ask: Callable[..., Any]
) -> None:
    mine = add_ads(engine, "mine", range(1, 11))
    few = steps_of(engine, lambda session: ask(session, "x_ads", mine, ["1", "2", "3"]))
    add_ads(engine, "mine", range(11, 5_011))

    many = steps_of(engine, lambda session: ask(session, "x_ads", mine, ["1", "2", "3"]))

    assert many <= few + 1
