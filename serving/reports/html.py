"""The report as one HTML file: no network, no script, light and dark."""

from ...models.growth import Growth
from ..scan import Scan
from . import charts
from .charts import Chart
from .templates import fill
from .view import name_of

HABITS = "Beside the author’s earlier commits"
ASCENT = "How soon they came to what"


def render(scan: Scan) -> str:
    """Give the page."""
    people = scan.stewardship.people
    carried = charts.stewardship(scan.stewardship, [name_of(scan, person) for person in people])
    return fill(
        "report.html.jinja", scan, carried=carried, worked_on=_folders(scan), drawn=_drawn(scan)
    )


def _folders(scan: Scan) -> Chart | None:
    every = scan.pictures.folders
    if not every:
        return None
    shown = {who for folder in every for who, _, _ in folder.shares}
    colours = {person: number for number, person in enumerate(scan.stewardship.people)}
    return charts.folders(every, {who: name_of(scan, who) for who in shown}, colours)


def _drawn(scan: Scan) -> dict[str, tuple[str, Chart]]:
    """Draw what there is to each lead, by the SHA or pseudonym that it is about."""
    found = {
        sha: (HABITS, charts.habits(every, f"Commit {sha[:12]}"))
        for sha, every in scan.pictures.habits.items()
    }
    if scan.pictures.ascents:
        growth = Growth.load()
        for person, own in scan.pictures.ascents.items():
            if own.rights and own.tenure <= growth.days[-1]:
                drawn = charts.ascent(own, growth, name_of(scan, person))
                found[person] = ASCENT, drawn
    return found
