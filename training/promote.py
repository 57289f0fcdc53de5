"""Moves the champion's alias, but only through gates."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..features.catalog import features
from ..features.errors import BaselineError
from ..features.feature import LEVELS, Level
from ..models.baseline import Baseline
from ..models.looking_back import STEPS
from ..models.rows import Rows
from .corpus import Corpus
from .evaluation import MAIN, evaluate, final
from .settings import Settings
from .tracking import CHAMPION, MODEL, download, find_run, gain, version_of
from .train import TWINS, held_out

if TYPE_CHECKING:
    from mlflow import MlflowClient

MARGIN = 0.01
"""Average precision that a challenger may at worst (95 %) lose to the champion."""

MOST_DISTANCE = 0.15
"""Kolmogorov and Smirnov's, of held-out p-values from uniform: projects differ, so never 0."""

AT_1_PERCENT = (0.002, 0.03)
"""Bounds of the share of held-out ordinary rows with a p-value up to 0.01."""

MOST_BYTES = 10_000_000
MOST_SECONDS = 0.003
"""Of scoring a single vector in process."""


@dataclass(frozen=True)
class Gate:
    """One condition, whether it holds, and the figures that decided."""

    name: str
    passed: bool
    said: str


@dataclass(frozen=True)
class Decision:
    """What became of a challenger."""

    run: str
    version: str
    gates: tuple[Gate, ...]

    @property
    def promoted(self) -> bool:
        """Whether every gate let it through."""
        return all(gate.passed for gate in self.gates)


def promote(client: "MlflowClient", run: str | None, corpus: Corpus, vectors: Path) -> Decision:
    """Try a run's baseline at every gate, and make it champion if all let it through.

    Gates and outcome are written to the run as tags and as `promotion.json`, a refusal too.

    Parameters
    ----------
    run
        Id of a training run; the challenger's if None.
    vectors
        Folder of the corpus' dataset: challenger and champion are compared on its held-out part.

    Raises
    ------
    BaselineError
        If there is no such run, or its baseline does not fit this program.
    SourceError
        If the vectors are absent.
    """
    name, version = find_run(client, run)
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        place = Path(folder) / "challenger"
        challenger = download(f"models:/{MODEL}/{version}", place)
        metrics = client.get_run(name).data.metrics
        gates = (
            *_champion_gates(client, version, challenger, corpus, vectors),
            *_metric_gates(metrics),
            _size_gate(place),
            _latency_gate(challenger),
        )
    decision = Decision(name, version, gates)
    _record(client, decision)
    if decision.promoted:
        client.set_registered_model_alias(MODEL, CHAMPION, version)
    return decision


def _champion_gates(
    client: "MlflowClient", version: str, challenger: Baseline, corpus: Corpus, vectors: Path
) -> Iterator[Gate]:
    title = "beats the champion"
    reigning = version_of(client, CHAMPION)
    if reigning is None or reigning == version:
        yield Gate(title, True, "there is no other champion")
        return
    with tempfile.TemporaryDirectory(prefix="trustdrift-") as folder:
        try:
            champion = download(f"models:/{MODEL}/{reigning}", Path(folder) / "champion")
        except BaselineError as error:
            yield Gate(title, True, f"the champion cannot run any more: {error}")
            return
    settings = Settings(panel={level: _names(challenger, champion, level) for level in LEVELS})
    held = held_out(final(corpus), vectors, settings, corpus.split_time)
    ours, theirs = evaluate(challenger, held), evaluate(champion, held)
    gains = [
        ours[level].figures["mean"][MAIN] - theirs[level].figures["mean"][MAIN] for level in LEVELS
    ]
    whole = np.mean(gains, axis=0)
    low = float(np.quantile(whole[1:], 0.025))
    said = f"mean gain in average precision {whole[0]:+.4f}, at worst {low:+.4f}"
    yield Gate(title, bool(whole[0] > 0 and low > -MARGIN), said)
    for level in LEVELS:
        found = gain(ours[level], theirs[level])
        yield Gate(f"loses nothing among {level}s", found.low > -3 * MARGIN, f"gain {found}")


def _names(one: Baseline, two: Baseline, level: Level) -> tuple[str, ...]:
    both = [*one.levels[level].detectors, *two.levels[level].detectors]
    return tuple(dict.fromkeys(detector.name for detector in both))


def _metric_gates(metrics: dict[str, float]) -> Iterator[Gate]:
    """Judge by what the run itself logged; a figure that is absent lets nothing through."""
    for level in LEVELS:
        for twin in TWINS:
            yield _gain_gate(metrics, f"beats {twin} among {level}s", f"{level}.gain_over_{twin}")
            if f"{level}.alone.autoencoder" in metrics:
                title = f"autoencoder beats {twin} among {level}s"
                yield _gain_gate(metrics, title, f"{level}.autoencoder_gain_over_{twin}")
        distance = metrics.get(f"{level}.uniformity.distance", float("nan"))
        share = metrics.get(f"{level}.uniformity.at_1_percent", float("nan"))
        inside = distance <= MOST_DISTANCE and AT_1_PERCENT[0] <= share <= AT_1_PERCENT[1]
        said = f"distance {distance:.3f}, {share:.2%} at or below 0.01"
        yield Gate(f"p-values of {level}s are uniform", inside, said)
    checks = {name: value for name, value in metrics.items() if name.startswith("audit.")}
    failed = [name.removeprefix("audit.") for name, value in checks.items() if value != 1]
    said = f"failed: {', '.join(failed)}" if failed else f"{len(checks)} checks passed"
    yield Gate("no leak", bool(checks) and not failed, said)


def _gain_gate(metrics: dict[str, float], title: str, metric: str) -> Gate:
    low = metrics.get(f"{metric}.low", float("nan"))
    return Gate(title, low > 0, f"gain in average precision at worst {low:+.4f}")


def _size_gate(place: Path) -> Gate:
    size = sum(file.stat().st_size for file in place.iterdir())
    return Gate("small", size <= MOST_BYTES, f"{size / 1e6:.1f} MB")


def _latency_gate(baseline: Baseline) -> Gate:
    slowest = max(single_vector_seconds(baseline).values())
    return Gate("quick", slowest <= MOST_SECONDS, f"{1_000 * slowest:.2f} ms a vector")


def single_vector_seconds(baseline: Baseline, rounds: int = 100) -> dict[Level, float]:
    """Give the median time to score one vector in process, by level."""
    found = {}
    for level, learned in baseline.levels.items():
        values = learned.reference.typical[None]
        back = any(detector.looks_back for detector in learned.detectors)
        before = np.full((1, STEPS, values.shape[1]), np.nan, dtype=np.float32) if back else None
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            learned.score_rows(Rows(values, features(level), learned.reference, before))
            times.append(time.perf_counter() - start)
        found[level] = float(np.median(times))
    return found


def _record(client: "MlflowClient", decision: Decision) -> None:
    for gate in decision.gates:
        outcome = "passed" if gate.passed else "refused"
        client.set_tag(decision.run, f"gate.{gate.name}", f"{outcome}: {gate.said}")
    client.set_tag(decision.run, "promotion", "promoted" if decision.promoted else "refused")
    client.log_dict(decision.run, asdict(decision), "promotion.json")
