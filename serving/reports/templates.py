"""Fills the page templates that come with the program."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ..scan import Scan
from . import view

_FOLDER = Path(__file__).parent.parent / "templates"


@cache
def environment() -> Environment:
    """Give what finds the templates; all is escaped in those that end in .html.jinja."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(enabled_extensions=("html.jinja",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"in_markdown": view.in_markdown, "safely": view.safely}
    return made


def fill(template: str, scan: Scan, **more: object) -> str:
    """Render a report's template."""
    return (
        environment()
        .get_template(template)
        .render(
            scan=scan,
            summary=view.summary(scan),
            notes=view.coverage_notes(scan),
            sections=view.sections(scan),
            fairness=view.FAIRNESS,
            **more,
        )
    )
