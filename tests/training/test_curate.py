"""The manifest: repositories are added whole, and what is wrong with a corpus is said."""

from pathlib import Path

import pytest

from trustdrift.features.errors import ConfigurationError, SourceError
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.curate import add_entry, problems

from ..repositories import git
from .conftest import Mirror


def added(
    manifest: Path, mirror: Path, repo: str, ref: str | None = None, held_out: bool = False
) -> Entry:
    return add_entry(
        manifest, mirror, repo, ecosystem="made-up", licence="CC0-1.0",
        why='it "tells" a story', ref=ref, held_out=held_out,
    )  # fmt: skip


def test_a_repository_is_added_at_its_commit(mirror: Mirror, tmp_path: Path) -> None:
    manifest = tmp_path / "new.toml"
    first = added(manifest, mirror.folder, "a/one")
    second = added(manifest, mirror.folder, "b/two", ref="HEAD~2", held_out=True)
    corpus = read_corpus(manifest)
    assert corpus.entries == (first, second)
    assert corpus.learned == (first,)
    assert corpus.held_out == (second,)
    assert first.sha == git(mirror.folder / "a+one/repo", "rev-parse", "HEAD").decode().strip()
    assert second.sha == git(mirror.folder / "b/two", "rev-parse", "HEAD~2").decode().strip()
    assert problems(corpus, mirror.folder) == []


def test_a_repository_is_added_once(mirror: Mirror, tmp_path: Path) -> None:
    manifest = tmp_path / "new.toml"
    added(manifest, mirror.folder, "a/one")
    before = manifest.read_bytes()
    with pytest.raises(ConfigurationError, match="lists a/one already"):
        added(manifest, mirror.folder, "a/one")
    assert manifest.read_bytes() == before


def test_what_is_not_there_is_not_added(mirror: Mirror, tmp_path: Path) -> None:
    for repo, ref in (("d/four", None), ("a/one", "no-such-branch")):
        with pytest.raises(SourceError):
            added(tmp_path / "new.toml", mirror.folder, repo, ref=ref)
    assert not (tmp_path / "new.toml").exists()


def test_a_url_that_cannot_be_cloned_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not public"):
        added(tmp_path / "new.toml", tmp_path, "https://localhost:1/who/what.git")
    assert list(tmp_path.rglob("*.toml")) == []
    assert not (tmp_path / "who" / "what.git").exists()


def test_every_problem_has_a_line(mirror: Mirror, tmp_path: Path) -> None:
    text = mirror.manifest.read_text()
    sha = git(mirror.folder / "b/two", "rev-parse", "HEAD").decode().strip()
    text = text.replace(sha, "0" * 40).replace('repo = "c/three"', 'repo = "d/four"')
    first, rest = text.split("[[repository]]", 1)
    fork = rest.split("[[repository]]")[0].replace("a/one", "copy/one")
    manifest = tmp_path / "wrong.toml"
    manifest.write_text(
        f"{first}[[repository]]{rest}\n[[repository]]{fork}".replace("2022-", "2021-", 1)
    )
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "one").symlink_to(mirror.folder / "a+one/repo")
    for name in ("a+one", "b", "c", "e+five", "f+six", "g+seven", "h+eight"):
        (tmp_path / name).symlink_to(mirror.folder / name)
    incidents = tmp_path / "incidents.toml"
    incidents.write_text(
        '[[incident]]\nid = "x"\nrepo = "e/five"\nkind = "x"\nseverity = "x"\nactor_commit = "x"\n'
        'malicious = [{ sha = "x", date = "2020-01-01" }]\n'
    )
    found = "\n".join(problems(read_corpus(manifest), tmp_path, incidents))
    for line in (
        "a/one: the commit is of 2022-",
        "b/two: ",
        "d/four: not in ",
        "e/five: a known incident must not be learned from",
        "copy/one: shares its history with a/one",
    ):
        assert line in found


def test_a_list_of_incidents_that_is_none_is_named(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml does not exist"):
        problems(read_corpus(mirror.manifest), mirror.folder, tmp_path / "absent.toml")
