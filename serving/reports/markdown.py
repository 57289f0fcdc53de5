"""The report as Markdown, for issues and wikis."""

import re
from dataclasses import replace

from ..scan import Scan
from .templates import fill
from .view import carried_by

PERIODS = 8
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#@~!])")


def render(scan: Scan) -> str:
    """Give the report; names and messages cannot add markup, links, mentions or HTML."""
    safe = replace(
        scan,
        project=_escape(scan.project),
        names={code: _escape(name) for code, name in scan.names.items()},
        subjects={sha: _escape(subject) for sha, subject in scan.subjects.items()},
    )
    return fill(
        "report.md.jinja",
        safe,
        periods=scan.stewardship.periods[-PERIODS:],
        carried=carried_by(safe, PERIODS),
    )


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
