"""Draws a report's pictures with matplotlib: SVG that takes its colours from the page's style."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from ...models.growth import Growth
from ..pictures import Ascent, Folder, Habit
from ..stewardship import FEWEST_COMMITS, Stewardship

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RARE = 0.99
NAMED = 12  # points of a plane that are named
WIDTH = 9.0  # inches of 72 points
INK, SOFT, LINE, SIGN, CARD = (f"#0{number}0{number}0{number}" for number in range(1, 6))
_COLOURS = tuple(f"#0a0b{number:02x}" for number in range(8))
_NAMED = {INK: "ink", SOFT: "soft", LINE: "line", SIGN: "sign", CARD: "card"} | {
    colour: f"c{number}" for number, colour in enumerate(_COLOURS)
}
"""Colours that nothing draws by chance, and the page's names for what they stand for."""
OTHERS = len(_COLOURS) - 1
"""Number of the colour of all who have none of their own."""

_TIMES = {1: "1 day", 7: "a week", 30: "a month", 90: "3 months", 365: "a year",
          1_095: "3 years", 3_650: "10 years"}  # fmt: skip
_FONT = re.compile(r"font: ([\d.]+px)[^;\"]*")
_STYLED = re.compile(r' style="([^"]*)"')
_HEADING = re.compile(
    r"^.*?(?=<svg)|<style.*?</style>|<metadata>.*?</metadata>|<title>.*?</title>", re.DOTALL
)
_SIZE = re.compile(r'<svg[^>]*?viewBox="([^"]*)"[^>]*>')


@dataclass(frozen=True)
class Chart:
    """A picture, and the same in words."""

    svg: str
    rows: tuple[tuple[str, ...], ...] = ()
    """A table, its heading first."""
    legend: tuple[tuple[str, int], ...] = ()
    """What a colour stands for, and its number."""


