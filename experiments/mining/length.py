"""Time and memory of `trustdrift mine` by a history's length, on generated histories.

    python experiments/mining/length.py [COMMITS...]

Each commit changes a line of two files out of 2,000. Each history is mined afresh, then without its
newest hundredth, and on. Time is that of the run of which memory is sampled (see benchmark.py).
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmark import mine, peak_megabytes

LENGTHS = (10_000, 100_000, 1_000_000)
FILES, LINES, PEOPLE = 2_000, 40, 300
START = 1_200_000_000  # seconds since 1970 UTC


def stream(commits: int) -> Iterator[bytes]:
    """Give what `git fast-import` makes a history of."""
    choice = random.Random(commits)
    files = [[f"line {i} of file {number}\n" for i in range(LINES)] for number in range(FILES)]
    for number in range(commits):
        who = f"Person {number % PEOPLE} <p{number % PEOPLE}@example.org> {START + 300 * number}"
        message = f"Change number {number}\n\nAs the generator wants it.\n"
        yield (
            f"commit refs/heads/main\nauthor {who} +0000\ncommitter {who} +0000\n"
            f"data {len(message)}\n{message}"
        ).encode()
        for file in choice.sample(range(FILES), 2):
            files[file][choice.randrange(LINES)] = f"value {number} {choice.random()}\n"
            text = "".join(files[file])
            path = f"folder{file % 40}/below{file % 7}/file{file}.c"
            yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()


def generate(path: Path, commits: int) -> None:
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    importing = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE
    )
    assert importing.stdin is not None
    importing.stdin.writelines(stream(commits))
    importing.stdin.close()
    if importing.wait():
        raise SystemExit(f"{path}: git fast-import failed")


def measured(command: list[str]) -> tuple[float, float]:
    start = time.perf_counter()
    peak = peak_megabytes(command)
    return time.perf_counter() - start, peak


def main() -> None:
    columns = ["commits", "mine, s", "commits/s", "MB", "again, s", "share", "MB, again"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for commits in map(int, sys.argv[1:] or LENGTHS):
        with tempfile.TemporaryDirectory() as name:
            repository, folder = Path(name) / "generated.git", Path(name) / "mined"
            generate(repository, commits)
            seconds, peak = measured(mine(str(repository), folder / "whole"))
            older = [*mine(str(repository), folder / "on"), "--ref", f"main~{commits // 100}"]
            subprocess.run(older, check=True, stdout=subprocess.DEVNULL)
            more, peak_on = measured(mine(str(repository), folder / "on"))
        print(f"| {commits:,} | {seconds:.1f} | {commits / seconds:,.0f} | {peak:,.0f} "
              f"| {more:.1f} | {more / seconds:.1%} | {peak_on:,.0f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
