"""Time and memory of whole scans, from process start, beside `git log --numstat` in the same run.

    python experiments/scan/benchmark.py REPOSITORY...

Prints a row a repository: commits, seconds of each (best of three, alternated), their ratio, and
the scan's peak memory: the largest of its processes, and all of them together, sampled.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

SCAN = (sys.executable, "-c", "from trustdrift.serving.cli import main; main()", "scan")
ROUNDS = 3


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def resident(group: int) -> int:
    """Sum the resident memory, in kB, of all processes of a group (Linux)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(status.name)) == group:
                lines = (status / "status").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        except (OSError, ValueError):
            continue
    return total


def peak_megabytes(command: list[str]) -> float:
    """Sample the memory of a command and its children every 20 ms; shared pages count twice."""
    run = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    peak = 0
    while run.poll() is None:
        peak = max(peak, resident(run.pid))
        time.sleep(0.02)
    return peak / 1_000


def main(repositories: list[str]) -> None:
    print(
        f"{'repository':40} {'commits':>8} {'scan s':>7} {'git s':>7} {'ratio':>6} {'peak MB':>8}"
    )
    for repository in repositories:
        count = subprocess.run(
            ["git", "-C", repository, "rev-list", "--count", "HEAD"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        scan = [*SCAN, repository, "--format", "json"]
        git = ["git", "-C", repository, "log", "--no-renames", "--raw", "--numstat", "-z"]
        times = [(timed(scan), timed(git)) for _ in range(ROUNDS)]
        ours, theirs = (min(column) for column in zip(*times, strict=True))
        name = "/".join(Path(repository).resolve().parts[-2:])
        peak = peak_megabytes(scan)
        print(f"{name:40} {count:>8} {ours:7.2f} {theirs:7.2f} {ours / theirs:6.2f} {peak:8.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
