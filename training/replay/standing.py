"""Where a subject stands in a list, and what a list of a given length would have held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from ...features.windows import DAY
from ..ranking import Estimate
from .population import CORPUS, HEAD, Subjects

SHARES = (0.001, 0.005, 0.01, 0.05)
"""Lists as shares of all that is ranked."""

LENGTHS = (5, 20)
"""Lists as numbers of subjects."""

RESAMPLES = 1_000


@dataclass(frozen=True)
class Standing:
    """One row among those that it was ranked with."""

    row: int
    time: int
    """Seconds since 1970 UTC."""
    rank: int
    """1 for the most unusual; tied rows count as more unusual."""
    of: int

    @property
    def share(self) -> float:
        """Share of the list down to this rank."""
        return self.rank / self.of

    @property
    def day(self) -> date:
        """Day on which it could be known."""
        return datetime.fromtimestamp(self.time, UTC).date()

    def by_lot(self, size: float) -> float:
        """Give the chance that a list of this size holds it if any of those ranked may be it."""
        return min(int(size * self.of) if size < 1 else size, self.of) / self.of

    def within(self, size: float) -> bool:
        """Tell whether a list of this size holds it: a share below 1, else a number."""
        return self.share <= size if size < 1 else self.rank <= size


def in_month(rows: Subjects, scores: np.ndarray, row: int) -> Standing | None:
    """Rank a window among all windows of the same end; None if it was not scored.

    Ranked are the windows of all ordinary projects and of incidents from their heads; of its own
    project, those of its own view.
    """
    time = rows.table["time"].to_numpy()
    month = np.flatnonzero(time == time[row])
    table = rows.table.iloc[month]
    own = (table["project"] == rows.table["project"].iloc[row]).to_numpy()
    view = table["view"].to_numpy()
    beside = month[np.where(own, view == rows.table["view"].iloc[row], view <= HEAD)]
    return _standing(scores, beside, row, int(time[row]))


def in_year_before(rows: Subjects, scores: np.ndarray, row: int) -> Standing | None:
    """Rank a commit among all commits of ordinary projects in the 365 days up to it."""
    inside, stop = _year_up_to(rows, row)
    beside = np.flatnonzero(inside & (rows.table["view"].to_numpy() == CORPUS))
    return _standing(scores, np.append(beside[beside != row], row), row, stop)


def in_own_project(rows: Subjects, scores: np.ndarray, row: int) -> Standing | None:
    """Rank a commit among those of its own project in the 365 days up to it, as a scan does."""
    own, stop = _year_up_to(rows, row)
    for name in ("project", "view"):
        column = rows.table[name]
        own &= (column == column.iloc[row]).to_numpy()
    return _standing(scores, np.flatnonzero(own), row, stop)


def _year_up_to(rows: Subjects, row: int) -> tuple[np.ndarray, int]:
    time = rows.table["time"].to_numpy()
    stop = int(time[row])
    return (time > stop - 365 * DAY) & (time <= stop), stop


def _standing(scores: np.ndarray, beside: np.ndarray, row: int, time: int) -> Standing | None:
    if np.isnan(scores[row]):
        return None
    others = scores[beside]
    known = ~np.isnan(others)
    return Standing(row, time, int((others[known] >= scores[row]).sum()), int(known.sum()))


def best(standings: Sequence[Standing]) -> Standing | None:
    """Give the one that stands highest, the earliest of equals."""
    return min(standings, key=lambda standing: (standing.share, standing.time), default=None)


def first_within(standings: Sequence[Standing], size: float) -> Standing | None:
    """Give the earliest that a list of this size holds."""
    inside = [standing for standing in standings if standing.within(size)]
    return min(inside, key=lambda standing: standing.time, default=None)


def found_share(hits: Sequence[float], groups: Sequence[str], seed: int = 0) -> Estimate:
    """Give the share of hits, 0 to 1 each, with a 95 % bootstrap interval over groups.

    `n` of the estimate is the number of hits and misses. With none the figure is NaN.
    """
    if not hits:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    table = pd.DataFrame({"hit": np.asarray(hits, dtype=float), "group": list(groups)})
    sums = table.groupby("group")["hit"].agg(["sum", "count"]).to_numpy()
    rng = np.random.default_rng(seed)
    drawn = sums[rng.integers(len(sums), size=(RESAMPLES, len(sums)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return Estimate(float(table["hit"].mean()), float(low), float(high), len(table))


def by_size(found: Callable[[float], Estimate]) -> dict[float, Estimate]:
    """Take a figure at each share and length."""
    return {size: found(size) for size in (*SHARES, *LENGTHS)}
