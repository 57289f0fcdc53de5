"""P-values that may be believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.models.calibration import Calibration


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=60),
    st.lists(st.integers(-2, 22), min_size=1, max_size=10),
)
def test_small_samples_give_the_conformal_p_value_exactly(
    known: list[int], asked: list[int]
) -> None:
    calibration = Calibration.fit(np.array(known, dtype=float))
    found = calibration.p_values(np.array(asked, dtype=float))
    expected = [(1 + sum(k >= a for k in known)) / (len(known) + 1) for a in asked]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("size", [500, 100_000])
def test_compression_never_understates_and_hardly_overstates(size: int) -> None:
    rng = np.random.default_rng(0)
    scores = rng.exponential(size=size)
    asked = np.r_[rng.exponential(size=2_000), 50.0, -1.0]
    rising = np.sort(scores)
    exact = (1 + size - np.searchsorted(rising, asked, side="left")) / (size + 1)
    found = Calibration.fit(scores).p_values(asked)
    assert (found >= exact - 1e-12).all()
    assert (found <= exact * 1.01).all()


def test_p_values_of_fresh_ordinary_data_are_uniform() -> None:
    rng = np.random.default_rng(0)
    found = Calibration.fit(rng.normal(size=50_000)).p_values(rng.normal(size=50_000))
    ordered = np.sort(found)
    distance = np.abs(ordered - np.arange(1, 50_001) / 50_000).max()
    assert distance < 0.02


def test_surprisal_goes_on_beyond_the_highest_score() -> None:
    calibration = Calibration.fit(np.random.default_rng(0).exponential(size=10_000))
    far = calibration.surprisal(np.array([10.0, 15.0, 20.0, 40.0]))
    assert (np.diff(far) > 0).all()
    assert (calibration.p_values(np.array([20.0, 40.0])) == 1 / 10_001).all()


def test_equal_scores_everywhere_do_not_divide_by_zero() -> None:
    calibration = Calibration.fit(np.zeros(100))
    assert calibration.p_values(np.array([0.0])) == 1
    assert np.isfinite(calibration.surprisal(np.array([1.0])))
