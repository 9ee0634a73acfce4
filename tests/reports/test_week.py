"""Weeks: what is one, and which have a report."""

from datetime import UTC, date, datetime

import pytest

from tracker.errors import BadInput
from tracker.reports import weeks

AS_OF = datetime(2024, 10, 7, 6, tzinfo=UTC)


def test_a_week_runs_from_monday_to_sunday() -> None:
    week = weeks.parse("2024-W40", as_of=AS_OF)

    assert (week.monday, week.sunday) == (date(2024, 9, 30), date(2024, 10, 6))
    assert week.words == "30 September – 6 October 2024"


def test_the_first_iso_week_may_begin_in_the_year_before() -> None:
    week = weeks.parse("2020-W01", as_of=AS_OF)

    assert week.words == "30 December 2019 – 5 January 2020"


def test_the_thirteen_weeks_before_end_where_the_week_begins() -> None:
    before = weeks.parse("2024-W40", as_of=AS_OF).before

    assert (before.monday, before.sunday) == (date(2024, 7, 1), date(2024, 9, 29))


@pytest.mark.parametrize(
    "written",
    [
        "2024-40",
        "2024-W4",
        "2024W40",
        "2024-W54",
        "2024-W00",
        "2025-W53",
        "",
        "٢٠٢٤-W40",
        "0000-W01",
        "2024-W40\n",
    ],
)
def test_what_is_not_a_week_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="not a week"):
        weeks.parse(written, as_of=AS_OF)


def test_a_week_that_begins_after_the_data_end_is_refused() -> None:
    with pytest.raises(BadInput, match="after the data end"):
        weeks.parse("2024-W42", as_of=AS_OF)


def test_a_week_that_has_begun_is_accepted_and_knows_its_days() -> None:
    week = weeks.parse("2024-W41", as_of=AS_OF)

    assert datetime(2024, 10, 7, tzinfo=UTC) in week
    assert date(2024, 10, 6) not in week
    assert None not in week
