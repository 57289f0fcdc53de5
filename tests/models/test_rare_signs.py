"""Signs count by how few show them, whatever else a commit is like."""

import numpy as np
import pytest
from safetensors.numpy import load, save

from trustdrift.features.catalog import features
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.signals import SIGNALS
from trustdrift.models.detector import Tallying
from trustdrift.models.detectors import DETECTORS, suits
from trustdrift.models.detectors.rare_signs import RareSigns
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows
from trustdrift.training.fit import fit_trimmed
from trustdrift.training.settings import Settings

FEATURES = features("commit")
NAMES = [feature.name for feature in FEATURES]
ROWS = 2_000


def commits(**shown: int) -> Rows:
    """Give commits that are all alike, but for 1 in the first few of each named feature."""
    values = np.zeros((ROWS, len(FEATURES)))
    values[:, NAMES.index("package_spread")] = np.nan
    for name, many in shown.items():
        values[:many, NAMES.index(name)] = 1
    return Rows(values, FEATURES, Reference.fit(values))


ROWS_WITH_SIGNS = commits(broken_probes=2, autorun_files=200)
DETECTOR = RareSigns.fit(ROWS_WITH_SIGNS, seed=0)


def test_the_rarer_a_sign_the_more_it_counts() -> None:
    scores = DETECTOR.score(ROWS_WITH_SIGNS)
    assert scores[0] > scores[2] > scores[300] == 0
    assert scores[0] - scores[2] == pytest.approx(-np.log10(3 / (ROWS + 1)))


def test_the_features_that_a_rule_reads_are_named() -> None:
    parts = DETECTOR.contributions(ROWS_WITH_SIGNS)
    np.testing.assert_allclose(parts.sum(axis=1), DETECTOR.score(ROWS_WITH_SIGNS))
    named = {NAMES[column] for column in np.flatnonzero(parts[0])}
    assert named == {"broken_probes", "autorun_files"}


def test_no_other_detector_tallies() -> None:
    others = [kind for name, kind in DETECTORS.items() if name != "rare_signs"]
    made = [kind.fit(ROWS_WITH_SIGNS, seed=0) for kind in others if kind.name.endswith("tails")
            and suits(kind.name, "commit")]  # fmt: skip
    assert len(made) >= 3
    assert not any(isinstance(one, Tallying) for one in made)


def test_what_is_rare_is_not_trimmed_away() -> None:
    fitted = fit_trimmed(RareSigns, ROWS_WITH_SIGNS, Settings())
    assert fitted.tensors() == DETECTOR.tensors()


def test_saving_and_loading_change_nothing() -> None:
    again = RareSigns.from_tensors(load(save(DETECTOR.tensors())))
    np.testing.assert_array_equal(again.score(ROWS_WITH_SIGNS), DETECTOR.score(ROWS_WITH_SIGNS))


def test_a_sign_that_was_not_learned_does_not_count() -> None:
    known = RareSigns({"runs_unasked": 0.1, "gone_since": 0.001})
    assert known.score(ROWS_WITH_SIGNS)[0] == pytest.approx(1)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_not_known_is_worth_nothing_and_stays_as_it_was(level: Level) -> None:
    unknown = np.full((3, len(features(level))), np.nan)
    rows = Rows(unknown, features(level), Reference.fit(unknown))
    fitted = RareSigns.fit(rows, seed=0)
    assert set(fitted.shares) == {sign.name for sign in SIGNALS if sign.level == level}
    assert (fitted.score(rows) == 0).all()
    assert (fitted.contributions(rows) == 0).all()
    assert np.isnan(unknown).all()
