"""Ascent: how much of a project is carried by somebody who has not been there for long."""

from typing import ClassVar, Self

import numpy as np

from ..extent import Among
from ..rows import Rows

SHARE, TENURE = "share", "tenure"
YOUTH = 730.0  # days after which youth is down to 1/e


class Ascent:
    """Multiplies a person's share of the commits by their youth here, e^(−tenure / two years).

    Trust is gained in time: who carries much of a project after a few months is where takeovers and
    hand-overs alike begin, and is rare among all who carry projects (experiments/splices). It
    is the *conjunction* that sums of single tails lose among fifty other features. Somebody whose
    tenure or share is unknown has none: so has everybody in a project's first two years. It is
    not in the default panel: experiments/detectors says why.
    """

    name: ClassVar[str] = "ascent"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = (SHARE, TENURE)
    among: ClassVar[tuple[Among, ...]] = ("all",)

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Learn nothing: the calibration knows how rare it is."""
        return cls()

    def score(self, rows: Rows) -> np.ndarray:
        """Give the product."""
        share, youth = _share_and_youth(rows.values, rows)
        return share * youth

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give what the share and the youth each add to what the middle of all would have."""
        share, youth = _share_and_youth(rows.values, rows)
        usual_share, usual_youth = _share_and_youth(rows.reference.typical[None], rows)
        parts = np.zeros(rows.values.shape)
        known = (share > 0) & (youth > 0)
        for name, part in (
            (SHARE, (share - usual_share) * youth),
            (TENURE, share * (youth - usual_youth)),
        ):
            parts[:, _column(rows, name)] = np.where(known, np.maximum(part, 0.0), 0.0)
        return parts

    def tensors(self) -> dict[str, np.ndarray]:
        """Give nothing."""
        return {}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore nothing."""
        return cls()


def _share_and_youth(values: np.ndarray, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    share, tenure = values[:, _column(rows, SHARE)], values[:, _column(rows, TENURE)]
    youth = np.exp(-np.maximum(tenure, 0.0) / YOUTH)
    return np.maximum(np.nan_to_num(share), 0.0), np.nan_to_num(youth)


def _column(rows: Rows, name: str) -> int:
    return next(i for i, feature in enumerate(rows.features) if feature.name == name)
