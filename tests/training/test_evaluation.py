"""Planted oddities, figures with intervals, influence: each on data whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from trustdrift.features.catalog import features
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.history import History
from trustdrift.features.vectors import describe
from trustdrift.models.reference import Reference
from trustdrift.training.evaluation import evaluate_level
from trustdrift.training.fit import fit
from trustdrift.training.influence import influence
from trustdrift.training.planted import plant
from trustdrift.training.ranking import PREVALENCE, Curve, draws, estimate, resampled
from trustdrift.training.sample import Sample, gather
from trustdrift.training.settings import Settings

from ..repositories import START

DAY = 86_400
SPLIT = START + 3 * 365 * DAY


@pytest.fixture(scope="module")
def samples(story_history: History) -> dict[Level, Sample]:
    return gather([describe(story_history)] * 4, Settings(), SPLIT)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=4, max_size=60))
def test_figures_are_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in rows], dtype=float)
    odd = np.array([label for _, label in rows])
    if odd.all() or not odd.any():
        return
    curve = Curve.of(scores, odd, np.ones(len(rows)))
    assert curve.auroc == pytest.approx(roc_auc_score(odd, scores))
    weight = np.where(odd, PREVALENCE / odd.sum(), (1 - PREVALENCE) / (~odd).sum())
    expected = average_precision_score(odd, scores, sample_weight=weight)
    assert curve.average_precision == pytest.approx(expected)


def test_recall_is_taken_where_one_ordinary_row_in_a_hundred_is_flagged() -> None:
    scores = np.r_[np.arange(1_000.0), 995.5, 980.0, 500.0]
    odd = np.arange(1_003) >= 1_000
    assert Curve.of(scores, odd, np.ones(1_003)).recall == pytest.approx(1 / 3)


def test_projects_are_resampled_whole_and_the_first_time_as_they_are() -> None:
    projects = np.repeat([0, 2, 5], [3, 4, 5])
    counts = draws(projects)
    assert counts[0].tolist() == [1, 0, 1, 0, 0, 1]
    assert (counts.sum(axis=1) == 3).all()
    assert (counts[:, [1, 3, 4]] == 0).all()


def test_intervals_hold_the_figure_and_shrink_with_projects() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for projects in (5, 50):
        number = np.repeat(np.arange(projects), 40)
        shift = rng.normal(size=projects)[number]
        ordinary = rng.normal(size=len(number))
        found = resampled(ordinary, ordinary + 1 + shift, number)["auroc"]
        figure = estimate(found, projects)
        assert figure.low <= figure.value <= figure.high
        widths.append(figure.high - figure.low)
    assert widths[1] < widths[0]


@pytest.mark.parametrize("level", LEVELS)
def test_planted_rows_differ_from_theirs_in_what_was_planted_alone(
    samples: dict[Level, Sample], level: Level
) -> None:
    sample = samples[level]
    families = np.array([feature.family for feature in features(level)])
    planted = plant(sample, Reference.fit(sample.values))
    changed = {
        kind: (part.values != sample.values) & ~(np.isnan(part.values) & np.isnan(sample.values))
        for kind, part in planted.items()
    }
    assert changed["one_feature"].sum(axis=1).max() == 1
    assert changed["three_features"].sum(axis=1).max() == 3
    assert changed["many_slightly"].sum(axis=1).max() <= 10
    assert max(len(set(families[row])) for row in changed["family"]) == 1
    assert ("person" in planted) == ("rise" in planted) == (level == "contributor")
    for part in planted.values():
        assert (part.project == sample.project).all()
        assert (part.time == sample.time).all()


def test_those_who_rise_gained_much_with_little_behind_them(
    samples: dict[Level, Sample],
) -> None:
    sample = samples["contributor"]
    risen = plant(sample, Reference.fit(sample.values))["rise"].values
    names = [feature.name for feature in features("contributor")]
    gained, tenure = names.index("displacement"), names.index("tenure")
    assert risen[:, gained].min() >= np.quantile(np.nan_to_num(sample.values[:, gained]), 0.99)
    assert risen[:, tenure].max() <= np.nanquantile(sample.values[:, tenure], 0.06)


def test_a_figure_is_high_for_what_sees_the_oddity_and_even_for_what_does_not(
    samples: dict[Level, Sample],
) -> None:
    settings = Settings()
    settings.panel["commit"] = ("directional_tails",)
    made = fit(samples, settings, split=SPLIT)
    held = samples["commit"].where(samples["commit"].time >= SPLIT)
    found = evaluate_level(made.levels["commit"], held)
    assert found.figures["three_features"]["auroc"][0] > 0.75
    blind = replace(held, values=np.full_like(held.values, np.nan))
    unseen = evaluate_level(made.levels["commit"], blind)
    assert unseen.figures["family"]["auroc"][0] == pytest.approx(0.5)
    assert 0 <= found.uniformity.distance.value <= 1


def test_a_project_full_of_oddities_is_the_most_influential(
    samples: dict[Level, Sample],
) -> None:
    sample = samples["commit"]
    values = sample.values.copy()
    values[sample.project == 2] *= 50
    poisoned = dict(samples)
    poisoned["commit"] = sample.replaced(values)
    made = fit(poisoned, Settings(), split=SPLIT)
    table = influence(made, poisoned, ["a", "b", "c", "d"], SPLIT)
    commits = table[table["level"] == "commit"].set_index("project")
    assert commits.index[0] == "c"
    assert commits["tail_share"].iloc[0] > 2 * commits["rows_share"].iloc[0]
    assert commits["calibration_share"].sum() == pytest.approx(1)
    assert commits["p_ratio"].iloc[0] < 1
