"""A rise that was moved happens in the other project, at its time."""

from dataclasses import replace

import numpy as np
import pytest

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe
from trustdrift.training.transplant import DAY, transplant

from ..repositories import START, ordinary_story

WHEN = START + 3 * 365 * DAY
DAYS = 300


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> History:
    path = ordinary_story(tmp_path_factory.mktemp("quiet") / "project", seed=3)
    return mine(path, key=bytes([5] * 32), project="quiet")


def code_of(history: History, name: str) -> str:
    return next(code for code, person in history.people.items() if name in person.names)


@pytest.fixture(scope="module")
def spliced(quiet: History, story_history: History) -> tuple[History, str]:
    actor = code_of(story_history, "Nora Newcomer")
    rng = np.random.default_rng(0)
    return transplant(quiet, story_history, actor, WHEN, DAYS, rng), actor


def test_the_past_stays_and_the_future_is_cut(quiet: History, spliced: tuple[History, str]) -> None:
    history, actor = spliced
    before = quiet.commits["known_time"] < WHEN
    assert (history.commits["sha"][: before.sum()] == quiet.commits["sha"][before]).all()
    assert history.commits["known_time"].is_monotonic_increasing
    assert history.commits["known_time"].iloc[-1] <= WHEN + DAYS * DAY
    own = history.commits[history.commits["author"] == actor]
    assert own["known_time"].iloc[0] == WHEN


def test_the_actor_rises_and_the_founder_fades(
    quiet: History, spliced: tuple[History, str], story_history: History
) -> None:
    history, actor = spliced
    late = history.commits["known_time"] >= WHEN + 200 * DAY
    authors = history.commits["author"][late]
    assert (authors == actor).mean() > 0.6
    founder = code_of(quiet, "Frida Founder")
    then = (quiet.commits["known_time"] >= WHEN + 200 * DAY) & (
        quiet.commits["known_time"] <= WHEN + DAYS * DAY
    )
    assert (authors == founder).sum() < 0.5 * (quiet.commits["author"][then] == founder).sum()
    assert (history.tags["tagger"] == actor).any()


def test_changes_lie_in_files_of_the_project_and_vectors_can_be_made(
    quiet: History, spliced: tuple[History, str]
) -> None:
    history, actor = spliced
    assert set(history.changes["path"]) <= set(quiet.changes["path"])
    assert history.changes["commit"].max() < len(history.commits)
    assert (history.commits.dtypes == quiet.commits.dtypes).all()
    vectors = describe(history)["contributor"]
    mine_ = vectors.values[(vectors.subjects["person"] == actor).to_numpy()]
    assert mine_["share"].max() > 0.6


def test_nobody_cannot_rise(quiet: History, story_history: History) -> None:
    with pytest.raises(ValueError, match="has no commit"):
        transplant(quiet, story_history, "nobody", WHEN, DAYS, np.random.default_rng(0))


def test_what_merges_changed_stays_with_its_commit(quiet: History, story_history: History) -> None:
    """Any change will do: only its commit's place is looked at."""
    merged = replace(quiet, merge_changes=quiet.changes.iloc[::7].reset_index(drop=True))
    actor = code_of(story_history, "Nora Newcomer")
    rng = np.random.default_rng(0)
    history = transplant(merged, story_history, actor, WHEN, DAYS, rng)
    rows = history.merge_changes["commit"].to_numpy()
    assert len(rows) > 20
    kept = set(history.commits["sha"].iloc[rows])
    former = quiet.commits["sha"].iloc[merged.merge_changes["commit"]]
    assert kept == set(former) & set(history.commits["sha"])
    describe(history)
