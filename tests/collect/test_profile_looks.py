"""What sources see of profiles: a row when a value differs, else a proof; changes beside what people saw by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from tracker import lookdesk
from tracker.collect.profile_looks import write_profiles
from tracker.domain import AccountRef, Count, Listing, Look, PlatformLabel, Profile
from tracker.store import counters, profiles, registry, writes
from tracker.store.engine import unit_of_work
from tracker.store.seen_profiles import PlacedProfile
from tracker.store.writes import Counts

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=300)
RIVER = AccountRef("bluesky", "river.test", handle="river.test", native_id="did:plc:river")
LOOK = Look(START, handle="river.test", name="River News", bio="News of the river.")
PROFILE = Profile(
    Listing("example|river|profile", START, RIVER), RIVER, LOOK, verified="none", labelled_by=("did:labeler",),
    counts=(Count("followers", 10),), location="Here",
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n picture"

See = Callable[..., Counts]


@pytest.fixture
def see(engine_of: Engine) -> See:
    """Write what a source showed of a profile, `day` days after the first."""

    def look(profile: Profile, *, day: int = 0, source: str = "example") -> Counts:
        at = START + timedelta(days=day)
        listing = replace(profile.listing, observed_at=at)
        with unit_of_work(engine_of) as session:
            query = writes.start_query(
                session, source, {}, digest="d", observed_at=at, started_at=at, evidence_id=None, tool_version="0"
            )  # fmt: skip
            account = registry.resolve_account(session, RIVER, status="accepted", at=at)
            (number,) = writes.add_listings(session, query, [(listing, account)])
            placed = PlacedProfile(replace(profile, listing=listing), account, number)
            return write_profiles(session, query, source, [placed])

    return look


def said(**values: Any) -> Profile:
    return replace(PROFILE, look=replace(LOOK, **values))


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


CHANGES = 'SELECT type, field, "before", "after", snapshot_before, snapshot_after FROM change ORDER BY id'


def looks(engine: Engine) -> list[dict[str, Any]]:
    with Session(engine) as session:
        (account,) = registry.accounts(session)
        return profiles.looks_of(session, [account["id"]])


def test_an_unchanged_profile_is_one_row_with_a_proof_for_each_look(engine_of: Engine, see: See) -> None:
    counts = [see(PROFILE, day=day) for day in range(3)]

    assert counts == [Counts(new=1), Counts(unchanged=1), Counts(unchanged=1)]
    assert [(row["times"], row["observed_at"], row["last_seen"], row["method"]) for row in looks(engine_of)] == [
        (3, START, START + timedelta(days=2), "asked")
    ]  # fmt: skip
    assert rows(engine_of, CHANGES) == []


def test_what_differs_is_told_field_by_field_with_both_snapshots(engine_of: Engine, see: See) -> None:
    see(PROFILE)

    counts = see(
        replace(said(name="Lake News", handle="lake.test", bio="News."), verified="valid", location="There"), day=1
    )  # fmt: skip

    both = ("profile-1", "profile-2")
    assert counts == Counts(changed=1)
    assert rows(engine_of, CHANGES) == [
        ("renamed", "handle", "river.test", "lake.test", *both),
        ("renamed", "name", "River News", "Lake News", *both),
        ("bio_edited", "bio", "News of the river.", "News.", *both),
        ("verification_changed", "verified", "none", "valid", *both),
        ("bio_edited", "location", "Here", "There", *both),
    ]


def test_a_label_comes_and_goes_by_its_issuer(engine_of: Engine, see: See) -> None:
    labelled = replace(PROFILE, labels=(PlatformLabel("state-media", "did:labeler"),))
    see(PROFILE)

    see(labelled, day=1)
    see(labelled, day=2)
    see(PROFILE, day=3)

    assert [row[:4] for row in rows(engine_of, CHANGES)] == [
        ("label_new", "label by did:labeler", None, "state-media"),
        ("label_gone", "label by did:labeler", "state-media", None),
    ]


def test_a_label_of_an_issuer_that_was_not_asked_before_or_is_not_now_is_no_change(
    engine_of: Engine, see: See
) -> None:
    see(replace(PROFILE, labelled_by=()))

    see(replace(PROFILE, labelled_by=(), labels=(PlatformLabel("spam", "did:other"),)), day=1)
    see(replace(PROFILE, labelled_by=()), day=2)

    assert rows(engine_of, CHANGES) == []
    assert rows(engine_of, "SELECT COUNT(*) FROM profile_snapshot") == [(3,)]


def test_counters_are_numbers_over_time_and_no_change(engine_of: Engine, see: See) -> None:
    for day, followers in enumerate((10, 10, 12)):
        see(replace(PROFILE, counts=(Count("followers", followers), Count("likes", None))), day=day)

    assert rows(engine_of, "SELECT name, value FROM profile_count ORDER BY name, observed_at") == [
        ("followers", 10), ("followers", 12), ("likes", None),
    ]  # fmt: skip
    assert rows(engine_of, "SELECT COUNT(*) FROM profile_snapshot") == [(1,)]
    with Session(engine_of) as session:
        (account,) = registry.accounts(session)
        then = counters.of_profile(session, [account["id"]], "example", START + timedelta(days=1))
    assert [(row["name"], row["value"]) for row in then] == [("followers", 10), ("likes", None)]


def test_a_field_that_is_not_shown_is_not_compared(engine_of: Engine, see: See) -> None:
    see(PROFILE)

    see(replace(said(name=None, bio=None), verified=None, location=None), day=1)
    see(replace(said(name="River News", bio="Other."), verified="none"), day=2)

    assert rows(engine_of, CHANGES) == [
        ("bio_edited", "bio", "News of the river.", "Other.", "profile-1", "profile-3")
    ]


def test_what_people_and_sources_saw_is_compared_together(engine_of: Engine, see: See) -> None:
    see(said(label="none"))
    form = {"account": "bluesky:river.test", "observed_on": "2026-10-03", "by": "Ana", "label": "state_affiliated",
            "label_words": "State media"}  # fmt: skip

    looked = lookdesk.look(engine_of, form, PNG, now=NOW)
    see(said(label="none"), day=4)
    see(said(label="none"), day=5)

    assert [one.type for one in looked.changes] == ["label_new"]
    assert [row[:4] for row in rows(engine_of, CHANGES)] == [
        ("label_new", "label", "none", "state_affiliated"),
        ("label_gone", "label", "state_affiliated", "none"),
    ]
    assert [(row["method"], row["times"]) for row in looks(engine_of)] == [
        ("asked", 1),
        ("hand", 1),
        ("asked", 2),
    ]


def test_two_sources_that_print_a_name_differently_rename_nobody(engine_of: Engine, see: See) -> None:
    see(PROFILE)
    see(said(name="River News ✔", bio="News of the riv…"), day=1, source="other")

    see(PROFILE, day=2)
    see(said(name="River News ✔", bio="News of the riv…"), day=3, source="other")

    assert rows(engine_of, CHANGES) == []
    assert rows(engine_of, "SELECT COUNT(*) FROM profile_snapshot") == [(2,)]


def test_a_look_that_comes_in_late_is_kept_and_tells_nothing(engine_of: Engine, see: See) -> None:
    see(PROFILE)
    see(PROFILE, day=5)

    see(said(name="Old News"), day=2)

    assert rows(engine_of, CHANGES) == []
    assert len(looks(engine_of)) == 2


def test_an_account_is_found_by_the_handle_and_the_id_that_were_seen_on_it(
    engine_of: Engine, see: See
) -> None:
    see(PROFILE)

    see(said(handle="lake.test"), day=1)

    with Session(engine_of) as session:
        by_handle = registry.find_account(session, AccountRef("bluesky", "lake.test"))
        by_id = registry.find_account(session, AccountRef("bluesky", "new.test", native_id="did:plc:river"))
    assert by_handle is not None
    assert by_handle == by_id


def test_a_handle_that_is_none_and_a_signed_picture_break_nothing(engine_of: Engine, see: See) -> None:
    hostile = replace(
        said(handle="a b/<script>"), picture="https://cdn.example/a.jpg?sig=1", extra={"x": [1, {"y": None}]}
    )
    see(hostile)

    counts = see(replace(hostile, picture="https://cdn.example/a.jpg?sig=2"), day=1)

    assert counts == Counts(unchanged=1)
