"""Splices change what they say and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.history import CHANGES, History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe, describe_commits
from trustdrift.training.shapes import SHAPES
from trustdrift.training.splices import Files, Touch, compromise, ends_at, plant

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, START, Repository


def last_of(history: History, who: str, many: int) -> list[int]:
    """Give positions of a person's last commits."""
    code = next(code for code, person in history.people.items() if who in person.names)
    plain = ~history.commits["parents"].str.contains(" ", regex=False)
    own = np.flatnonzero((history.commits["author"] == code) & plain)
    return own[-many:].tolist()


def test_commits_alone_give_the_same_vectors(story_history: History) -> None:
    alone, whole = describe_commits(story_history), describe(story_history)["commit"]
    pd.testing.assert_frame_equal(alone.values, whole.values)


def test_a_planted_commit_changes_its_own_vector_alone(story_history: History) -> None:
    position = len(story_history.commits) - 40
    spliced = plant(story_history, position, [Touch("src/part1.c", b"eval(x)\n", 1, size=9_000)])
    assert len(spliced.commits) == position + 1
    assert (spliced.changes["commit"] == position).sum() == 1
    assert list(spliced.changes.columns) == list(CHANGES)
    before, after = describe_commits(ends_at(story_history, position)), describe_commits(spliced)
    pd.testing.assert_frame_equal(before.values.iloc[:-1], after.values.iloc[:-1])
    assert after.values["changed_files"].iloc[-1] == 1
    assert after.values["added_lines"].iloc[-1] == 1
    assert after.values["evaluation"].iloc[-1] == 1
    assert after.values["added_bytes"].iloc[-1] == 8


def test_another_hand_under_the_same_name(story_history: History) -> None:
    own = last_of(story_history, "Nora Newcomer", 5)
    theirs = last_of(story_history, "Helper Number3", 5)
    spliced = compromise(story_history, own, story_history, theirs)
    kept = story_history.commits.iloc[: own[-1] + 1]
    assert (spliced.commits["author"] == kept["author"]).all()
    assert spliced.commits["known_time"].is_monotonic_increasing
    for name in ("known_time", "author_time"):
        delay = (spliced.commits["commit_time"] - spliced.commits[name]).to_numpy()
        assert (delay == (kept["commit_time"] - kept[name]).to_numpy()).all()
    assert (spliced.commits.dtypes == kept.dtypes).all()
    for position, taken in zip(own, theirs, strict=True):
        changed = spliced.changes[spliced.changes["commit"] == position]
        source = story_history.changes[story_history.changes["commit"] == taken]
        assert changed["path"].tolist() == source["path"].tolist()
        ours, other = spliced.commits.iloc[position], story_history.commits.iloc[taken]
        assert ours["message_length"] == other["message_length"]
        moved_by = ours["known_time"] - kept["known_time"].iloc[position]
        assert abs(moved_by) <= 86_400
    hours = spliced.commits["author_time"].iloc[own] % 86_400
    wanted = story_history.commits["author_time"].iloc[theirs] % 86_400
    assert (hours.to_numpy() == wanted.to_numpy()).any()
    others = ~spliced.changes["commit"].isin(own)
    assert (
        others.sum()
        == (
            (story_history.changes["commit"] < own[-1]) & ~story_history.changes["commit"].isin(own)
        ).sum()
    )
    assert spliced.changes["commit"].is_monotonic_increasing


def test_moved_changes_stay_at_home_and_in_their_roles(story_history: History) -> None:
    own = last_of(story_history, "Nora Newcomer", 5)
    theirs = last_of(story_history, "Helper Number3", 5)  # who mends pages of documentation
    home = replace(
        story_history,
        changes=story_history.changes[story_history.changes["path"] != "doc/page1.md"],
    )
    moved = compromise(home, own, story_history, theirs, at_home=np.random.default_rng(0))
    changed = moved.changes[moved.changes["commit"].isin(own)]
    assert set(changed["path"]) <= {"doc/page0.md", "doc/page2.md", "doc/page3.md"}
    assert (changed["status"] == "M").all()
    assert (moved.changes.dtypes == story_history.changes.dtypes).all()


def test_a_weakened_check_is_one_that_was_there(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    probe = b'check_c_source_compiles("int main(void) { return 0; }" HAVE_IT)\n'
    repository.commit({"CMakeLists.txt": probe}, author=FOUNDER, time=START)
    repository.commit({"a.c": b"int a;\n"}, author=FOUNDER, time=START + DAY)
    history = mine(repository.write(), key=KEY)
    files = Files.at(history, 1)
    assert files.probes == {"CMakeLists.txt": "HAVE_IT"}
    touches = SHAPES["weakened_check"](files, np.random.default_rng(0))
    assert touches is not None
    values = describe_commits(plant(history, 1, touches)).values
    assert values["broken_probes"].tolist() == [0, 1]
    assert values["edited_probes"].tolist() == [0, 1]


def test_a_hook_is_planted_where_it_would_run_and_is_a_step_of_its_own(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    repository.commit({"package.json": b"{}\n"}, author=FOUNDER, time=START)
    repository.commit({"a.js": b"a()\n"}, author=FOUNDER, time=START + DAY)
    history = mine(repository.write(), key=KEY)
    touches = SHAPES["inline_hook"](Files.at(history, 1), np.random.default_rng(0))
    assert touches is not None
    values = describe_commits(plant(history, 1, touches)).values
    assert values["installing_steps"].tolist() == [0, 1]
    elsewhere = Files(pd.Series(["go.mod", "requirements.txt"]))
    assert SHAPES["inline_hook"](elsewhere, np.random.default_rng(0)) is None


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_touch_what_is_there_or_decline(story_history: History, kind: str) -> None:
    files = Files.at(story_history, len(story_history.commits) - 1)
    assert SHAPES[kind](Files(files.paths.iloc[:0]), np.random.default_rng(0)) is None
    touches = SHAPES[kind](
        Files(
            pd.Series(["src/a.c", "Makefile", "package.json", ".github/workflows/ci.yml",
                       "tests/data/x.txt", "yarn.lock", "CMakeLists.txt"]),
            {"CMakeLists.txt": "HAVE_IT"},
        ),
        np.random.default_rng(0),
    )  # fmt: skip
    assert touches
    assert all(touch.path and not touch.path.startswith("/") for touch in touches)
    assert all(touch.text.endswith(b"\n") != touch.binary for touch in touches)
