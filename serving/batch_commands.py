"""`trustdrift batch`: many repositories in, datasets out."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import (
    AllowFile,
    AllowPrivate,
    BaselineFolder,
    MaxMemory,
    MaxMinutes,
    day_of,
    say,
    workers,
)


class EngineName(StrEnum):
    """Who does the work."""

    local = "local"
    ray = "ray"


def batch(
    repositories: Annotated[
        Path,
        typer.Argument(metavar="LIST", help="Paths or URLs: text, CSV, Parquet, JSON, JSON lines."),
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder, or s3:// or gs:// URL.")],
    engine: Annotated[EngineName, typer.Option(help="Processes here, or Ray.")] = EngineName.local,
    address: Annotated[str, typer.Option(help="Of the Ray cluster; else one is started.")] = "",
    at_a_time: Annotated[
        int, typer.Option("--workers", min=0, help="Repositories at a time; 0 for all cores.")
    ] = 0,
    baseline: BaselineFolder = None,
    histories: Annotated[
        Path | None,
        typer.Option(help="Folder for mined facts, which the next run adds to; else in DIR."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Answer as of the end of this day.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Leads of a kind and project at most.")] = 10,
    max_minutes: MaxMinutes = 30.0,
    max_memory: MaxMemory = 2.0,
    json_progress: Annotated[
        bool, typer.Option("--json-progress", help="Tell progress as JSON lines.")
    ] = False,
    allow_file: AllowFile = False,
    allow_private: AllowPrivate = False,
) -> None:
    """Score a whole ecosystem; what is there of an earlier run is kept."""
    from ..features.mining import Reach
    from ..features.pseudonym_key import load_key
    from ..features.windows import DAY, first_second
    from ..models.baseline import Baseline
    from ..models.leads import Limits
    from .batch.run import Progress, default_histories, run_batch
    from .batch.targets import read_targets
    from .batch.task import Plan

    day = day_of(until, "--until")
    targets = read_targets(repositories)
    Baseline.load(baseline)
    plan = Plan(
        output=output if "://" in output else str(Path(output).resolve()),
        key=load_key(),
        histories=default_histories(output) if histories is None else str(histories.resolve()),
        baseline="" if baseline is None else str(baseline.resolve()),
        until=None if day is None else first_second(day) + DAY - 1,
        limits=Limits(top=top),
        reach=Reach(local_files=allow_file, private_addresses=allow_private),
        minutes=max_minutes,
        gigabytes=max_memory,
    )
    told = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        if progress.ended == progress.total or progress.seconds >= told + 2:
            told = progress.seconds
            say(json.dumps(progress.document()) if json_progress else progress.line())

    many = at_a_time or (workers() if engine is EngineName.local else 0)
    progress = run_batch(
        plan, targets, engine=engine.value, workers=many, address=address, say=tell
    )
    typer.echo(f"{output}: {progress.line()}; see summary.html")
