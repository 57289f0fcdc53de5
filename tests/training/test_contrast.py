"""Weights that part two kinds of rows never count for a thing what speaks against it."""

import numpy as np

from trustdrift.training.contrast import non_negative_weights


def test_what_parts_them_weighs_and_what_speaks_against_does_not() -> None:
    rng = np.random.default_rng(0)
    strange = (rng.random(4_000) < 0.2).astype(float)
    rows = rng.normal(size=(4_000, 3))
    rows[:, 0] += 2 * strange
    rows[:, 1] -= 2 * strange
    weights = non_negative_weights(rows, strange, 1e-3)
    assert weights[0] > 1
    assert weights[1] == 0
    assert 0 <= weights[2] < 0.1


def test_shares_stand_for_repeated_rows() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 2))
    strange = (rows[:, 0] + rng.normal(size=300) > 0).astype(float)
    times = rng.integers(1, 4, 300)
    weighed = non_negative_weights(rows, strange, 1e-2, times / times.sum())
    repeated = non_negative_weights(rows.repeat(times, axis=0), strange.repeat(times), 1e-2)
    np.testing.assert_allclose(weighed, repeated, atol=1e-3)
