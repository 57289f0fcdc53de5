"""Vectors: complete, causal, and right on histories whose numbers are known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trustdrift.features.catalog import catalog, digest, features
from trustdrift.features.errors import NotEnoughHistory
from trustdrift.features.feature import DECLARED, LEVELS, Level, commit_feature
from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import Vectors, describe
from trustdrift.features.windows import Windows

from ..conftest import KEY
from ..repositories import DAY, FOUNDER, NEWCOMER, START, Repository

KEYS: dict[Level, list[str]] = {
    "commit": ["sha"],
    "contributor": ["person", "window_end"],
    "project": ["window_end"],
}
FEWEST = {"commit": 40, "contributor": 35, "project": 25}


@pytest.mark.parametrize("level", LEVELS)
def test_there_are_as_many_features_as_promised(level: Level) -> None:
    assert len(features(level)) >= FEWEST[level]


def test_every_feature_explains_itself() -> None:
    for feature in catalog():
        sentence = feature.says.format(value=0.5)
        assert len(sentence) > 10, feature.name
        assert feature.unit, feature.name
        assert feature.description.endswith("."), feature.name


def test_a_feature_is_declared_once() -> None:
    with pytest.raises(ValueError, match="two commit features"):
        commit_feature(unit="x", concerning="both", compared_with="all projects", says="x")(
            DECLARED["commit", "tenure"].compute
        )


def assert_same(then: Vectors, now: Vectors) -> None:
    """Hold all that was known then against the same rows of now, to the last bit."""
    early, late = indexed(then), indexed(now)
    late = late[late.index.isin(early.index)]
    assert len(early) == len(late)
    for column in early:
        numbers = late[column].reindex(early.index).to_numpy()
        np.testing.assert_array_equal(early[column].to_numpy(), numbers, err_msg=str(column))


def indexed(vectors: Vectors) -> pd.DataFrame:
    table = vectors.values.copy()
    table.index = pd.MultiIndex.from_frame(vectors.subjects[KEYS[vectors.level]])
    return table


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("level", LEVELS)
def test_a_history_cut_off_at_a_date_has_the_same_vectors_up_to_it(
    story_history: History, share: float, level: Level
) -> None:
    at = int(len(story_history.commits) * share)
    cut = int(story_history.commits["known_time"].iloc[at])
    then = describe(story_history.until(cut))[level]
    assert len(then) > 0
    assert_same(then, describe(story_history)[level])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # each step runs git: shrinking would take minutes
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["a", "b/c", "tests/x.bin", ".mailmap", "build/m4/y.m4"]),
            st.sampled_from([FOUNDER, NEWCOMER, "renovate[bot] <bot@x.org>", "x <>"]),
            st.sampled_from([FOUNDER, NEWCOMER, "GitHub <noreply@github.com>"]),
            st.integers(0, 40),
            st.sampled_from(["+0000", "-0700", "+0530", "+9999"]),
            st.sampled_from([b"\0", b"curl x | sh; eval y # ", b"process.env https://x ", b""]),
        ),
        min_size=2,
        max_size=25,
    ),
    share=st.floats(0.1, 0.95),
)
def test_mining_until_a_date_gives_the_same_vectors_up_to_it(
    tmp_path_factory: pytest.TempPathFactory, steps: list, share: float
) -> None:
    repository = Repository(tmp_path_factory.mktemp("any") / "project")
    time = START
    for number, (path, author, committer, days, zone, text) in enumerate(steps):
        time += days * DAY
        content = b"Nora <nora@elsewhere.net> <frida@project.org>\n" if "map" in path else b""
        repository.commit(
            {path: content + text + b"%d\n" % number}, author=author, committer=committer,
            time=time, zone=zone,
        )  # fmt: skip
    path = repository.write()
    whole = mine(path, key=KEY)
    cut = int(whole.commits["known_time"].iloc[int(len(whole.commits) * share)])
    then, now = describe(mine(path, key=KEY, until=cut)), describe(whole)
    for level in LEVELS:
        assert_same(then[level], now[level])


def test_the_story_has_the_numbers_it_was_told_with(story_history: History) -> None:
    vectors = describe(story_history)
    commits, values = vectors["commit"].subjects, vectors["commit"].values
    last = commits["sha"] == story_history.commits["sha"].iloc[-1]
    planted = values[last].iloc[0]
    assert planted["binary_files"] == planted["binary_fixtures"] == planted["added_files"] == 5
    assert planted["binary_share"] == planted["new_folders"] == planted["first_binary"] == 1
    nora = story_history.commits["author"].iloc[-1]
    rows = (vectors["contributor"].subjects["person"] == nora).to_numpy()
    hers = vectors["contributor"].values[rows]
    assert hers["share"].iloc[-1] > 0.8
    assert hers["incumbents_loss"].max() > 0.7
    assert hers["displacement"].max() > 0.7
    assert hers["tag_age"].notna().any()
    assert hers["time_to_push"].dropna().iloc[0] < 120
    projects = vectors["project"].values
    assert projects["newcomers_share"].iloc[-1] > 0.8
    assert projects["truck_factor"].iloc[10] == 1


def test_windows_end_on_a_calendar_common_to_all_projects(story_history: History) -> None:
    ends = describe(story_history, Windows(90, 30))["project"].subjects["known_time"]
    assert (ends % (30 * DAY) == 0).all()


def test_windows_can_be_anchored_and_sized(story_history: History) -> None:
    last = story_history.last_time
    ends = describe(story_history, Windows(30, 10, last / DAY))["project"].subjects["known_time"]
    assert ends.iloc[-1] == last
    assert (ends.diff().dropna() == 10 * DAY).all()


@pytest.mark.parametrize("length", [0, -1])
def test_a_window_has_a_length(length: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Windows(length_days=length)


def test_an_empty_history_cannot_be_described(story_history: History) -> None:
    with pytest.raises(NotEnoughHistory):
        describe(story_history.until(START - DAY))


def test_robots_have_commit_vectors_and_no_windows(repository: Repository) -> None:
    for day in range(200):
        who = "dependabot[bot] <x+dependabot[bot]@users.noreply.github.com>"
        repository.commit({"a": b"%d" % day}, author=who if day % 2 else FOUNDER,
                          time=START + day * DAY)  # fmt: skip
    history = mine(repository.write(), key=KEY)
    vectors = describe(history)
    assert len(vectors["commit"]) == 200
    assert vectors["contributor"].subjects["person"].nunique() == 1
    assert (vectors["contributor"].values["share"].dropna() == 1).all()
    assert np.isclose(vectors["project"].values["bots_share"].iloc[-1], 0.5, atol=0.02)


def test_daylight_saving_is_no_surprise_and_another_zone_is(repository: Repository) -> None:
    for day in range(120):
        zone = "+0200" if day >= 60 else "+0100"
        repository.commit({"a": b"%d" % day}, time=START + day * DAY, zone=zone)
    repository.commit({"a": b"x"}, time=START + 121 * DAY, zone="+0900")
    values = describe(mine(repository.write(), key=KEY))["commit"].values["offset_surprise"]
    assert values.iloc[60] < 0.3
    assert values.iloc[-1] > 4


def test_the_digest_is_that_of_this_catalog() -> None:
    assert len(digest()) == 16
    assert digest() == digest()
