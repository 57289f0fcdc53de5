"""A whole batch: every repository of a list, then the datasets and the summary."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .across import write_across
from .collect import collect
from .engines import ENGINES
from .store import Store
from .summary import page
from .targets import Target
from .task import STATES, Plan, Result


@dataclass
class Progress:
    """How far a batch is."""

    total: int
    states: Counter[str] = field(default_factory=Counter)
    commits: int = 0
    begun: float = field(default_factory=time.monotonic)

    def add(self, result: Result) -> None:
        """Count a repository."""
        self.states[result.state] += 1
        self.commits += result.commits if result.state == "done" else 0

    @property
    def ended(self) -> int:
        """Repositories that are through."""
        return sum(self.states.values())

    @property
    def seconds(self) -> float:
        """Since the begin."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Seconds that the rest will take if it is like what is through."""
        return self.seconds / self.ended * (self.total - self.ended) if self.ended else 0.0

    def document(self) -> dict[str, float | int]:
        """Give it for machines."""
        return {
            "ended": self.ended, "total": self.total,
            **{name: self.states[name] for name in STATES}, "commits": self.commits,
            "seconds": round(self.seconds, 1), "seconds_left": round(self.left, 1),
        }  # fmt: skip

    def line(self) -> str:
        """Give it for people."""
        rate = self.ended / max(self.seconds, 1e-9)
        return (
            f"{self.ended:,} of {self.total:,} repositories, {self.states['failed']:,} failed, "
            f"{rate:.1f} a second, {self.left / 60:,.0f} min left"
        )


FAILURES = {"project": "str", "source": "str", "error": "str", "reason": "str",
            "seconds": "float64"}  # fmt: skip


def run_batch(
    plan: Plan,
    targets: list[Target],
    *,
    engine: str = "local",
    workers: int = 1,
    address: str = "",
    say: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Do every repository's task, then write datasets, `failures.parquet` and `summary.html`.

    What was done before, of the same references with the same baseline, is kept. Whatever is killed
    in between, running it again ends with the datasets of an uninterrupted run.

    Parameters
    ----------
    workers
        Repositories at a time; for Ray, 0 takes all its cores.
    say
        Called after every repository.

    Raises
    ------
    ConfigurationError
        If the output cannot be written to, or the engine does not answer.
    """
    store = Store.open(plan.output)
    progress, failures = Progress(len(targets)), []
    for result in ENGINES[engine](plan, targets, workers, address):
        progress.add(result)
        if result.state == "failed":
            failures.append(result)
        say(progress)
    failed = {result.name for result in failures}
    names = [target.name for target in targets if target.name not in failed]
    rows = collect(store, names) | write_across(store)
    _write_failures(store, failures)
    store.write("summary.html", page(store, progress.document(), rows, failures))
    store.write("summary.json", json.dumps({"progress": progress.document(), "rows": rows},
                                           indent=1).encode())  # fmt: skip
    return progress


def _write_failures(store: Store, failures: list[Result]) -> None:
    rows = [(f.name, f.source, f.error, f.reason, f.seconds) for f in failures]
    table = pd.DataFrame(sorted(rows), columns=pd.Index(list(FAILURES))).astype(FAILURES)
    store.write_table("failures.parquet", pa.Table.from_pandas(table, preserve_index=False))


def default_histories(output: str) -> str:
    """Give where mined facts are kept if nobody says: in the output's folder, if it is one."""
    folder = Store.open(output).folder
    return "" if folder is None else str(Path(folder) / "histories")
