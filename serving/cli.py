"""The command line: reads options, calls one function, prints its result."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..features.errors import ConfigurationError, TrustdriftError
from . import baseline_commands, corpus_commands, rank_commands, service_commands
from .batch_commands import batch
from .export_command import export
from .options import (
    AllowFile,
    AllowPrivate,
    BaselineFolder,
    MaxMemory,
    MaxMinutes,
    Output,
    day_of,
    project_name,
    workers,
)
from .training_commands import evaluate, promote, train

if TYPE_CHECKING:
    from ..features.mining.reading import Progress
    from .scan import Scan

app = typer.Typer(
    help="Learns how projects' git histories normally move, and shows what moves otherwise, and "
    "why. A lead is a question, never an accusation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(corpus_commands.app, name="corpus")
app.add_typer(baseline_commands.app, name="baseline")
app.add_typer(rank_commands.app, name="rank")
app.add_typer(service_commands.keys_app, name="keys")
app.add_typer(service_commands.person_app, name="person")


class Format(StrEnum):
    """Forms of a scan's report."""

    text = "text"
    json = "json"
    html = "html"
    md = "md"
    comment = "comment"
    csv = "csv"
    sarif = "sarif"
    ecs = "ecs"


NAMELESS = {Format.json, Format.csv, Format.sarif, Format.ecs}
"""Forms for machines, which hold pseudonyms only."""


class CatalogFormat(StrEnum):
    """Forms of the list of features."""

    text = "text"
    json = "json"
    md = "md"


Repository = Annotated[str, typer.Argument(help="A git directory or work tree, or a URL.")]
Ref = Annotated[str | None, typer.Option(help="Branch, tag or commit to start from; else HEAD.")]
AllRefs = Annotated[
    bool, typer.Option("--all-refs", help="Start from every branch, tag and request.")
]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.")
    ] = False,
) -> None:
    if version:
        from .. import __version__

        typer.echo(f"trustdrift {__version__}")
        raise typer.Exit


@app.command(
    epilog="Examples: trustdrift scan . | trustdrift scan ~/src/xz --all-refs --until 2023-06-30 | "
    "trustdrift scan . --format html -o report.html"
)
def scan(
    repo: Repository,
    ref: Ref = None,
    all_refs: AllRefs = False,
    since: Annotated[
        str | None, typer.Option(help="First day to take leads from; else a year before the end.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Answer as of the end of this day.")] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Look at those commits alone that this branch, tag or commit lacks."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Leads of a kind at most.")] = 10,
    baseline: BaselineFolder = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.text,
    output: Output = None,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Leave names and messages out of the report.")
    ] = False,
    fail_on: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Exit with 1 if a lead's p-value is at most this."),
    ] = None,
    fdr: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="List so that at most this share is expected ordinary."),
    ] = None,
    per_month: Annotated[
        int | None, typer.Option(min=1, help="Leads of a kind at most in any 30 days.")
    ] = None,
    allow_file: AllowFile = False,
    allow_private: AllowPrivate = False,
) -> None:
    """Show who and what in a repository is worth a look, and why."""
    from ..features.mining import Reach, local_repository
    from ..features.pseudonym_key import load_key
    from ..models.baseline import Baseline
    from ..models.leads import Limits
    from .scan import scan as run

    _one_start(ref, all_refs)
    if base is not None and (since is not None or all_refs):
        raise ConfigurationError(
            "--base goes with --ref alone, not with --since or --all-refs", hint="leave them out"
        )
    period = (day_of(since, "--since"), day_of(until, "--until"))
    learned = Baseline.load(baseline)
    reach = Reach(local_files=allow_file, private_addresses=allow_private)
    with local_repository(repo, reach) as path, _progress() as progress:
        found = run(
            path,
            key=load_key(),
            baseline=learned,
            project=project_name(repo),
            ref=ref,
            all_refs=all_refs,
            since=period[0],
            until=period[1],
            base=base,
            limits=Limits(top=top, fdr=fdr, per_month=per_month),
            names=not pseudonyms and form not in NAMELESS and "://" not in repo,
            workers=workers(),
            progress=progress,
        )
    _deliver(found, form, output)
    every = [lead.p_value for part in found.leads.values() for lead in part]
    if fail_on is not None and any(p <= fail_on for p in every):
        raise typer.Exit(1)


