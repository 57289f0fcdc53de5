"""The report for a terminal, by Rich."""

from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..scan import Scan
from .view import FAIRNESS, LeadView, carried_by, coverage_notes, sections, summary

PERIODS = 8
WIDTH = 100


def render(scan: Scan) -> str:
    """Give the report without colours, 100 columns wide."""
    buffer = StringIO()
    show(scan, Console(file=buffer, width=WIDTH, color_system=None))
    return buffer.getvalue()


def show(scan: Scan, console: Console) -> None:
    """Print the report; names and messages are never read as markup."""
    console.print(Text(f"{scan.project}", style="bold"))
    console.print(Text(summary(scan)))
    for note in coverage_notes(scan):
        console.print(Text(note, style="yellow"))
    console.print(Text("Who carries it: share of commits by half-year", style="dim"))
    console.print(_stewardship(scan))
    for section in sections(scan):
        console.print(Rule(Text(section.title, style="bold"), align="left", characters="─"))
        console.print(Text(section.tally, style="dim"))
        for lead in section.leads:
            console.print(_lead(lead))
    console.print(Rule(characters="─"))
    console.print(Text(FAIRNESS))


def _stewardship(scan: Scan) -> RenderableType:
    table = Table()
    table.add_column("")
    for period in scan.stewardship.periods[-PERIODS:]:
        table.add_column(period, justify="right")
    for name, shares in carried_by(scan, PERIODS):
        table.add_row(Text(name), *(f"{share:.0%}" if share else "·" for share in shares))
    commits = scan.stewardship.commits[-PERIODS:]
    table.add_row(Text("commits", style="dim"), *(Text(f"{n:,}", style="dim") for n in commits))
    return table


def _lead(lead: LeadView) -> RenderableType:
    lines: list[RenderableType] = [
        Text.assemble(f"{lead.rank}. ", (lead.title, "bold"), (f"  {lead.rarity}", "dim"))
    ]
    for mark, style, texts in (
        ("!", "yellow", lead.signals),
        ("-", "", lead.reasons),
        ("+", "green", lead.in_favour),
    ):
        lines += [Padding(Text(f"{mark} {text}", style=style), (0, 0, 0, 3)) for text in texts]
    for commit in lead.evidence:
        if len(lead.evidence) > 1:
            lines.append(Padding(Text(commit.line, style="dim"), (0, 0, 0, 5)))
            lines += [
                Padding(Text(f"! {text}", style="yellow"), (0, 0, 0, 7)) for text in commit.signs
            ]
        if commit.named:
            lines.append(Padding(Text(f"First named here: {commit.named}"), (0, 0, 0, 5)))
    return Padding(Group(*lines), (1, 0, 0, 0))
