"""Leads: what a person should look at, why, and what speaks for it."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..features.endorsements import ENDORSEMENTS
from ..features.feature import Level
from ..features.signals import SIGNALS
from ..features.signs import Sign
from ..features.vectors import Vectors
from .baseline import LevelBaseline, Scores
from .decisions import adjusted, within_budget
from .explanation import Reason, explain

LEAST_WEIGHT = 0.001
NO_ENDORSEMENT = "the history alone says nothing in favour; that is not evidence against"


@dataclass(frozen=True)
class SignalShown:
    """A named warning sign that a lead shows."""

    name: str
    text: str


@dataclass(frozen=True)
class Lead:
    """One subject worth a look. A lead is a question, never an accusation."""

    rank: int
    level: Level
    row: int
    """The subject's row in the vectors that were scored."""
    subject: dict[str, str]
    """`sha` for commits, `person` and `window_end` for contributors, `window_end` for projects."""
    p_value: float
    percentile: float
    detectors: dict[str, float]
    signals: tuple[SignalShown, ...]
    reasons: tuple[Reason, ...]
    in_favour: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    """SHAs that show it."""
    evidence_signals: dict[str, tuple[SignalShown, ...]] = field(default_factory=dict)
    """Signs that these commits show, by SHA; of a commit's own lead they are its `signals`."""
    named_first: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Packages and hosts that these commits are the first of their project to name, by SHA."""
    weights: dict[str, float] = field(default_factory=dict)
    """Share of the score that each feature has, where it has any: what feedback works on."""


@dataclass(frozen=True)
class Limits:
    """What a reader has time for."""

    top: int = 10
    """How many leads of a kind at most."""
    level: float = 0.02
    """Leave out what has a higher p-value: an ordinary project has few leads."""
    fdr: float | None = None
    """Expected share of ordinary subjects among those listed, at most (`decisions.adjusted`)."""
    per_month: int | None = None
    """How many at most in any 30 days."""


def find_leads(
    baseline: LevelBaseline, vectors: Vectors, scores: Scores, limits: Limits
) -> list[Lead]:
    """List the most unusual subjects.

    Parameters
    ----------
    vectors
        What was scored.

    Returns
    -------
    Leads by falling score; of a contributor's windows only the most unusual one.
    """
    table = vectors.subjects.assign(score=scores.combined, p_value=scores.p_value)
    table = table[_worth(vectors, scores, limits)]
    table = table.sort_values("score", ascending=False, kind="stable")
    if vectors.level == "contributor":
        table = table.drop_duplicates("person")
    rows = [int(row) for row in table.index[: limits.top]]
    values = vectors.values.iloc[rows]
    why = explain(baseline, scores, rows)
    names = [feature.name for feature in scores.rows.features]
    signals = signals_shown(vectors.level, values)
    favours = _shown(ENDORSEMENTS, vectors.level, values)
    return [
        Lead(
            rank=rank,
            level=vectors.level,
            row=row,
            subject=_subject(vectors, row),
            p_value=float(scores.p_value[row]),
            percentile=100 * (1 - float(scores.p_value[row])),
            detectors={name: float(part[row]) for name, part in scores.by_detector.items()},
            signals=signal,
            reasons=told.reasons,
            in_favour=tuple(text for _, text in favour) or (NO_ENDORSEMENT,),
            weights=_weighty(names, told.weights),
        )
        for rank, (row, told, signal, favour) in enumerate(
            zip(rows, why, signals, favours, strict=True), 1
        )
    ]


def _worth(vectors: Vectors, scores: Scores, limits: Limits) -> np.ndarray:
    """Mark the rows that all limits but the number let through."""
    worth = scores.p_value <= limits.level
    if limits.fdr is not None:
        worth &= adjusted(scores.p_value) <= limits.fdr
    if limits.per_month is not None:
        time = vectors.subjects["known_time"].to_numpy()
        worth &= within_budget(scores.combined, time, limits.per_month)
    return worth


def signals_shown(level: Level, values: pd.DataFrame) -> list[tuple[SignalShown, ...]]:
    """Give the warning signs that each of n rows of features shows."""
    return [
        tuple(SignalShown(sign.name, text) for sign, text in shown)
        for shown in _shown(SIGNALS, level, values)
    ]


def _shown(signs: list[Sign], level: Level, values: pd.DataFrame) -> list[list[tuple[Sign, str]]]:
    mine = [(sign, sign.sentences(values)) for sign in signs if sign.level == level]
    return [
        [(sign, texts[row]) for sign, texts in mine if texts[row]] for row in range(len(values))
    ]


def _weighty(names: list[str], weights: np.ndarray) -> dict[str, float]:
    return {
        name: round(float(weight), 4)
        for name, weight in zip(names, weights, strict=True)
        if weight >= LEAST_WEIGHT
    }


def _subject(vectors: Vectors, row: int) -> dict[str, str]:
    subject = vectors.subjects.iloc[row]
    if vectors.level == "commit":
        return {"sha": str(subject["sha"])}
    end = {"window_end": subject["window_end"].strftime("%Y-%m-%d")}
    return ({"person": str(subject["person"])} if vectors.level == "contributor" else {}) | end
