"""How long a large graph takes to be measured and ranked.

    python experiments/ranking/scale.py [PACKAGES] [NEEDS]

Packages need earlier ones, mostly those that many need already, as in registries; one need in a
hundred points the other way, so that there are circles. Prints Markdown.
"""

import itertools
import resource
import sys
import time

import numpy as np

from trustdrift.serving.ranking.aggregate import aggregated
from trustdrift.serving.ranking.graph import Graph


def edges(packages: int, needs: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    who = rng.integers(1, packages, needs)
    what = (who * rng.random(needs) ** 3).astype(np.int64)
    back = rng.random(needs) < 0.01
    return np.where(back, what, who), np.where(back, who, what)


def main(packages: int = 1_000_000, needs: int = 10_000_000) -> None:
    who, what = edges(packages, needs)
    names = [f"p{number}" for number in range(packages)]
    steps = [("start", time.monotonic())]
    graph = Graph.of(
        ((names[a], names[b]) for a, b in zip(who.tolist(), what.tolist(), strict=True)), names
    )
    steps.append(("numbering the packages", time.monotonic()))
    measures = graph.measures()
    steps.append(("measures", time.monotonic()))
    aggregated(measures)
    steps.append(("ranks and their ranges", time.monotonic()))
    print(f"{len(graph):,} packages, {len(graph.needs):,} needs.\n\n| step | seconds |\n|---|---|")
    for (_, before), (name, after) in itertools.pairwise(steps):
        print(f"| {name} | {after - before:.0f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| all | {steps[-1][1] - steps[0][1]:.0f} |\n\nPeak memory {peak:.1f} GB.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
