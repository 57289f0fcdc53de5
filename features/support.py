"""Who lets whose work in: commits made for others, and requests that somebody merged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Support:
    """Events in which one person let another's work in: k codes of each, and days since 1970."""

    by: np.ndarray
    of: np.ndarray
    time: np.ndarray

    def where(self, mask: np.ndarray) -> "Support":
        """Keep some events."""
        return Support(self.by[mask], self.of[mask], self.time[mask])


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
