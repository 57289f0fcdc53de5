"""What a sign is: a transparent rule over vectors, with a sentence that gives its numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .feature import Level
from .wording import Figure, singular

Columns = Mapping[str, np.ndarray]
"""Values of n subjects by the feature's name."""

Rule = Callable[[Columns], np.ndarray]
"""Tells which of n subjects show a sign; NaN is what is not known."""


@dataclass(frozen=True)
class Sign:
    """A rule that a person can check."""

    name: str
    level: Level
    says: str
    """A sentence part with `{feature}` fields."""
    description: str
    shown_by: Rule

    def sentences(self, values: pd.DataFrame) -> list[str]:
        """Give the sentence for each row that shows the sign, an empty string for the others."""
        shown = np.flatnonzero(self.shown_by(columns_of(values)))
        texts = [""] * len(values)
        names = [str(name) for name in values.columns]
        for row in shown:
            figures = _figures(dict(zip(names, values.iloc[row].tolist(), strict=True)))
            texts[row] = singular(self.says.format_map(figures))
        return texts


def columns_of(values: pd.DataFrame) -> Columns:
    """Give a table's columns as arrays."""
    return {str(name): values[name].to_numpy() for name in values.columns}


def _figures(row: dict) -> dict[str, Figure]:
    return {name: Figure(value) for name, value in row.items()}


def sign(collection: list[Sign], level: Level, says: str) -> Callable[[Rule], Rule]:
    """Add the decorated rule to a collection; its docstring says what it means."""

    def register(rule: Rule) -> Rule:
        description = " ".join((rule.__doc__ or "").split())
        collection.append(Sign(rule.__name__, level, says, description, rule))
        return rule

    return register
