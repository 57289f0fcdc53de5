"""What makes commits alike, bytes or lines, and whom the strangest features are told among.

    python experiments/detectors/extents.py experiments/corpus.toml HISTORIES VECTORS

Plants as in `plants.py`, ranked among the later commits of all learning projects, on which each
panel is calibrated. Detectors that know no extent are those of the shipped baseline; the others are
fitted anew for each way to tell it. Prints Markdown: mean recall over kinds.
"""

import sys
from pathlib import Path

import numpy as np
from plants import by_kind, planted

from trustdrift.models.baseline import Baseline
from trustdrift.models.detectors.conditional_tails import ConditionalTails
from trustdrift.models.detectors.strangest import StrangestContent, StrangestFeatures
from trustdrift.models.extent import EXTENT, Among, compared
from trustdrift.models.rows import Rows
from trustdrift.training.corpus import read_corpus
from trustdrift.training.dataset import each_project
from trustdrift.training.fit import calibrated, fit_trimmed
from trustdrift.training.sample import gather
from trustdrift.training.settings import Settings
from trustdrift.training.shapes import SHAPES

BYTES = (1.0, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0)
"""What bytes weigh in the extent; lines weigh the rest."""

ALIKE: tuple[Among, ...] = ("alike",)
ALL: tuple[Among, ...] = ("all",)
BOTH: tuple[Among, ...] = ("alike", "all")
BEFORE, SHIPPED = (ALIKE, BOTH), (BOTH, ALL)
"""Whom strangest features and strangest content are told among."""

WAYS = [
    *((weight, *among) for among in (BEFORE, SHIPPED) for weight in BYTES),
    (0.8, BOTH, BOTH),
    (0.8, ALL, ALL),
]

FLAGGED = (0.001, 0.005, 0.01)
SHOWN = ("obfuscated_line", "fixture_and_glue", "dropper", "large_payload")


def cells(ordinary: np.ndarray, odd: np.ndarray, kinds: np.ndarray) -> list[str]:
    found = {
        share: dict(
            zip(SHAPES, by_kind(odd > np.quantile(ordinary, 1 - share), kinds), strict=True)
        )
        for share in FLAGGED
    }
    means = [f"{np.mean(list(found[share].values())):.3f}" for share in FLAGGED]
    return [*means, *(f"{found[0.001][kind]:.2f}; {found[0.01][kind]:.2f}" for kind in SHOWN)]


def main(manifest: str, histories: str, vectors: str) -> None:
    corpus, settings = read_corpus(Path(manifest)), Settings()
    split = corpus.split_time
    learning = [entry for entry in corpus.entries if not entry.held_out]
    shipped = Baseline.load().levels["commit"]
    sample = gather(each_project(learning, Path(vectors)), settings, split)["commit"]
    before, late = (
        sample.where(side).rows(shipped.reference)
        for side in (sample.time < split, sample.time >= split)
    )
    found = planted(learning, Path(histories), split)
    kinds = np.array([kind for part in found for kind in part.kinds])
    odd = Rows(np.concatenate([part.planted for part in found]), late.features, shipped.reference)

    print(f"{len(odd):,} plants of {len(found)} projects, {len(late):,} commits.\n")
    head = ["bytes weigh", "features; content told among", *(f"{share:.1%}" for share in FLAGGED)]
    head += [f"{kind.replace('_', ' ')}, 0.1 %; 1 %" for kind in SHOWN]
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for weight, of_features, of_content in WAYS:
        EXTENT["commit"] = {"added_bytes": weight, "new_lines": 1 - weight}
        StrangestFeatures.among = compared(*of_features)
        StrangestContent.among = compared(*of_content)
        detectors = tuple(
            fit_trimmed(type(part), before, settings)
            if isinstance(part, ConditionalTails)
            else part
            for part in shipped.detectors
        )
        panel = calibrated(detectors, late, settings)
        ordinary, strange = (panel.score_rows(rows).combined for rows in (late, odd))
        told = f"{' and '.join(of_features)}; {' and '.join(of_content)}"
        row = [str(weight), told, *cells(ordinary, strange, kinds)]
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
