"""One contract for every detector; what fails it does not enter the panel."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from trustdrift.features.catalog import features
from trustdrift.features.feature import LEVELS, Concern, Feature
from trustdrift.models.detector import Detector
from trustdrift.models.detectors import DETECTORS
from trustdrift.models.detectors.other_hand import HABITS, read_weights, write_weights
from trustdrift.models.looking_back import STEPS
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows

COLUMNS = 12
NAMES = {  # that some detectors ask for by name
    2: "added_bytes", 3: "displacement", 5: "message_against_own", 6: "hour_surprise", 7: "tenure",
    9: "network", 0: "longest_line", 1: "others_active", 4: "commits_before", 10: "time_to_push",
    8: "new_lines",
}  # fmt: skip


def feature(number: int) -> Feature:
    concerns: tuple[Concern, ...] = ("high", "low", "both")
    return Feature(
        NAMES.get(number, f"f{number}"), "commit", "x", concerns[number % 3], "all projects",
        "{value}", "X.", "f", True, lambda facts: facts,
    )  # fmt: skip


FEATURES = tuple(feature(number) for number in range(COLUMNS))


def ordinary(rows: int = 2_000, seed: int = 1) -> np.ndarray:
    """Mixed scales, ties, heavy tails and gaps."""
    rng = np.random.default_rng(seed)
    values = rng.lognormal(size=(rows, COLUMNS)) * 10.0 ** rng.integers(-2, 4, COLUMNS)
    values[:, ::4] = np.floor(values[:, ::4] / np.median(values[:, ::4], axis=0))
    values[:, 7] *= 700 / np.median(values[:, 7])  # days
    values[rng.random(values.shape) < 0.1] = np.nan
    return values


VALUES = ordinary()
REFERENCE = Reference.fit(VALUES)


def as_rows(values: np.ndarray) -> Rows:
    """What came before each row is much like the row, as it is for most people."""
    noise = np.random.default_rng(5).lognormal(sigma=0.1, size=(len(values), STEPS, COLUMNS))
    before = (values[:, None, :] * noise).astype(np.float32)
    before[::3, :2] = np.nan
    return Rows(values, FEATURES, REFERENCE, before)


BY_FIGURES = [kind for name, kind in DETECTORS.items() if name != "rare_signs"]
"""Rules need the features that they name: test_rare_signs.py holds them to the same."""


@pytest.fixture(scope="module", params=BY_FIGURES, ids=lambda kind: kind.name)
def detector(request: pytest.FixtureRequest) -> Detector:
    return request.param.fit(as_rows(VALUES), seed=3)


def test_the_same_seed_gives_the_same_scores(detector: Detector) -> None:
    again = type(detector).fit(as_rows(VALUES), seed=3)
    for name, tensor in detector.tensors().items():
        np.testing.assert_array_equal(tensor, again.tensors()[name])
    rows = as_rows(VALUES)
    np.testing.assert_array_equal(detector.score(rows), again.score(rows))


def test_saving_and_loading_change_nothing(detector: Detector) -> None:
    again = type(detector).from_tensors(load(save(detector.tensors())))
    rows = as_rows(VALUES)
    np.testing.assert_array_equal(detector.score(rows), again.score(rows))


def test_permuted_rows_give_permuted_scores(detector: Detector) -> None:
    rows = as_rows(ordinary(500, seed=2))
    order = np.random.default_rng(0).permutation(len(rows))
    # To the last digits: a matrix product may add up in another order at another place
    np.testing.assert_allclose(
        detector.score(rows)[order], detector.score(rows.where(order)), rtol=1e-5, atol=1e-9
    )


def test_a_row_far_out_scores_above_nearly_all(detector: Detector) -> None:
    far = np.nanmedian(VALUES, axis=0)[None]
    before = as_rows(far).earlier
    for number, each in enumerate(FEATURES):
        far[0, number] = 1e9 if each.concerning != "low" else -1e9
    score = detector.score(Rows(far, FEATURES, REFERENCE, before))[0]
    assert score > np.quantile(detector.score(as_rows(VALUES)), 0.999)


def test_the_input_is_not_written_to(detector: Detector) -> None:
    values = ordinary(100)
    before = values.copy()
    rows = as_rows(values)
    scores, known = rows.scores.copy(), rows.known.copy()
    detector.score(rows)
    detector.contributions(rows)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_array_equal(rows.scores, scores)
    np.testing.assert_array_equal(rows.known, known)


def test_unknown_values_make_nobody_anomalous(detector: Detector) -> None:
    unknown = as_rows(np.full((1, COLUMNS), np.nan))
    assert detector.score(unknown)[0] <= np.quantile(detector.score(as_rows(VALUES)), 0.6)
    assert (detector.contributions(unknown) == 0).all()


def test_what_speaks_for_somebody_never_raises_the_score(detector: Detector) -> None:
    middle = np.nanmedian(VALUES, axis=0)[None]
    before = as_rows(middle).earlier
    score = detector.score(Rows(middle, FEATURES, REFERENCE, before))[0]
    for number, each in enumerate(FEATURES):
        better = middle.copy()
        better[0, number] = {"high": -1e9, "low": 1e9, "both": middle[0, number]}[each.concerning]
        now = detector.score(Rows(better, FEATURES, REFERENCE, before))[0]
        assert now <= score + 0.01 * np.ptp(detector.score(as_rows(VALUES)))


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_oddity_is_named_first(detector: Detector, seed: int) -> None:
    rng = np.random.default_rng(seed)
    typical = np.nanmedian(VALUES, axis=0)
    sided = [
        number
        for number, each in enumerate(FEATURES)
        if each.concerning != "both" and (not detector.watches or each.name in detector.watches)
    ]
    columns = rng.choice(sided, 100)
    planted = typical * rng.uniform(0.95, 1.05, (100, COLUMNS))
    before = as_rows(planted).earlier
    for row, column in enumerate(columns):
        planted[row, column] = -1e9 if FEATURES[column].concerning == "low" else 1e9
    parts = detector.contributions(Rows(planted, FEATURES, REFERENCE, before))
    assert (parts.argmax(axis=1) == columns).sum() >= 95


def test_the_strangest_features_count_whatever_the_others_are() -> None:
    strangest = DETECTORS["strangest_features"].fit(as_rows(VALUES), seed=0)
    one = np.nanmedian(VALUES, axis=0)[None]
    one[0, 3] = 1e9
    better = one.copy()
    better[0, 6], better[0, 7] = -1e9, 1e9
    alone, beside_good = (strangest.score(Rows(row, FEATURES, REFERENCE)) for row in (one, better))
    np.testing.assert_array_equal(alone, beside_good)
    tails = DETECTORS["conditional_tails"].fit(as_rows(VALUES), seed=0)
    assert tails.score(Rows(better, FEATURES, REFERENCE)) < tails.score(
        Rows(one, FEATURES, REFERENCE)
    )
    every = np.where([each.concerning == "low" for each in FEATURES], -1e9, 1e9)[None]
    assert (strangest.contributions(Rows(every, FEATURES, REFERENCE)) > 0).sum() == 3


def test_gains_count_for_less_the_more_stands_behind_them() -> None:
    handover = DETECTORS["handover_tails"].fit(as_rows(VALUES), seed=0)
    gained = np.nanmedian(VALUES, axis=0)[None]
    gained[0, 3] = np.nanquantile(VALUES[:, 3], 0.99)
    old, new, nothing = gained.copy(), gained.copy(), gained.copy()
    old[0, [1, 4, 7]], new[0, [1, 4, 7]], nothing[0, 3] = 1e9, 0.0, 0.0
    scores = [
        handover.score(Rows(row, FEATURES, REFERENCE))[0] for row in (old, nothing, gained, new)
    ]
    assert scores[1] == 0
    assert scores[0] < scores[2] < scores[3]


def test_whom_a_detector_compares_is_said_once_each(detector: Detector) -> None:
    assert set(detector.among) == set(LEVELS)
    for among in detector.among.values():
        assert among
        assert set(among) <= {"all", "alike"}
        assert len(set(among)) == len(among)


def test_no_rows_give_no_scores(detector: Detector) -> None:
    none = as_rows(np.empty((0, COLUMNS)))
    assert detector.score(none).shape == (0,)
    assert detector.contributions(none).shape == (0, COLUMNS)


def test_flat_trees_score_as_scikit_learn_does() -> None:
    from sklearn.ensemble import IsolationForest as Grown

    from trustdrift.models.detectors.isolation_forest import SAMPLE, TREES, IsolationForest

    rows = as_rows(VALUES)
    own = IsolationForest.fit(rows, seed=3)
    numbers = rows.scores.astype(np.float32)
    options: dict[str, Any] = {"max_samples": SAMPLE, "random_state": 3}
    grown = Grown(n_estimators=TREES, **options).fit(numbers)
    np.testing.assert_allclose(own.score(rows), -grown.score_samples(numbers), rtol=1e-6)


def test_ecod_ranks_as_pyod_does() -> None:
    from pyod.models.ecod import ECOD

    from trustdrift.models.detectors.ecod import Ecod

    rows = as_rows(VALUES)
    own = Ecod.fit(rows, seed=3).score(rows)
    fitted = ECOD().fit(rows.scores)
    theirs = np.max([part.sum(axis=1) for part in (fitted.U_l, fitted.U_r, fitted.U_skew)], axis=0)
    assert np.corrcoef(own.argsort().argsort(), theirs.argsort().argsort())[0, 1] > 0.99


def test_neighbours_are_the_ones_pyod_finds() -> None:
    from pyod.models.knn import KNN

    from trustdrift.models.detectors.neighbours import NEIGHBOURS, Neighbours

    own = Neighbours.fit(as_rows(VALUES), seed=3)
    rows = as_rows(ordinary(300, seed=4))
    kept = own.tensors()["kept"].astype(float)
    theirs = KNN(n_neighbors=NEIGHBOURS, method="mean").fit(kept).decision_function(rows.scores)
    np.testing.assert_allclose(own.score(rows), theirs, rtol=1e-4)


def test_the_sequence_model_runs_as_torch_does() -> None:
    import torch

    from trustdrift.models.detectors.sequence import WIDTH, Sequence

    rows = as_rows(VALUES)
    own = Sequence.fit(rows, seed=3)
    unit = torch.nn.GRU(2 * COLUMNS, WIDTH, batch_first=True)
    weights = {k.removeprefix("gru_"): torch.as_tensor(v) for k, v in own.tensors().items()
               if k.startswith("gru_")}  # fmt: skip
    unit.load_state_dict(weights)
    before = rows.earlier_scores
    inputs = np.concatenate([np.nan_to_num(before), ~np.isnan(before)], axis=2, dtype=np.float32)
    state = unit(torch.as_tensor(inputs))[1][0].detach().numpy()
    tell = own.tensors()["tell_weight"], own.tensors()["tell_bias"]
    expected = (state @ tell[0].T + tell[1])[:, :COLUMNS]
    np.testing.assert_allclose(own._told(before)[0], expected, atol=1e-4)


def test_a_sudden_change_surprises_the_sequence_model_more_than_a_steady_habit() -> None:
    from trustdrift.models.detectors.sequence import Sequence

    rows = as_rows(VALUES)
    own = Sequence.fit(rows, seed=3)
    assert rows.earlier is not None
    others = np.random.default_rng(0).permutation(len(rows))
    swapped = Rows(VALUES, FEATURES, REFERENCE, rows.earlier[others])
    assert np.median(own.score(swapped)) > 1.5 * np.median(own.score(rows))


def test_without_earlier_windows_nobody_can_look_back() -> None:
    with pytest.raises(ValueError, match="without the earlier windows"):
        _ = Rows(VALUES, FEATURES, REFERENCE).earlier_scores


def test_weights_are_written_whole(tmp_path: Path) -> None:
    write_weights(tmp_path / "weights.json", {"hour_surprise": (0.0, 0.123456)})
    assert json.loads((tmp_path / "weights.json").read_text()) == {"hour_surprise": [0.0, 0.1235]}
    assert [file.name for file in tmp_path.iterdir()] == ["weights.json"]


def test_another_hand_is_told_by_habits_that_are_there() -> None:
    weights = read_weights()
    assert set(weights) == set(HABITS)
    assert set(HABITS) <= {feature.name for feature in features("commit")}
    assert min(min(pair) for pair in weights.values()) >= 0
    assert sum(max(pair) > 0 for pair in weights.values()) >= len(HABITS) // 2
    assert all("surprise" in n or "against" in n or "sign" in n for n in HABITS)  # not a zone
