"""The stacked shares of who carried a project, as numbers for an SVG."""

from dataclasses import dataclass

from ..scan import Scan
from .view import name_of

WIDTH, HEIGHT = 860.0, 220.0
OTHERS = "others"


@dataclass(frozen=True)
class Band:
    """One person's share over time, stacked on those before."""

    name: str
    colour: int
    """Number of the colour in the style sheet."""
    points: str
    """Of an SVG polygon."""
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Timeline:
    """A chart and, row by row, what it shows."""

    width: float
    height: float
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[str, ...]


def timeline(scan: Scan) -> Timeline:
    """Stack the shares; with a single period the bands are drawn as level strips."""
    periods = scan.stewardship.periods
    rows = [list(shares) for shares in scan.stewardship.shares]
    lacking = [
        max(0.0, 1 - sum(row[i] for row in rows)) if scan.stewardship.commits[i] else 0.0
        for i in range(len(periods))
    ]
    names = [name_of(scan, person) for person in scan.stewardship.people]
    bands, floor = [], [0.0] * len(periods)
    for colour, (name, shares) in enumerate(zip([*names, OTHERS], [*rows, lacking], strict=True)):
        top = [low + share for low, share in zip(floor, shares, strict=True)]
        bands.append(Band(name, colour, _polygon(floor, top), tuple(shares)))
        floor = top
    every = max(1, len(periods) // 8)
    ticks = tuple(
        (_x(i, len(periods)), period) for i, period in enumerate(periods) if i % every == 0
    )
    return Timeline(WIDTH, HEIGHT, tuple(bands), ticks, periods)


def _x(index: int, count: int) -> float:
    return WIDTH / 2 if count == 1 else round(WIDTH * index / (count - 1), 1)


def _polygon(low: list[float], high: list[float]) -> str:
    if len(low) == 1:
        low, high = low * 2, high * 2
    count = len(low)
    upper = [(_x(i, count), high[i]) for i in range(count)]
    lower = [(_x(i, count), low[i]) for i in reversed(range(count))]
    return " ".join(f"{x:g},{HEIGHT * (1 - y):.1f}" for x, y in upper + lower)
