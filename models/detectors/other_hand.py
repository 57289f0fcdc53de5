"""Other hand: whether somebody else seems to be at the keyboard, by habits alone."""

import json
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from ...features.files import replacing
from ..extent import Comparisons, compared
from ..rows import Rows

HABITS = (
    "hour_surprise", "weekday_surprise", "offset_surprise", "message_against_own",
    "message_against_project", "signature_dropped", "sign_off_missing", "size_against_own",
    "files_against_own", "role_surprise",
)  # fmt: skip
"""What is told against the author's own past, or the project's: never a zone or a language."""

SHIPPED = Path(__file__).parent / "other_hand.json"


class OtherHand:
    """Weighs how far habits lie from the author's own and the project's.

    Tails that are summed, or squared, drown a stranger's many small departures in one large
    honest one. Here each habit's normal score counts by weights that are not negative, one for
    its low and one for its high side, which tell an author's next commits from a stranger's put
    in their place (experiments/hands): authorship verification (Koppel and Schler 2004, ICML) on
    metadata. No known case was seen for them, and a retraining does not change them.
    """

    name: ClassVar[str] = "other_hand"
    looks_back: ClassVar[bool] = False
    watches: ClassVar[tuple[str, ...]] = HABITS
    among: ClassVar[Comparisons] = compared("alike")

    def __init__(self, weights: np.ndarray) -> None:
        self._weights = weights

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> Self:
        """Put the shipped weights in the order of the features; the reference knows the rest."""
        shipped = read_weights()
        return cls(np.array([shipped.get(each.name, (0.0, 0.0)) for each in rows.features]))

    def score(self, rows: Rows) -> np.ndarray:
        """Give the weighted sum over habits."""
        return self.contributions(rows).sum(axis=1)

    def contributions(self, rows: Rows) -> np.ndarray:
        """Give each habit's part of the sum."""
        low, high = np.maximum(-rows.scores, 0.0), np.maximum(rows.scores, 0.0)
        return low * self._weights[:, 0] + high * self._weights[:, 1]

    def tensors(self) -> dict[str, np.ndarray]:
        """Give the weights, d by 2."""
        return {"weights": self._weights}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> Self:
        """Restore a fitted one."""
        return cls(tensors["weights"])


@cache
def read_weights() -> dict[str, tuple[float, float]]:
    """Read what ships: by habit the weights of a low and of a high value."""
    found = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return {name: (low, high) for name, (low, high) in found.items()}


def write_weights(place: Path, weights: dict[str, tuple[float, float]]) -> None:
    """Write weights, rounded, whole or not at all."""
    rounded = {name: [round(value, 4) for value in pair] for name, pair in weights.items()}
    with replacing(place) as part:
        part.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
