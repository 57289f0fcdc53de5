"""`trustdrift train`, `promote`, `evaluate`: from a corpus to a champion, and what it is worth."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import (
    Config,
    Histories,
    Manifest,
    Output,
    Tracking,
    VectorsFolder,
    say,
    workers,
)


class EvaluationFormat(StrEnum):
    """Forms of the report of a replay."""

    md = "md"
    json = "json"


def train(
    corpus: Manifest,
    histories: Histories,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for the baseline, besides the registry."),
    ] = None,
    config: Config = None,
    vectors: VectorsFolder = None,
    tracking: Tracking = None,
    artifacts: Annotated[
        str | None, typer.Option(help="Where a new MLflow experiment keeps files, as s3://…")
    ] = None,
    untracked: Annotated[
        bool, typer.Option("--untracked", help="Log and register nothing; needs -o.")
    ] = False,
) -> None:
    """Learn a baseline from many projects, evaluate, log and register it. Needs `train`."""
    from ..features.errors import ConfigurationError
    from ..features.files import writable_folder
    from ..features.pseudonym_key import load_key
    from ..training.corpus import read_corpus
    from ..training.dataset import default_folder
    from ..training.settings import Settings, read_settings
    from ..training.train import train as run

    if untracked and output is None:
        raise ConfigurationError("--untracked keeps nothing", hint="name a folder with -o")
    settings = read_settings(config) if config else Settings()
    listed = read_corpus(corpus)
    if output is not None:
        writable_folder(output)
    if not untracked:
        _require_tracking(tracking, artifacts)
    folder = vectors or default_folder()
    trained = run(listed, histories, folder, settings, key=load_key(), workers=workers(), say=say)
    if output is not None:
        trained.baseline.save(output)
        typer.echo(f"learned from {len(listed.learned)} projects into {output}")
    if not untracked:
        from ..training.tracking import MODEL, connected, default_uri, log_training

        with connected(tracking or default_uri(), artifacts) as client:
            run_id, version = log_training(trained, listed, corpus, settings, client)
        typer.echo(f"run {run_id}: {MODEL} version {version} is the challenger")


def _require_tracking(tracking: str | None, artifacts: str | None) -> None:
    """Reach MLflow before the work, not after it."""
    from ..training.tracking import connected, default_uri

    with connected(tracking or default_uri(), artifacts):
        pass


def promote(
    corpus: Manifest,
    run: Annotated[
        str | None, typer.Argument(help="Id of a training run; else the challenger's.")
    ] = None,
    vectors: VectorsFolder = None,
    tracking: Tracking = None,
) -> None:
    """Make a run's baseline the champion if it passes every gate; else record the refusal."""
    from ..training.corpus import read_corpus
    from ..training.dataset import default_folder
    from ..training.promote import promote as decide
    from ..training.tracking import MODEL, connected, default_uri

    listed = read_corpus(corpus)
    with connected(tracking or default_uri()) as client:
        decision = decide(client, run, listed, vectors or default_folder())
    for gate in decision.gates:
        typer.echo(f"{'passed ' if gate.passed else 'refused'}  {gate.name}: {gate.said}")
    outcome = "is the champion" if decision.promoted else "is not promoted; the run says why"
    typer.echo(f"{MODEL} version {decision.version} {outcome}")
    if not decision.promoted:
        raise typer.Exit(1)


def evaluate(
    incidents: Annotated[Path, typer.Option(help="List of known incidents and honest hand-overs.")],
    histories: Histories,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Manifest of ordinary projects; else all that is in the folder."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="Judge all years by this one, which may know what came later; else each year "
            "by one of earlier years."
        ),
    ] = None,
    vectors: VectorsFolder = None,
    config: Config = None,
    form: Annotated[
        EvaluationFormat, typer.Option("--format", help="Form of the report.")
    ] = EvaluationFormat.md,
    output: Output = None,
) -> None:
    """Replay past years: what would have been listed, when, and who else. Needs `train`."""
    from ..features.pseudonym_key import load_key
    from ..models.baseline import Baseline
    from ..training.corpus import read_corpus
    from ..training.dataset import default_folder
    from ..training.replay.cases import read_cases
    from ..training.replay.leaks import leaks
    from ..training.replay.population import corpus_entries, gather_population
    from ..training.replay.replay import plan, score, see
    from ..training.settings import Settings, read_settings
    from .files import write_whole
    from .reports.evaluation import FORMATS, Evaluation

    cases = read_cases(incidents)
    settings = read_settings(config) if config else Settings()
    learned = Baseline.load(baseline) if baseline else None
    entries = read_corpus(corpus).entries if corpus else corpus_entries(histories, cases, say)
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        gathered = gather_population(
            entries,
            cases,
            histories,
            vectors or default_folder(),
            Path(folder),
            key=load_key(),
            workers=workers(),
            say=say,
        )
        planned = plan(gathered, cases)
        scores = score(planned, settings, baseline=learned, workers=workers(), say=say)
        found = see(planned, scores)
        version = learned.version if learned else "replayed"
        text = FORMATS[form](Evaluation(found, leaks(found, histories), version))
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text)
