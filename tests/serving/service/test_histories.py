"""An object store holds the old state of a project or the new one, never half of each."""

from dataclasses import replace
from pathlib import Path

import pytest

from trustdrift.features.errors import ConfigurationError
from trustdrift.features.history import History
from trustdrift.serving.service.histories import StoredHistories, open_histories
from trustdrift.serving.service.settings import Settings

PROJECT = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> StoredHistories:
    (tmp_path / "scratch").mkdir()
    return StoredHistories(f"file://{tmp_path / 'store'}", tmp_path / "scratch")


def test_what_was_written_is_read(store: StoredHistories, story_history: History) -> None:
    assert store.read(PROJECT) is None
    store.write(PROJECT, story_history)
    found = store.read(PROJECT)
    assert found is not None
    assert found.commits["sha"].tolist() == story_history.commits["sha"].tolist()
    store.delete(PROJECT)
    store.delete(PROJECT)
    assert store.read(PROJECT) is None


def test_a_writer_that_dies_leaves_what_was_there(
    store: StoredHistories, story_history: History, tmp_path: Path
) -> None:
    store.write(PROJECT, story_history)
    with pytest.raises(OSError), store.workplace(PROJECT) as folder:  # noqa: PT011
        (folder / "commits.parquet").rename(tmp_path / "no" / "such" / "folder")
    shorter = replace(story_history, commits=story_history.commits.iloc[:5])
    with pytest.raises(ConfigurationError), store.workplace(PROJECT) as folder:
        (folder / "tags.parquet").unlink()
    found = store.read(PROJECT)
    assert found is not None
    assert len(found.commits) == len(story_history.commits)
    store.write(PROJECT, shorter)
    kept = [entry.name for entry in (tmp_path / "store" / PROJECT).iterdir()]
    assert len(kept) == 2, "what was there before is gone, as erasing needs"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_an_unknown_store_is_named() -> None:
    with pytest.raises(ConfigurationError, match="TRUSTDRIFT_HISTORIES"):
        open_histories(Settings(histories="nosuchstore://x"))
