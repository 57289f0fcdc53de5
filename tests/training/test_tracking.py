"""A whole run on MLflow with a SQLite file, by the commands that the walk-through names."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from trustdrift.features.errors import BaselineDamaged, BaselineMissing, ConfigurationError
from trustdrift.features.feature import LEVELS
from trustdrift.models.baseline import Baseline

from .conftest import Mirror, surroundings

pytestmark = pytest.mark.filterwarnings("default")  # MLflow and SQLAlchemy warn of one another

HASTY = "from trustdrift.models.detectors import learning; learning.EPOCHS = 10\n"
COMMAND = (sys.executable, "-c", f"{HASTY}from trustdrift.serving.cli import main; main()")
"""The program, its networks learning little: what they learn is not what is asked here."""


@dataclass(frozen=True)
class Place:
    """Where a user works: the manifest, vectors and mlflow.db are here."""

    folder: Path
    mirror: Mirror

    def run(self, *words: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [*COMMAND, *map(str, words)], capture_output=True, encoding="utf-8", check=False,
            cwd=self.folder, env=surroundings(COLUMNS="100", NO_COLOR="1"),
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if code == 2 else done.stdout

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.folder / 'mlflow.db'}"


@pytest.fixture(scope="module")
def place(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("work"), mirror)
    (made.folder / "settings.toml").write_text('[panel]\ncommit = ["directional_tails", "pca"]\n')
    made.run(
        "train", "--corpus", mirror.manifest, "--histories", mirror.folder,
        "--vectors", "vectors", "--config", "settings.toml", "-o", "made",
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def run_id(place: Place) -> str:
    return place.run("baseline", "list").split()[2]


def test_a_run_holds_all_that_it_took_and_gave(place: Place, run_id: str) -> None:
    from trustdrift.training.tracking import connected

    with connected(place.uri) as client:
        run = client.get_run(run_id)
        files = {file.path for file in client.list_artifacts(run_id)}
        shas = client.download_artifacts(run_id, "corpus/shas.json")
        card = Path(client.download_artifacts(run_id, "model_card.md")).read_text()
    made = Baseline.load(place.folder / "made")
    assert run.data.params["corpus"] == made.provenance["corpus"]
    assert run.data.params["catalog"] == made.digest
    assert run.data.params["panel.commit"] == "directional_tails, pca"
    assert run.data.params["bound.commit.autoencoder"] == "2.5"
    assert run.data.params["code_commit"]
    assert len(json.loads(Path(shas).read_text())) == 7
    for level in LEVELS:
        for name in ("mean.auroc", "mean.average_precision.low", "uniformity.distance",
                     "gain_over_pca", "one_feature.recall_at_1_percent.high"):  # fmt: skip
            assert f"{level}.{name}" in run.data.metrics
    assert {"corpus", "influence.csv", "influence.png", "model_card.md", "uniformity.png"} <= files
    for heading in ("What it misses", "Who may be harmed", "Evaluation"):
        assert f"## {heading}" in card


def test_the_registered_model_scores_as_the_baseline_does(place: Place) -> None:
    import mlflow

    from trustdrift.training.tracking import connected

    with connected(place.uri):
        model = mlflow.pyfunc.load_model("models:/trustdrift@challenger")
        example = model.input_example
        assert example is not None
        found = model.predict(example)
    assert list(found.columns) == ["p_value", "combined"]
    made = Baseline.load(place.folder / "made")
    for row, level in enumerate(LEVELS):
        learned = made.levels[level]
        typical = learned.reference.typical[None]
        from trustdrift.features.catalog import features
        from trustdrift.models.looking_back import STEPS
        from trustdrift.models.rows import Rows

        before = np.full((1, STEPS, typical.shape[1]), np.nan)
        scores = learned.score_rows(Rows(typical, features(level), learned.reference, before))
        assert found["p_value"].iloc[row] == pytest.approx(scores.p_value[0])


def test_nothing_that_is_kept_is_a_pickle(place: Place) -> None:
    kept = [path for path in (place.folder / "mlruns").rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} <= {
        ".json", ".toml", ".md", ".csv", ".png", ".py", ".txt", ".yaml", ".safetensors", "",
    }  # fmt: skip
    assert not [path for path in kept if path.read_bytes()[:1] == b"\x80"]


def test_a_refusal_is_recorded_and_names_the_gate(place: Place, run_id: str) -> None:
    from trustdrift.training.tracking import connected

    words = ("promote", run_id, "--corpus", place.mirror.manifest, "--vectors", "vectors")
    text = place.run(*words, code=1)
    assert "refused" in text
    assert "is not promoted" in text
    with connected(place.uri) as client:
        tags = client.get_run(run_id).data.tags
    assert tags["promotion"] == "refused"
    assert any(value.startswith("refused: ") for name, value in tags.items() if "gate." in name)
    assert "no leak" in text
    assert "not in the registry" in place.run(
        "baseline", "pull", "models:/trustdrift@champion", "-o", "champion", code=2
    )


def test_a_champion_is_pulled_and_works_without_mlflow(
    place: Place, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bounds that small made-up projects can meet, the alias moves; then the registry goes."""
    from trustdrift.training import promote
    from trustdrift.training.corpus import read_corpus
    from trustdrift.training.tracking import connected

    monkeypatch.setattr(promote, "_metric_gates", lambda metrics: iter(()))
    corpus = read_corpus(place.mirror.manifest)
    with connected(place.uri) as client:
        decision = promote.promote(client, run_id, corpus, place.folder / "vectors")
    assert decision.promoted
    assert "champion" in place.run("baseline", "list")
    place.run("baseline", "pull", "models:/trustdrift@champion", "-o", "champion")
    database = place.folder / "mlflow.db"
    away = database.rename(place.folder / "away.db")
    try:
        report = place.run("scan", place.mirror.folder / "b/two", "--baseline", "champion")
    finally:
        away.rename(database)
    assert "baseline of 3 projects" in report
    assert Baseline.load(place.folder / "champion").version == (
        Baseline.load(place.folder / "made").version
    )


