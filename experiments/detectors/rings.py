"""Whether two newcomers who let one another's work in are told from two who do not.

    python experiments/detectors/rings.py CORPUS HISTORIES [BASELINE]

In held-out projects two strangers are given commits that people made in half a year, in turn.
What they wrote comes in through the other of the two, through themselves, or through whoever had
most commits: the same work, otherwise. Judged is the better found of the two, in the last window.
Prints Markdown.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.signals import SIGNALS
from trustdrift.features.vectors import describe
from trustdrift.features.windows import DAY
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Entry, read_corpus
from trustdrift.training.dataset import require_history
from trustdrift.training.splices import commits_of_people

STRANGERS = "1" * 16, "2" * 16
COMMITS = 12
HALF_YEAR = 182 * DAY
ENDS = [int(datetime(year, month, 1, tzinfo=UTC).timestamp())
        for year in (2023, 2024, 2025) for month in (1, 7)]  # fmt: skip
SHARES = (0.001, 0.005, 0.01, 0.05)
WAYS = ("one another", "themselves", "the leader")


def with_strangers(history: History, way: str, rng: np.random.Generator) -> History | None:
    """Give twelve of the last half year's commits to two strangers; None if there are too few."""
    end = history.last_time
    theirs = commits_of_people(history, end - HALF_YEAR)
    if len(theirs) < 3 * COMMITS:
        return None
    chosen = np.sort(rng.choice(theirs, COMMITS, replace=False))
    commits = history.commits.copy()
    people = commits.loc[commits["author_kind"] == "person", "author"]
    one = np.array(STRANGERS)[np.arange(COMMITS) % 2]
    other = np.array(STRANGERS)[1 - np.arange(COMMITS) % 2]
    committers = {"one another": other, "themselves": one, "the leader": people.mode()[0]}
    for column, values in (("author", one), ("committer", committers[way]),
                           ("author_kind", "person"), ("committer_kind", "person"),
                           ("author_new_alias", False)):  # fmt: skip
        commits.loc[commits.index[chosen], column] = values
    return replace(history, commits=commits)


def one_project(
    histories: Path, folder: Path | None, entry: Entry
) -> list[tuple[str, float, bool]]:
    baseline = Baseline.load(folder).levels["contributor"]
    sign = next(sign for sign in SIGNALS if sign.name == "newcomers_for_one_another")
    whole = mine(
        require_history(histories, entry.repo), key=bytes(32), project=entry.repo, ref=entry.sha
    )
    found = []
    for number, end in enumerate(ENDS):
        if not whole.commits["known_time"].iloc[0] < end - 5 * HALF_YEAR < end < whole.last_time:
            continue
        for way in WAYS:
            history = with_strangers(whole.until(end), way, np.random.default_rng(number))
            if history is None:
                continue
            vectors = describe(history)["contributor"]
            keep = np.isin(vectors.subjects["person"], STRANGERS)
            keep &= vectors.subjects["known_time"] == vectors.subjects["known_time"].max()
            if keep.any():
                shown = any(sign.sentences(vectors.where(keep).values))
                found.append((way, float(baseline.score(vectors, keep=keep).p_value.min()), shown))
    return found


def main(manifest: str, histories: str, folder: str | None = None) -> None:
    entries = read_corpus(Path(manifest)).held_out
    judge = partial(one_project, Path(histories), None if folder is None else Path(folder))
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        found = [each for part in executor.map(judge, entries) for each in part]
    print("| let in by | pairs | " + " | ".join(f"{share:.1%}" for share in SHARES) + " | sign |")
    print("|---" * (len(SHARES) + 3) + "|")
    for way in WAYS:
        p, shown = zip(*[(p, shown) for told, p, shown in found if told == way], strict=True)
        cells = [f"{np.mean(np.array(p) <= share):.2f}" for share in SHARES]
        print(f"| {way} | {len(p)} | {' | '.join(cells)} | {np.mean(shown):.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
