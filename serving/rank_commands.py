"""`trustdrift rank`: which packages everything else leans on."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..features.errors import ConfigurationError
from .options import Output

if TYPE_CHECKING:
    import pandas as pd

    from .ranking.graph import Graph

app = typer.Typer(help="Put packages in order by how much others lean on them.",
                  no_args_is_help=True)  # fmt: skip


class By(StrEnum):
    """What a Debian ranking is of."""

    source = "source"
    binary = "binary"


Weights = Annotated[
    Path | None,
    typer.Option(help="Table of name and weight, such as installations: one more measure."),
]
Top = Annotated[int, typer.Option(min=1, help="Lines to show where no output is named.")]


@app.command("debian", epilog="Example: trustdrift rank debian --by binary -o ranking.csv")
def debian(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Packages indices, plain or compressed; else the machine's own."),
    ] = None,
    by: Annotated[By, typer.Option(help="Rank source or binary packages.")] = By.source,
    weights: Weights = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank Debian's packages. Needs `rank`."""
    _ready(output)
    from .ranking import debian as source
    from .ranking.graph import Graph

    found = source.packages(files or source.apt_indices())
    graph = Graph.of(source.edges(found), (package.name for package in found))
    measures = graph.measures()
    if by is By.source:
        origin = {package.name: package.source for package in found}
        measures = measures.groupby(measures.index.map(origin)).max()
    _deliver(measures, weights, top, output)


@app.command("sbom", epilog="Example: trustdrift rank sbom product.cdx.json -o ranking.html")
def sbom(
    files: Annotated[list[Path], typer.Argument(help="CycloneDX or SPDX documents.")],
    weights: Weights = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank what software bills of materials name. Needs `rank`."""
    _ready(output)
    from .ranking.graph import Graph
    from .ranking.sbom import edges

    _deliver_graph(Graph.of(edges(files)), weights, top, output)


@app.command("edges", epilog="Example: trustdrift rank edges dependencies.csv")
def edge_list(
    files: Annotated[
        list[Path], typer.Argument(help="CSV or Parquet with who needs whom, a pair a row.")
    ],
    weights: Weights = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank what any list of dependencies names. Needs `rank`."""
    _ready(output)
    from .ranking.edges import edges
    from .ranking.graph import Graph

    _deliver_graph(Graph.of(edges(files)), weights, top, output)


def _ready(output: Path | None) -> None:
    """See to it, before any work, that the extra is installed and the output's form is known.

    Raises
    ------
    ConfigurationError
    """
    from importlib.util import find_spec

    lacking = [name for name in ("scipy", "debian", "cyclonedx", "spdx_tools")
               if find_spec(name) is None]  # fmt: skip
    if lacking:
        raise ConfigurationError(
            f"{lacking[0]} is not installed",
            hint="install the extra: pip install 'trustdrift[rank]'",
        )
    from .ranking.report import FORMATS

    if output is not None and output.suffix not in FORMATS:
        raise ConfigurationError(
            f"{output} has no suffix that says its form", hint=f"one of {', '.join(FORMATS)}"
        )


def _deliver_graph(graph: "Graph", own: Path | None, top: int, output: Path | None) -> None:
    if not len(graph):
        raise ConfigurationError("the files name no dependencies")
    _deliver(graph.measures(), own, top, output)


def _deliver(measures: "pd.DataFrame", own: Path | None, top: int, output: Path | None) -> None:
    from ..features.files import replacing
    from .ranking.aggregate import aggregated
    from .ranking.edges import weights
    from .ranking.report import FORMATS, as_text

    if own is not None:
        measures["weight"] = weights(own).reindex(measures.index).fillna(0.0)
    ranking = aggregated(measures)
    if output is None:
        typer.echo(as_text(ranking.head(top)), nl=False)
        return
    with replacing(output) as part:
        part.write_bytes(FORMATS[output.suffix](ranking))
