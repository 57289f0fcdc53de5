"""From a corpus and a folder of histories to an evaluated baseline."""

import importlib.metadata
import resource
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..features.feature import LEVELS, Level
from ..models.baseline import Baseline
from .audit import audit
from .corpus import Corpus, Entry
from .dataset import Say, each_project, renew
from .evaluation import LevelEvaluation, evaluate, evaluate_level, final
from .fit import fit, fit_level
from .influence import influence
from .sample import Sample, gather
from .settings import Settings

TWINS = ("pca", "untrained_autoencoder")
"""What a panel must beat to be worth its size: the linear model, and one that learned nothing."""

_PACKAGES = ("numpy", "pandas", "pygit2", "pyod", "scikit-learn", "torch")


@dataclass(frozen=True)
class Trained:
    """A baseline with all that was found out about it."""

    baseline: Baseline
    evaluation: dict[Level, LevelEvaluation]
    """On half of the held-out projects; empty if the corpus holds none out."""
    twins: dict[Level, dict[str, LevelEvaluation]]
    """The same, of each twin alone."""
    audit: dict[str, bool]
    influence: pd.DataFrame
    seconds: float
    """From vectors on disk to the end of the evaluation."""
    peak_megabytes: float
    """Largest resident memory of the process so far."""


def train(
    corpus: Corpus,
    histories: Path,
    vectors: Path,
    settings: Settings,
    *,
    key: bytes,
    workers: int = 1,
    say: Say = lambda line: None,
) -> Trained:
    """Renew the vectors of a corpus, fit a baseline and evaluate it.

    Parameters
    ----------
    histories
        Folder of git directories; nothing is fetched.
    vectors
        Folder of the dataset (`training.dataset`); what is current in it is not computed again.
    key
        Of the pseudonyms in the dataset. The baseline does not depend on it.
    workers
        Repositories at a time.
    say
        Called with a line about each step.

    Raises
    ------
    SourceError
        If a repository is absent from `histories` or lacks its commit: a corpus is used whole.
    NotEnoughHistory
        If too few vectors remain on a side of the split.
    ConfigurationError
        If `vectors` cannot be written to.
    """
    renew(corpus.entries, histories, vectors, key=key, workers=workers, say=say)
    start = time.perf_counter()
    split = corpus.split_time
    say(f"reading the vectors of {len(corpus.learned)} projects")
    samples = gather(each_project(corpus.learned, vectors), settings, split)
    say("fitting and calibrating")
    baseline = fit(samples, settings, split=split, provenance=_provenance(corpus))
    names = [entry.repo for entry in corpus.learned]
    shaped = influence(baseline, samples, names, split)
    if not corpus.held_out:
        return Trained(baseline, {}, {}, {}, shaped, time.perf_counter() - start, _peak())
    say("evaluating on held-out projects")
    held = held_out(final(corpus), vectors, settings, split)
    evaluation = evaluate(baseline, held)
    twins: dict[Level, dict[str, LevelEvaluation]] = {
        level: _twins(samples[level], held[level], settings, split) for level in LEVELS
    }
    passed = audit(baseline, corpus, held, histories, vectors)
    seconds = time.perf_counter() - start
    return Trained(baseline, evaluation, twins, passed, shaped, seconds, _peak())


def held_out(
    entries: tuple[Entry, ...], vectors: Path, settings: Settings, split: int
) -> dict[Level, Sample]:
    """Sample rows of held-out projects that are later than what a baseline learned from."""
    samples = gather(each_project(entries, vectors), settings, split)
    return {level: sample.where(sample.time >= split) for level, sample in samples.items()}


def _twins(
    sample: Sample, held: Sample, settings: Settings, split: int
) -> dict[str, LevelEvaluation]:
    return {
        twin: evaluate_level(
            fit_level(sample, replace(settings, panel={sample.level: (twin,)}), split), held
        )
        for twin in TWINS
    }


def _provenance(corpus: Corpus) -> dict[str, Any]:
    return {
        "corpus": corpus.digest,
        "projects": len(corpus.learned),
        "ecosystems": sorted({entry.ecosystem for entry in corpus.learned}),
        "split_date": corpus.split.isoformat(),
        "latest_commit": max(entry.date for entry in corpus.learned).isoformat(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
