"""Whether people of some zones, hosts or amounts of work are listed more often than others.

    python experiments/fairness/run.py experiments/corpus.toml HISTORIES [BASELINE]

Scores held-out projects after the corpus' split, and compares the share of rows with a p-value of
0.01 or less between groups of people. No feature holds a zone, a name or a language; this asks
whether they come in by another door. Prints Markdown.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from trustdrift.features.errors import TrustdriftError
from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import require_history
from trustdrift.training.ranking import draws, estimate

UNUSUAL = 0.01
FEW = 10  # commits in a project, up to which somebody counts as occasional
ZONES = {
    "Americas": (-12 * 60, -2 * 60),
    "Europe, Africa": (-60, 4 * 60),
    "Asia, Oceania": (4 * 60 + 30, 14 * 60),
    "UTC": (0, 0),
}
"""Minutes east of UTC; a person's most frequent one counts. UTC can be anywhere."""


def groups(history: History) -> pd.DataFrame:
    """Put each person of a project into groups."""
    own = history.commits[history.commits["author_kind"] == "person"]
    each = own.groupby("author")
    offset = each["author_offset"].agg(lambda values: values.mode().iloc[0] if values.notna().any()
                                       else np.nan)  # fmt: skip
    return pd.DataFrame(
        {
            "zone": [zone_of(minutes) for minutes in offset],
            "commits here": np.where(each.size() <= FEW, f"up to {FEW}", f"more than {FEW}"),
            "signs": np.where(each["signature"].agg(lambda s: (s != "").mean()) > 0.5, "mostly",
                              "mostly not"),
        },
        index=offset.index,
    )  # fmt: skip


def zone_of(minutes: float) -> str:
    if minutes == 0:
        return "UTC"
    named = (name for name, (low, high) in ZONES.items() if low <= minutes <= high)
    return next(named, "unknown")


def one_project(entry: Entry, histories: Path, folder: Path | None, split: int) -> pd.DataFrame:
    baseline = Baseline.load(folder)
    try:
        path = require_history(histories, entry.repo)
        history = mine(path, key=bytes(32), project=entry.repo, ref=entry.sha)
    except TrustdriftError:
        return pd.DataFrame()
    every, known = describe(history), groups(history)
    parts = []
    for level in ("commit", "contributor"):
        vectors = every[level]
        late = (vectors.subjects["known_time"] >= split).to_numpy()
        if not late.any():
            continue
        p_value = baseline.levels[level].score(vectors, keep=late).p_value
        rows = vectors.subjects[late].join(known, on="person")
        parts.append(rows.assign(level=level, unusual=p_value <= UNUSUAL, repo=entry.repo))
    return pd.concat(parts) if parts else pd.DataFrame()


def rates(table: pd.DataFrame, by: str) -> Iterator[str]:
    number = pd.factorize(table["repo"])[0]
    for group, rows in table.groupby(by):
        inside = (table[by] == group).to_numpy()
        found = [
            float(count[number[inside]] @ rows["unusual"]) / max(count[number[inside]].sum(), 1)
            for count in draws(number)
        ]
        people = rows.groupby(["repo", "person"]).ngroups
        told = estimate(np.array(found) * 100, len(np.unique(number[inside])))
        yield f"| {by} | {group} | {people:,} | {len(rows):,} | {told} |"


def main(manifest: str, histories: str, folder: str | None = None) -> None:
    corpus = read_corpus(Path(manifest))
    place = None if folder is None else Path(folder)
    work = partial(one_project, histories=Path(histories), folder=place, split=corpus.split_time)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        table = pd.concat(list(executor.map(work, corpus.held_out)), ignore_index=True)
    for level, rows in table.groupby("level"):
        size = f"{len(rows):,} rows of {rows['repo'].nunique()} projects"
        print(f"\n## {str(level).capitalize()}s: {size}\n")
        columns = ["by", "group", "people", "rows", "per cent with p ≤ 0.01 [95 % over projects]"]
        print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
        for by in ("zone", "commits here", "signs"):
            print("\n".join(rates(rows, by)))


if __name__ == "__main__":
    main(*sys.argv[1:])
