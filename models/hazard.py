"""How likely a project is to fall silent within a year: a survival model's prediction."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from ..features.errors import BaselineDamaged
from .document import read_document, write_document

SHIPPED = Path(__file__).parent / "pretrained" / "hazard.json"
SILENCE_DAYS = 365
"""Without a commit by anybody, from which on a project counts as abandoned."""

LOGGED = ("commits", "active_people", "truck_factor", "silence", "since_release")
PLAIN = ("top_share", "newcomers_share", "departed_share", "incumbents_loss")
COVARIATES = tuple(f"log_{name}" for name in LOGGED) + PLAIN


def covariates(windows: pd.DataFrame) -> pd.DataFrame:
    """Take what the model knows from project-windows.

    Parameters
    ----------
    windows
        n rows with the project features of `LOGGED` and `PLAIN`; NaN where unknown.
    """
    logged = {f"log_{name}": np.log1p(windows[name].clip(lower=0)) for name in LOGGED}
    return pd.DataFrame({**logged, **{name: windows[name] for name in PLAIN}})


@dataclass(frozen=True)
class Hazard:
    """A proportional-hazards model (Cox 1972, JRSS B) of the time until a project falls silent."""

    coefficients: dict[str, float]
    """By covariate: the logarithm of the hazard's ratio, a unit."""
    middle: dict[str, float]
    """Medians of the covariates, which stand in for unknown ones and are the point of reference."""
    year_survival: float
    """Share of projects at the point of reference that are not silent after a year."""

    def probability(self, windows: pd.DataFrame) -> np.ndarray:
        """Give n probabilities that the silence begins within the next year."""
        known = covariates(windows).fillna(self.middle)
        names = list(self.coefficients)
        beta = np.array([self.coefficients[name] for name in names])
        center = np.array([self.middle[name] for name in names])
        risk = np.exp((known[names].to_numpy(dtype=float) - center) @ beta)
        return 1.0 - self.year_survival**risk

    def save(self, path: Path) -> None:
        """Write the model."""
        write_document(path, asdict(self))

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Self:
        """Load a model; the one that comes with the program if none is named.

        Raises
        ------
        BaselineMissing, BaselineDamaged
        """
        try:
            return cls(**read_document(path, "survival model"))
        except TypeError as error:
            raise BaselineDamaged(f"{path} is no survival model") from error
