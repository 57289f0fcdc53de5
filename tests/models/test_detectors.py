"""One contract for every detector; what fails it does not enter the panel."""

from typing import Any

import numpy as np
import pytest

from trustdrift.features.feature import Concern, Feature
from trustdrift.models.detector import Detector
from trustdrift.models.detectors import PANEL
from trustdrift.models.reference import Reference

COLUMNS = 12


def feature(number: int) -> Feature:
    concerns: tuple[Concern, ...] = ("high", "low", "both")
    return Feature(
        f"f{number}", "commit", "x", concerns[number % 3], "all projects", "{value}", "X.", "f",
        lambda facts: facts,
    )  # fmt: skip


FEATURES = tuple(feature(number) for number in range(COLUMNS))


def ordinary(rows: int = 2_000, seed: int = 1) -> np.ndarray:
    """Mixed scales, ties, heavy tails and gaps."""
    rng = np.random.default_rng(seed)
    values = rng.lognormal(size=(rows, COLUMNS)) * 10.0 ** rng.integers(-2, 4, COLUMNS)
    values[:, ::4] = np.floor(values[:, ::4] / np.median(values[:, ::4], axis=0))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values


@pytest.fixture(scope="module", params=PANEL, ids=lambda kind: kind.name)
def detector(request: pytest.FixtureRequest) -> Detector:
    values = ordinary()
    return request.param.fit(values, FEATURES, Reference.fit(values), seed=3)


def test_the_same_seed_gives_the_same_scores(detector: Detector) -> None:
    values = ordinary()
    again = type(detector).fit(values, FEATURES, Reference.fit(values), seed=3)
    np.testing.assert_array_equal(detector.score(values), again.score(values))


def test_saving_and_loading_change_nothing(detector: Detector) -> None:
    values = ordinary()
    tensors = {name: value.copy() for name, value in detector.tensors().items()}
    again = type(detector).from_tensors(tensors, FEATURES, Reference.fit(values))
    np.testing.assert_array_equal(detector.score(values), again.score(values))


def test_permuted_rows_give_permuted_scores(detector: Detector) -> None:
    values = ordinary(500, seed=2)
    order = np.random.default_rng(0).permutation(len(values))
    np.testing.assert_array_equal(detector.score(values)[order], detector.score(values[order]))


def test_a_row_far_out_scores_above_nearly_all(detector: Detector) -> None:
    values = ordinary()
    far = np.nanmedian(values, axis=0)
    for number, each in enumerate(FEATURES):
        far[number] = 1e9 if each.concerning != "low" else -1e9
    assert detector.score(far[None])[0] > np.quantile(detector.score(values), 0.999)


def test_the_input_is_not_written_to(detector: Detector) -> None:
    values = ordinary(100)
    before = values.copy()
    detector.score(values)
    detector.contributions(values)
    np.testing.assert_array_equal(values, before)


def test_unknown_values_make_nobody_anomalous(detector: Detector) -> None:
    unknown = np.full((1, COLUMNS), np.nan)
    assert detector.score(unknown)[0] <= np.quantile(detector.score(ordinary()), 0.6)
    assert (detector.contributions(unknown) == 0).all()


def test_what_speaks_for_somebody_never_raises_the_score(detector: Detector) -> None:
    middle = np.nanmedian(ordinary(), axis=0)[None]
    for number, each in enumerate(FEATURES):
        better = middle.copy()
        better[0, number] = {"high": -1e9, "low": 1e9, "both": middle[0, number]}[each.concerning]
        assert detector.score(better)[0] <= detector.score(middle)[0] + 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_oddity_is_named_first(detector: Detector, seed: int) -> None:
    rng = np.random.default_rng(seed)
    typical = np.nanmedian(ordinary(), axis=0)
    sided = [number for number, each in enumerate(FEATURES) if each.concerning != "both"]
    named = 0
    for _ in range(100):
        column = int(rng.choice(sided))
        planted = typical * rng.uniform(0.95, 1.05, COLUMNS)
        planted[column] = -1e9 if FEATURES[column].concerning == "low" else 1e9
        named += int(detector.contributions(planted[None])[0].argmax() == column)
    assert named >= 95


def test_no_rows_give_no_scores(detector: Detector) -> None:
    assert detector.score(np.empty((0, COLUMNS))).shape == (0,)


def test_flat_trees_score_as_scikit_learn_does() -> None:
    from sklearn.ensemble import IsolationForest as Grown

    from trustdrift.models.forest import SAMPLE, TREES, IsolationForest, _concerning

    values = ordinary()
    reference = Reference.fit(values)
    own = IsolationForest.fit(values, FEATURES, reference, seed=3)
    rows = _concerning(values, FEATURES, reference).astype(np.float32)
    options: dict[str, Any] = {"max_samples": SAMPLE, "random_state": 3}
    grown = Grown(n_estimators=TREES, **options).fit(rows)
    np.testing.assert_allclose(own.score(values), -grown.score_samples(rows), rtol=1e-10)
