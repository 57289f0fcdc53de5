"""`trustdrift corpus`: the manifest of what a baseline is learned from, and its vectors."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Histories, Manifest, VectorsFolder, say, workers

app = typer.Typer(help="Keep the manifest that baselines are learned from.", no_args_is_help=True)


@app.command(
    epilog="Example: trustdrift corpus add madler/zlib --ecosystem c --licence Zlib "
    "--why 'everything builds on it' --corpus corpus.toml --histories mirror"
)
def add(
    repo: Annotated[str, typer.Argument(help="owner/name in the mirror, or a URL to clone.")],
    corpus: Manifest,
    histories: Histories,
    ecosystem: Annotated[str, typer.Option(help="Where its releases go, as pypi or c.")],
    licence: Annotated[str, typer.Option(help="Under which its history may be read (SPDX).")],
    why: Annotated[str, typer.Option(help="Why it belongs in.")],
    ref: Annotated[str | None, typer.Option(help="Branch, tag or commit; else HEAD.")] = None,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Evaluate on it, never learn from it.")
    ] = False,
) -> None:
    """Add a repository, at its present commit, to a manifest."""
    from ..training.curate import add_entry

    entry = add_entry(
        corpus,
        histories,
        repo,
        ecosystem=ecosystem,
        licence=licence,
        why=why,
        ref=ref,
        held_out=held_out,
    )
    typer.echo(f"{entry.repo} at {entry.sha[:12]} of {entry.date} is in {corpus}")


@app.command(epilog="Example: trustdrift corpus check --corpus corpus.toml --histories mirror")
def check(
    corpus: Manifest,
    histories: Histories,
    incidents: Annotated[
        Path | None, typer.Option(help="List of known incidents, none of which may be in it.")
    ] = None,
) -> None:
    """Tell whether a corpus can be used: all there, nothing twice, no known incident."""
    from ..training.corpus import read_corpus
    from ..training.curate import problems

    listed = read_corpus(corpus)
    found = problems(listed, histories, incidents)
    for line in found:
        typer.echo(line)
    ecosystems = len({entry.ecosystem for entry in listed.entries})
    typer.echo(
        f"{len(listed.learned)} repositories to learn from, {len(listed.held_out)} held out, "
        f"{ecosystems} ecosystems, {len(found)} problems"
    )
    if found:
        raise typer.Exit(2)


@app.command(epilog="Example: trustdrift corpus describe --corpus corpus.toml --histories mirror")
def describe(corpus: Manifest, histories: Histories, vectors: VectorsFolder = None) -> None:
    """Mine and describe what is new, as Parquet files under pseudonyms. Needs `train`."""
    from ..features.pseudonym_key import load_key
    from ..training.corpus import read_corpus
    from ..training.dataset import default_folder, renew

    listed = read_corpus(corpus)
    folder = vectors or default_folder()
    number = renew(listed.entries, histories, folder, key=load_key(), workers=workers(), say=say)
    typer.echo(f"{number} of {len(listed.entries)} repositories were described anew into {folder}")
