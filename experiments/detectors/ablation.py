"""Which detectors earn their place: each alone, all but each, and the panel chosen step by step.

    python experiments/detectors/ablation.py experiments/corpus.toml VECTORS

Fits every detector on the corpus, and ranks ordinary rows of every other held-out project beside
the same rows with planted oddities (`trustdrift.training.planted`). The other half of the held-out
projects stays unseen for `trustdrift promote`. Prints Markdown.

The choice starts with the directional tails, which explain every lead exactly, and adds the
detector that raises mean average precision most, as long as the 95 % interval of the gain, over
resampled projects, lies above 0.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trustdrift.features.feature import LEVELS, Level
from trustdrift.models.baseline import LevelBaseline
from trustdrift.models.combination import COMBINATIONS, Vote
from trustdrift.models.detectors import DETECTORS, suits
from trustdrift.models.reference import Reference
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project
from trustdrift.training.evaluation import development
from trustdrift.training.fit import fit_level
from trustdrift.training.planted import plant
from trustdrift.training.ranking import estimate, resampled
from trustdrift.training.sample import Sample, gather
from trustdrift.training.settings import Settings

MEASURES = ("auroc", "average_precision", "recall_at_1_percent")
Surprisals = dict[str, dict[str, np.ndarray]]
"""By kind of rows ("ordinary" or planted), by detector, a row for each of its comparisons."""


def surprisals(learned: LevelBaseline, held: Sample) -> Surprisals:
    kinds = {"ordinary": held} | plant(held, Reference.fit(held.values))
    return {
        kind: learned.score_rows(sample.rows(learned.reference)).surprisal
        for kind, sample in kinds.items()
    }


def figures(
    scored: Surprisals, panel: Sequence[str], projects: np.ndarray, how: str = "fisher"
) -> dict[str, np.ndarray]:
    """Give each measure's mean over kinds, and average precision of each kind, on all resamples."""
    votes = [Vote(Settings().weights.get(name, 1.0)) for name in panel]
    joined = {
        kind: COMBINATIONS[how].join([parts[name] for name in panel], votes)
        for kind, parts in scored.items()
    }
    each = {
        kind: resampled(joined["ordinary"], scores, projects)
        for kind, scores in joined.items()
        if kind != "ordinary"
    }
    means = {m: np.mean([taken[m] for taken in each.values()], axis=0) for m in MEASURES}
    return means | {kind: taken["average_precision"] for kind, taken in each.items()}


def row(title: str, found: dict[str, np.ndarray], n: int) -> str:
    return f"| {title} | " + " | ".join(str(estimate(part, n)) for part in found.values()) + " |"


def chosen(
    scored: Surprisals, projects: np.ndarray, names: list[str], how: str
) -> list[tuple[str, str]]:
    """Add detector after detector while it helps; give each with the interval of its gain."""
    panel = ["directional_tails"]
    steps = [(panel[0], "")]
    while rest := [name for name in names if name not in panel]:
        now = figures(scored, panel, projects, how)["average_precision"]
        gains = {
            name: figures(scored, [*panel, name], projects, how)["average_precision"] - now
            for name in rest
        }
        best = max(rest, key=lambda name: gains[name][0])
        gain = estimate(gains[best], len(np.unique(projects)))
        steps.append((best, str(gain) + ("" if gain.low > 0 else ", not added")))
        if gain.low <= 0:
            break
        panel.append(best)
    return steps


def report(level: Level, learned: LevelBaseline, held: Sample) -> None:
    names = [detector.name for detector in learned.detectors]
    able = [name for name in names if name != "untrained_autoencoder"]
    scored = surprisals(learned, held)
    n = len(np.unique(held.project))
    first = figures(scored, names[:1], held.project)
    said = []
    print(f"\n## {level.capitalize()}: {len(held):,} rows of {n} projects\n")
    print("| detectors | " + " | ".join(first) + " |\n|" + "---|" * (len(first) + 1))
    for name in names:
        print(row(f"{name} alone", figures(scored, [name], held.project), n))
    for how in COMBINATIONS:
        print(row(f"all, {how}", figures(scored, able, held.project, how), n))
    for name in able:
        rest = [other for other in able if other != name]
        print(row(f"all but {name}", figures(scored, rest, held.project), n))
    for how in COMBINATIONS:
        steps = chosen(scored, held.project, able, how)
        panel = [name for name, gain in steps if "not" not in gain]
        title = f"chosen by {how}: {', '.join(panel)}"
        print(row(title, figures(scored, panel, held.project, how), n))
        rest = figures(scored, panel[1:], held.project, how)
        print(row(f"the same without {panel[0]}", rest, n))
        said.append("; ".join(f"{name} {gain}".strip() for name, gain in steps))
    print("\nStep by step, gain in average precision:\n")
    print("\n".join(f"- {how}: {line}" for how, line in zip(COMBINATIONS, said, strict=True)))
    for twin in ("pca", "untrained_autoencoder"):
        both = [figures(scored, [name], held.project) for name in ("autoencoder", twin)]
        gain = both[0]["average_precision"] - both[1]["average_precision"]
        print(f"- the autoencoder over {twin}: {estimate(gain, n)}")


def main(manifest: str, vectors: str) -> None:
    corpus = read_corpus(Path(manifest))
    every = tuple(name for name in DETECTORS if suits(name, "commit"))
    panel: dict[Level, tuple[str, ...]] = {
        "commit": every,
        "contributor": tuple(DETECTORS),
        "project": every,
    }
    settings = Settings(panel=panel)
    learned = gather(each_project(corpus.learned, Path(vectors)), settings, corpus.split_time)
    held = gather(each_project(development(corpus), Path(vectors)), settings, corpus.split_time)
    for level in LEVELS:
        late = held[level].where(held[level].time >= corpus.split_time)
        report(level, fit_level(learned[level], settings, corpus.split_time), late)


if __name__ == "__main__":
    main(*sys.argv[1:])
