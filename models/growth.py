"""How long newcomers take to be trusted: shares that have reached a right by a time."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from ..features.errors import BaselineDamaged
from .document import read_document, write_document

SHIPPED = Path(__file__).parent / "pretrained" / "growth.json"
RIGHTS = {"push": "time_to_push", "release": "time_to_tag"}
"""Rights, and the contributor features that say when each was first used."""


@dataclass(frozen=True)
class Growth:
    """Kaplan and Meier's (1958, JASA) curves of the newcomers of a corpus, a right each."""

    people: int
    """Newcomers that the curves come from; founders are none."""
    days: tuple[float, ...]
    """Since the first commit."""
    reached: dict[str, tuple[float, ...]]
    """By right: the share that had used it by then, had nobody left before."""

    def share_by(self, right: str, days: float) -> float:
        """Give the share of newcomers who had used a right after so many days."""
        at = int(np.searchsorted(self.days, days, side="right")) - 1
        return self.reached[right][at] if at >= 0 else 0.0

    def save(self, path: Path) -> None:
        """Write the curves."""
        write_document(path, asdict(self))

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Self:
        """Load curves; those that come with the program if none are named.

        Raises
        ------
        BaselineMissing, BaselineDamaged
        """
        found = read_document(path, "curves of growth")
        try:
            reached = {right: tuple(found["reached"][right]) for right in RIGHTS}
            return cls(int(found["people"]), tuple(found["days"]), reached)
        except (ValueError, TypeError, KeyError) as error:
            raise BaselineDamaged(f"{path} lacks a curve of growth") from error
