"""Grouped sums over the past, held against plain loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.past import count_between, earlier, earlier_count, previous, surprise

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.just(float("nan")), st.floats(-1e4, 1e4))),
    min_size=1,
    max_size=40,
)


@given(ROWS)
def test_count_mean_and_deviation_are_those_of_earlier_rows(rows: list[tuple[int, float]]) -> None:
    group = np.array([g for g, _ in rows])
    values = np.array([v for _, v in rows])
    count, mean, spread = earlier(values, group)
    for i in range(len(rows)):
        before = values[:i][(group[:i] == group[i]) & ~np.isnan(values[:i])]
        assert count[i] == len(before)
        if len(before):
            assert np.isclose(mean[i], before.mean(), atol=1e-6)
        if len(before) > 1:
            assert np.isclose(spread[i], before.std(), atol=1e-3)


@given(ROWS)
def test_previous_gives_the_group_member_before(rows: list[tuple[int, float]]) -> None:
    group = np.array([g for g, _ in rows])
    values = np.array([v for _, v in rows])
    found = previous(values, group)
    for i in range(len(rows)):
        before = values[:i][group[:i] == group[i]]
        expected = before[-1] if len(before) else np.nan
        assert np.isclose(found[i], expected, equal_nan=True)
    assert earlier_count(group).tolist() == [
        float((group[:i] == group[i]).sum()) for i in range(len(rows))
    ]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 23)), min_size=1, max_size=40))
def test_surprise_counts_what_lies_near(rows: list[tuple[int, int]]) -> None:
    group = np.array([g for g, _ in rows])
    hour = np.array([h for _, h in rows], dtype=float)
    bits = surprise(hour, group, 24, (1.0, 1.0, 1.0), at_least=1)
    for i in range(len(rows)):
        before = hour[:i][group[:i] == group[i]]
        if not len(before):
            assert np.isnan(bits[i])
            continue
        distance = np.abs((before - hour[i] + 12) % 24 - 12)
        expected = -np.log2((1 + (distance <= 1).sum()) / (len(before) + 8))
        assert np.isclose(bits[i], expected)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 100)), min_size=1, max_size=30),
    st.integers(-5, 105),
    st.integers(0, 50),
)
def test_count_between_counts_the_half_open_stretch(
    events: list[tuple[int, int]], stop: int, length: int
) -> None:
    codes = np.array([c for c, _ in events])
    times = np.array([t for _, t in events], dtype=float)
    found = count_between(codes, times, np.array([1]), np.array([stop - length]), np.array([stop]))
    assert found[0] == ((codes == 1) & (times > stop - length) & (times <= stop)).sum()
