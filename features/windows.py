"""Windows of time: a length and a stride in days, each window named by its end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

DAY = 86_400


def first_second(day: date) -> int:
    """Give the second, since 1970 UTC, with which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Windows:
    """How time is cut.

    Windows end at `anchor` plus or minus whole strides, so that the same window of two projects,
    or of a history and its truncation, is the same stretch of time.
    """

    length_days: int = 90
    stride_days: int = 30
    anchor_days: float = 0.0
    """Days since 1970 UTC at which one window ends."""

    def __post_init__(self) -> None:
        if self.length_days <= 0 or self.stride_days <= 0:
            raise ValueError("a window's length and stride are at least one day")

    def ends(self, first: float, last: float) -> np.ndarray:
        """Give the ends, in days since 1970, of the windows whose last day is in [first, last]."""
        low = int(np.ceil((first - self.anchor_days) / self.stride_days))
        high = int(np.floor((last - self.anchor_days) / self.stride_days + 1e-9))
        return self.anchor_days + self.stride_days * np.arange(low, high + 1, dtype=float)


def members(
    times: np.ndarray, ends: np.ndarray, length_days: float
) -> tuple[np.ndarray, np.ndarray]:
    """List which event lies in which window, (end − length, end].

    Parameters
    ----------
    times
        Event times in days, in any order.
    ends
        Window ends in days, ascending.

    Returns
    -------
    event, window
        Index pairs, by event.
    """
    low = np.searchsorted(ends, times, side="left")
    high = np.searchsorted(ends, times + length_days, side="left")
    count = high - low
    event = np.repeat(np.arange(len(times)), count)
    starts = np.repeat(np.cumsum(count) - count, count)
    return event, np.repeat(low, count) + np.arange(len(event)) - starts
