"""Quantiles and tails, held against the data they were taken from."""

import numpy as np
import pytest

from trustdrift.models.reference import Reference


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    rng = np.random.default_rng(0)
    counts = np.where(rng.random(20_000) < 0.9, 0, rng.poisson(3, 20_000) + 1).astype(float)
    return np.stack([rng.normal(size=20_000), counts, np.full(20_000, np.nan)], axis=1)


def test_tails_are_never_too_small_and_nearly_right(sample: np.ndarray) -> None:
    reference = Reference.fit(sample)
    asked = np.quantile(sample[:, :2], np.linspace(0.001, 0.999, 97), axis=0)
    asked = np.column_stack([asked, np.full(97, np.nan)])
    upper, lower = reference.upper_tail(asked), reference.lower_tail(asked)
    for column in (0, 1):
        true = (sample[:, column] >= asked[:, column, None]).mean(axis=1)
        assert (upper[:, column] >= true - 1e-12).all()
        assert (upper[:, column] <= true * 1.13 + 0.006).all()
        true = (sample[:, column] <= asked[:, column, None]).mean(axis=1)
        assert (lower[:, column] >= true - 1e-12).all()
        assert (lower[:, column] <= true * 1.13 + 0.006).all()
    assert np.isnan(upper[:, 2]).all()


def test_a_tail_is_never_zero(sample: np.ndarray) -> None:
    reference = Reference.fit(sample)
    far = np.array([[1e9, 1e9, 1e9], [-1e9, -1e9, -1e9]])
    assert (reference.upper_tail(far)[:, :2] > 0).all()
    assert (reference.lower_tail(far)[:, :2] > 0).all()


def test_normal_scores_keep_order_and_put_the_unknown_in_the_middle(sample: np.ndarray) -> None:
    scores = Reference.fit(sample).normal_scores(sample)
    order = np.argsort(sample[:, 0])
    assert (np.diff(scores[order, 0]) >= 0).all()
    assert abs(scores[:, 0].mean()) < 0.05
    assert abs(scores[:, 0].std() - 1) < 0.05
    assert (scores[:, 2] == 0).all()