def test_a_challenger_that_is_no_better_is_refused(place: Place, run_id: str) -> None:
    """The same baseline again: its gain over the champion is 0."""
    from trustdrift.training import promote
    from trustdrift.training.corpus import read_corpus
    from trustdrift.training.tracking import CHAMPION, MODEL, connected, find_run

    corpus = read_corpus(place.mirror.manifest)
    vectors = place.folder / "vectors"
    place.run(
        "train", "--corpus", place.mirror.manifest, "--histories", place.mirror.folder,
        "--vectors", "vectors", "--config", "settings.toml",
    )  # fmt: skip
    with connected(place.uri) as client:
        client.set_registered_model_alias(MODEL, CHAMPION, find_run(client, run_id)[1])
        decision = promote.promote(client, None, corpus, vectors)
    gate = next(gate for gate in decision.gates if gate.name == "beats the champion")
    assert not gate.passed
    assert "+0.0000" in gate.said


@pytest.mark.parametrize(
    ("metrics", "refused"),
    [
        ({}, {"beats pca among commits", "no leak", "p-values of projects are uniform"}),
        ({"audit.no_lookahead": 0.0}, {"no leak"}),
        ({"commit.gain_over_pca.low": -0.1}, {"beats pca among commits"}),
    ],
)
def test_a_figure_that_is_absent_or_bad_lets_nothing_through(
    metrics: dict[str, float], refused: set[str]
) -> None:
    from trustdrift.training.promote import _metric_gates

    closed = {gate.name for gate in _metric_gates(metrics) if not gate.passed}
    assert refused <= closed


def test_drift_is_told_and_logged(place: Place) -> None:
    text = place.run("baseline", "check", "vectors", "--baseline", "made", "--tracking", place.uri)
    assert "commit: 5,831 vectors" in text
    from trustdrift.training.tracking import connected

    with connected(place.uri) as client:
        experiment = client.get_experiment_by_name("trustdrift")
        assert experiment is not None
        runs = client.search_runs([experiment.experiment_id])
    logged = next(run for run in runs if run.info.run_name == "drift")
    assert "commit.psi.tenure" in logged.data.metrics
    place.run("baseline", "check", "vectors", "--baseline", "made", "--fail-above", "0", code=1)


