"""Long ids that come as JSON numbers: kept to the last digit, or kept apart when JavaScript may have rounded them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.lines import body
from tests.collect.test_tiktok_ads import row
from tracker.collect import exact
from tracker.collect.sources import meta_ads, microsoft_ads, tiktok_ads
from tracker.domain import Ad, Quarantined, Record, Scope
from tracker.errors import BadInput

SCOPE = Scope({}, datetime(2026, 11, 1, tzinfo=UTC))


def tiktok(*ids: int) -> list[Any]:
    answer = json.dumps({"data": {"ads": [row(id=one) for one in ids]}, "error": {"code": "ok"}})
    records = tiktok_ads.records_in(answer.encode())
    return [item for item in tiktok_ads.parse(records, SCOPE) if isinstance(item, Ad | Quarantined)]


@pytest.mark.parametrize(
    "number", [9007199254740991, 9007199254740993, 1923845247192304123, 18446744073709551615]
)
def test_a_number_that_javascript_cannot_print_is_an_id_to_the_last_digit(number: int) -> None:
    (ad,) = tiktok(number)

    assert (ad.key, ad.creative_url[-len(str(number)) :]) == (str(number), str(number))


@pytest.mark.parametrize("number", [9007199254740992, 1923845247192304000, 7123456789012346000])
def test_a_number_as_javascript_rounds_it_is_kept_apart_with_its_line_field_and_reason(number: int) -> None:
    good, out = tiktok(1700000000000010, number)

    assert good.key == "1700000000000010"
    assert (out.line, out.field) == (2, "ad.id")
    assert f"{number} came as a number beyond 2^53, as JavaScript rounds it" in out.reason


def test_a_number_that_could_be_rounded_is_taken_beside_one_that_shows_that_no_javascript_was_there() -> None:
    ads = tiktok(1923845247192304000, 1923845247192304123)

    assert [ad.key for ad in ads] == ["1923845247192304000", "1923845247192304123"]


def test_every_source_with_ids_as_numbers_keeps_them_whole_or_apart() -> None:
    microsoft = [
        microsoft_ads.parse([Record(1, {**body("microsoft_ads", "ad"), "AdId": number})], SCOPE)
        for number in (71468541217674123, 71468541217674120)
    ]
    meta = [
        meta_ads.parse([Record(1, {"id": number, "page_id": "100200300400"})], SCOPE)
        for number in (120210000000000451, 120210000000000450)
    ]

    assert [_key_or_field(items) for items in (*microsoft, *meta)] == [
        "71468541217674123", ("AdId", 1), "120210000000000451", ("id", 1),
    ]  # fmt: skip


def _key_or_field(items: Any) -> Any:
    (item,) = [one for one in items if isinstance(one, Ad | Quarantined)]
    return item.key if isinstance(item, Ad) else (item.field, item.line)


@given(st.integers(exact.SAFE, (1 << 64) - 1))
def test_whatever_javascript_prints_for_an_id_is_never_taken_as_one(number: int) -> None:
    rounded = int(Decimal(repr(float(number))))

    with pytest.raises(BadInput, match="as JavaScript rounds it"):
        exact.check_whole(Record(1, {}), "id", rounded)
