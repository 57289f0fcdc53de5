"""The commands of docs/retrain.md, as they are written, on a small made-up corpus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..documents import ROOT, blocks
from ..repositories import succession_story
from .conftest import Mirror, surroundings

WALK = ROOT / "docs" / "retrain.md"
MAY_REFUSE = "trustdrift promote"


@pytest.fixture(scope="module")
def place(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    shutil.copytree(mirror.folder, folder / "mirror")
    succession_story(folder / "mirror" / "madler" / "zlib.git", seed=20)
    succession_story(folder / "path" / "to" / "repository", seed=21)
    (folder / "experiments").mkdir()
    shutil.copy(mirror.manifest, folder / "experiments" / "corpus.toml")
    shutil.copy(ROOT / "experiments" / "incidents.toml", folder / "experiments")
    (settings,) = blocks(WALK, "toml")
    (folder / "settings.toml").write_text(settings)
    return folder


def crown_the_challenger(place: Path) -> None:
    """Do what `promote` would: made-up projects are too few to pass its gates."""
    from trustdrift.training.tracking import CHALLENGER, CHAMPION, MODEL, connected, version_of

    with connected(f"sqlite:///{place / 'mlflow.db'}") as client:
        challenger = version_of(client, CHALLENGER)
        assert challenger is not None
        client.set_registered_model_alias(MODEL, CHAMPION, challenger)


@pytest.mark.filterwarnings("default")  # MLflow and SQLAlchemy warn of one another
def test_the_walk_through_can_be_followed(place: Path) -> None:
    commands = blocks(WALK, "sh")
    programs = str(Path(sys.executable).parent)
    path = f"{programs}:{os.environ['PATH']}"
    said = ""
    for command in commands:
        done = subprocess.run(
            ["bash", "-ec", command], cwd=place, env=surroundings(PATH=path),
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        refused = command.startswith(MAY_REFUSE) and done.returncode == 1
        assert done.returncode == 0 or refused, f"{command}\n{done.stderr}"
        if command.startswith(MAY_REFUSE):
            crown_the_challenger(place)
        said += done.stdout
    for told in ("madler/zlib at", "0 problems", "is the challenger", "mean index"):
        assert told in said
    assert {path.name for path in (place / "champion").iterdir()} == {
        "baseline.json", "commit.safetensors", "contributor.safetensors", "project.safetensors",
    }  # fmt: skip
