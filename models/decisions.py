"""From p-values to a list: by the false discovery rate, or by what a reader has time for."""

import numpy as np

from ..features.windows import DAY

MONTH_SECONDS = 30 * DAY


def adjusted(p_values: np.ndarray) -> np.ndarray:
    """Give Benjamini and Hochberg's (1995, JRSS B) adjusted p-values, in the order given.

    Listing all subjects at or below q keeps the expected share of ordinary ones among them at q
    or less, if the p-values are independent or positively dependent (Benjamini and Yekutieli
    2001), as those of overlapping windows are. Conformal p-values that share one calibration set
    are positively dependent too (Bates et al. 2023, Annals of Statistics).
    """
    n = len(p_values)
    falling = np.argsort(p_values, kind="stable")[::-1]
    scaled = p_values[falling] * n / np.arange(n, 0, -1)
    result = np.empty(n)
    result[falling] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return result


def within_budget(scores: np.ndarray, known_time: np.ndarray, per_month: int) -> np.ndarray:
    """Mark the highest scores of each 30 days, so that a reader gets at most so many.

    Parameters
    ----------
    scores
        n numbers, the higher the more unusual; ties go to the earlier row.
    known_time
        n times in seconds since 1970 UTC.
    """
    month = known_time // MONTH_SECONDS
    order = np.lexsort((np.arange(len(scores)), -scores, month))
    sorted_month = month[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_month, sorted_month, side="left")
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[order[place < per_month]] = True
    return chosen
