"""What a monitoring system may ask: Prometheus counters, without a word about people."""

from collections import deque
from collections.abc import Callable, Mapping

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ...models.baseline import Scores
from ...models.drift import distance_from_uniform

_RECENT = 10_000
_SURPRISAL = (0.3, 0.5, 1.0, 1.3, 2.0, 2.5, 3.0, 4.0, 5.0)


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "trustdrift_requests", "Requests", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "trustdrift_request_seconds", "Time to answer", ["route"], registry=self.registry
        )
        self.surprisal = Histogram(
            "trustdrift_surprisal",
            "-log10 of the p-values given: ordinary projects give one in ten above 1",
            ["level"],
            buckets=_SURPRISAL,
            registry=self.registry,
        )
        self.baseline = Gauge(
            "trustdrift_baseline", "1 for the baseline in use", ["version"], registry=self.registry
        )
        self.swaps = Counter(
            "trustdrift_baseline_swaps", "Baselines exchanged", registry=self.registry
        )
        self.waiting = Gauge("trustdrift_waiting", "Requests under way", registry=self.registry)
        self.hooks = Counter(
            "trustdrift_hook_attempts", "Leads told to hooks", ["outcome"], registry=self.registry
        )
        self.drift = Gauge(
            "trustdrift_drift",
            "Distance (Kolmogorov and Smirnov's) of the newest p-values from the uniform law",
            ["level"],
            registry=self.registry,
        )
        self.queue = Gauge(
            "trustdrift_queue", "Tasks, and leads to be told", ["kind"], registry=self.registry
        )
        self._recent: dict[str, deque[float]] = {}
        self.tasks = Counter(
            "trustdrift_tasks", "Background tasks ended", ["kind", "state"], registry=self.registry
        )

    def scored(self, level: str, scores: Scores) -> None:
        """Count what was scored: a shift of these counts is drift."""
        recent = self._recent.setdefault(level, deque(maxlen=_RECENT))
        recent.extend(scores.p_value.tolist())
        for number in -np.log10(np.maximum(scores.p_value, 1e-12)):
            self.surprisal.labels(level).observe(float(number))

    def in_use(self, version: str) -> None:
        """Say which baseline is in use."""
        self.baseline.clear()
        self.baseline.labels(version).set(1)

    def text(self, queue: Callable[[], Mapping[str, int]]) -> bytes:
        """Give all in Prometheus' text form; `queue` tells how much waits, by kind."""
        for level, recent in self._recent.items():
            self.drift.labels(level).set(distance_from_uniform(np.array(recent)))
        for kind, number in queue().items():
            self.queue.labels(kind).set(number)
        return generate_latest(self.registry)