def stewardship(told: Stewardship, names: Sequence[str]) -> Chart | None:
    """Show who carried the project: shares of its commits, half-year by half-year.

    Parameters
    ----------
    names
        What to call `told.people`, in their order.
    """
    if not told.periods:
        return None
    figure, axes = _figure(2.9)
    every = [*zip(names, told.shares, range(len(names)), strict=True)]
    every.append(("others", _lacking(told), OTHERS))
    places, floor = np.arange(len(told.periods)), np.zeros(len(told.periods))
    for _, shares, colour in every:
        bars = axes.bar(places, shares, bottom=floor, color=_COLOURS[colour], width=0.9)
        for bar, commits in zip(bars, told.commits, strict=True):
            bar.set_alpha(0.4 if commits < FEWEST_COMMITS else 1.0)
            bar.set_clip_on(False)
        floor = floor + np.array(shares)
    shown = places[:: max(1, len(places) // 8)]
    axes.set_xticks(shown, [told.periods[place] for place in shown])
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    rows = [("share of commits", *told.periods)]
    for name, shares, _ in every:
        cells = (f"{share:.0%}" if share >= 0.005 else "·" for share in shares)
        rows.append((name, *cells))
    rows.append(("commits", *(f"{count:,}" for count in told.commits)))
    legend = tuple((name, colour) for name, _, colour in every)
    said = "Stacked shares of commits by person and half-year; the table below holds the numbers."
    return Chart(_svg(figure, said), tuple(rows), legend)


def _lacking(told: Stewardship) -> tuple[float, ...]:
    """Give what nobody named did."""
    return tuple(
        max(0.0, 1 - sum(row[i] for row in told.shares)) if total else 0.0
        for i, total in enumerate(told.commits)
    )


def habits(every: Sequence[Habit], title: str) -> Chart:
    """Show a commit's most unusual figures among those of its author's commits before it."""
    figure, axes = _figure(0.55 + 0.42 * len(every))
    rng = np.random.default_rng(0)
    for row, habit in enumerate(every):
        y = len(every) - 1 - row
        axes.axhline(y, color=LINE, linewidth=0.8, zorder=0, clip_on=False)
        spread = y + rng.uniform(-0.16, 0.16, len(habit.before))
        axes.plot(_rarity(habit.before), spread, "o", color=SOFT, markersize=3, alpha=0.5,
                  markeredgewidth=0, clip_on=False)  # fmt: skip
        axes.plot(_rarity([habit.now]), [y], "D", color=SIGN, markersize=8, clip_on=False)
    axes.set_ylim(-0.5, len(every) - 0.5)
    axes.set_yticks(range(len(every)), [str(number) for number in range(len(every), 0, -1)])
    _rare_axis(axes)
    heading = ("figure", "this commit", "half of the author's earlier commits", "earlier commits")
    rows = tuple(
        (habit.text, _one_in(habit.now), _one_in(float(np.median(habit.before))), str(n))
        if (n := len(habit.before))
        else (habit.text, _one_in(habit.now), "–", "0")
        for habit in every
    )
    said = f"{title}: {len(every)} figures of the commit among those of its author's earlier ones."
    return Chart(_svg(figure, said), (heading, *rows))


def ascent(own: Ascent, growth: Growth, title: str) -> Chart:
    """Show when a person came to which right, beside how soon newcomers elsewhere do."""
    figure, axes = _figure(2.3)
    days = np.array(growth.days)
    rows = [("right", "this person", "newcomers who had it by then")]
    for number, (right, reached) in enumerate(growth.reached.items()):
        colour = _COLOURS[number]
        axes.step(days, reached, where="post", color=colour, linewidth=2, clip_on=False)
        axes.annotate(f"first {right}", (days[-1], reached[-1]), (6, 0), color=colour,
                      textcoords="offset points", va="center")  # fmt: skip
        after = own.rights.get(right)
        if after is None:
            rows.append((right, "not yet", f"{growth.share_by(right, own.tenure):.1%}"))
            continue
        share = growth.share_by(right, max(after, days[0]))
        axes.plot([max(after, days[0])], [share], "D", color=colour, markersize=8,
                  markeredgecolor=CARD, clip_on=False)  # fmt: skip
        rows.append((right, f"after {after:,.0f} days", f"{share:.1%}"))
    if own.tenure >= days[0]:
        axes.axvline(own.tenure, color=SIGN, linewidth=1, linestyle="--", clip_on=False)
        axes.annotate("this window", (own.tenure, 1.0), (4, -2), color=SIGN, va="top",
                      xycoords=("data", "axes fraction"), textcoords="offset points")  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(days[0], days[-1])
    axes.set_ylim(0, max(max(reached) for reached in growth.reached.values()) * 1.1)
    axes.set_xticks(list(_TIMES), list(_TIMES.values()))
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_xlabel("since the first commit here (diamonds: this person; lines: newcomers who had)")
    said = f"{title}: time from the first commit to rights, beside {growth.people:,} newcomers."
    return Chart(_svg(figure, said), tuple(rows))


def folders(every: Sequence[Folder], names: dict[str, str], colours: dict[str, int]) -> Chart:
    """Show who changed which folders over the last year, and who was new to them.

    Parameters
    ----------
    names
        By pseudonym, what is shown.
    colours
        By pseudonym, numbers of colours; the others share one.
    """
    figure, axes = _figure(0.5 + 0.26 * len(every))
    rows = [("folder", "changes", "by whom")]
    for row, folder in enumerate(every):
        y, left = len(every) - 1 - row, 0.0
        for who, share, new in folder.shares:
            colour = _COLOURS[colours.get(who, OTHERS)]
            axes.barh(y, share, left=left, color=colour, height=0.74, edgecolor=CARD,
                      hatch="////" if new else None, linewidth=0.6, clip_on=False)  # fmt: skip
            left += share
        said = (
            f"{names[who]} {share:.0%}{' (new)' if new else ''}"
            for who, share, new in folder.shares
        )
        rows.append((folder.name, f"{folder.changes:,}", ", ".join(said)))
    axes.set_yticks(range(len(every)), [_short(folder.name) for folder in reversed(every)])
    axes.set_ylim(-0.6, len(every) - 0.4)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    said = "Shares of the last year's changes by folder and person; hatched: new to the folder."
    return Chart(_svg(figure, said), tuple(rows))


def plane(points: Sequence[tuple[str, float, float, float]], axes_named: tuple[str, str]) -> Chart:
    """Show projects by how much leans on them and how fragile they are.

    Parameters
    ----------
    points
        Name, two figures between 0 and 1, and how unusual lately, between 0 and 1.
    """
    figure, axes = _figure(4.4)
    for rank, (name, x, y, unusual) in enumerate(points):
        colour = SIGN if unusual >= RARE else SOFT
        axes.plot([x], [y], "o", color=colour, markersize=4 + 6 * unusual**4, alpha=0.8,
                  markeredgewidth=0, clip_on=False)  # fmt: skip
        if rank < NAMED:
            axes.annotate(_short(name), (x, y), (6, 4), color=INK, textcoords="offset points")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_xlabel(axes_named[0])
    axes.set_ylabel(axes_named[1])
    said = f"{len(points)} projects by {axes_named[0]} and {axes_named[1]}."
    return Chart(_svg(figure, said))


def _figure(height: float) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    _prepare()
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.patch.set_alpha(0)
    figure.patch.set_alpha(0)
    return figure, axes


@cache
def _prepare() -> None:
    import matplotlib as mpl

    for name, value in _STYLE.items():
        mpl.rcParams[name] = value  # pyright: ignore[reportArgumentType]


_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "hatch.linewidth": 1.4,
    "hatch.color": CARD,
}


def _svg(figure: "Figure", said: str) -> str:
    """Write a figure as an element for a page, with what it shows in words."""
    import matplotlib as mpl

    buffer = StringIO()
    with mpl.rc_context({"svg.hashsalt": said}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = _HEADING.sub("", buffer.getvalue())
    text = _FONT.sub(r"font-size: \1; font-family: system-ui, sans-serif", text)
    text = _STYLED.sub(_as_attributes, text)
    for colour, name in _NAMED.items():
        text = text.replace(colour, f"var(--{name})")
    opening = rf'<svg viewBox="\1" role="img" aria-label="{escape(said, quote=True)}">'
    return _SIZE.sub(opening.replace("\\1", r"\g<1>"), text, count=1)


def _as_attributes(style: re.Match[str]) -> str:
    """Turn a style into attributes: pages of the service allow no styles within elements."""
    pairs = (part.partition(":") for part in style[1].split(";") if part.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)


def _rarity(tails: Sequence[float]) -> np.ndarray:
    return -np.log10(np.asarray(tails, dtype=float))


def _rare_axis(axes: "Axes") -> None:
    axes.set_xlim(0, 5)
    axes.set_xticks(range(6), ["all", "1 in 10", "1 in 100", "1 in 1,000", "1 in 10,000",
                               "1 in 100,000"])  # fmt: skip
    axes.set_xlabel("as rare among the commits of all projects as")


def _one_in(tail: float) -> str:
    return f"1 in {1 / tail:,.0f}"


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"…{name[-33:]}"
