"""What two looks at one series tell: each kind of change, and each kind of silence, with whole rows compared."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracker import countries
from tracker.collect import firsts
from tracker.collect.diffing import compare
from tracker.collect.views import AdView, KnownBefore, Look
from tracker.domain import Change

FIRST, SECOND = datetime(2024, 8, 1, tzinfo=UTC), datetime(2024, 9, 1, tzinfo=UTC)
EVERY = frozenset(("location", countries.name_of(code), "include") for code in sorted(countries.every()))


def view(number: int, **values: Any) -> AdView:
    published = {"payer": values.pop("payer", "Payer"), "beneficiary": values.pop("beneficiary", None)}
    return AdView(
        number, 7, "ad",
        {name: value for name, value in published.items() if value is not None},
        first_shown=values.pop("first_shown", date(2024, 7, 1)), **values,
    )  # fmt: skip


def looks(before: dict[int, AdView], after: dict[int, AdView], **days: date) -> tuple[Look, Look]:
    asked = (days.get("covers_from"), days.get("covers_to"))
    return Look(1, FIRST, None, None, before), Look(2, SECOND, *asked, after)


def tell(kind: str, *words: str | None, of: tuple[str, str]) -> Change:
    return Change(SECOND, kind, 7, "ad", *words, *of)


OLD = view(1)
BAND, ABOVE, OVERLAP = (0.0, 99.0, "EUR"), (100.0, 499.0, "EUR"), (50.0, 499.0, "EUR")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({1: OLD}, {1: OLD}, [], id="nothing changed"),
        pytest.param(
            {}, {1: view(5)}, [tell("ad_new", None, None, "Payer", of=("listing-1", "ad-5"))], id="an ad appears"
        ),
        pytest.param(
            {1: OLD}, {}, [tell("ad_gone", None, "Payer", None, of=("ad-1", "listing-2"))], id="an ad vanishes"
        ),
        pytest.param(
            {1: replace(OLD, last_shown=date(2023, 8, 31))}, {},
            [tell("ad_expired", None, "Payer", None, of=("ad-1", "listing-2"))], id="the year of the law is over",
        ),
        pytest.param(
            {1: replace(OLD, last_shown=date(2023, 9, 1))}, {},
            [tell("ad_gone", None, "Payer", None, of=("ad-1", "listing-2"))], id="the year of the law ends today",
        ),
        pytest.param(
            {1: replace(OLD, spend=BAND, metrics={"spend": "0-99"})},
            {1: replace(view(5), spend=ABOVE, metrics={"spend": "100-499"})},
            [
                tell("ad_changed", "spend", "0-99", "100-499", of=("ad-1", "ad-5")),
                tell("spend_risen", "spend", "0-99", "100-499", of=("ad-1", "ad-5")),
            ],
            id="the band of spend rises",
        ),
        pytest.param(
            {1: replace(OLD, spend=BAND, metrics={"spend": "0-99"})},
            {1: replace(view(5), spend=OVERLAP, metrics={"spend": "50-499"})},
            [tell("ad_changed", "spend", "0-99", "50-499", of=("ad-1", "ad-5"))],
            id="a band that overlaps has not risen",
        ),
        pytest.param(
            {1: replace(OLD, spend=BAND)}, {1: replace(view(5), spend=(100.0, 499.0, "USD"))}, [],
            id="another currency has not risen",
        ),
        pytest.param(
            {1: replace(OLD, spend=(0.0, None, "EUR"))}, {1: replace(view(5), spend=ABOVE)}, [],
            id="an open band cannot be risen above",
        ),
        pytest.param(
            {1: replace(OLD, spend=(10.0, 10.0, "EUR"))}, {1: replace(view(5), spend=(11.0, 11.0, "EUR"))}, [],
            id="an exact number is no band",
        ),
    ],
)  # fmt: skip
def test_two_looks_tell_what_changed(
    before: dict[int, AdView], after: dict[int, AdView], expected: list[Change]
) -> None:
    known = {7: KnownBefore({"Payer": 1}, {})}

    assert compare(*looks(before, after), known, known_ads=set()) == expected


def test_an_expired_ad_that_was_not_asked_about_is_not_told() -> None:
    aged = replace(OLD, first_shown=date(2023, 7, 1), last_shown=date(2023, 8, 1))

    assert compare(*looks({1: aged}, {}, covers_from=date(2024, 1, 1)), {}, known_ads=set()) == []


def test_an_ad_that_was_gone_and_is_listed_again_has_returned() -> None:
    found = compare(
        *looks({}, {1: view(5)}), {7: KnownBefore({"Payer": 1}, {})}, known_ads={1}, listed_once={1: OLD}
    )

    assert found == [tell("ad_returned", None, None, "Payer", of=("listing-1", "ad-5"))]


def test_an_ad_that_the_look_between_did_not_ask_about_has_not_returned() -> None:
    between = Look(1, FIRST, date(2024, 8, 1), date(2024, 8, 1), {})
    once = {1: replace(OLD, last_shown=date(2024, 7, 2))}
    known = {7: KnownBefore({"Payer": 1}, {})}

    assert compare(between, looks({}, {1: view(5)})[1], known, known_ads={1}, listed_once=once) == []


def test_payer_beneficiary_and_criteria_are_each_told_once_with_the_ad_shown_first() -> None:
    new = {"payer": "New", "beneficiary": "Client", "targets": frozenset({("keyword", "Xi", "include")})}
    ads = {1: view(6, **new), 2: view(5, **new), 3: view(7, **new | {"payer": "NEW "})}

    found = compare(*looks({}, ads), {7: KnownBefore({"Payer": 1}, {})}, known_ads={1, 2, 3})

    assert found == [
        tell("payer_new", "payer", "Payer", "New", of=("ad-1", "ad-5")),
        tell("beneficiary_new", "beneficiary", None, "Client", of=("listing-1", "ad-5")),
        tell("target_new", "keyword", None, "keyword Xi", of=("listing-1", "ad-5")),
    ]


def test_the_first_use_of_a_country_is_told_apart_from_that_of_a_place_and_of_another_name_for_it() -> None:
    known = {7: KnownBefore({"Payer": 1}, {("location", "FR", "include"): 3})}
    targets = frozenset(
        ("location", *place)
        for place in (
            ("France", "include"), ("Germany", "include"), ("DE", "include"), ("Lyon", "include"), ("Italy", "exclude"),
        )
    )  # fmt: skip

    found = compare(*looks({}, {1: view(5, targets=targets)}), known, known_ads={1})

    assert [(change.type, change.after) for change in found] == [
        ("country_new", "location DE"),
        ("target_new", "location France"),
        ("target_new", "location Germany"),
        ("target_new", "not location Italy"),
        ("target_new", "location Lyon"),
    ]


def test_a_country_is_new_for_each_account_of_its_own() -> None:
    france = frozenset({("location", "France", "include")})
    known = {
        7: KnownBefore({"Payer": 1}, {("location", "FR", "include"): 3}),
        8: KnownBefore({"Payer": 1}, {}),
    }

    found = compare(
        *looks({}, {1: view(5, targets=france), 2: replace(view(6, targets=france), account_id=8)}),
        known, known_ads={1, 2},
    )  # fmt: skip

    assert [(change.type, change.account_id) for change in found] == [("target_new", 7), ("country_new", 8)]


def test_targeting_that_comes_to_reach_every_country_is_told_once() -> None:
    every = len(EVERY)
    known = {7: KnownBefore({"Payer": 1}, {("location", "France", "include"): 3})}
    wide = frozenset(sorted(EVERY)[: int(every * 0.95)])

    found = compare(
        *looks({}, {1: view(5, targets=wide), 2: view(6, targets=EVERY)}), known, known_ads={1, 2}
    )

    widened = [change for change in found if change.type == "targeting_widened"]
    was, now = f"1 of {every} countries", f"{len(firsts.reach(wide) | {'FRA'})} of {every} countries"
    assert widened == [tell("targeting_widened", "location", was, now, of=("ad-3", "ad-5"))]


@pytest.mark.parametrize(
    ("targets", "countries_reached"),
    [
        (EVERY, len(EVERY)),
        ({("location", "Worldwide", "include")}, len(EVERY)),
        (
            {
                ("location", "France", "include"),
                ("location", "FR", "include"),
                ("location", "Lyon", "include"),
            },
            1,
        ),
        ({("location", "France", "exclude")}, 0),
        ({("language", "France", "include")}, 0),
    ],
)
def test_reach_counts_the_countries_that_criteria_include(targets: Any, countries_reached: int) -> None:
    assert len(firsts.reach(targets)) == countries_reached


def test_what_one_part_of_a_look_told_the_next_part_does_not_tell_again() -> None:
    part = Look(
        2, SECOND, None, None, {1: view(5, payer="New", targets=frozenset({("age", "18-24", "include")}))}
    )
    before = Look(1, FIRST, None, None, {})
    known = {7: KnownBefore({"Payer": 1}, {})}

    told = compare(before, part, known, known_ads={1})
    again = compare(before, part, firsts.learnt(known, part), known_ads={1})

    assert ([change.type for change in told], again) == (["payer_new", "target_new"], [])
