"""When a run of the collector is not to be believed."""

from tracker.collect.runguard import Run, suspicion

CALM = [Run({"bluesky": 100, "web": 50}, {"bluesky": 1}) for _ in range(5)]


def test_a_jump_of_vanished_accounts_on_one_platform_makes_the_run_suspect() -> None:
    found = suspicion(Run({"bluesky": 100, "web": 50}, {"bluesky": 40, "web": 0}), CALM)

    assert found == "40 of 100 accounts on bluesky vanished at once (1% in the runs before)"


def test_two_accounts_that_vanish_together_are_no_jump() -> None:
    assert suspicion(Run({"bluesky": 4}, {"bluesky": 2}), CALM) is None


def test_a_platform_where_many_always_vanish_is_not_suspect_for_it() -> None:
    usual = [Run({"x": 10}, {"x": 3})] * 5

    assert suspicion(Run({"x": 10}, {"x": 4}), usual) is None


def test_the_first_run_of_all_is_suspect_too_and_says_that_it_has_nothing_to_compare_with() -> None:
    assert suspicion(Run({"x": 10}, {"x": 10}), []) == (
        "10 of 10 accounts on x vanished at once (no run before to compare with)"
    )
