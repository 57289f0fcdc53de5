"""Leads as a table for spreadsheets: a row a lead, pseudonyms only."""

import csv
from io import StringIO

from ..scan import Scan
from .view import day_of, person_of

COLUMNS = ("level", "rank", "project", "sha", "person", "day", "p_value", "signs", "reasons",
           "in_favour", "evidence")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(scan: Scan) -> str:
    """Give the table with a heading; no cell can be taken for a formula."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for level, part in scan.leads.items():
        for lead in part:
            cells = (
                level,
                lead.rank,
                scan.project,
                lead.subject.get("sha", ""),
                person_of(scan, lead),
                day_of(scan, lead),
                f"{lead.p_value:.3g}",
                "; ".join(signal.text for signal in lead.signals),
                "; ".join(reason.text for reason in lead.reasons),
                "; ".join(lead.in_favour),
                " ".join(lead.evidence),
            )
            writer.writerow([_plain(cell) for cell in cells])
    return buffer.getvalue()


def _plain(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
