"""How well a real succession's rise is told from ordinary people once it is moved elsewhere.

    python experiments/splices/takeovers.py CORPUS INCIDENTS HISTORIES [BASELINE]

Each honest succession of the list is transplanted into quiet held-out projects of the corpus, after
the split. Ordinary are all people of these projects, as they were, over the same time. Prints
Markdown.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from trustdrift.features.errors import TrustdriftError
from trustdrift.features.history import History
from trustdrift.features.mining import mine
from trustdrift.features.vectors import describe
from trustdrift.features.windows import DAY
from trustdrift.models.baseline import Baseline
from trustdrift.training.corpus import Entry, git_directory, read_corpus
from trustdrift.training.dataset import require_history
from trustdrift.training.ranking import Curve, draws, estimate
from trustdrift.training.replay.cases import read_cases
from trustdrift.training.replay.peers import (
    Seen,
    displacement,
    named_signs,
    newcomers_share,
    random,
)
from trustdrift.training.replay.population import Subjects
from trustdrift.training.transplant import YEAR, transplant

DAYS = 540
START = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
COMMITS_A_YEAR = (20, 250)
"""What is quiet, and still alive."""

PEERS = {
    "newcomer's share": newcomers_share,
    "displacement alone": displacement,
    "our named signs, counted": named_signs,
    "random": random,
}
"""That need no fitting."""

EACH = 8
"""Successions that a project receives, one at a time."""


@cache
def history_of(histories: Path, repo: str) -> History | None:
    path = git_directory(histories, repo)
    try:
        return path and mine(path, key=bytes(32), project=repo)
    except TrustdriftError:
        return None


def highest(baseline: Baseline, history: History) -> dict[str, list[float]]:
    """Give each person's highest score, and that of each peer, while it lasts."""
    vectors = describe(history)["contributor"]
    time = vectors.subjects["known_time"].to_numpy()
    keep = (time >= START) & (time <= START + DAYS * DAY)
    ours = baseline.levels["contributor"].score(vectors, keep=keep).combined
    kept = vectors.where(keep)
    table = kept.subjects.rename(columns={"known_time": "time"})
    seen = Seen(Subjects(kept.values.to_numpy(dtype=float), None, table), "contributor")
    every = np.column_stack([ours, *(peer(seen, ()) for peer in PEERS.values())])
    people = kept.subjects["person"].to_numpy()
    return {person: every[people == person].max(axis=0).tolist() for person in np.unique(people)}


def one_project(
    number: int, entry: Entry, sources: list[tuple[str, str]], histories: Path, folder: Path | None
) -> tuple[int, list[list[float]], list[list[float]]]:
    baseline, rng = Baseline.load(folder), np.random.default_rng(number)
    quiet = mine(
        require_history(histories, entry.repo), key=bytes(32), project=entry.repo, ref=entry.sha
    )
    time = quiet.commits["known_time"]
    a_year = int(((time >= START - YEAR) & (time < START)).sum())
    if not COMMITS_A_YEAR[0] <= a_year <= COMMITS_A_YEAR[1]:
        return number, [], []
    ordinary = list(highest(baseline, quiet.until(START + DAYS * DAY)).values())
    spliced = []
    for place in rng.permutation(len(sources))[:EACH]:
        repo, sha = sources[place]
        source = history_of(histories, repo)
        if source is None:
            continue
        found = source.commits["author"][source.commits["sha"] == sha]
        if len(found):
            actor = str(found.iloc[0])
            history = transplant(quiet, source, actor, START, DAYS, rng)
            spliced += [s for who, s in highest(baseline, history).items() if who == actor]
    return number, ordinary, spliced


def main(manifest: str, cases: str, histories: str, folder: str | None = None) -> None:
    corpus = read_corpus(Path(manifest))
    sources = [(case.repo, case.actor_commit) for case in read_cases(Path(cases)).successions]
    place = None if folder is None else Path(folder)
    with ProcessPoolExecutor(2, get_context("spawn")) as executor:
        tasks = [
            executor.submit(one_project, number, entry, sources, Path(histories), place)
            for number, entry in enumerate(corpus.held_out)
        ]
        results = [task.result() for task in tasks]
    scores, odd, projects = [], [], []
    for number, ordinary, spliced in results:
        scores += ordinary + spliced
        odd += [False] * len(ordinary) + [True] * len(spliced)
        projects += [number] * (len(ordinary) + len(spliced))
    label, every = np.array(odd), np.array(projects)
    print(
        f"{label.sum()} transplanted successions and {(~label).sum()} ordinary people of "
        f"{len(np.unique(every))} quiet projects, {DAYS} days\n"
    )
    columns = ["judge", "AUROC", "average precision", "recall at 1 % of people", "at 5 %"]
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for judge, judged in zip(["trustdrift", *PEERS], np.array(scores).T, strict=True):
        print(f"| {judge} | " + " | ".join(figures(judged, label, every)) + " |")


def figures(scores: np.ndarray, label: np.ndarray, projects: np.ndarray) -> list[str]:
    taken = []
    for count in draws(projects):
        curve = Curve.of(scores, label, count[projects])
        flagged = [curve.recall_at(share) for share in (0.01, 0.05)]
        taken.append([curve.auroc, curve.average_precision, *flagged])
    return [str(estimate(column, len(np.unique(projects)))) for column in np.array(taken).T]


if __name__ == "__main__":
    main(*sys.argv[1:])
