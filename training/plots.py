"""Pictures of a training run."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..features.feature import Level
from .evaluation import LevelEvaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 12


def uniformity_plot(evaluation: dict[Level, LevelEvaluation]) -> "Figure":
    """Draw how often ordinary rows of unseen projects fall below each p-value."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4 * len(evaluation), 4), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(evaluation), sharey=True))
    for axes, (level, found) in zip(panels, evaluation.items(), strict=True):
        p_values = found.uniformity.p_values
        share = np.arange(1, len(p_values) + 1) / len(p_values)
        low = min(p_values[0], 1 / len(p_values))
        axes.loglog([low, 1], [low, 1], color="0.6", linewidth=1, label="uniform")
        axes.loglog(p_values, share, color="tab:blue", label="held-out projects")
        axes.set_title(f"{level}s: distance {found.uniformity.distance.value:.3f}")
        axes.set_xlabel("p-value")
    panels[0].set_ylabel("share of rows at or below")
    panels[0].legend(frameon=False)
    return figure


def influence_plot(table: pd.DataFrame) -> "Figure":
    """Draw the projects that shape the tails most, beside their share of the rows."""
    from matplotlib.figure import Figure

    levels = list(table["level"].unique())
    figure = Figure(figsize=(5 * len(levels), 4), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(levels)))
    for axes, level in zip(panels, levels, strict=True):
        most = table[table["level"] == level].head(MOST_BARS).iloc[::-1]
        axes.barh(most["project"], 100 * most["tail_share"], color="tab:blue", label="of the tails")
        axes.plot(
            100 * most["rows_share"], most["project"], "k|", markersize=10, label="of the rows"
        )
        axes.set_title(f"{level}s")
        axes.set_xlabel("share (%)")
        axes.tick_params(axis="y", labelsize=7)
    panels[0].legend(frameon=False)
    return figure
