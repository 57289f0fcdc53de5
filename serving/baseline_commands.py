"""`trustdrift baseline`: look at one, bring one from the registry, see whether data moved."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import BaselineFolder, Output, Tracking

app = typer.Typer(help="Look at baselines, and bring them here.", no_args_is_help=True)


class DriftFormat(StrEnum):
    """Forms of the report on drift."""

    text = "text"
    json = "json"


@app.command("show")
def show(baseline: BaselineFolder = None) -> None:
    """Tell what a baseline was learned from."""
    import json

    from ..models.baseline import Baseline

    learned = Baseline.load(baseline)
    facts = {"catalog": learned.digest, "panels": learned.panels, **learned.provenance}
    typer.echo(json.dumps(facts, indent=2))


@app.command("list")
def list_registered(tracking: Tracking = None) -> None:
    """List the registered baselines: version, run, aliases, outcome at the gates."""
    from ..training.tracking import connected, default_uri, registered

    with connected(tracking or default_uri()) as client:
        for line in registered(client):
            typer.echo(line)


@app.command(
    "pull", epilog="Example: trustdrift baseline pull models:/trustdrift@champion -o champion"
)
def pull(
    uri: Annotated[str, typer.Argument(help="As models:/trustdrift@champion.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the baseline.")],
    tracking: Tracking = None,
) -> None:
    """Bring a registered baseline into a folder, where it works without MLflow."""
    from ..features.files import writable_folder
    from ..training.tracking import connected, default_uri, download

    writable_folder(output)
    with connected(tracking or default_uri()):
        baseline = download(uri, output)
    typer.echo(f"baseline {baseline.version} is in {output}: scan with --baseline {output}")


@app.command("check", epilog="Example: trustdrift baseline check vectors --format json")
def check(
    vectors: Annotated[
        Path, typer.Argument(help="Folder that `corpus describe` wrote, or one of its files.")
    ],
    baseline: BaselineFolder = None,
    form: Annotated[
        DriftFormat, typer.Option("--format", help="Form of the report.")
    ] = DriftFormat.text,
    output: Output = None,
    tracking: Annotated[
        str | None, typer.Option(help="MLflow's tracking URI, to log the figures there too.")
    ] = None,
    fail_above: Annotated[
        float | None,
        typer.Option(min=0, help="Exit with 1 if a level's mean index is above this."),
    ] = None,
) -> None:
    """Tell whether vectors have moved away from what a baseline was learned from."""
    from ..models.baseline import Baseline
    from ..models.drift import drift
    from ..training.dataset import read_all
    from .files import write_whole
    from .reports.drift import FORMATS

    learned = Baseline.load(baseline)
    found = [drift(learned.levels[level], part) for level, part in read_all(vectors).items()]
    text = FORMATS[form](found)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text)
    if tracking is not None:
        from ..training.tracking import connected, log_drift

        with connected(tracking):
            typer.echo(f"logged as run {log_drift(found)}", err=True)
    if fail_above is not None and any(part.psi > fail_above for part in found):
        raise typer.Exit(1)
