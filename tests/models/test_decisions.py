"""From p-values to lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import combine_pvalues, false_discovery_control

from trustdrift.models.combination import COMBINATIONS, Vote, cauchy, fisher
from trustdrift.models.decisions import MONTH_SECONDS, adjusted, within_budget

P_VALUES = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=40)


@given(P_VALUES)
def test_adjusted_p_values_are_scipys(p_values: list[float]) -> None:
    numbers = np.array(p_values)
    np.testing.assert_allclose(adjusted(numbers), false_discovery_control(numbers))


def test_the_false_discovery_rate_is_kept() -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        p_values = np.r_[rng.uniform(size=900), rng.uniform(size=100) ** 6]
        listed = np.flatnonzero(adjusted(p_values) <= 0.1)
        shares.append((listed < 900).mean() if len(listed) else 0.0)
    assert np.mean(shares) < 0.11


def test_no_p_values_need_no_adjusting() -> None:
    assert adjusted(np.zeros(0)).shape == (0,)


def test_a_budget_takes_the_highest_of_each_month() -> None:
    scores = np.array([3.0, 9.0, 5.0, 5.0, 1.0])
    time = np.array([0, 1, 2, 3, MONTH_SECONDS])
    assert within_budget(scores, time, 2).tolist() == [False, True, True, False, True]
    assert within_budget(scores, time, 1).tolist() == [False, True, False, False, True]


@given(st.lists(st.floats(0.001, 0.999), min_size=2, max_size=6))
def test_fisher_orders_as_scipys_statistic(p_values: list[float]) -> None:
    numbers = np.array(p_values)
    expected = np.asarray(combine_pvalues(numbers, method="fisher"))[0]
    assert fisher(list(-np.log10(numbers)[:, None]), np.ones(len(numbers)))[0] == pytest.approx(
        expected / 2 / np.log(10), abs=1e-9
    )


@given(st.lists(st.floats(1e-12, 0.999), min_size=1, max_size=6))
def test_cauchy_is_the_p_value_of_the_mean_quantile(p_values: list[float]) -> None:
    numbers = np.minimum(p_values, 0.75)
    statistic = np.mean(np.tan((0.5 - numbers) * np.pi))
    expected = -np.log10(max(0.5 - np.arctan(statistic) / np.pi, 1e-16))
    assert cauchy(list(-np.log10(numbers)[:, None]), np.ones(len(numbers)))[0] == pytest.approx(
        expected, rel=1e-3, abs=1e-6
    )


def test_one_detector_at_ease_does_not_silence_another() -> None:
    at_ease, surprised = -np.log10([0.99999]), np.array([4.0])
    assert cauchy([at_ease, surprised], np.ones(2))[0] > 3.5


def test_cauchy_stays_in_order_where_p_values_end() -> None:
    far = [np.array([10.0, 100.0, 250.0]), np.array([0.3, 0.3, 0.3])]
    found = cauchy(far, np.ones(2))
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("how", COMBINATIONS)
@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9)), min_size=1, max_size=9))
def test_shares_are_of_a_whole_and_the_more_surprised_has_more(
    how: str, surprisals: list[tuple[float, float]]
) -> None:
    parts = list(np.array(surprisals).T)
    shares = COMBINATIONS[how].shares([part[None] for part in parts], [Vote(), Vote()])
    surprised = np.sum(parts, axis=0) > 1e-6
    np.testing.assert_allclose(shares.sum(axis=0)[surprised], 1.0)
    clear = np.abs(parts[0] - parts[1]) > 1e-6
    assert ((shares[0] > shares[1]) == (parts[0] > parts[1]))[clear].all()


def test_by_cauchy_a_lone_surprise_has_nearly_all_the_say() -> None:
    judged = [np.array([[4.0]]), np.array([[1.0]])]
    shares = COMBINATIONS["cauchy"].shares(judged, [Vote(), Vote()])
    assert shares[0, 0] > 0.99
    by_fisher = COMBINATIONS["fisher"].shares(judged, [Vote(), Vote()])
    assert by_fisher[0, 0] == pytest.approx(0.8)


@pytest.mark.parametrize("how", COMBINATIONS)
def test_a_weight_counts_as_often_as_it_says(how: str) -> None:
    rng = np.random.default_rng(3)
    one, other = rng.exponential(0.5, (2, 9)), rng.exponential(0.5, (1, 9))
    combination = COMBINATIONS[how]
    np.testing.assert_allclose(
        combination.join([one, other], [Vote(), Vote(2.0)]),
        combination.join([one, other, other], [Vote()] * 3),
    )
    thrice = combination.shares([one, other, other], [Vote()] * 3)
    shares = combination.shares([one, other], [Vote(), Vote(2.0)])
    np.testing.assert_allclose(shares, [thrice[0], thrice[1] + thrice[2]])


@pytest.mark.parametrize("how", COMBINATIONS)
def test_a_detector_is_heard_up_to_its_bound(how: str) -> None:
    judged = [np.array([[1.0, 2.0, 9.0]]), np.array([[0.5, 0.5, 0.5]])]
    votes = [Vote(bound=2.0), Vote()]
    one, bound, beyond = COMBINATIONS[how].join(judged, votes)
    assert one < bound == beyond
    shares = COMBINATIONS[how].shares(judged, votes)
    np.testing.assert_array_equal(shares[:, 1], shares[:, 2])
