"""Who lets whose work in: commits made for others, and requests that somebody merged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .windows import members

RECENT = 730  # days; whoever came longer ago is known here
TOGETHER = 182  # days between two people's first acts


@dataclass(frozen=True)
class Support:
    """Events in which one person let another's work in: k codes of each, and days since 1970."""

    by: np.ndarray
    of: np.ndarray
    time: np.ndarray

    def over(
        self, ends: np.ndarray, length: float, first: np.ndarray, grown: float
    ) -> pd.DataFrame:
        """List what lies in each window, with what is known of the two people.

        Parameters
        ----------
        ends, length
            Of the windows, in days.
        first
            When each person first did anything here.
        grown
            Whoever came before this time began the project, and is no newcomer.

        Returns
        -------
        Columns `window`, `by`, `of`; `old`: by somebody who has been here for longer; `among`:
        both came lately; `together`: they came within half a year of one another.
        """
        event, window = members(self.time, ends, length)
        by, of = first[self.by], first[self.of]
        new_by, new_of = ((who > grown) & (self.time - who < RECENT) for who in (by, of))
        told = {
            "by": self.by,
            "of": self.of,
            "old": ~new_by,
            "among": new_by & new_of,
            "together": np.abs(by - of) <= TOGETHER,
        }
        return pd.DataFrame({"window": window} | {name: of[event] for name, of in told.items()})


def merged_heads(commits: pd.DataFrame, merges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the heads of the branches that some merges brought in.

    Parameters
    ----------
    merges
        Rows of `commits`.

    Returns
    -------
    merges, heads
        k rows of `commits` each: a merge of two branches is there twice, and one whose branch
        cannot be read is not.
    """
    brought = commits["parents"].iloc[merges].str.split(" ").str[1:].explode().dropna()
    place = pd.Series(np.arange(len(commits)), index=commits["sha"].to_numpy())
    heads = place.reindex(brought.to_numpy()).to_numpy()
    there = ~np.isnan(heads)
    rows = pd.Series(merges, index=commits.index[merges])[brought.index].to_numpy()
    return rows[there], heads[there].astype(int)
