"""What a monitoring system may ask: Prometheus counters, without a word about people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ...models.baseline import Scores

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
        self.tasks = Counter(
            "trustdrift_tasks", "Background tasks ended", ["kind", "state"], registry=self.registry
        )

    def scored(self, level: str, scores: Scores) -> None:
        """Count what was scored: a shift of these counts is drift."""
        import numpy as np

        for number in -np.log10(np.maximum(scores.p_value, 1e-12)):
            self.surprisal.labels(level).observe(float(number))

    def in_use(self, version: str) -> None:
        """Say which baseline is in use."""
        self.baseline.clear()
        self.baseline.labels(version).set(1)

    def text(self) -> bytes:
        """Give all in Prometheus' text form."""
        return generate_latest(self.registry)
