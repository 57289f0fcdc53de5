"""Who carried a project, as stacked bars: numbers for an SVG."""

from collections.abc import Callable
from dataclasses import dataclass

from ..stewardship import FEWEST_COMMITS, Stewardship

WIDTH, HEIGHT = 860.0, 220.0
GAP = 3.0
OTHERS = "others"


@dataclass(frozen=True)
class Bar:
    """One person's part of one half-year, in the chart's units, with its words."""

    x: float
    y: float
    height: float
    pale: bool
    title: str


@dataclass(frozen=True)
class Band:
    """One person's bars."""

    name: str
    colour: int
    """Number of the colour in the style sheet."""
    bars: tuple[Bar, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Timeline:
    """A chart and, row by row, what it shows."""

    width: float
    height: float
    bar_width: float
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[str, ...]


def timeline(told: Stewardship, name_of: Callable[[str], str]) -> Timeline:
    """Stack the shares of each half-year; one without commits stays empty.

    Parameters
    ----------
    name_of
        From a pseudonym to what is shown.
    """
    count = max(len(told.periods), 1)
    rows = [(name_of(who), row) for who, row in zip(told.people, told.shares, strict=True)]
    rows.append((OTHERS, _lacking(told.shares, told.commits)))
    bands, floor = [], [0.0] * len(told.periods)
    for colour, (name, shares) in enumerate(rows):
        bars = [
            Bar(
                x=round(WIDTH * i / count + GAP / 2, 1),
                y=round(HEIGHT * (1 - floor[i] - share), 1),
                height=round(HEIGHT * share, 1),
                pale=told.commits[i] < FEWEST_COMMITS,
                title=f"{name}, {told.periods[i]}: {share:.0%} of {told.commits[i]:,} commits",
            )
            for i, share in enumerate(shares)
            if share > 0
        ]
        bands.append(Band(name, colour, tuple(bars), shares))
        floor = [low + share for low, share in zip(floor, shares, strict=True)]
    every = max(1, count // 8)
    middle = WIDTH / count / 2
    ticks = tuple(
        (round(WIDTH * i / count + middle, 1), period)
        for i, period in enumerate(told.periods)
        if i % every == 0
    )
    return Timeline(WIDTH, HEIGHT, WIDTH / count - GAP, tuple(bands), ticks, told.periods)


def _lacking(shares: tuple[tuple[float, ...], ...], commits: tuple[int, ...]) -> tuple[float, ...]:
    """Give what nobody named did."""
    return tuple(
        max(0.0, 1 - sum(row[i] for row in shares)) if total else 0.0
        for i, total in enumerate(commits)
    )
