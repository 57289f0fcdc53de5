"""Rare signs: how seldom the named signs are that a subject shows."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ...features.signals import SIGNALS
from ...features.signs import Columns, Sign
from ..extent import Comparisons, compared
from ..rows import Rows


@dataclass(frozen=True)
class RareSigns:
    """Sums −log10 of the share of all subjects that show a sign, over the signs shown.

    A sign is a rule with numbers that a person can check; that few show it makes it worth a
    look, and that is learned. Signs that a baseline has not learned do not count.
    """

    shares: dict[str, float]
    """By the sign's name."""

    name: ClassVar[str] = "rare_signs"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = ()
    among: ClassVar[Comparisons] = compared("alike")
    tallies: ClassVar[str] = "signs"

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Count each sign; one that nobody shows counts as shown once."""
        columns = _columns(rows)
        return cls(
            {
                sign.name: float((1 + sign.shown_by(columns).sum()) / (1 + len(rows)))
                for sign in SIGNALS
                if sign.level == rows.features[0].level
            }
        )

    def score(self, rows: Rows) -> np.ndarray:
        """Give the sum over signs."""
        columns, score = _columns(rows), np.zeros(len(rows))
        for sign, surprisal in self._signs():
            score += surprisal * sign.shown_by(columns)
        return score

    def contributions(self, rows: Rows) -> np.ndarray:
        """Part each sign's share of the sum among the features that its rule reads."""
        columns, parts = _columns(rows), np.zeros(rows.values.shape)
        for sign, surprisal in self._signs():
            read = _Noting(columns)
            shown = sign.shown_by(read)
            for name in read.noted:
                parts[:, rows.place(name)] += surprisal * shown / len(read.noted)
        return parts

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the shares by the signs' names."""
        return {name: np.array([share]) for name, share in self.shares.items()}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore a fitted one."""
        return cls({name: float(share[0]) for name, share in tensors.items()})

    def _signs(self) -> list[tuple[Sign, float]]:
        known = [sign for sign in SIGNALS if sign.name in self.shares]
        return [(sign, -float(np.log10(self.shares[sign.name]))) for sign in known]


class _Noting(dict[str, np.ndarray]):
    """Columns that note which of them were asked for."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.noted: dict[str, None] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        self.noted[name] = None
        return super().__getitem__(name)


def _columns(rows: Rows) -> Columns:
    return {feature.name: rows.values[:, place] for place, feature in enumerate(rows.features)}
