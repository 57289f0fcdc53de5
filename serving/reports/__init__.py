"""From a scan's result to text: one module a format, each with `render(scan) -> str`."""

from collections.abc import Callable

from ..scan import Scan
from . import as_csv, as_json, comment, ecs, html, markdown, sarif, text

FORMATS: dict[str, Callable[[Scan], str]] = {
    "text": text.render,
    "json": as_json.render,
    "html": html.render,
    "md": markdown.render,
    "comment": comment.render,
    "csv": as_csv.render,
    "sarif": sarif.render,
    "ecs": ecs.render,
}
