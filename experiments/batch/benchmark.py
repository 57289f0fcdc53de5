"""What a batch costs: one process, two, Ray; and the driver's memory over many repositories.

    python experiments/batch/benchmark.py LIST [REPOSITORIES]
    python experiments/batch/benchmark.py --small NUMBER

The first takes 24 repositories of the list, evenly by size on disk, and runs them in turn by one
process, two, and Ray with two in a cluster that runs already, without mined facts; then again, all
unchanged. The second makes small repositories and watches the driver's own memory. Prints Markdown.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pyarrow.parquet as pq
from ray.cluster_utils import Cluster

from trustdrift.serving.batch.run import Progress, run_batch
from trustdrift.serving.batch.targets import Target, read_targets
from trustdrift.serving.batch.task import Plan

CHOSEN = 24
CLUSTER = Cluster()
STREAM = b"""blob
mark :1
data 6
print

commit refs/heads/main
mark :2
author A %(n)d <a%(n)d@example.org> %(t)d +0000
committer A %(n)d <a%(n)d@example.org> %(t)d +0000
data 1
x
M 100644 :1 a.py

commit refs/heads/main
author B <b@example.org> %(u)d +0000
committer B <b@example.org> %(u)d +0000
data 1
y
from :2
M 100644 :1 b.py

"""


def size(target: Target) -> int:
    return sum(file.stat().st_size for file in Path(target.source).rglob("*.pack"))


def run(plan: Plan, targets: list[Target], engine: str, workers: int) -> Progress:
    address = str(CLUSTER.address) if engine == "ray" else ""
    return run_batch(plan, targets, engine=engine, workers=workers, address=address)


def engines(listed: str, number: int) -> None:
    targets = sorted(read_targets(Path(listed)), key=size)
    chosen = targets[:: max(len(targets) // number, 1)][:number]
    chosen.sort(key=lambda target: target.name)
    print("| who | seconds | against one process | commits/s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        plan = Plan(output="", key=bytes(32), gigabytes=4.0)
        run(replace(plan, output=f"{place}/warm"), chosen[:2], "local", 1)
        first = None
        for engine, workers in (("local", 1), ("local", 2), ("ray", 2)):
            if engine == "ray":
                CLUSTER.add_node(num_cpus=workers)
            own = replace(plan, output=f"{place}/{engine}{workers}")
            begun = time.monotonic()
            done = run(own, chosen, engine, workers)
            seconds = time.monotonic() - begun
            first = first or seconds
            print(f"| {engine}, {workers} | {seconds:.1f} | {first / seconds:.2f} "
                  f"| {done.commits / seconds:,.0f} |", flush=True)  # fmt: skip
        begun = time.monotonic()
        again = run(replace(plan, output=f"{place}/local2"), chosen, "local", 2)
        seconds = time.monotonic() - begun
        print(f"| local, 2, all unchanged ({again.states['unchanged']}) | {seconds:.1f} "
              f"| {first / seconds:.2f} | |")  # fmt: skip
        results = sum(file.stat().st_size for file in Path(f"{place}/local2").rglob("*.zip"))
        rows = sum(
            pq.read_metadata(file).num_rows
            for file in Path(f"{place}/local2/vectors_commit").iterdir()
        )
        print(f"\n{len(chosen)} repositories; {results / max(rows, 1):,.0f} bytes of results a "
              f"commit ({rows:,} commits that change something).")  # fmt: skip


def small(number: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        targets = []
        for n in range(number):
            path = Path(place) / "repositories" / f"{n:06}"
            path.mkdir(parents=True)
            subprocess.run(
                ["git", "init", "-q", "--bare", "--initial-branch=main", str(path)], check=True
            )
            stream = STREAM % {b"n": n, b"t": 1_500_000_000 + n, b"u": 1_510_000_000 + n}
            subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=stream,
                           check=True)  # fmt: skip
            targets.append(Target(f"{n:06}", str(path)))
        seen: list[tuple[int, int]] = []
        watched = psutil.Process()

        def say(progress: Progress) -> None:
            if progress.ended % max(number // 10, 1) == 0:
                seen.append((progress.ended, watched.memory_info().rss))

        plan = Plan(output=f"{place}/out", key=bytes(32))
        begun = time.monotonic()
        done = run_batch(plan, targets, workers=2, say=say)
        seconds = time.monotonic() - begun
        print("| repositories | the driver's memory, MB |\n|---|---|")
        for ended, memory in seen:
            print(f"| {ended:,} | {memory / 1e6:,.0f} |")
        print(f"\n{dict(done.states)} in {seconds:,.0f} s, {number / seconds:.1f} a second; "
              f"{watched.memory_info().rss / 1e6:,.0f} MB at the end.")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "--small":
        small(int(sys.argv[2]))
    else:
        engines(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else CHOSEN)
