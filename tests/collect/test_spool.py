"""What waits in a spool comes out as it went in: in its order, or by match, however much there is."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect import spool as spools
from tracker.collect.spool import Spool
from tracker.domain import (
    AccountRef,
    Ad,
    AdvertiserReport,
    Listing,
    Metric,
    Notice,
    Parsed,
    Post,
    Quarantined,
    Target,
)

AT = datetime(2024, 8, 1, 12, 30, 0, 123_000, tzinfo=UTC)
ACCOUNT = AccountRef("x", "somebody", "Somebody")
LISTING = Listing("x_ads|somebody|FR", AT, account=ACCOUNT)
OTHERS: tuple[Parsed, ...] = (
    LISTING,
    Notice("the header is not the known one"),
    Quarantined(3, "Start date", "dated 1999-01-01", {"Start date": "1999-01-01"}),
    AdvertiserReport(LISTING, "1", ACCOUNT, "Some Page", None, (Metric("ads", 1, 1, "ads", "1"),), line=9),
    Post(LISTING, "1", ACCOUNT, "words", AT),
)
Keep = Callable[[Spool, Sequence[Parsed]], None]

words = st.none() | st.text(max_size=8)
ads = st.builds(
    Ad,
    st.sampled_from([LISTING, Listing("x_ads|somebody|DE", AT, account=ACCOUNT)]),
    words,
    st.sampled_from([None, ACCOUNT]),
    match=st.none() | st.sampled_from("abc"),
    payer=words,
    posted_at=st.none() | st.just(AT),
    first_shown=st.none() | st.dates(),
    last_shown=st.none() | st.just(date(2024, 2, 29)),
    metrics=st.lists(
        st.builds(Metric, st.just("reach"), st.just(0), st.none(), st.just("people"), st.text()), max_size=2
    ).map(tuple),
    targets=st.lists(st.builds(Target, st.text(), st.text(), st.just("include"), st.text()), max_size=3).map(
        tuple
    ),
    extra=st.dictionaries(st.text(), st.integers() | st.datetimes(), max_size=2),
    line=st.none() | st.integers(2, 10**12),
)


def in_order(spool: Spool, items: Sequence[Parsed]) -> None:
    spool.add(items)


def by_match(spool: Spool, items: Sequence[Parsed]) -> None:
    spool.sort(items, batch=2)


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sort no more than an ad or two at a time."""
    monkeypatch.setattr(spools, "_RUN_BYTES", 300)
    monkeypatch.setattr(spools, "_AT_ONCE", 1)


def numbered(matches: str) -> list[Ad]:
    return [Ad(LISTING, None, ACCOUNT, match=match, line=line) for line, match in enumerate(matches)]


@given(st.lists(ads), st.sampled_from([in_order, by_match]))
def test_every_value_of_every_kind_comes_out_as_it_went_in(found: list[Ad], keep: Keep) -> None:
    with Spool() as spool:
        keep(spool, [*OTHERS, *found])
        out = list(chain(*spool.batches(skip=0)))

    assert sorted(map(repr, out)) == sorted(map(repr, [*OTHERS, *found]))


@pytest.mark.usefixtures("short_runs")
def test_ads_come_out_by_match_and_all_of_one_match_in_one_batch() -> None:
    with Spool() as spool:
        spool.sort([LISTING, *numbered("dacabaadb")], batch=2)
        batches = [
            [(item.match, item.line) for item in batch if isinstance(item, Ad)]
            for batch in spool.batches(skip=0)
        ]

    assert batches == [
        [("a", 1), ("a", 3), ("a", 5), ("a", 6)],
        [("b", 4), ("b", 8)],
        [("c", 2), ("d", 0), ("d", 7)],
    ]


@pytest.mark.usefixtures("short_runs")
@pytest.mark.parametrize("keep", [in_order, by_match])
def test_what_was_written_before_is_skipped_and_the_rest_comes_in_the_same_order(keep: Keep) -> None:
    with Spool() as spool:
        keep(spool, numbered("dacabaadb"))
        whole = list(chain(*spool.batches(skip=0)))
        rest = list(chain(*spool.batches(skip=4)))

    assert rest == whole[4:]


def test_ads_with_the_same_criteria_share_them_in_memory_again() -> None:
    targets = (Target("keyword", "Shanghai", "include", "Keywords: Shanghai"),)

    with Spool() as spool:
        spool.sort([ad._replace(targets=targets) for ad in numbered("ab")], batch=2)
        (((first, second)),) = spool.batches(skip=0)

    assert isinstance(first, Ad)
    assert isinstance(second, Ad)
    assert first.targets is second.targets


def test_a_spool_that_was_cleared_is_empty() -> None:
    with Spool() as spool:
        spool.sort(numbered("ab"), batch=1)
        spool.clear()
        spool.add(numbered("c"))

        assert [[ad.match for ad in batch if isinstance(ad, Ad)] for batch in spool.batches(skip=0)] == [
            ["c"]
        ]
