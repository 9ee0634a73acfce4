"""When a stretch of questions to a platform is not to be believed."""

from datetime import UTC, datetime, timedelta

from tracker.collect.runguard import Ended, Usual, suspicion

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
CALM = Usual(asked=500, vanished=5)


def ended(marks: str) -> list[Ended]:
    """Return a question a minute about one account after the other: `.` answered, `G` newly gone, `g` gone as before."""
    return [
        Ended(place, at, at + timedelta(seconds=5), vanished=mark == "G")
        for place, mark in enumerate(marks)
        for at in (START + timedelta(minutes=place),)
    ]


def test_a_jump_of_vanished_accounts_is_suspect_from_the_first_of_them_on() -> None:
    found = suspicion("bluesky", ended("." * 20 + "GGG.GG"), CALM)

    assert found is not None
    assert (found.since, found.asked, found.vanished) == (START + timedelta(minutes=20), 6, 5)
    assert found.words == (
        "5 of 6 accounts on bluesky vanished at once (1% of the questions in the two weeks before)"
    )


def test_one_that_left_long_before_is_not_drawn_into_the_jump() -> None:
    found = suspicion("bluesky", ended("G" + "." * 40 + "GGGG"), CALM)

    assert found is not None
    assert found.since == START + timedelta(minutes=41)


def test_two_accounts_that_vanish_together_are_no_jump() -> None:
    assert suspicion("bluesky", ended("GG"), CALM) is None


def test_a_jump_that_others_answered_after_is_over() -> None:
    assert suspicion("bluesky", ended("GGG" + "." * 20), CALM) is None


def test_an_account_that_is_asked_again_and_again_counts_once() -> None:
    again = [*ended("GGG"), *ended("g..")[:1] * 30]

    found = suspicion("bluesky", again, CALM)

    assert found is not None
    assert (found.asked, found.vanished) == (3, 3)


def test_a_platform_where_many_always_vanish_is_not_suspect_for_it() -> None:
    assert suspicion("x", ended("GGGG......"), Usual(asked=50, vanished=15)) is None


def test_the_first_questions_of_all_are_suspect_too_and_say_that_there_is_nothing_to_compare_with() -> None:
    found = suspicion("x", ended("GGG"), Usual(0, 0))

    assert found is not None
    assert found.words == "3 of 3 accounts on x vanished at once (no question before to compare with)"
