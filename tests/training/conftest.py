"""A mirror of made-up repositories, in the forms that a mirror may have, and its manifest."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..repositories import git, succession_story


@dataclass(frozen=True)
class Mirror:
    folder: Path
    manifest: Path
    earlier: str
    """A commit of the first repository before its last."""


def surroundings(**changes: str) -> dict[str, str]:
    """Give a command's environment, without where this process last tracked its runs."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return own | changes


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    folder = tmp_path_factory.mktemp("mirror")
    rows = ["split = 2021-01-01\n"]
    forms = ("a+one/repo", "b/two", "c/three.git", "e+five/repo", "f+six/repo", "g+seven/repo",
             "h+eight/repo")  # fmt: skip
    earlier = ""
    for seed, form in enumerate(forms):
        path = succession_story(folder / form, seed)
        sha, day = git(path, "log", "-1", "--format=%H %cs").decode().split()
        earlier = earlier or git(path, "rev-parse", "HEAD~3").decode().strip()
        name = form.removesuffix("/repo").removesuffix(".git").replace("+", "/")
        rows.append(
            f'[[repository]]\nrepo = "{name}"\nsha = "{sha}"\ndate = {day}\n'
            'ecosystem = "made-up"\nlicence = "CC0-1.0"\nwhy = "made up"\n'
            + ("held_out = true\n" if seed >= 3 else "")
        )
    manifest = folder / "corpus.toml"
    manifest.write_text("\n".join(rows))
    return Mirror(folder, manifest, earlier)
