"""The validation catches a method that breaks its promise, and its data have the truth that they claim."""

import numpy as np
import pytest

from tracker.analysis import reliability, synthetic
from tracker.analysis.promises import LINES, Line
from tracker.analysis.synthetic import MIX, Random
from tracker.analysis.validation import Effort, Held, validate
from tracker.analysis.votes import copies


def silent(_stage: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


def line(rate: float, *, least: float | None = None, most: float | None = None, data: str = "made") -> Line:
    """A line whose method does so with a chance of `rate`."""

    def trial(random: Random, _permutations: int) -> bool:
        return bool(random.random() < rate)

    return Line("a method", data, "false alarms", least, most, trial)


def held(*lines: Line, trials: int = 400) -> list[Held]:
    return validate(Effort(trials, 19), tick=silent, lines=lines)


@pytest.mark.parametrize(
    ("made", "holds"),
    [
        (line(0.04, most=0.05), True),
        (line(0.12, most=0.05), False),
        (line(0.95, least=0.92, most=0.98), True),
        (line(0.85, least=0.92, most=0.98), False),
        (line(1.0, least=0.92, most=0.98), False),
        (line(0.6, least=0.9), False),
        (line(0.9, least=0.9), True),
    ],
)
def test_a_promise_is_broken_when_the_simulation_shows_it(made: Line, holds: bool) -> None:
    (found,) = held(made)

    assert found.holds is holds
    assert found.rate is not None
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.rate <= found.upper


def test_a_method_that_never_tells_has_no_rate_and_does_not_hold() -> None:
    (found,) = held(Line("a method", "none", "coverage", 0.92, 0.98, lambda _random, _permutations: None))

    assert (found.rate, found.lower, found.trials, found.untold, found.holds) == (None, None, 0, 400, False)


def test_the_figures_of_a_line_are_the_same_again_and_do_not_move_when_others_stand_before_it() -> None:
    alone = held(line(0.5, data="one"))
    after = held(line(0.3, data="another"), line(0.5, data="one"))

    assert after[1:] == alone
    assert after[0].rate != after[1].rate


def test_lines_that_are_just_as_promised_break_none_however_many_they_are() -> None:
    just = [line(0.05, most=0.05, data=f"data {number}") for number in range(200)]

    found = held(*just, trials=200)

    assert [one for one in found if not one.holds] == []
    assert sum(one.lower > 0.05 for one in found if one.lower is not None) > 0


def test_a_rate_beyond_its_promise_is_tried_four_times_as_often() -> None:
    kept, beyond = held(line(0.01, most=0.05, data="kept"), line(0.09, most=0.05, data="beyond"))

    assert (kept.trials, beyond.trials) == (400, 1600)


def test_a_broken_line_among_many_is_called_broken() -> None:
    found = held(
        *[line(0.03, most=0.05, data=f"data {number}") for number in range(50)], line(0.1, most=0.05)
    )

    assert [one.data for one in found if not one.holds] == ["made"]


def test_progress_is_told_for_every_trial() -> None:
    seen: list[tuple[str, int, int]] = []

    validate(Effort(3, 19), tick=lambda *told: seen.append(told), lines=[line(0.5, data="one")])

    assert seen == [("a method, false alarms: one", done, 3) for done in (1, 2, 3)]


def test_the_methods_keep_their_promises_in_a_few_trials() -> None:
    found = validate(Effort(20, 99), tick=silent)

    assert [one.data for one in found if not one.holds] == []
    assert {one.measure for one in found} == {"false alarms", "power", "coverage"}
    assert len(found) == len({(one.method, one.measure, one.data) for one in found}) == len(LINES)


def test_votes_scatter_as_much_as_is_said() -> None:
    random = np.random.default_rng(1)
    plain = synthetic.votes(random, [MIX] * 4000, items=20)
    wide = synthetic.votes(random, [MIX] * 4000, items=20, variance=3)

    for counts, factor in ((plain, 1), (wide, 3)):
        n = counts.sum(axis=1)
        shares = counts[n > 0, 2] / n[n > 0]
        expected = factor * MIX[2] * (1 - MIX[2]) / 20
        assert shares.mean() == pytest.approx(MIX[2], abs=0.01)
        assert shares.var() == pytest.approx(expected, rel=0.2)


def test_volumes_scatter_as_much_as_is_said() -> None:
    counts = synthetic.volumes(np.random.default_rng(2), np.full(20_000, 30.0), variance=3)

    assert counts.mean() == pytest.approx(30, rel=0.02)
    assert counts.var() == pytest.approx(90, rel=0.05)


def test_near_copies_of_a_burst_are_recognised_and_creatives_kept_apart() -> None:
    found = synthetic.bursts(np.random.default_rng(3), [MIX] * 9, items=24, copies=4)

    creatives = len({text.rpartition(" copy")[0] for text in found.texts})
    assert len(set(copies(found.texts))) == creatives
    assert len(found.texts) / creatives == pytest.approx(4, rel=0.25)


def test_the_stated_alpha_is_that_of_very_many_items() -> None:
    codings, alpha = synthetic.codings(
        np.random.default_rng(4), items=20_000, coders=2, accuracy=0.7, missing=0.1
    )

    assert reliability.measure(codings, resamples=10).alpha == pytest.approx(alpha, abs=0.02)
