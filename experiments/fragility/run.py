"""Fits the survival model of projects, and says how well it foretells.

    python experiments/fragility/run.py experiments/corpus.toml VECTORS [hazard.json]

Learned from learning projects at every new year up to the corpus' split. Told of held-out projects
in the same years, of all projects in the years after, and of single figures beside it. Writes the
model if a file is named. Prints Markdown.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from trustdrift.features.vectors import Vectors
from trustdrift.models.hazard import COVARIATES, Hazard
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import read_all
from trustdrift.training.survival import YEAR, concordance, fit_hazard, landmarks

FIRST_YEAR = 2008
PEERS = {"log_silence": 1, "log_commits": -1, "log_active_people": -1, "log_truck_factor": -1,
         "top_share": 1}  # fmt: skip
"""Single figures, and whether more of it is worse."""

DRAWS = 200
SIGHT = int(pd.Timestamp("2024-03-01").timestamp())
"""Histories were brought at different times: from then on several end in the same month, which says
when they were brought, not that they fell silent."""


def of(vectors: Vectors, projects: set[str]) -> Vectors:
    return vectors.where(vectors.subjects["project"].isin(projects).to_numpy())


def interval(seen: pd.DataFrame, risk: np.ndarray) -> str:
    """Give Harrell's C with the middle nine tenths over draws of projects."""
    rng = np.random.default_rng(0)
    groups = list(seen.groupby("project").indices.values())
    values = []
    for _ in range(DRAWS):
        rows = np.concatenate([groups[n] for n in rng.integers(len(groups), size=len(groups))])
        part = seen.iloc[rows]
        if part["ended"].any():
            values.append(concordance(risk[rows], part))
    low, high = np.quantile(values, [0.05, 0.95])
    whole = concordance(risk, seen)
    return f"{whole:.2f} [{low:.2f}, {high:.2f}]"


def risk_of(hazard: Hazard, seen: pd.DataFrame) -> np.ndarray:
    known = seen[list(COVARIATES)].fillna(hazard.middle)
    return known.to_numpy() @ np.array([hazard.coefficients[name] for name in COVARIATES])


def main(manifest: str, vectors: str, output: str = "") -> None:
    corpus = read_corpus(Path(manifest))
    windows = read_all(Path(vectors) / "project")["project"]
    learning = {entry.repo for entry in corpus.entries if not entry.held_out}
    held_out = {entry.repo for entry in corpus.entries if entry.held_out}
    learned = landmarks(of(windows, learning), FIRST_YEAR, corpus.split_time)
    hazard = fit_hazard(learned)
    later = landmarks(windows, pd.Timestamp(corpus.split_time, unit="s").year, SIGHT)
    tests = {
        "learned from": learned,
        "held-out projects, same years": landmarks(of(windows, held_out), FIRST_YEAR,
                                                   corpus.split_time),
        "all projects, later years": later,
        "held-out projects, later years": later[later["project"].isin(held_out)],
    }  # fmt: skip
    print("| | projects | new years | fell silent | this model | "
          + " | ".join(PEERS) + " |\n|" + "---|" * (5 + len(PEERS)))  # fmt: skip
    for title, seen in tests.items():
        seen = seen.reset_index(drop=True)
        cells = [title, f"{seen['project'].nunique()}", f"{len(seen):,}",
                 f"{int(seen['ended'].sum())}", interval(seen, risk_of(hazard, seen))]  # fmt: skip
        for name, sign in PEERS.items():
            single = (sign * seen[name].fillna(hazard.middle[name])).to_numpy()
            cells.append(interval(seen, single))
        print("| " + " | ".join(cells) + " |")
    ratio = {name: float(np.exp(value)) for name, value in hazard.coefficients.items()}
    print("\n| covariate | hazard ratio a unit |\n|---|---|")
    for name, value in ratio.items():
        print(f"| {name} | {value:.2f} |")
    year = later[(later["days"] >= YEAR / 86_400) | later["ended"]].reset_index(drop=True)
    told = 1 - hazard.year_survival ** np.exp(
        risk_of(hazard, year)
        - np.dot([hazard.middle[n] for n in COVARIATES],
                 [hazard.coefficients[n] for n in COVARIATES])
    )  # fmt: skip
    fell = (year["ended"] & (year["days"] <= 365)).to_numpy()
    print("\n| foretold for the year, fifths | mean foretold | fell silent |\n|---|---|---|")
    for fifth in np.array_split(np.argsort(told, kind="stable"), 5):
        print(f"| {told[fifth].min():.3f} to {told[fifth].max():.3f} | {told[fifth].mean():.3f} "
              f"| {fell[fifth].mean():.3f} |")  # fmt: skip
    if output:
        hazard.save(Path(output))


if __name__ == "__main__":
    main(*sys.argv[1:])
