"""Labels move what is alike, in the right direction, within bounds, in whatever order they come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.models.feedback import MOST, feature_factors, standing

LABELS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=30)
ONES = np.eye(4)


def factors_of(labels: list[tuple[int, bool]]) -> np.ndarray:
    weights = np.array([ONES[column] for column, _ in labels])
    return feature_factors(weights, np.array([worth for _, worth in labels]))


@given(LABELS)
def test_the_order_of_labels_does_not_matter_and_none_hides_a_lead(
    labels: list[tuple[int, bool]],
) -> None:
    found = factors_of(labels)
    assert found == pytest.approx(factors_of(labels[::-1]))
    assert ((found >= 1 / MOST - 1e-9) & (found <= MOST + 1e-9)).all()


def test_without_labels_surprise_alone_orders() -> None:
    weights, p_values = np.full((3, 4), 0.25), np.array([0.1, 0.001, 0.0])
    nothing = feature_factors(np.zeros((0, 4)), np.zeros(0, dtype=bool))
    np.testing.assert_allclose(standing(p_values, weights, nothing), [1.0, 3.0, 300.0])


def test_what_was_ordinary_sinks_with_what_is_like_it() -> None:
    weights = np.array([[1.0, 0, 0, 0], [0.9, 0.1, 0, 0], [0, 0, 0.5, 0.5]])
    factors = feature_factors(weights[:1], np.array([False]))
    alike, before = standing(np.full(3, 0.01), weights, factors), 2.0
    assert alike[0] < alike[1] < before
    assert alike[2] == pytest.approx(before)
