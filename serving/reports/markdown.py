"""The report as Markdown, for issues and wikis."""

from dataclasses import replace

from ..scan import Scan
from .templates import fill
from .view import carried_by, in_markdown

PERIODS = 8


def render(scan: Scan) -> str:
    """Give the report; names and messages cannot add markup, links, mentions or HTML."""
    safe = replace(
        scan,
        project=in_markdown(scan.project),
        names={code: in_markdown(name) for code, name in scan.names.items()},
        subjects={sha: in_markdown(subject) for sha, subject in scan.subjects.items()},
    )
    return fill(
        "report.md.jinja",
        safe,
        periods=scan.stewardship.periods[-PERIODS:],
        carried=carried_by(safe, PERIODS),
    )
