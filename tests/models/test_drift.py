"""Vectors that have moved are told from those that have not."""

import json

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.catalog import digest, features
from trustdrift.features.errors import NotEnoughHistory
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.vectors import Vectors
from trustdrift.models.baseline import Baseline
from trustdrift.models.drift import Drift, drift
from trustdrift.models.reference import GRID
from trustdrift.serving.reports.drift import as_json, as_text


def ordinary(baseline: Baseline, level: Level, rows: int = 2_000) -> Vectors:
    """Draw each feature on its own from the baseline's quantiles, with its gaps."""
    rng = np.random.default_rng(0)
    known = baseline.levels[level].reference
    columns = {}
    for number, feature in enumerate(features(level)):
        at = np.searchsorted(GRID, rng.random(rows)).clip(max=len(GRID) - 1)
        gaps = rng.random(rows) >= known.coverage[number]
        columns[feature.name] = np.where(gaps, np.nan, known.quantiles[number][at])
    subjects = pd.DataFrame(
        {"project": "p", "known_time": 0, "person": np.arange(rows).astype(str)}
    )
    return Vectors(level, subjects, pd.DataFrame(columns), digest())


def moved(vectors: Vectors, name: str, change: float) -> Vectors:
    values = vectors.values.assign(**{name: vectors.values[name] * change + change})
    return Vectors(vectors.level, vectors.subjects, values, vectors.digest)


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_drawn_from_the_baseline_is_stable(shipped: Baseline, level: Level) -> None:
    found = drift(shipped.levels[level], ordinary(shipped, level))
    assert found.moved == 0
    assert found.psi < 0.05
    assert all(part.verdict == "stable" for part in found.features)


def test_a_feature_that_moved_is_named_first(shipped: Baseline) -> None:
    vectors = moved(ordinary(shipped, "commit"), "terseness", 30.0)
    found = drift(shipped.levels["commit"], vectors)
    assert found.features[0].feature == "terseness"
    assert found.features[0].verdict == "moved far"
    assert found.moved == 1


def test_values_that_went_missing_are_a_move(shipped: Baseline) -> None:
    vectors = moved(ordinary(shipped, "commit"), "terseness", float("nan"))
    found = drift(shipped.levels["commit"], vectors)
    assert found.features[0].feature == "terseness"
    assert np.isfinite(found.features[0].psi)


def test_a_handful_of_rows_is_no_proof_of_a_move(shipped: Baseline) -> None:
    found = drift(shipped.levels["commit"], ordinary(shipped, "commit", rows=15))
    assert found.moved <= 6
    assert found.features[0].by_chance > 0.5


def test_nothing_to_compare_is_said(shipped: Baseline) -> None:
    with pytest.raises(NotEnoughHistory, match="no commit vectors"):
        drift(shipped.levels["commit"], ordinary(shipped, "commit", rows=0))


def test_reports_say_the_same(shipped: Baseline) -> None:
    vectors = moved(ordinary(shipped, "commit"), "terseness", 30.0)
    found: list[Drift] = [drift(shipped.levels["commit"], vectors)]
    assert "terseness: moved far" in as_text(found)
    level = json.loads(as_json(found))["levels"][0]
    assert level["moved"] == 1
    assert level["features"][0]["feature"] == "terseness"