def test_what_is_not_registered_is_named(place: Place, tmp_path: Path) -> None:
    from trustdrift.training.tracking import connected, download, find_run

    with connected(place.uri) as client:
        with pytest.raises(BaselineMissing, match="no run"):
            find_run(client, "0" * 32)
        with pytest.raises(BaselineMissing, match="not in the registry"):
            download("models:/trustdrift/99", tmp_path / "pulled")
    assert not (tmp_path / "pulled").exists()


def test_what_was_altered_in_the_store_is_not_pulled(place: Place, tmp_path: Path) -> None:
    from trustdrift.training.tracking import (
        CHALLENGER,
        MODEL,
        connected,
        download,
        version_of,
    )

    with connected(place.uri) as client:
        altered = version_of(client, CHALLENGER)
        root = client.get_model_version_download_uri(MODEL, str(altered))
    stored = next(
        (place.folder / "mlruns" / "1" / "models" / Path(root).parts[-2]).rglob(
            "commit.safetensors"
        )
    )
    content = stored.read_bytes()
    try:
        stored.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with connected(place.uri), pytest.raises(BaselineDamaged, match="checksum"):
            download(f"models:/trustdrift/{altered}", tmp_path / "pulled")
    finally:
        stored.write_bytes(content)


@pytest.mark.parametrize("uri", ["sqlite:////dev/null/x/mlflow.db", "nonsense://x"])
def test_a_registry_out_of_reach_is_named(uri: str) -> None:
    from trustdrift.training.tracking import connected

    with pytest.raises(ConfigurationError, match="MLflow at"), connected(uri) as client:
        client.search_experiments()


def test_a_driver_that_is_not_installed_is_named_and_the_password_is_not() -> None:
    from trustdrift.training.tracking import connected

    uri = "mysql+cymysql://somebody:secret@localhost/runs"
    with pytest.raises(ConfigurationError, match="the package cymysql") as raised, connected(uri):
        pass
    assert "secret" not in str(raised.value)


class TestMistakesEndInOneLine:
    def test_nothing_would_be_kept(self, place: Place) -> None:
        words = ("--corpus", place.mirror.manifest, "--histories", place.mirror.folder)
        assert "keeps nothing" in place.run("train", *words, "--untracked", code=2)

    def test_output_that_is_a_file_is_found_before_the_work(self, place: Place) -> None:
        (place.folder / "taken").write_text("")
        words = ("--corpus", place.mirror.manifest, "--histories", place.mirror.folder)
        line = place.run("train", *words, "-o", "taken", code=2)
        assert "cannot be written" in line
        assert "commits" not in line

    def test_no_vectors(self, place: Place) -> None:
        (place.folder / "empty").mkdir()
        words = ("empty", "--baseline", "made")
        assert "no vectors" in place.run("baseline", "check", *words, code=2)


def test_the_corpus_commands_do_what_they_say(place: Place) -> None:
    mirror = place.mirror.folder
    words = ("--corpus", "own.toml", "--histories", mirror)
    told = ("--ecosystem", "made-up", "--licence", "CC0-1.0", "--why", "a test")
    assert "a/one at" in place.run("corpus", "add", "a/one", *words, *told)
    assert "1 repositories to learn from" in place.run("corpus", "check", *words)
    assert "1 of 1" in place.run("corpus", "describe", *words, "--vectors", "own")
    assert "0 of 1" in place.run("corpus", "describe", *words, "--vectors", "own")
    (place.folder / "own.toml").write_text(
        (place.folder / "own.toml").read_text().replace("a/one", "z/gone")
    )
    run = subprocess.run(
        [*COMMAND, "corpus", "check", *map(str, words)],
        capture_output=True, encoding="utf-8", check=False, cwd=place.folder,
    )  # fmt: skip
    assert run.returncode == 2
    assert "z/gone: not in" in run.stdout
