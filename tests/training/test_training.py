"""From a manifest and a mirror to a baseline."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from trustdrift.features.errors import ConfigurationError, NotEnoughHistory, SourceError
from trustdrift.features.feature import LEVELS
from trustdrift.features.history import History
from trustdrift.features.vectors import describe
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Corpus, git_directory, read_corpus
from trustdrift.training.fit import MOST_ROWS, fit
from trustdrift.training.train import train

from ..repositories import START, git, succession_story

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
DAY = 86_400
SPLIT = START + 3 * 365 * DAY


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Three repositories, one in each of the forms that a mirror may have, and their manifest."""
    folder = tmp_path_factory.mktemp("mirror")
    rows = ["split = 2021-01-01\n"]
    for seed, form in enumerate(("a+one/repo", "b/two", "c/three.git")):
        path = succession_story(folder / form, seed)
        sha = git(path, "rev-parse", "HEAD").decode().strip()
        name = form.removesuffix("/repo").removesuffix(".git").replace("+", "/")
        rows.append(
            f'[[repository]]\nrepo = "{name}"\nsha = "{sha}"\ndate = 2022-12-31\n'
            f'ecosystem = "made-up"\n'
        )
    manifest = folder / "corpus.toml"
    manifest.write_text("\n".join(rows))
    return folder, manifest


def test_a_corpus_becomes_a_baseline_that_loads_and_scores(
    mirror: tuple[Path, Path], story_history: History, tmp_path: Path
) -> None:
    folder, manifest = mirror
    lines: list[str] = []
    made = train(read_corpus(manifest), folder, workers=2, say=lines.append)
    made.save(tmp_path / "made")
    loaded = Baseline.load(tmp_path / "made")
    assert loaded.provenance["projects"] == 3
    assert loaded.provenance["rows"]["commit"]["fit"] > 500
    assert [line.split(":")[0] for line in lines] == ["a/one", "b/two", "c/three"]
    for level, vectors in describe(story_history).items():
        p_values = loaded.levels[level].score(vectors).p_value
        assert ((p_values > 0) & (p_values <= 1)).all()


def test_the_same_corpus_and_seed_give_the_same_bytes(
    mirror: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, manifest = mirror
    for name, workers in (("one", 1), ("two", 2)):
        train(read_corpus(manifest), folder, workers=workers).save(tmp_path / name)
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_nothing_after_the_split_is_learned_from(story_history: History) -> None:
    """What comes after the split may change the calibration, never reference or detectors."""
    cut = SPLIT + 200 * DAY
    whole = fit([describe(story_history)] * 8, split=SPLIT)
    short = fit([describe(story_history.until(cut))] * 8, split=SPLIT)
    for level in LEVELS:
        ours, theirs = whole.levels[level], short.levels[level]
        assert (ours.reference.coverage == theirs.reference.coverage).all()
        for mine, other in zip(ours.detectors, theirs.detectors, strict=True):
            for name, tensor in mine.tensors().items():
                assert (tensor == other.tensors()[name]).all()


def test_a_large_project_is_not_the_norm(
    story_history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_ROWS, "commit", 60)
    made = fit([describe(story_history)] * 2, split=SPLIT)
    assert made.provenance["rows"]["commit"] == {"fit": 120, "calibration": 120}


def test_too_little_history_is_refused(story_history: History) -> None:
    with pytest.raises(NotEnoughHistory, match="too few"):
        fit([describe(story_history)], split=START + DAY)


def test_a_repository_that_is_absent_is_named(mirror: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no repository a/one"):
        train(read_corpus(mirror[1]), tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`split` must be a date"),
        ("split = 2020-01-01", r"lists no \[\[repository\]\]"),
        ("split = 2020-01-01\n[[repository]]\nrepo = 'a/b'", "`sha` of repository 1"),
        ("split =", "cannot be read as TOML"),
    ],
)
def test_a_wrong_manifest_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "corpus.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_corpus(path)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(EXPERIMENTS / "corpus.toml")


class TestShippedManifest:
    def test_it_is_the_one_the_shipped_baseline_was_learned_from(
        self, corpus: Corpus, shipped: Baseline
    ) -> None:
        assert shipped.provenance["corpus"] == corpus.digest
        assert shipped.provenance["projects"] == len(corpus.entries)

    def test_it_has_many_projects_of_many_ecosystems(self, corpus: Corpus) -> None:
        assert len({entry.repo for entry in corpus.entries}) == len(corpus.entries) >= 150
        assert len({entry.ecosystem for entry in corpus.entries}) >= 8
        assert all(len(entry.sha) == 40 for entry in corpus.entries)
        assert all(date(2000, 1, 1) < entry.date < date(2027, 1, 1) for entry in corpus.entries)

    def test_no_repository_of_a_known_incident_is_in_it(self, corpus: Corpus) -> None:
        listed = tomllib.loads((EXPERIMENTS / "incidents.toml").read_text())["incident"]
        incidents = {incident["repo"] for incident in listed}
        assert "tukaani-project/xz" in incidents
        assert not incidents & {entry.repo for entry in corpus.entries}

    def test_known_honest_hand_overs_are_in_it_as_ordinary_life(self, corpus: Corpus) -> None:
        listed = {entry.repo for entry in corpus.entries}
        assert {"pnggroup/libpng", "libevent/libevent", "expressjs/express", "rack/rack"} <= listed


def test_a_mirror_may_have_three_forms(mirror: tuple[Path, Path]) -> None:
    assert [git_directory(mirror[0], n) is not None for n in ("a/one", "b/two", "c/three")] == [
        True
    ] * 3
    assert git_directory(mirror[0], "d/four") is None
