"""Arrow columns as numpy arrays: values find their place among others, near or far apart."""

import numpy as np
import pytest

from tracker.analysis import columns


@pytest.mark.parametrize("far", [1, 10**12], ids=["close together", "far apart"])
def test_a_value_has_the_place_that_it_has_among_the_known_ones_and_another_has_none(far: int) -> None:
    known = np.array([-5, 0, 7], dtype=np.int64) * far
    values = np.array([7, -5, 0, 6, 8, -6, 7], dtype=np.int64) * far

    assert columns.places(known, values).tolist() == [2, 0, 1, -1, -1, -1, 2]


def test_without_known_values_no_value_has_a_place() -> None:
    nothing = np.zeros(0, dtype=np.int64)

    assert columns.places(nothing, np.array([1, 2])).tolist() == [-1, -1]
    assert columns.places(np.array([1]), nothing).tolist() == []
