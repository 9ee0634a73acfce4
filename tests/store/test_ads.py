"""Ads are written in bulk, and are told from what a record of an earlier version knows of them."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from tracker.domain import Ad, Listing, Metric, Target
from tracker.store import tables, writes
from tracker.store.ads import PlacedAd, digest_of, set_digest, write_ads
from tracker.store.engine import unit_of_work

AT = datetime(2024, 8, 1, 9, 15, 0, 250_000, tzinfo=UTC)
LISTING = Listing("x_ads|somebody|FR", AT)
TARGETS = (
    Target("location", "France", "exclude", "Locations: France"),
    Target("keyword", "上海", "include", "Keywords: 上海"),
    Target("keyword", "上海", "include", "again"),
)
METRICS = (
    Metric("reach", 5, 9, "people", "5-9", "FR", "women"),
    Metric("reach", 0, None, "people", "≤9", "FR"),
)
AD = Ad(
    LISTING,
    "1",
    None,
    advertiser_name="Somebody",
    payer="上海洋芝",
    text='two "words"\n',
    posted_at=datetime(2024, 7, 1, 8, 30, tzinfo=UTC),
    first_shown=date(2024, 7, 1),
    metrics=METRICS,
    targets=TARGETS,
    extra={"b": 1, "a": {"z": None}},
    line=7,
)


def write(engine: Engine, *ads: Ad) -> writes.Counts:
    """Write ads that one listing shows."""
    with unit_of_work(engine) as session:
        query = writes.start_query(
            session,
            "x_ads",
            {},
            digest="d",
            observed_at=AT,
            started_at=AT,
            evidence_id=None,
            tool_version="1",
        )
        (listing,) = writes.add_listings(session, query, [(LISTING, None)])
        return write_ads(session, "x_ads", [PlacedAd(ad, None, listing) for ad in ads])


def test_the_digests_in_a_record_stay_what_they_are() -> None:
    assert digest_of(AD) == "3f5cc44c86511f23c7244904bfd9d1ce7c936a1cb95e8eb44019b75559c6bad5"
    assert set_digest(TARGETS) == "83a4da2edbe665290729a802b038a769091f3ad8573f2f366064640508811822"
    assert (
        digest_of(Ad(LISTING, "1", None))
        == "8e758aae9fdfbf151e0f143f5b400abd5dc56c7535c163e24fa4a728fa3f997c"
    )


def test_every_value_of_an_ad_is_kept_as_it_was_read(engine_of: Engine) -> None:
    counts = write(engine_of, AD, Ad(LISTING, "2", None))

    with Session(engine_of) as session:
        full, bare = session.exec(select(tables.AdSnapshot).order_by(tables.AdSnapshot.id)).all()  # type: ignore[arg-type]
    fields = set(Ad._fields) & set(tables.AdSnapshot.model_fields)
    shown = {name: getattr(full, name) for name in fields}
    assert counts == writes.Counts(new=2)
    assert shown == {name: value for name, value in AD._asdict().items() if name in fields}
    assert (full.observed_at, full.digest, bare.extra, bare.first_shown) == (AT, digest_of(AD), {}, None)


def test_an_ad_that_is_shown_alike_again_gets_no_snapshot_and_another_one_does(engine_of: Engine) -> None:
    write(engine_of, AD)

    counts = write(engine_of, AD, AD._replace(key="2"), AD._replace(payer="Second"))

    with Session(engine_of) as session:
        payers = session.exec(select(tables.AdSnapshot.payer).order_by(tables.AdSnapshot.id)).all()  # type: ignore[arg-type]
        sets = session.exec(select(tables.TargetingSet)).all()
    assert counts == writes.Counts(new=1, changed=1, unchanged=1)
    assert (payers, len(sets)) == (["上海洋芝", "上海洋芝", "Second"], 1)
