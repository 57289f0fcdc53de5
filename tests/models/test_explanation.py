"""Reasons say what was to be expected, where a detector foretells it."""

import numpy as np
import pytest

from trustdrift.features.catalog import features
from trustdrift.features.feature import LEVELS, Level
from trustdrift.models.baseline import Baseline
from trustdrift.models.detector import Foretelling, shown_to
from trustdrift.models.detectors import Autoencoder, RareSigns
from trustdrift.models.explanation import explain
from trustdrift.models.looking_back import STEPS
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows


def row_of(baseline: Baseline, level: Level, **values: float) -> Rows:
    """Give a typical row with some other values, and no past."""
    learned = baseline.levels[level]
    row = learned.reference.typical.copy()
    names = [feature.name for feature in features(level)]
    for name, value in values.items():
        row[names.index(name)] = value
    before = np.full((1, STEPS, len(row)), np.nan)
    return Rows(row[None], features(level), learned.reference, before)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_expected_of_a_figure_does_not_depend_on_it(
    shipped: Baseline, level: Level
) -> None:
    column = 0
    name = features(level)[column].name
    for detector in shipped.levels[level].detectors:
        if isinstance(detector, Foretelling):
            low, high = (row_of(shipped, level, **{name: value}).learned for value in (-1e9, 1e9))
            one, two = detector.expected(low), detector.expected(high)
            assert one[0, column] == pytest.approx(two[0, column])
            assert one.shape == low.values.shape


def test_what_no_detector_learns_moves_no_score_and_is_no_reason(shipped: Baseline) -> None:
    learned = shipped.levels["contributor"]
    rows = [row_of(shipped, "contributor", share=1.0, mutual_support=n) for n in (0.0, 9.0)]
    without, with_it = (learned.score_rows(each) for each in rows)
    np.testing.assert_array_equal(without.combined, with_it.combined)
    found = explain(learned, with_it, [0])[0]
    assert found.weights.shape == (len(features("contributor")),)
    assert found.weights[rows[1].place("mutual_support")] == 0 < found.weights.max()
    assert shown_to(RareSigns, rows[1]) is rows[1]
    assert "mutual_support" not in [f.name for f in shown_to(Autoencoder, rows[1]).features]


def test_a_figure_far_from_what_was_expected_says_so(shipped: Baseline) -> None:
    learned = shipped.levels["commit"]
    rows = row_of(shipped, "commit", files_against_own=8.0)
    found = explain(learned, learned.score_rows(rows), [0])[0].reasons
    first = next(reason for reason in found if reason.feature == "files_against_own")
    assert first.expected is not None
    assert first.expected < 8.0
    assert "typically" in first.text


@pytest.mark.parametrize(("off", "unforeseen"), [(-2.0, True), (2.0, False)])
def test_less_than_was_expected_is_not_called_unforeseen(
    shipped: Baseline, monkeypatch: pytest.MonkeyPatch, off: float, unforeseen: bool
) -> None:
    """Where the other figures foretell more of what deserves a look, less of it is no surprise."""
    monkeypatch.setattr(Autoencoder, "expected", lambda _, rows: rows.scores + off)
    learned = shipped.levels["commit"]
    rows = row_of(shipped, "commit", terseness=500.0)
    found = explain(learned, learned.score_rows(rows), [0])[0].reasons
    first = next(reason for reason in found if reason.feature == "terseness")
    assert (first.expected is not None) == unforeseen


def test_whoever_has_a_score_has_a_reason(shipped: Baseline) -> None:
    """Even where each value by itself is one that many have."""
    learned = shipped.levels["project"]
    rng = np.random.default_rng(0)
    for _ in range(20):
        quantiles = learned.reference.quantiles
        middle = rng.integers(quantiles.shape[1] * 2 // 5, quantiles.shape[1] * 3 // 5, 32)
        values = quantiles[np.arange(len(quantiles)), middle[: len(quantiles)]]
        rows = Rows(values[None], features("project"), learned.reference)
        assert explain(learned, learned.score_rows(rows), [0])[0].reasons


def test_normal_scores_are_undone() -> None:
    reference = Reference.fit(np.random.default_rng(0).lognormal(size=(5_000, 2)))
    values = np.quantile(reference.quantiles, [0.1, 0.3, 0.5, 0.9], axis=1)
    back = reference.at(reference.normal_scores(values))
    np.testing.assert_allclose(back, values, rtol=0.05)
