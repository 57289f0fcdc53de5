"""Handover tails: who takes a project's work over, in a way in which few of those do who do."""

from typing import ClassVar

import numpy as np

from ..extent import Comparisons, compared
from ..rows import Rows
from .conditional_tails import ConditionalTails

GAINED = "displacement"
STANDING = ("tenure", "commits_before", "time_to_push", "incumbents_share", "others_active")
"""What speaks for somebody who takes over: time, work, slow trust, and people who look on."""


class HandoverTails(ConditionalTails):
    """Sums how much somebody gained at the leader's cost, and how little stands behind it.

    Gains are told among all people; what stands behind them (`STANDING`) among those who gained
    about as much, nearly all of whom are honest: somebody with ten years here takes as much
    away as somebody with two months adds. Who gained nothing is not judged.
    """

    name: ClassVar[str] = "handover_tails"
    watches: ClassVar[tuple[str, ...]] = (GAINED, *STANDING)
    among: ClassVar[Comparisons] = compared("all")

    @classmethod
    def extent(cls, rows: Rows) -> np.ndarray:
        """Give what each gained, 0 where nothing."""
        return np.nan_to_num(rows.column(GAINED))

    def _parts(self, rows: Rows) -> np.ndarray:
        found = self.surprisal(rows)
        gained = rows.place(GAINED)
        among_counted = self.counted(rows)[:gained].sum()
        found[:, among_counted] = rows.signed_surprisal[:, gained]
        return np.where(self.extent(rows)[:, None] > 0, found, 0.0)
