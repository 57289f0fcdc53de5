"""Ascent: how much of a project went from its leader to somebody who came lately."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Among
from ..rows import Rows

GAINED, TENURE = "displacement", "tenure"
YOUTH = 730.0  # days after which youth is down to 1/e
UNTOLD = 365.0  # days; tenure is not told in a project's first two years, so this is the middle


class Ascent:
    """Multiplies what a person gained at the leader's cost by their youth, e^(−tenure / two years).

    Trust is gained in time: whom a project passes to within months is where takeovers and quick
    hand-overs alike begin, while most honest successors were there for years. It is the
    *conjunction* that sums of single tails lose among fifty other features. Who gained nothing
    has none.
    """

    name: ClassVar[str] = "ascent"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = (GAINED, TENURE)
    among: ClassVar[tuple[Among, ...]] = ("all",)

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn nothing: the calibration knows how rare it is."""
        return cls()

    def score(self, rows: Rows) -> np.ndarray:
        """Give the product."""
        gained, youth = _gained_and_youth(rows.column(GAINED), rows.column(TENURE))
        return gained * youth

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give what the gain and the youth each add to what the middle of all would have."""
        columns = [
            [feature.name for feature in rows.features].index(name) for name in (GAINED, TENURE)
        ]
        gained, youth = _gained_and_youth(*rows.values[:, columns].T)
        usual_gain, usual_youth = _gained_and_youth(*rows.reference.typical[columns][:, None])
        parts = np.zeros(rows.values.shape)
        parts[:, columns[0]] = np.maximum(gained - usual_gain, 0.0) * youth
        parts[:, columns[1]] = gained * np.maximum(youth - usual_youth, 0.0)
        return parts

    def tensors(self) -> dict[str, np.ndarray]:
        """Give nothing."""
        return {}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore nothing."""
        return cls()


def _gained_and_youth(gained: np.ndarray, tenure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    days = np.maximum(np.nan_to_num(tenure, nan=UNTOLD), 0.0)
    return np.maximum(np.nan_to_num(gained), 0.0), np.exp(-days / YOUTH)
