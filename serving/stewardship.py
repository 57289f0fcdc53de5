"""Who carried the project over time: shares of commits, half-year by half-year."""

from dataclasses import dataclass

import pandas as pd

from ..features.history import History

MOST_PEOPLE = 7
MOST_PERIODS = 24
FEWEST_COMMITS = 5  # in a half-year; shares of fewer single nobody out


@dataclass(frozen=True)
class Stewardship:
    """Shares of people's commits, merges aside."""

    periods: tuple[str, ...]
    """Half-years, as 2023-1; the latest ones."""
    people: tuple[str, ...]
    """Pseudonyms of those who carried most in any period, by first appearance."""
    shares: tuple[tuple[float, ...], ...]
    """A row a person, a number a period; what is lacking to 1 was done by others."""
    commits: tuple[int, ...]
    """Commits a period."""


def stewardship(history: History) -> Stewardship:
    """Sum up a history; people who use several names are already one."""
    commits = history.commits
    merge = commits["parents"].str.contains(" ", regex=False)
    own = commits[~merge & (commits["author_kind"] == "person")]
    when = pd.to_datetime(own["known_time"], unit="s")
    half = when.dt.year * 2 + (when.dt.month > 6)
    counts = own.groupby([half.rename("half"), "author"]).size().unstack(fill_value=0)
    if counts.empty:
        return Stewardship((), (), (), ())
    first = max(int(counts.index.min()), int(counts.index.max()) - MOST_PERIODS + 1)
    counts = counts.reindex(range(first, int(counts.index.max()) + 1), fill_value=0)
    total = counts.sum(axis=1)
    shares = counts.div(total.clip(lower=1), axis=0)
    telling = shares[total >= FEWEST_COMMITS] if (total >= FEWEST_COMMITS).any() else shares
    leading = telling.max().nlargest(MOST_PEOPLE)
    kept = [str(person) for person in leading[leading >= 0.05].index]
    kept.sort(key=lambda person: (int((counts[person] > 0).to_numpy().argmax()), person))
    return Stewardship(
        periods=tuple(f"{half // 2}-{half % 2 + 1}" for half in counts.index),
        people=tuple(kept),
        shares=tuple(tuple(float(share) for share in shares[person]) for person in kept),
        commits=tuple(int(count) for count in total),
    )
