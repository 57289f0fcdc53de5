"""The report as one HTML file: no network, no script, light and dark."""

from ..scan import Scan
from .templates import fill
from .timeline import timeline


def render(scan: Scan) -> str:
    """Give the page."""
    return fill("report.html.jinja", scan, timeline=timeline(scan))
