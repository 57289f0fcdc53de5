"""Whether weights learned from planted commits carry over to kinds that they never saw.

    python experiments/detectors/exposure.py experiments/corpus.toml HISTORIES VECTORS

Outlier exposure (Hendrycks et al. 2019, ICLR): ordinary commits against planted ones, over the same
one-sided tails among commits of like extent, by a logistic model without negative weights and by
boosted trees that may only rise with each tail. Learned on half of the projects with one kind left
out, judged on the other half on that kind; beside it the same with every kind known, and the plain
sum of squared tails, which learns nothing. Prints Markdown.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from plants import FLAGGED, planted
from sklearn.ensemble import HistGradientBoostingClassifier

from trustdrift.features.catalog import features
from trustdrift.models.detectors.conditional_tails import ConditionalTails, squared
from trustdrift.models.reference import Reference
from trustdrift.models.rows import Rows
from trustdrift.training.contrast import non_negative_weights
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings
from trustdrift.training.shapes import SHAPES

WEIGHT = 0.02
"""Of all plants together, against the ordinary commits."""

PENALTY = 1e-4
"""On the squares of the weights."""

Judge = Callable[[np.ndarray], np.ndarray]
"""From n rows of tails to n scores."""


def plain(tails: np.ndarray) -> np.ndarray:
    return squared(tails).sum(axis=1)


def additive(tails: np.ndarray, strange: np.ndarray) -> Judge:
    weights = non_negative_weights(np.minimum(tails, 4.0), strange, PENALTY, _shares(strange))
    return lambda asked: np.minimum(asked, 4.0) @ weights


def boosted(tails: np.ndarray, strange: np.ndarray) -> Judge:
    trees = HistGradientBoostingClassifier(
        max_depth=4, l2_regularization=10, min_samples_leaf=50,
        monotonic_cst=[1] * tails.shape[1], random_state=0,
    )  # fmt: skip
    return trees.fit(
        tails, strange, sample_weight=_shares(strange) * len(strange)
    ).decision_function


def _shares(strange: np.ndarray) -> np.ndarray:
    return np.where(strange == 1, WEIGHT / strange.sum(), (1 - WEIGHT) / (strange == 0).sum())


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus, settings = read_corpus(Path(manifest)), Settings()
    learning = list(corpus.learned)
    sample = gather(each_project(learning, Path(vectors)), settings, corpus.split_time)["commit"]
    early = sample.where(sample.time < corpus.split_time)
    reference = Reference.fit(early.values)
    judge = ConditionalTails.fit(early.rows(reference), seed=0)

    def tails(values: np.ndarray) -> np.ndarray:
        return judge.surprisal(Rows(values, features("commit"), reference))

    found = planted(learning, Path(histories), corpus.split_time)
    half = np.arange(len(found)) % 2 == 0
    ordinary = [tails(result.ordinary) for result in found]
    odd = [tails(result.planted) for result in found]
    known = np.concatenate([part for part, mine in zip(ordinary, half, strict=True) if mine])
    asked = np.concatenate([part for part, mine in zip(ordinary, half, strict=True) if not mine])
    strange = np.concatenate(odd)
    kinds = np.array([kind for result in found for kind in result.kinds])
    mine = np.repeat(half, [len(result.kinds) for result in found])
    names = [kind.replace("_", " ") for kind in SHAPES]
    head = [f"{name}, {share:.1%}" for share in FLAGGED for name in ["mean", *names]]
    print("| judged by | " + " | ".join(head) + " |\n|---" + "|---" * len(head) + "|")

    def line(title: str, learn: Callable[[str], Judge]) -> None:
        judges = {kind: learn(kind) for kind in SHAPES}
        cells = []
        for share in FLAGGED:
            recalls = []
            for kind, by in judges.items():
                bound = np.quantile(by(asked), 1 - share)
                recalls.append((by(strange[~mine & (kinds == kind)]) > bound).mean())
            cells += [np.mean(recalls), *recalls]
        print(f"| {title} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |", flush=True)

    line("squared tails, nothing learned", lambda _: plain)
    for title, make in (("weights", additive), ("trees", boosted)):

        def learned(kept: np.ndarray, make: Callable[..., Judge] = make) -> Judge:
            rows = np.concatenate([known, strange[kept]])
            return make(rows, np.r_[np.zeros(len(known)), np.ones(kept.sum())])

        whole = learned(mine)
        line(f"{title}, every kind known", lambda _, whole=whole: whole)
        line(f"{title}, the kind never seen",
             lambda kind, learned=learned: learned(mine & (kinds != kind)))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
