"""Dates are never guessed; numbers stay ranges; targeting that cannot be read stays visible."""

from datetime import date

import pytest

from tracker.collect.cells import UnclearDate, cell_text, number_in, read_date, read_range, text_in
from tracker.collect.targeting_cells import targets
from tracker.domain import Record, Target
from tracker.errors import BadInput


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-07-03", date(2024, 7, 3)),
        ("2024-07-03T23:59:59Z", date(2024, 7, 3)),
        ("2024/7/3", date(2024, 7, 3)),
        ("2024-07-03 23:59:59.000 UTC", date(2024, 7, 3)),
        ("2024-07-03T23:59:59-11:00", date(2024, 7, 3)),
        ("7/25/2024, 1:05 PM", date(2024, 7, 25)),
        ("07/25/2024", date(2024, 7, 25)),
        ("25.07.2024", date(2024, 7, 25)),
        ("05/05/2024", date(2024, 5, 5)),
        ("3 Jul 2024", date(2024, 7, 3)),
        ("July 3, 2024", date(2024, 7, 3)),
        ("20240703", date(2024, 7, 3)),
        ("1720008000", date(2024, 7, 3)),
        ("1720008000000", date(2024, 7, 3)),
        ("  ", None),
    ],
)
def test_a_date_is_read_when_it_can_only_be_one_day(cell: str, expected: date | None) -> None:
    assert read_date(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "03/04/2024",
        "3.4.2024",
        "2024-02-30",
        "31/31/2024",
        "yesterday",
        "24-07-03",
        "2024-03-14 to 2024-05-01",
        "2024111",
        "2024-13-01",
        "0000-01-01",
    ],
)
def test_a_date_that_could_be_two_days_or_none_is_refused(cell: str) -> None:
    with pytest.raises(UnclearDate):
        read_date(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234", (1234, 1234)),
        ("1,234,567", (1234567, 1234567)),
        ("11K", (11_000, 11_000)),
        ("2.5K - 5K", (2_500, 5_000)),
        ("10K–100K", (10_000, 100_000)),
        ("≤100", (0, 100)),
        (">1M", (1_000_000, None)),
        ("1M+", (1_000_000, None)),
        ("10K-100K", (10_000, 100_000)),
        ("12\u202f345", (12_345, 12_345)),
        ("1.234", None),
        ("5K - 2K", None),
        ("-5", None),
        ("1e308", None),
        ("9" * 400, None),
        ("about 9", None),
        ("", None),
    ],
)
def test_a_number_is_a_range_or_is_not_read(cell: str, expected: tuple[float, float | None] | None) -> None:
    assert read_range(cell) == expected


def test_a_typed_list_gives_one_criterion_per_value() -> None:
    found = list(targets("Keywords: Shanghai, China; Follower look-alikes: @CGTNOfficial", "include"))

    assert [(target.kind, target.value) for target in found] == [
        ("keyword", "Shanghai"),
        ("keyword", "China"),
        ("follower_lookalike", "@CGTNOfficial"),
    ]


def test_json_cells_are_read_in_both_shapes() -> None:
    pairs = '[{"targetingType": "Locations", "targetingValue": "France"}, {"Keywords": ["a", "b"]}]'

    found = list(targets(pairs, "exclude"))

    assert [(target.kind, target.value, target.polarity) for target in found] == [
        ("location", "France", "exclude"),
        ("keyword", "a", "exclude"),
        ("keyword", "b", "exclude"),
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Shanghai, @CGTNOfficial", ["Shanghai", "@CGTNOfficial"]),
        ("Moon phase: full", ["Moon phase: full"]),
        ("{not json", ["{not json"]),
        ('{"Keywords": []}', ['{"Keywords": []}']),
        ("Keywords: ,", ["Keywords:"]),
    ],
)
def test_what_is_not_understood_stays_as_unparsed(cell: str, expected: list[str]) -> None:
    assert list(targets(cell, "include")) == [
        Target("unparsed", words, "include", words) for words in expected
    ]


def test_an_empty_cell_has_no_criterion() -> None:
    assert list(targets("  ", "include")) == []


def test_a_criterion_too_long_for_an_index_is_named_by_its_beginning_and_kept_whole() -> None:
    (first,), (second,) = (list(targets(f"{'长' * 3000}{end}", "include")) for end in "ab")

    assert len(first.value) < 600
    assert first.value != second.value
    assert first.as_published == "长" * 3000 + "a"


def test_deep_nesting_in_a_cell_stays_unparsed() -> None:
    assert {target.kind for target in targets("[" * 100_000, "include")} == {"unparsed"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (" a ", "a"),
        (date(2024, 7, 3), "2024-07-03"),
        (100.0, "100"),
        (2**63, "9223372036854775808"),
        (["a"], '["a"]'),
    ],
)
def test_a_typed_cell_is_read_as_a_person_would_type_it(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, True, "x", [1], 1e308, 10**400, "nan"])
def test_a_number_that_no_publisher_can_mean_is_refused_with_its_line(value: object) -> None:
    with pytest.raises(BadInput, match="line 7, field 'clicks'"):
        number_in(Record(7, {"clicks": value}), "clicks")


def test_a_field_that_is_not_text_is_refused_with_its_line() -> None:
    with pytest.raises(BadInput, match="line 7, field 'url': found int, expected text"):
        text_in(Record(7, {"url": 5}), "url")
