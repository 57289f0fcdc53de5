"""The only place that talks to MLflow: runs, the registry and its aliases."""

import importlib.metadata
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..features.catalog import features
from ..features.errors import BaselineMissing, ConfigurationError
from ..features.feature import LEVELS
from ..models.baseline import Baseline
from ..models.drift import Drift
from .corpus import Corpus
from .evaluation import MAIN, LevelEvaluation
from .model_card import model_card
from .plots import influence_plot, uniformity_plot
from .ranking import MEASURES, Estimate, estimate
from .settings import Settings
from .train import Trained

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "trustdrift"
MODEL = "trustdrift"
CHALLENGER, CHAMPION = "challenger", "champion"


def default_uri() -> str:
    """Give where runs are tracked if nobody says: `MLFLOW_TRACKING_URI`, or a SQLite file here."""
    return os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"


@contextmanager
def connected(uri: str, artifacts: str | None = None) -> "Iterator[MlflowClient]":
    """Reach a tracking server or file, and make the experiment there at need.

    Parameters
    ----------
    uri
        As MLflow takes it: `sqlite:///file`, `postgresql://…`, `https://…`.
    artifacts
        Where a new experiment keeps its files, as `s3://…`; MLflow's default if None.

    Raises
    ------
    ConfigurationError
        If it cannot be reached, or MLflow is not installed.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    try:
        import mlflow
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise ConfigurationError(
            "MLflow is not installed", hint="install the extra: pip install 'trustdrift[train]'"
        ) from error
    try:
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        if mlflow.get_experiment_by_name(EXPERIMENT) is None:
            mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts)
        mlflow.set_experiment(EXPERIMENT)
        yield mlflow.MlflowClient()
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigurationError(f"MLflow at {_without_password(uri)}: {reason}") from error
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"MLflow at {_without_password(uri)} needs the package {error.name}",
            hint=f"pip install {error.name}",
        ) from error


def _without_password(uri: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", uri)


def log_training(
    trained: Trained, corpus: Corpus, manifest: Path, settings: Settings, client: "MlflowClient"
) -> tuple[str, str]:
    """Log a run with all that it took and gave, and register its baseline as challenger.

    Returns
    -------
    The run's id and the model's version.
    """
    import mlflow

    run = mlflow.start_run(run_name=f"train-{corpus.digest[:8]}").info.run_id
    status = "FAILED"
    try:
        mlflow.log_params(_parameters(corpus, settings, trained.baseline))
        mlflow.log_metrics(training_metrics(trained))
        mlflow.log_artifact(str(manifest), "corpus")
        shas = {entry.repo: entry.sha for entry in corpus.entries}
        mlflow.log_dict(shas, "corpus/shas.json")
        _log_tables_and_plots(trained)
        version = _register(trained)
        status = "FINISHED"
    finally:
        mlflow.end_run(status)
    client.set_registered_model_alias(MODEL, CHALLENGER, version)
    return run, version


def _parameters(corpus: Corpus, settings: Settings, baseline: Baseline) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "corpus": corpus.digest,
        "corpus_projects": len(corpus.learned),
        "held_out_projects": len(corpus.held_out),
        "split": corpus.split.isoformat(),
        "catalog": baseline.digest,
        "code": importlib.metadata.version("trustdrift"),
        "code_commit": _code_commit(),
        "seed": settings.seed,
        "trim": settings.trim,
    }
    facts |= {f"most_rows.{level}": most for level, most in settings.most_rows.items()}
    facts |= {f"combination.{level}": how for level, how in settings.combination.items()}
    facts |= {f"weight.{name}": weight for name, weight in settings.weights.items()}
    facts |= {
        f"bound.{level}.{name}": bound
        for level, bounds in settings.bounds.items()
        for name, bound in bounds.items()
    }
    facts |= {f"panel.{level}": ", ".join(names) for level, names in settings.panel.items()}
    packages = baseline.provenance["packages"]
    return facts | {f"package.{name}": version for name, version in packages.items()}


def _code_commit() -> str:
    """Name the commit of a checkout; an installed package has none."""
    root = Path(__file__).parents[1]
    if not (root / ".git").exists():
        return "installed"
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def training_metrics(trained: Trained) -> dict[str, float]:
    """Name every figure of a training as MLflow metrics.

    `{level}.{kind}.{measure}` with `.low` and `.high`; `{level}.uniformity.…`;
    `{level}.gain_over_{twin}`, the same of an autoencoder by itself, and `{level}.alone.{detector}`
    in mean average precision; `audit.{check}` is 1 if passed.
    """
    metrics = {"seconds": trained.seconds, "peak_megabytes": trained.peak_megabytes}
    for level, count in trained.baseline.provenance["rows"].items():
        metrics |= {f"{level}.rows.{side}": float(number) for side, number in count.items()}
    for level, found in trained.evaluation.items():
        for kind in found.figures:
            for measure in MEASURES:
                metrics |= _named(f"{level}.{kind}.{measure}", found.estimate(kind, measure))
        metrics |= _named(f"{level}.uniformity.distance", found.uniformity.distance)
        metrics |= _named(f"{level}.uniformity.at_1_percent", found.uniformity.at_1_percent)
        for name, precision in found.alone.items():
            metrics[f"{level}.alone.{name}"] = float(precision[0])
        for twin, theirs in trained.twins[level].items():
            metrics |= _named(f"{level}.gain_over_{twin}", gain(found, theirs))
            if "autoencoder" in found.alone:
                ours = found.alone["autoencoder"] - theirs.figures["mean"][MAIN]
                name = f"{level}.autoencoder_gain_over_{twin}"
                metrics |= _named(name, estimate(ours, found.projects))
    return metrics | {f"audit.{name}": float(passed) for name, passed in trained.audit.items()}


def gain(ours: LevelEvaluation, theirs: LevelEvaluation) -> Estimate:
    """Compare two baselines on the same rows and resamples by their mean average precision."""
    return estimate(ours.figures["mean"][MAIN] - theirs.figures["mean"][MAIN], ours.projects)


def _named(name: str, found: Estimate) -> dict[str, float]:
    return {name: found.value, f"{name}.low": found.low, f"{name}.high": found.high}


def _log_tables_and_plots(trained: Trained) -> None:
    import mlflow

    mlflow.log_text(model_card(trained), "model_card.md")
    mlflow.log_text(trained.influence.to_csv(index=False), "influence.csv")
    mlflow.log_figure(influence_plot(trained.influence), "influence.png")
    if trained.evaluation:
        mlflow.log_figure(uniformity_plot(trained.evaluation), "uniformity.png")


def _register(trained: Trained) -> str:
    import mlflow
    from mlflow.models import infer_signature

    example = _example(trained.baseline)
    output = pd.DataFrame({"p_value": [0.5], "combined": [0.5]})
    script = Path(__file__).with_name("registered_model.py")
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        place = Path(folder) / "baseline"
        trained.baseline.save(place)
        (place / "model_card.md").write_text(model_card(trained), encoding="utf-8")
        logged = mlflow.pyfunc.log_model(
            name="baseline",
            python_model=str(script),
            artifacts={"baseline": str(place)},
            signature=infer_signature(example, output),
            input_example=example,
            pip_requirements=[f"trustdrift=={importlib.metadata.version('trustdrift')}"],
            registered_model_name=MODEL,
        )
    return str(logged.registered_model_version)


def _example(baseline: Baseline) -> pd.DataFrame:
    """Make a typical vector of each level; the other levels' columns are unknown."""
    rows = [
        {"level": level}
        | {
            f"{level}.{feature.name}": float(median)
            for feature, median in zip(
                features(level), baseline.levels[level].reference.typical, strict=True
            )
        }
        for level in LEVELS
    ]
    return pd.DataFrame(rows)


