"""Options that several commands have, and what they stand for."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ..features.errors import ConfigurationError

BaselineFolder = Annotated[
    Path | None, typer.Option(help="Folder of a baseline; else the one that came along.")
]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write to.")]
Manifest = Annotated[Path, typer.Option(help="Manifest of repositories and commits.")]
Histories = Annotated[Path, typer.Option(help="Folder that holds their git directories.")]
Config = Annotated[Path | None, typer.Option(help="TOML file of settings: seed, trim, panel, …")]
VectorsFolder = Annotated[
    Path | None, typer.Option("--vectors", help="Folder of the corpus' vectors; else in the cache.")
]
Tracking = Annotated[
    str | None,
    typer.Option(
        help="MLflow's tracking URI; else $MLFLOW_TRACKING_URI, or the file mlflow.db here."
    ),
]

AllowFile = Annotated[bool, typer.Option("--allow-file", help="Let file:// URLs be cloned.")]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let hosts without a public address be asked.")
]

MaxMinutes = Annotated[float, typer.Option(min=0.01, help="Minutes that one repository may take.")]
MaxMemory = Annotated[float, typer.Option(min=0.2, help="Gigabytes that each process may hold.")]

MOST_WORKERS = 8


def workers() -> int:
    """Give how many processes share a command's work."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def say(line: str) -> None:
    """Tell on standard error what is being done."""
    typer.echo(line, err=True)


def day_of(text: str | None, option: str) -> date | None:
    """Read a date.

    Raises
    ------
    ConfigurationError
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{option} {text!r} is not a date", hint="write it as 2024-03-28"
        ) from error


def project_name(repo: str) -> str:
    """Name a project by its folder; a mirror's `owner+name/repo` by owner and name."""
    if "://" in repo:
        return repo.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    folder = Path(repo).resolve()
    if folder.name in ("repo", ".git"):
        folder = folder.parent
    return folder.name.replace("+", "/").removesuffix(".git")
