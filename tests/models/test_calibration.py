"""P-values that may be believed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.models.calibration import Calibration, Mondrian
from trustdrift.models.extent import FEWEST_ROWS, Classes


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


def test_each_class_is_judged_by_its_own() -> None:
    rng = np.random.default_rng(0)
    number = np.repeat([0, 1], [20_000, 5_000])
    scale = np.where(number == 1, 100.0, 1.0)
    found = Mondrian.fit(rng.exponential(size=25_000) * scale, number)
    fresh = rng.exponential(size=25_000) * scale
    surprisal = found.surprisal(fresh, number)
    for present in (0, 1):
        mine = number == present
        assert (surprisal[mine] >= 2).mean() == pytest.approx(0.01, abs=0.005)
        np.testing.assert_array_equal(surprisal[mine], found.parts[present].surprisal(fresh[mine]))
    together = Calibration.fit(rng.exponential(size=25_000) * scale).surprisal(fresh)
    assert (together[number == 0] >= 2).mean() < 0.001


def test_no_scores_need_no_class() -> None:
    found = Mondrian.fit(np.ones(10), np.zeros(10, dtype=int))
    assert found.surprisal(np.empty(0), np.empty(0, dtype=int)).shape == (0,)


def test_classes_hold_like_numbers_and_what_has_no_extent_is_apart() -> None:
    rng = np.random.default_rng(0)
    extents = np.r_[np.zeros(2 * FEWEST_ROWS), np.ceil(rng.lognormal(6, 2, 16 * FEWEST_ROWS))]
    classes = Classes.fit(extents, 8)
    counts = np.bincount(classes.of(extents), minlength=len(classes))
    assert len(classes) == 10  # none, seven eighths, and the last in halves
    assert counts[0] == 2 * FEWEST_ROWS
    assert (np.abs(counts[1:8] - 2 * FEWEST_ROWS) < 30).all()
    assert (np.abs(counts[8:] - FEWEST_ROWS) < 30).all()
    assert classes.of(np.array([0.0, 1.0, 1e12])).tolist() == [0, 1, 9]


@pytest.mark.parametrize(
    ("extents", "most", "expected"),
    [
        (np.zeros(5_000), 8, 1),
        (np.ones(5_000), 8, 1),
        (np.r_[np.zeros(5_000), np.arange(5_000)], 1, 1),
        (np.r_[np.zeros(10), np.arange(1, 1_501)], 8, 3),
        (np.arange(1, 4_001), 2, 4),
        (np.arange(1, 100), 8, 1),
        (np.zeros(0), 8, 1),
    ],
)
def test_few_or_equal_extents_make_fewer_classes(
    extents: np.ndarray, most: int, expected: int
) -> None:
    classes = Classes.fit(extents, most)
    assert len(classes) == expected
    assert (classes.of(extents) == 0).all() or expected > 1
