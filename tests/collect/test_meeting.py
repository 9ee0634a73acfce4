"""Hosts that meet the same new accounts at the same moment write each of them once, and do not stop each other."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.collect.websites import Site
from tracker.collect.batches import Tally, write
from tracker.collect.job import Job, silent
from tracker.domain import AccountRef, Listing, Parsed, Post, Scope
from tracker.store import registry, writes
from tracker.store.engine import unit_of_work

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
ROUNDS = 25


def account(key: str) -> AccountRef:
    return AccountRef("x", key, handle=key, native_id=f"id-{key}")


def batch(host: str, asked: str, author: str) -> list[Parsed]:
    """What one host brings: the list of one account with a post of another."""
    listing = Listing(f"{host}|{asked}|{author}", NOW, account(asked))
    return [listing, Post(listing, f"{host}-{author}", account(author), "text", NOW)]


@pytest.mark.postgres
def test_two_hosts_that_meet_a_new_account_in_different_places_write_it_once(pg_engine: Engine) -> None:
    job: Any = Job(pg_engine, Site(), Scope({}, NOW), lambda: NOW, silent)  # type: ignore[arg-type]
    with unit_of_work(pg_engine) as session:
        queries = {
            host: writes.start_query(
                session, "example_site", {}, digest=host, observed_at=NOW, started_at=NOW, evidence_id=None,
                tool_version="1",
            )
            for host in ("one", "two")
        }  # fmt: skip
        registry.resolve_account(session, account("known"), status="accepted", at=NOW)
    together, failed = threading.Barrier(2), list[Exception]()

    def collect(host: str) -> None:
        tally = Tally()
        for number in range(ROUNDS):
            new = f"new{number}"
            found = batch(host, "known", new) if host == "one" else batch(host, new, "known")
            together.wait(30)
            try:
                write(job, queries[host], tally, found)
            except Exception as error:  # noqa: BLE001  whatever it is, the test tells it
                failed.append(error)

    threads = [threading.Thread(target=collect, args=(host,)) for host in queries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with pg_engine.connect() as connection:
        keys = connection.execute(text("SELECT key FROM account")).scalars().all()
        posts = connection.execute(text("SELECT COUNT(*) FROM post")).scalar_one()
    assert failed == []
    assert sorted(keys) == sorted(["known", *(f"new{number}" for number in range(ROUNDS))])
    assert posts == ROUNDS + 1
