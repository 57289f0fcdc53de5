"""From a manifest and a mirror to a baseline."""

import math
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trustdrift.features.errors import ConfigurationError, NotEnoughHistory, SourceError
from trustdrift.features.feature import LEVELS, Level
from trustdrift.features.history import History
from trustdrift.features.vectors import Vectors, describe
from trustdrift.models.baseline import Baseline
from trustdrift.models.combination import Vote
from trustdrift.models.detectors import DETECTORS, learning, suits
from trustdrift.training.corpus import Corpus, git_directory, read_corpus
from trustdrift.training.dataset import each_project, read_all, renew, vectors_file
from trustdrift.training.fit import fit
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings, read_settings
from trustdrift.training.train import train

from ..conftest import KEY
from ..repositories import START
from .conftest import Mirror

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
DAY = 86_400
SPLIT = START + 3 * 365 * DAY
EVERY: dict[Level, tuple[str, ...]] = {
    level: tuple(name for name in DETECTORS if suits(name, level)) for level in LEVELS
}
"""Every detector, so that each is held to what a training promises."""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let networks learn little, where what they learn is not what is asked."""
    monkeypatch.setattr(learning, "EPOCHS", 5)


def fitted(projects: list[dict[Level, Vectors]], settings: Settings = Settings()) -> Baseline:  # noqa: B008
    return fit(gather(projects, settings, SPLIT), settings, split=SPLIT)


@pytest.mark.usefixtures("hasty")
def test_a_corpus_becomes_a_baseline_that_loads_and_scores(
    mirror: Mirror, story_history: History, tmp_path: Path
) -> None:
    lines: list[str] = []
    made = train(
        read_corpus(mirror.manifest), mirror.folder, tmp_path / "vectors", Settings(),
        key=KEY, workers=2, say=lines.append,
    )  # fmt: skip
    made.baseline.save(tmp_path / "made")
    loaded = Baseline.load(tmp_path / "made")
    assert loaded.provenance["projects"] == 3
    assert loaded.provenance["rows"]["commit"]["fit"] > 500
    assert [line.split(":")[0] for line in lines][:3] == ["a/one", "b/two", "c/three"]
    assert made.audit == dict.fromkeys(made.audit, True)
    assert set(made.evaluation) == set(LEVELS)
    assert (made.influence.groupby("level")["rows_share"].sum() - 1).abs().max() < 1e-9
    for level, vectors in describe(story_history).items():
        p_values = loaded.levels[level].score(vectors).p_value
        assert ((p_values > 0) & (p_values <= 1)).all()


@pytest.mark.usefixtures("hasty")
def test_the_same_corpus_and_seed_give_the_same_bytes_whatever_the_key(
    mirror: Mirror, tmp_path: Path
) -> None:
    settings = Settings(panel=EVERY)
    corpus = read_corpus(mirror.manifest)
    unjudged = replace(corpus, entries=corpus.learned)  # to evaluate would take most of the time
    for name, workers, key in (("one", 1, KEY), ("two", 2, bytes(32))):
        made = train(
            unjudged, mirror.folder, tmp_path / f"vectors-{name}", settings,
            key=key, workers=workers,
        )  # fmt: skip
        made.baseline.save(tmp_path / name)
    files = sorted((tmp_path / "one").iterdir())
    assert len(files) == 4
    for file in files:
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name


def test_vectors_are_computed_once_and_again_for_another_commit(
    mirror: Mirror, tmp_path: Path
) -> None:
    corpus = read_corpus(mirror.manifest)
    renewed = [renew(corpus.entries, mirror.folder, tmp_path, key=KEY) for _ in range(2)]
    assert renewed == [len(corpus.entries), 0]
    moved = [replace(corpus.entries[0], sha=mirror.earlier), *corpus.entries[1:]]
    assert renew(moved, mirror.folder, tmp_path, key=KEY) == 1


def test_stored_vectors_are_the_computed_ones(story_history: History, tmp_path: Path) -> None:
    from trustdrift.training.dataset import write_vectors

    written = describe(story_history)
    write_vectors(tmp_path, "who/what", "0" * 40, written)
    for level, vectors in read_all(tmp_path).items():
        assert vectors.values.equals(written[level].values)
        same = [c for c in vectors.subjects if c != "project"]
        assert vectors.subjects[same].astype(str).equals(written[level].subjects[same].astype(str))
        assert set(vectors.subjects["project"]) == {"who/what"}


def test_vectors_of_another_catalog_are_refused(mirror: Mirror, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    corpus = read_corpus(mirror.manifest)
    renew(corpus.entries, mirror.folder, tmp_path, key=KEY)
    path = vectors_file(tmp_path, "commit", "a/one")
    table = pq.ParquetFile(path).read()
    metadata = {**(table.schema.metadata or {}), b"trustdrift.catalog": b"0123456789abcdef"}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(SourceError, match="catalog 0123456789abcdef"):
        list(each_project(corpus.entries, tmp_path))
    assert renew(corpus.entries, mirror.folder, tmp_path, key=KEY) == 1


def test_a_damaged_file_of_vectors_is_named_and_made_again(mirror: Mirror, tmp_path: Path) -> None:
    corpus = read_corpus(mirror.manifest)
    renew(corpus.entries, mirror.folder, tmp_path, key=KEY)
    path = vectors_file(tmp_path, "project", "b/two")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SourceError, match="cannot be read"):
        list(each_project(corpus.entries, tmp_path))
    assert renew(corpus.entries, mirror.folder, tmp_path, key=KEY) == 1


@pytest.mark.usefixtures("hasty")
def test_nothing_after_the_split_is_learned_from(story_history: History) -> None:
    """What comes after the split may change the calibration, never reference or detectors."""
    cut = SPLIT + 200 * DAY
    settings = Settings(panel=EVERY)
    whole = fitted([describe(story_history)] * 8, settings)
    short = fitted([describe(story_history.until(cut))] * 8, settings)
    for level in LEVELS:
        ours, theirs = whole.levels[level], short.levels[level]
        assert (ours.reference.coverage == theirs.reference.coverage).all()
        for mine, other in zip(ours.detectors, theirs.detectors, strict=True):
            for name, tensor in mine.tensors().items():
                np.testing.assert_array_equal(tensor, other.tensors()[name])


def test_a_large_project_is_not_the_norm(story_history: History) -> None:
    settings = Settings(most_rows={"commit": 60, "contributor": 1_000, "project": 200})
    made = fitted([describe(story_history)] * 2, settings)
    assert made.provenance["rows"]["commit"] == {"fit": 120, "calibration": 120}


@pytest.mark.parametrize("name", ["autoencoder", "neighbours", "pca"])
def test_a_few_planted_rows_do_not_become_ordinary(story_history: History, name: str) -> None:
    """Trimmed fitting: odd rows that are all alike do not hide one another."""
    from trustdrift.models.detectors import DETECTORS
    from trustdrift.models.reference import Reference
    from trustdrift.training.fit import fit_trimmed

    sample = gather([describe(story_history)], Settings(), SPLIT)["commit"]
    odd = sample.values[:1].copy()
    odd[0, ::2] = 1e6 * np.sign(odd[0, ::2] + 0.5)
    poisoned = np.concatenate([sample.values, np.repeat(odd, len(sample) // 100, axis=0)])
    reference = Reference.fit(sample.values)
    numbers = np.zeros(len(poisoned), dtype=int)
    learned_from = replace(sample, values=poisoned, time=numbers, project=numbers)
    judged = sample.replaced(np.concatenate([odd, sample.values[1:]])).rows(reference)
    far = []
    for trim in (0.0, 0.02):
        found = fit_trimmed(DETECTORS[name], learned_from.rows(reference), Settings(trim=trim))
        scores = found.score(judged)
        far.append(scores[0] / np.median(scores))
    assert far[1] > 2 * far[0]


def test_too_little_history_is_refused(story_history: History) -> None:
    settings = Settings()
    samples = gather([describe(story_history)], settings, START + DAY)
    with pytest.raises(NotEnoughHistory, match="too few"):
        fit(samples, settings, split=START + DAY)


def test_a_repository_that_is_absent_is_named(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no repository a/one"):
        train(read_corpus(mirror.manifest), tmp_path, tmp_path / "v", Settings(), key=KEY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`split` must be a date"),
        ("split = 2020-01-01", r"lists no \[\[repository\]\]"),
        ("split = 2020-01-01\n[[repository]]\nrepo = 'a/b'", "`sha` of repository 1"),
        ("split = 2020-01-01\n[[repository]]\nrepos = 'a/b'", "`repos` of repository 1"),
        ("split =", "cannot be read as TOML"),
    ],
)
def test_a_wrong_manifest_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "corpus.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_corpus(path)


def test_a_repository_listed_twice_is_refused(mirror: Mirror, tmp_path: Path) -> None:
    text = mirror.manifest.read_text()
    path = tmp_path / "corpus.toml"
    path.write_text(text + "\n" + text.partition("\n\n")[2])
    with pytest.raises(ConfigurationError, match="lists a/one twice"):
        read_corpus(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds = 1", "`seeds` is no setting"),
        ("seed = 'x'", "`seed` must be a whole number"),
        ("trim = 0.7", "`trim` must be"),
        ("[combination]\ncommit = 'stouffer'", "`combination.commit` must be one of fisher, cauch"),
        ("combination = 'fisher'", "`combination` must be a table by level"),
        ("[panel]\ncommit = ['zodiac']", r"`panel.commit` must be a list out of"),
        ("[panel]\ncommit = ['sequence']", r"`panel.commit` must be without sequence"),
        ("[panel]\ncommit = []", r"`panel.commit` must be"),
        ("[panel]\ncommits = ['pca']", "`panel` must be a table by level"),
        ("[weights]\nzodiac = 2", r"`weights.zodiac` must be of one of"),
        ("[weights]\nother_hand = 0", r"`weights.other_hand` must be a number above 0"),
        ("[weights]\npca = inf", r"`weights.pca` must be a number above 0"),
        ("weights = 2", r"`weights` must be a table by detector"),
        ("bounds = 2", r"`bounds` must be a table by level"),
        ("[bounds]\npca = 2", r"`bounds` must be a table by level"),
        ("[bounds.commit]\nzodiac = 2", r"`bounds.commit.zodiac` must be of one of"),
        ("[bounds.commit]\npca = -1", r"`bounds.commit.pca` must be a number above 0"),
        ("[most_rows]\ncommit = 0", r"`most_rows.commit` must be above 0"),
        ("[classes]\nproject = 0", r"`classes.project` must be above 0"),
        ("seed =", "cannot be read as TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_settings(path)


def test_what_a_file_does_not_set_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        "seed = 7\n[panel]\nproject = ['pca']\n[weights]\npca = 3\n[bounds.project]\npca = 2\n"
    )
    found = read_settings(path)
    assert found.weights == Settings().weights | {"pca": 3}
    assert found.votes("project", ["pca", "ecod"]) == (Vote(3, 2), Vote())
    assert found.bounds["commit"] == Settings().bounds["commit"]
    assert found.seed == 7
    assert found.panel == Settings().panel | {"project": ("pca",)}
    assert found.most_rows == Settings().most_rows


def test_a_bound_holds_beside_a_detector_that_has_none() -> None:
    bounded, free = ("other_hand", "autoencoder"), ("pca",)
    settings = Settings()
    assert [vote.bound for vote in settings.votes("commit", bounded + free)] == [2.5, 2.5, math.inf]
    assert all(math.isinf(vote.bound) for vote in settings.votes("commit", bounded))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read_corpus(EXPERIMENTS / "corpus.toml")


class TestShippedManifest:
    def test_it_is_the_one_the_shipped_baseline_was_learned_from(
        self, corpus: Corpus, shipped: Baseline
    ) -> None:
        assert shipped.provenance["corpus"] == corpus.digest
        assert shipped.provenance["projects"] == len(corpus.learned)

    def test_it_has_many_projects_of_many_ecosystems(self, corpus: Corpus) -> None:
        assert len(corpus.learned) >= 250
        assert len(corpus.held_out) >= 40
        assert len({entry.ecosystem for entry in corpus.learned}) >= 8
        assert all(len(entry.sha) == 40 for entry in corpus.entries)
        assert all(entry.licence and entry.why for entry in corpus.entries)
        assert all(date(2000, 1, 1) < entry.date < date(2027, 1, 1) for entry in corpus.entries)

    def test_no_repository_of_a_known_incident_is_in_it(self, corpus: Corpus) -> None:
        known = ("incidents.toml", "unseen/incidents.toml")
        listed = [tomllib.loads((EXPERIMENTS / name).read_text())["incident"] for name in known]
        incidents = {incident["repo"] for part in listed for incident in part}
        assert incidents >= {"tukaani-project/xz", "dvtng/react-loading-skeleton"}
        assert not incidents & {entry.repo for entry in corpus.entries}

    def test_known_honest_hand_overs_are_in_it_as_ordinary_life(self, corpus: Corpus) -> None:
        listed = {entry.repo for entry in corpus.learned}
        assert {"pnggroup/libpng", "libevent/libevent", "expressjs/express", "rack/rack"} <= listed


def test_a_mirror_may_have_three_forms(mirror: Mirror) -> None:
    names = ("a/one", "b/two", "c/three", "d/four")
    found = [git_directory(mirror.folder, name) is not None for name in names]
    assert found == [True, True, True, False]


def test_an_unwritable_place_is_named_before_the_work(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        renew(read_corpus(mirror.manifest).entries[:1], mirror.folder, tmp_path / "file", key=KEY)
