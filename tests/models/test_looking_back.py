"""Each window is compared with the right earlier ones, and never with a later one."""

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.history import History
from trustdrift.features.vectors import Vectors, describe
from trustdrift.models.looking_back import DAY, LAGS_DAYS, earlier


def test_earlier_windows_are_the_persons_own(story_history: History) -> None:
    vectors = describe(story_history)["contributor"]
    found = earlier(vectors)
    by_key = {
        (str(person), int(time)): number
        for number, (person, time) in enumerate(
            zip(vectors.subjects["person"], vectors.subjects["known_time"], strict=True)
        )
    }
    values = vectors.values.to_numpy(dtype=np.float32)
    met = 0
    for (person, time), number in by_key.items():
        for step, lag in enumerate(LAGS_DAYS):
            before = by_key.get((person, time - lag * DAY))
            if before is None:
                assert np.isnan(found[number, step]).all()
            else:
                met += 1
                np.testing.assert_array_equal(found[number, step], values[before])
    assert met > 100


def test_the_last_step_is_the_projects_median_a_window_before(story_history: History) -> None:
    vectors = describe(story_history)["contributor"]
    time = vectors.subjects["known_time"]
    last = int(time.max())
    then = vectors.values[time == last - 90 * DAY].median().to_numpy(dtype=np.float32)
    for number in np.flatnonzero(time == last):
        np.testing.assert_array_equal(earlier(vectors)[number, -1], then)


def test_people_of_two_projects_are_not_mixed_up(story_history: History) -> None:
    one = describe(story_history)["contributor"]
    other = one.subjects.assign(project="another")
    both = Vectors(
        "contributor",
        pd.concat([one.subjects, other], ignore_index=True),
        pd.concat([one.values, one.values + 1], ignore_index=True),
        one.digest,
    )
    found, alone = earlier(both), earlier(one)
    np.testing.assert_array_equal(found[: len(one)], alone)


def test_what_comes_later_changes_nothing(story_history: History) -> None:
    vectors = describe(story_history)["contributor"]
    time = vectors.subjects["known_time"].to_numpy()
    cut = time <= np.median(time)
    np.testing.assert_array_equal(earlier(vectors)[cut], earlier(vectors.where(cut)))


def test_commits_have_no_windows(story_history: History) -> None:
    with pytest.raises(ValueError, match="only contributors"):
        earlier(describe(story_history)["commit"])
