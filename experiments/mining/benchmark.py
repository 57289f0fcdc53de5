"""Time and memory of `trustdrift mine` beside git and PyDriller, in one run.

    python experiments/mining/benchmark.py [--pydriller PYTHON] REPOSITORY...

Each repository is mined afresh, by two processes, and by `git log --no-renames --raw --numstat -z`
in one, in turn, three times; the best of each counts. Then all but the newest hundredth of the
commits, as near as a commit of the main line leaves out as many, is mined, and mined on three
times (`again`). PyDriller, whose Python is named, is asked once for
the facts of the same kinds that it has, of histories that are not too long for it. Memory is what
the processes of a run hold together, shared pages counted once (PSS), sampled.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from pathlib import Path

ROUNDS = 3
MINE = (
    "import sys, os\n"
    "os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])\n"
    "from trustdrift.serving.cli import main; main()"
)
PYDRILLER_MOST = 15_000  # commits of a history that PyDriller is asked about
PYDRILLER = """
import sys
from pydriller import Repository
found = []
for commit in Repository(sys.argv[1]).traverse_commits():
    who = commit.author.email, commit.committer.email, commit.author_date, commit.committer_date
    shape = len(commit.msg), commit.parents, commit.merge
    files = []
    for file in commit.modified_files:
        added = [text for _, text in file.diff_parsed["added"]]
        text = sum(map(len, added)), max(map(len, added), default=0)
        counts = file.added_lines, file.deleted_lines
        files.append((file.old_path, file.new_path, file.change_type, *counts, *text))
    found.append((commit.hash, *who, *shape, files))
"""


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def mine(repository: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", MINE, "mine", repository, "-o", str(folder)]


def proportional(session: int) -> int:
    """Sum the memory, in kB, of all descendants of a process (Linux)."""
    parents, total = {}, 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            parents[int(status.parent.name)] = int(fields[1])
        except (OSError, ValueError):
            continue
    for pid in parents:
        above = pid
        while above in parents and above != session:
            above = parents[above]
        if above == session:
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            except (OSError, ValueError):
                continue
    return total


def peak_megabytes(command: list[str]) -> float:
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while run.poll() is None:
        peak = max(peak, proportional(run.pid))
        time.sleep(0.1)
    return peak / 1_000


def count_of(repository: str, *commits: str) -> int:
    return int(subprocess.run(
        ["git", "-C", repository, "rev-list", "--count", *commits],
        capture_output=True, check=True, text=True,
    ).stdout)  # fmt: skip


def again(repository: str, folder: Path, count: int) -> float:
    """Mine all but the newest hundredth, then the rest, and time that."""
    line = subprocess.run(
        ["git", "-C", repository, "rev-list", "--first-parent", "HEAD"],
        capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    newer = bisect_left(line, count // 100, key=lambda cut: count_of(repository, f"{cut}..HEAD"))
    cut = line[newer]
    before, target = folder / "before", folder / "again"
    subprocess.run([*mine(repository, before), "--ref", cut], check=True, stdout=subprocess.DEVNULL)
    times = []
    for _ in range(ROUNDS):
        shutil.copytree(before, target)
        times.append(timed(mine(repository, target)))
        shutil.rmtree(target)
    return min(times)


def by_pydriller(python: str, repository: str) -> float:
    """Time PyDriller once; it needs a work tree's layout."""
    with tempfile.TemporaryDirectory() as name:
        clone = f"{name}/clone"
        subprocess.run(["git", "clone", "--quiet", "--shared", repository, clone], check=True)
        return timed([python, "-c", PYDRILLER, clone])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pydriller")
    parser.add_argument("repositories", nargs="+")
    words = parser.parse_args()
    columns = ["repository", "commits", "mine, s", "git log, s", "ratio", "commits/s", "again, s",
               "share", "MB", "PyDriller, s", "times as long"]  # fmt: skip
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for repository in words.repositories:
        count = count_of(repository, "HEAD")
        log = ["git", "-C", repository, "log", "--no-renames", "--raw", "--numstat", "-z"]
        with tempfile.TemporaryDirectory() as name:
            folder, times = Path(name), []
            for turn in range(ROUNDS):
                times.append((timed(mine(repository, folder / str(turn))), timed(log)))
            ours, theirs = (min(column) for column in zip(*times, strict=True))
            on = again(repository, folder, count)
            peak = peak_megabytes(mine(repository, folder / "peak"))
        values = ["/".join(Path(repository).resolve().parts[-2:]), f"{count:,}", f"{ours:.1f}",
                  f"{theirs:.1f}", f"{ours / theirs:.2f}", f"{count / ours:,.0f}", f"{on:.2f}",
                  f"{on / ours:.1%}", f"{peak:,.0f}"]  # fmt: skip
        if words.pydriller and count <= PYDRILLER_MOST:
            peer = by_pydriller(words.pydriller, repository)
            values += [f"{peer:.0f}", f"{peer / ours:.0f}"]
        else:
            values += ["", ""]
        print(f"| {' | '.join(values)} |", flush=True)


if __name__ == "__main__":
    main()