def _one_start(ref: str | None, all_refs: bool) -> None:
    if ref is not None and all_refs:
        raise ConfigurationError("--ref and --all-refs exclude each other", hint="give one of them")


def _deliver(found: "Scan", form: Format, output: Path | None) -> None:
    from .files import write_whole
    from .reports import FORMATS

    if output is not None:
        write_whole(output, FORMATS[form](found))
    elif form is Format.text and sys.stdout.isatty():
        from rich.console import Console

        from .reports.text import show

        show(found, Console())
    else:
        typer.echo(FORMATS[form](found), nl=False)


@contextmanager
def _progress() -> "Iterator[Progress | None]":
    """Show progress on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def report(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        yield report


@app.command(epilog="Example: trustdrift mine ~/src/zlib ~/src/xz -o mined")
def mine(
    repos: Annotated[list[str], typer.Argument(help="Git directories, work trees or URLs.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write to.")],
    ref: Ref = None,
    all_refs: AllRefs = False,
    max_minutes: MaxMinutes = 360.0,
    max_memory: MaxMemory = 2.0,
    allow_file: AllowFile = False,
    allow_private: AllowPrivate = False,
) -> None:
    """Write repositories' facts as Parquet tables, under pseudonyms, a folder each.

    What is there already is added to: only new commits are read.
    """
    from ..features.mining import Bounds, Reach, local_repository, mine_confined
    from ..features.pseudonym_key import load_key

    _one_start(ref, all_refs)
    names = [project_name(repo) for repo in repos]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(
            f"two repositories are called {twice[0]}", hint="mine them into separate folders"
        )
    reach = Reach(local_files=allow_file, private_addresses=allow_private)
    bounds = Bounds(seconds=60 * max_minutes, memory=int(max_memory * 1024**3))
    for repo, name in zip(repos, names, strict=True):
        with local_repository(repo, reach) as path, _progress() as progress:
            written = mine_confined(
                output / name.replace("/", "+"),
                path,
                key=load_key(),
                project=name,
                ref=ref,
                all_refs=all_refs,
                workers=workers(),
                progress=progress,
                bounds=bounds,
            )
        typer.echo(
            f"{name}: {written.commits:,} commits ({written.read:,} read), "
            f"{written.changes:,} changes"
        )


app.command(epilog="Example: trustdrift train --corpus corpus.toml --histories mirror -o learned")(
    train
)
app.command(epilog="Example: trustdrift promote --corpus corpus.toml")(promote)
app.command(
    epilog="Example: trustdrift evaluate --incidents incidents.toml --histories mirror -o replay.md"
)(evaluate)


app.command(epilog="Example: trustdrift batch repositories.txt -o run")(batch)


app.command(
    epilog="Example: trustdrift export report.json --lead commits/1 --because 'the hook posts "
    "credentials' --format stix -o finding.json"
)(export)


app.command(epilog="Example: TRUSTDRIFT_OPEN=true trustdrift serve --port 3000")(
    service_commands.serve
)


@app.command()
def features(
    form: Annotated[CatalogFormat, typer.Option("--format", help="Form of the list.")] = (
        CatalogFormat.text
    ),
) -> None:
    """List all features: what is measured, in which unit, and what would be worth a look."""
    from ..features.catalog import catalog
    from .reports.catalog import FORMATS

    typer.echo(FORMATS[form](catalog()), nl=False)


def main() -> None:
    """Run the command line; a user's mistake ends in one line and exit code 2."""
    try:
        app()
    except TrustdriftError as error:
        typer.echo(f"trustdrift: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        typer.echo("trustdrift: interrupted", err=True)
        sys.exit(130)
