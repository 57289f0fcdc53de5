"""Shared by all tests: a key, the shipped baseline, and a mined history that tells a story."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.models.baseline import Baseline

from .documents import ROOT
from .repositories import Repository, succession_story

KEY = bytes(range(32))


@pytest.fixture(scope="session", autouse=True)
def _own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's own pseudonym key out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUSTDRIFT_PSEUDONYM_KEY", KEY.hex())
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project")


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which a newcomer takes over and brings binary fixtures."""
    return succession_story(tmp_path_factory.mktemp("story") / "story")


@pytest.fixture(scope="session")
def story_history(story: Path) -> History:
    return mine(story, key=KEY)


@pytest.fixture(scope="session")
def shipped() -> Baseline:
    return Baseline.load()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that nothing left in the checkout is shipped by accident."""
    folder = tmp_path_factory.mktemp("wheel")
    kept = shutil.ignore_patterns(".git", ".venv", "build", "*.egg-info", "__pycache__", ".*cache")
    source = Path(shutil.copytree(ROOT, folder / "source", ignore=kept, symlinks=True))
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))
