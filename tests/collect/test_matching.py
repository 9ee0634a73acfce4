"""Which rows of a later export are ads that were seen before."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tracker.collect.matching import Candidate, assign_keys, values_of
from tracker.domain import Ad, Listing, Metric, Target

LISTING = Listing("x_ads|somebody|FR", datetime(2024, 8, 1, tzinfo=UTC))
AD = Ad(LISTING, key=None, account=None, match="post/1|2024-07-01", payer="A", first_shown=date(2024, 7, 1))


def seen(key: str, ad: Ad) -> Candidate:
    return Candidate(key, values_of(ad))


def test_a_row_with_known_creative_and_start_is_the_ad_seen_before() -> None:
    changed = AD._replace(payer="B")

    (keyed,) = assign_keys([changed], {"post/1|2024-07-01": [seen("post/1|2024-07-01#1", AD)]})

    assert keyed.key == "post/1|2024-07-01#1"


def test_among_several_the_fewest_differing_fields_decide() -> None:
    first = AD._replace(targets=(Target("keyword", "a", "include", "a"),))
    second = AD._replace(targets=(Target("keyword", "b", "include", "b"),))
    grown = [
        ad._replace(metrics=(Metric("impressions", 9, 9, "impressions", "9"),)) for ad in (second, first)
    ]

    keyed = assign_keys(grown, {"post/1|2024-07-01": [seen("k#1", first), seen("k#2", second)]})

    assert [ad.key for ad in keyed] == ["k#2", "k#1"]


def test_more_rows_than_known_ads_make_new_ads_with_new_numbers() -> None:
    other = AD._replace(payer="B")

    keyed = assign_keys([AD, other], {"post/1|2024-07-01": [seen("post/1|2024-07-01#1", other)]})

    assert [ad.key for ad in keyed] == ["post/1|2024-07-01#2", "post/1|2024-07-01#1"]


@given(st.permutations(["A", "B", "C", "D"]))
def test_the_order_of_rows_does_not_decide_which_ad_a_row_is(payers: list[str]) -> None:
    known = {"post/1|2024-07-01": [seen(f"k#{payer}", AD._replace(payer=payer)) for payer in "ABCD"]}

    keyed = assign_keys([AD._replace(payer=payer) for payer in payers], known)

    assert [ad.key for ad in keyed] == [f"k#{payer}" for payer in payers]


def test_rows_that_agree_in_every_field_are_one_ad() -> None:
    keyed = assign_keys([AD, AD], {})

    assert {ad.key for ad in keyed} == {"post/1|2024-07-01#1"}
