"""The report as one HTML file: no network, no script, light and dark."""

from functools import partial

from ..scan import Scan
from .templates import fill
from .timeline import timeline
from .view import name_of


def render(scan: Scan) -> str:
    """Give the page."""
    drawn = timeline(scan.stewardship, partial(name_of, scan))
    return fill("report.html.jinja", scan, timeline=drawn)
