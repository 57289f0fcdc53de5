"""`trustdrift rank`: which packages everything else leans on, and how they are carried."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..features.errors import ConfigurationError
from .options import Output

if TYPE_CHECKING:
    from types import ModuleType

    import pandas as pd

    from .ranking.graph import Graph

app = typer.Typer(help="Put packages in order by how much others lean on them.",
                  no_args_is_help=True)  # fmt: skip


class By(StrEnum):
    """What a Debian ranking is of."""

    source = "source"
    binary = "binary"


class View(StrEnum):
    """What a list of projects is for."""

    look = "look"
    fund = "fund"


Weights = Annotated[
    Path | None,
    typer.Option(help="Table of name and weight, such as installations: one more measure."),
]
Top = Annotated[int, typer.Option(min=1, help="Lines to show where no output is named.")]
Batch = Annotated[
    str | None,
    typer.Option(help="Output of `trustdrift batch`: fragility and leads beside criticality."),
]
Projects = Annotated[
    Path | None,
    typer.Option(help="Table of name and project; else packages are of projects of their name."),
]
Without = Annotated[
    str | None,
    typer.Option(help="Package, or person of the batch: what would lose something it needs."),
]
ViewOption = Annotated[View, typer.Option(help="Where to look, or whom to fund.")]


@dataclass(frozen=True)
class _Asked:
    """What is done with a graph, however it was read."""

    weights: Path | None
    batch: str | None
    projects: Path | None
    view: View
    without: str | None
    top: int
    output: Path | None


@app.command("debian", epilog="Example: trustdrift rank debian --by binary -o ranking.csv")
def debian(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Packages indices, plain or compressed; else the machine's own."),
    ] = None,
    by: Annotated[By, typer.Option(help="Rank source or binary packages.")] = By.source,
    weights: Weights = None,
    batch: Batch = None,
    projects: Projects = None,
    view: ViewOption = View.look,
    without: Without = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank Debian's packages. Needs `rank`."""
    _ready(output)
    from .ranking import debian as source
    from .ranking.graph import Graph

    found = source.packages(files or source.apt_indices())
    graph = Graph.of(source.edges(found), (package.name for package in found))
    origin = {package.name: package.source for package in found} if by is By.source else {}
    _deliver(graph, origin, _Asked(weights, batch, projects, view, without, top, output))


@app.command("sbom", epilog="Example: trustdrift rank sbom product.cdx.json -o ranking.html")
def sbom(
    files: Annotated[list[Path], typer.Argument(help="CycloneDX or SPDX documents.")],
    weights: Weights = None,
    batch: Batch = None,
    projects: Projects = None,
    view: ViewOption = View.look,
    without: Without = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank what software bills of materials name. Needs `rank`."""
    _ready(output)
    from .ranking.graph import Graph
    from .ranking.sbom import edges

    asked = _Asked(weights, batch, projects, view, without, top, output)
    _deliver(_filled(Graph.of(edges(files))), {}, asked)


@app.command("edges", epilog="Example: trustdrift rank edges dependencies.csv")
def edge_list(
    files: Annotated[
        list[Path], typer.Argument(help="CSV or Parquet with who needs whom, a pair a row.")
    ],
    weights: Weights = None,
    batch: Batch = None,
    projects: Projects = None,
    view: ViewOption = View.look,
    without: Without = None,
    top: Top = 20,
    output: Output = None,
) -> None:
    """Rank what any list of dependencies names. Needs `rank`."""
    _ready(output)
    from .ranking.edges import edges
    from .ranking.graph import Graph

    asked = _Asked(weights, batch, projects, view, without, top, output)
    _deliver(_filled(Graph.of(edges(files))), {}, asked)


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


def _filled(graph: "Graph") -> "Graph":
    if not len(graph):
        raise ConfigurationError("the files name no dependencies")
    return graph


def _deliver(graph: "Graph", origin: dict[str, str], asked: _Asked) -> None:
    """Rank, join or walk, and write what comes of it.

    Parameters
    ----------
    origin
        What a package is ranked under, by name; its own name if empty.
    """
    from .ranking import joint_report, report
    from .ranking.aggregate import aggregated
    from .ranking.batch import carried, packages_of
    from .ranking.edges import weights
    from .ranking.joint import joint

    own = None if asked.weights is None else weights(asked.weights)
    if asked.without is not None:
        _walk(graph, origin, own, asked)
        return
    measures = graph.measures()
    if origin:
        measures = measures.groupby(measures.index.map(origin)).max()
    if own is not None:
        measures["weight"] = own.reindex(measures.index).fillna(0.0)
    ranking = aggregated(measures)
    if asked.batch is None:
        _write(ranking, asked, report)
        return
    packages = packages_of(asked.batch, ranking.index, asked.projects)
    _write(joint(ranking, carried(asked.batch), packages, asked.view.value), asked, joint_report)


def _walk(graph: "Graph", origin: dict[str, str], own: "pd.Series | None", asked: _Asked) -> None:
    """Tell what would be without something that it needs."""
    from .ranking.cascade import as_text, cascade

    name = str(asked.without)
    gone = [one for one in graph.names if origin.get(one, one) == name or one == name]
    people, packages, person = None, {}, ""
    if asked.batch is not None:
        from .ranking.batch import carried_by, packages_of, people_of

        people = people_of(asked.batch)
        ranked = sorted({origin.get(one, one) for one in graph.names})
        packages = packages_of(asked.batch, ranked, asked.projects)
        packages |= {one: packages[source] for one in graph.names
                     if (source := origin.get(one, "")) in packages}  # fmt: skip
        if not gone:
            theirs = carried_by(people, name)
            person = name
            gone = [one for one in graph.names if packages.get(one) in theirs]
    if not gone:
        raise ConfigurationError(
            f"{name} is no package here, and nobody who carries one",
            hint="name a package, or with --batch a pseudonym",
        )
    typer.echo(as_text(cascade(graph, gone, own, people, packages, person)), nl=False)


def _write(ranking: "pd.DataFrame", asked: _Asked, form: "ModuleType") -> None:
    """Write a list as `form`, one of the two modules of reports, has it."""
    from ..features.files import replacing

    if asked.output is None:
        typer.echo(form.as_text(ranking.head(asked.top)), nl=False)
        return
    with replacing(asked.output) as part:
        part.write_bytes(form.FORMATS[asked.output.suffix](ranking))