def find_run(client: "MlflowClient", name: str | None) -> tuple[str, str]:
    """Find a run's id and model version; the challenger's if None.

    Raises
    ------
    BaselineMissing
        If there is no such run, or it registered no model.
    """
    from mlflow.exceptions import MlflowException

    if name is None:
        version = version_of(client, CHALLENGER)
        if version is None:
            raise BaselineMissing("the registry has no challenger", hint="train one first")
        return str(client.get_model_version(MODEL, version).run_id), version
    try:
        client.get_run(name)
    except MlflowException as error:
        raise BaselineMissing(f"there is no run {name}") from error
    versions = client.search_model_versions(f"name='{MODEL}' and run_id='{name}'")
    if not versions:
        raise BaselineMissing(f"run {name} registered no baseline", hint="train again")
    return name, str(versions[0].version)


def version_of(client: "MlflowClient", alias: str) -> str | None:
    """Give the model version that an alias points to."""
    from mlflow.exceptions import MlflowException

    try:
        return str(client.get_model_version_by_alias(MODEL, alias).version)
    except MlflowException:
        return None


def registered(client: "MlflowClient") -> list[str]:
    """Describe the registered baselines, a line each, the newest first."""
    lines = []
    found = client.search_model_versions(f"name='{MODEL}'")
    for version in sorted(found, key=lambda version: -int(version.version)):
        tags = client.get_run(str(version.run_id)).data.tags
        aliases = ", ".join(client.get_model_version(MODEL, str(version.version)).aliases)
        outcome = tags.get("promotion", "not tried")
        lines.append(f"{version.version}  run {version.run_id}  {outcome}  {aliases}".rstrip())
    return lines or ["none is registered"]


def download(uri: str, folder: Path) -> Baseline:
    """Bring a registered baseline into a folder, where it works without MLflow.

    Parameters
    ----------
    uri
        As `models:/trustdrift@champion` or `models:/trustdrift/3`.

    Raises
    ------
    BaselineMissing
        If the registry has none of that name.
    BaselineDamaged, CatalogMismatch
        If what came does not fit its checksums or this program; nothing is written then.
    """
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    with tempfile.TemporaryDirectory(prefix="trustdrift-") as place:
        try:
            root = download_artifacts(artifact_uri=uri, dst_path=place)
        except MlflowException as error:
            raise BaselineMissing(
                f"{uri} is not in the registry", hint="trustdrift promote makes a champion"
            ) from error
        found = next(Path(root).rglob("baseline.json"), None)
        if found is None:
            raise BaselineMissing(f"{uri} holds no baseline")
        baseline = Baseline.load(found.parent)
        baseline.save(folder)
    return baseline


def log_drift(found: list[Drift]) -> str:
    """Log drift as a run of its own: `{level}.psi.{feature}` and totals."""
    import mlflow

    with mlflow.start_run(run_name="drift") as run:
        for drift in found:
            mlflow.log_metrics(
                {f"{drift.level}.psi.{part.feature}": part.psi for part in drift.features}
                | {
                    f"{drift.level}.psi": drift.psi,
                    f"{drift.level}.moved": float(drift.moved),
                    f"{drift.level}.distance": drift.distance,
                    f"{drift.level}.unusual": drift.unusual,
                }
            )
        mlflow.log_dict({drift.level: asdict(drift) for drift in found}, "drift.json")
    return str(run.info.run_id)
