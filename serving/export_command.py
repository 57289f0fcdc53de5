"""`trustdrift export`: confirmed leads, for others to act on."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..features.errors import SourceError
from .options import Output


class Form(StrEnum):
    """Forms of exchange."""

    stix = "stix"
    osv = "osv"


def export(
    report: Annotated[Path, typer.Argument(help="What `scan --format json` wrote.")],
    lead: Annotated[
        list[str], typer.Option("--lead", help="A lead that was confirmed, such as commits/1.")
    ],
    because: Annotated[str, typer.Option(help="What was found: a statement in your own words.")],
    form: Annotated[Form, typer.Option("--format", help="Form of the document.")] = Form.stix,
    repository: Annotated[str, typer.Option(help="URL of the repository, for others.")] = "",
    output: Output = None,
) -> None:
    """Write leads that you have looked into and confirmed, and no others, for exchange."""
    from .confirmed import FORMATS, confirm
    from .files import write_whole

    try:
        document = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{report} cannot be read as JSON", hint="write it: scan --format json -o FILE"
        ) from error
    text = FORMATS[form](confirm(document, lead, because, repository))
    if output is not None:
        write_whole(output, text)
    else:
        typer.echo(text, nl=False)
