"""The queue of the collector: a slot is had by one, ends once, and outlives the one who held it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.domain import AccountRef, Outcome
from tracker.store import registry, watches
from tracker.store.engine import unit_of_work
from tracker.store.watches import Ended, Slot

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def watch(engine: Engine, *keys: str, source: str = "feeds", due: datetime = NOW) -> None:
    with unit_of_work(engine) as session:
        ids = [
            registry.resolve_account(session, AccountRef("web", key, handle=key), status="accepted", at=NOW)
            for key in keys
        ]
        watches.add(session, [(source, account_id, due) for account_id in ids], every=timedelta(hours=6))


def due(engine: Engine, now: datetime = NOW, *, limit: int = 10, but_for: Sequence[str] = ()) -> list[Slot]:
    with Session(engine) as session:
        return watches.due(session, now, limit=limit, but_for=but_for)


def claim(engine: Engine, slot: Slot, owner: str, now: datetime = NOW) -> bool:
    with unit_of_work(engine) as session:
        return watches.claim(session, slot, now, until=now + LEASE, owner=owner)


def finish(engine: Engine, slot: Slot, owner: str, outcome: Outcome = "rows", at: datetime = NOW) -> bool:
    ended = Ended(at, at, outcome, at + timedelta(hours=6), timedelta(hours=6), 0)
    with unit_of_work(engine) as session:
        return watches.finish(session, slot, ended, owner=owner)


def ended(engine: Engine) -> list[tuple[datetime, str, str]]:
    with Session(engine) as session:
        return [(row["slot"], row["outcome"], row["host"]) for row in watches.runs(session)]


def test_the_oldest_slot_comes_first_and_a_source_without_budget_waits(engine_of: Engine) -> None:
    watch(engine_of, "late.example", due=NOW - timedelta(hours=1))
    watch(engine_of, "later.example", due=NOW - timedelta(hours=3))
    watch(engine_of, "costly.example", source="x_posts", due=NOW - timedelta(hours=9))
    watch(engine_of, "tomorrow.example", due=NOW + timedelta(days=1))

    found = due(engine_of, but_for=["x_posts"])

    assert [slot.account for slot in found] == ["web:later.example", "web:late.example"]


def test_a_slot_is_had_by_one_of_two_hosts(engine_of: Engine) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)

    taken = [claim(engine_of, slot, owner) for owner in ("one", "two")]

    assert (taken, due(engine_of)) == ([True, False], [])


def test_a_slot_whose_holder_died_is_run_by_another_and_ends_once(engine_of: Engine) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    claim(engine_of, slot, "dead")
    later = NOW + LEASE

    (again,) = due(engine_of, later)
    claim(engine_of, again, "alive", later)
    from_the_dead = finish(engine_of, slot, "dead", at=later)
    from_the_living = finish(engine_of, again, "alive", at=later)

    assert (again, from_the_dead, from_the_living) == (slot, False, True)
    assert ended(engine_of) == [(NOW, "rows", "alive")]


def test_a_lease_that_is_renewed_does_not_run_out(engine_of: Engine) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    claim(engine_of, slot, "slow")

    with unit_of_work(engine_of) as session:
        watches.renew(session, "slow", until=NOW + 3 * LEASE)

    assert due(engine_of, NOW + 2 * LEASE) == []


def test_a_slot_that_ended_is_due_at_its_next_time_and_cannot_be_claimed_as_the_old_one(
    engine_of: Engine,
) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    claim(engine_of, slot, "one")
    finish(engine_of, slot, "one")

    (following,) = due(engine_of, NOW + timedelta(hours=6))

    assert following.due_at == NOW + timedelta(hours=6)
    assert not claim(engine_of, slot, "two", NOW + timedelta(hours=6))


def test_a_slot_that_was_given_back_says_why_and_waits(engine_of: Engine) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    claim(engine_of, slot, "one")

    with unit_of_work(engine_of) as session:
        watches.postpone(session, slot, NOW + timedelta(hours=1), owner="one", note="the source asks to wait")

    with Session(engine_of) as session:
        (row,) = watches.watches(session)
    assert (row["due_at"], row["note"], row["leased_by"]) == (
        NOW + timedelta(hours=1),
        "the source asks to wait",
        None,
    )
    assert ended(engine_of) == []


@pytest.mark.parametrize("outcome", ["error", "throttled", "gone"])
def test_a_question_without_an_answer_is_no_success(engine_of: Engine, outcome: Outcome) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    claim(engine_of, slot, "one")

    finish(engine_of, slot, "one", outcome)

    with Session(engine_of) as session:
        (row,) = watches.watches(session)
    assert (row["last_outcome"], row["last_asked_at"], row["last_success_at"]) == (outcome, NOW, None)


def test_a_watch_that_was_stopped_is_not_due_until_it_is_wanted_again(engine_of: Engine) -> None:
    watch(engine_of, "a.example")
    (slot,) = due(engine_of)
    with unit_of_work(engine_of) as session:
        watches.stop(session, [("feeds", slot.account_id)])
    stopped = due(engine_of)

    watch(engine_of, "a.example", due=NOW - timedelta(minutes=1))

    assert (stopped, [again.account for again in due(engine_of)]) == ([], ["web:a.example"])


def test_the_questions_of_a_day_are_counted_by_source(engine_of: Engine) -> None:
    watch(engine_of, "a.example", "b.example")
    for slot in due(engine_of):
        claim(engine_of, slot, "one")
        finish(engine_of, slot, "one")

    with Session(engine_of) as session:
        assert watches.asked_since(session, NOW - timedelta(days=1)) == {"feeds": 2}
        assert watches.asked_since(session, NOW + timedelta(seconds=1)) == {}
