"""Two looks are compared page by page, by what each shows last of an ad."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from tracker.domain import Ad, Listing
from tracker.store import adviews, compared, tables, writes
from tracker.store.ads import PlacedAd, write_ads
from tracker.store.engine import unit_of_work
from tracker.store.writes import UTCDateTime as StoredTime
from tracker.store.writes import among, stored, stored_times

FIRST, SECOND = datetime(2024, 8, 1, tzinfo=UTC), datetime(2024, 8, 15, tzinfo=UTC)


def look(engine: Engine, at: datetime, *shown: tuple[str, str]) -> int:
    """Write one look at a series, which shows ads (key, payer); return its listing."""
    with unit_of_work(engine) as session:
        query = writes.start_query(
            session, "x_ads", {}, digest="d", observed_at=at, started_at=at, evidence_id=None, tool_version="1"
        )  # fmt: skip
        listing = Listing("x_ads|somebody|FR", at)
        (number,) = writes.add_listings(session, query, [(listing, None)])
        ads = [Ad(listing, key, None, payer=payer, first_shown=date(2024, 7, 1)) for key, payer in shown]
        write_ads(session, "x_ads", [PlacedAd(ad, None, number) for ad in ads])
    return number


def told(engine: Engine, before: int, after: int, *, size: int) -> list[list[tuple[str | None, str | None]]]:
    """Return the pages of what two looks do not show alike: the payer before and after."""
    with Session(engine) as session:
        payers = dict(session.exec(select(tables.AdSnapshot.id, tables.AdSnapshot.payer)).all())
        pages = compared.differing(session, before, after, size=size)
        return [[(payers.get(was or 0), payers.get(now or 0)) for _, was, now in page] for page in pages]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_two_looks_do_not_show_alike_is_told_once_whatever_the_size_of_a_page(
    engine_of: Engine, size: int
) -> None:
    before = look(engine_of, FIRST, *((f"{number}", f"was {number}") for number in range(6)))
    after = look(
        engine_of, SECOND, ("0", "was 0"), ("1", "now 1"), ("2", "now 2"), ("3", "was 3"), ("9", "new")
    )

    pages = told(engine_of, before, after, size=size)

    assert max(map(len, pages)) <= size
    assert sorted((pair for page in pages for pair in page), key=str) == [
        ("was 1", "now 1"), ("was 2", "now 2"), ("was 4", None), ("was 5", None), (None, "new"),
    ]  # fmt: skip


def test_an_ad_that_a_look_shows_twice_is_compared_by_what_it_shows_last(engine_of: Engine) -> None:
    before = look(engine_of, FIRST, ("1", "first"), ("1", "second"), ("2", "first"))
    after = look(engine_of, SECOND, ("1", "second"), ("2", "other"), ("2", "last"))

    pages = told(engine_of, before, after, size=100)

    assert pages == [[("first", "last")]]


def test_the_numbers_and_criteria_of_a_snapshot_are_read_only_where_they_are_asked_for(
    engine_of: Engine,
) -> None:
    listing = look(engine_of, FIRST, ("1", "Payer"))

    with Session(engine_of) as session:
        numbers = list(
            session.exec(select(tables.Sighting.item).where(tables.Sighting.listing_id == listing))
        )
        (bare,) = adviews.details_of(session, numbers, criteria_of=(), numbers_of=()).values()
        (full,) = adviews.details_of(session, numbers).values()

    assert bare == full
    assert (full["key"], full["payer"], full["first_shown"]) == ("1", "Payer", date(2024, 7, 1))


def test_any_number_of_values_is_looked_up_at_once(engine_of: Engine) -> None:
    look(engine_of, FIRST, ("上海 \"1\" 'a'", "Payer"), ("2", "Payer"))
    asked = ["上海 \"1\" 'a'", *map(str, range(100, 80_000))]

    with Session(engine_of) as session:
        keys = session.execute(select(tables.Ad.key).where(among(session, tables.Ad.key, asked))).scalars()
        nothing = session.execute(select(tables.Ad.key).where(among(session, tables.Ad.key, []))).scalars()

        assert (list(keys), list(nothing)) == (["上海 \"1\" 'a'"], [])


@pytest.mark.parametrize(
    "at",
    [
        None,
        FIRST,
        datetime(2024, 8, 1, 9, 15, 0, 250_000, tzinfo=UTC),
        FIRST.astimezone(tz=None),
        datetime(987, 1, 2, 3, 4, 5, tzinfo=UTC),
        FIRST + timedelta(microseconds=1),
    ],
)
def test_a_time_is_stored_in_bulk_as_its_column_stores_it(engine_of: Engine, at: datetime | None) -> None:
    with Session(engine_of) as session:
        assert stored_times(session)(at) == stored(session, StoredTime())(at)
