"""Mutated objects and files: a right result or a named error, whatever the bytes.

`TRUSTDRIFT_FUZZ=100000 pytest tests/features/test_fuzz.py` runs more than the checks do.
"""

import os
import random
import resource
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from trustdrift.features.errors import SourceError
from trustdrift.features.history import read_history, write_history
from trustdrift.features.mining import Bounds, mine
from trustdrift.features.mining.commits import (
    facts_of,
    parents_and_time,
    parents_and_time_by_lines,
    parse_commit,
)

from ..conftest import KEY
from ..hostile import FILE, Forge

CASES = int(os.environ.get("TRUSTDRIFT_FUZZ", "10000"))
OF_REPOSITORIES = 5  # parsing alone is tried in the other cases: it is five times as fast
BOUNDS = Bounds(seconds=20, commits=1_000, changes=10_000)


ODD = (
    *(b"\0", b"\n", b"\n\n", b"<", b">", b" ", b"\xff", b"-1", b"9" * 25, b"parent ", b"tree "),
    *(b"encoding utf-7", b"40000 a\0", b".."),
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Change, repeat, cut or swap parts, and put in what parsers stumble over."""
    out = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        at, size = chance.randrange(len(out) + 1), chance.randrange(1, 24)
        part = bytes(out[at : at + size])
        odd = chance.choice(ODD)
        choice = chance.randrange(6)
        if choice == 0:
            out[at : at + size] = b""
        elif choice == 1:
            out[at:at] = part * chance.randrange(1, 40)
        elif choice == 2:
            out[at : at + len(odd)] = odd
        elif choice == 3:
            out[at:at] = odd
        elif choice == 4 and out:
            out[at % len(out)] ^= 1 << chance.randrange(8)
        else:
            out = out[:at]
    return bytes(out)


def fuzz(folder: Path, seed: int, cases: int) -> None:
    """Write a small history over and over with one thing wrong, and mine it."""
    chance = random.Random(seed)
    forge = Forge(folder / "fuzzed")
    blob = forge.blob(b"one\ntwo\nthree\n")
    inner = forge.tree([(FILE, b"x", blob)])
    trees = [b"100644 a\0" + bytes.fromhex(blob) + b"40000 d\0" + bytes.fromhex(inner)]
    who = b"Ada Lovelace <ada@x.org> 1514808000 +0100"
    for case in range(cases):
        tree = trees[0]
        if chance.random() < 0.5:
            tree = mutated(tree, chance)
        first = forge.commit(forge.store(b"tree", tree), head=False)
        second = forge.commit(forge.files(b"a", b"%d" % chance.randrange(50)), first, head=False)
        text = b"tree %s\nparent %s\nparent %s\nauthor %s\ncommitter %s\n\nMerge\n\nFixes: #1\n" % (
            inner.encode(), second.encode(), first.encode(), who, who,
        )  # fmt: skip
        if chance.random() < 0.7:
            text = mutated(text, chance)
        raw = parse_commit(text)
        facts_of(raw)
        assert parents_and_time(text) == parents_and_time_by_lines(text)
        if case % OF_REPOSITORIES:
            continue
        last = forge.store(b"commit", text)
        if chance.random() < 0.2:
            file = forge.path / "objects" / last[:2] / last[2:]
            whole = b"commit %d\0%s" % (len(text), text)
            file.write_bytes(mutated(zlib.compress(whole), chance))
        forge.point(last)
        tag = b"object %s\ntype commit\ntag t\ntagger %s\n\nt" % (first.encode(), who)
        forge.point(forge.store(b"tag", mutated(tag, chance)), "refs/tags/t")
        try:
            history = mine(forge.path, key=KEY, all_refs=True, bounds=BOUNDS)
        except SourceError:
            continue
        write_history(history, folder / "mined")
        assert len(read_history(folder / "mined").commits) == len(history.commits)


@pytest.mark.parametrize("seed", range(2))
def test_no_mutation_breaks_mining(tmp_path: Path, seed: int) -> None:
    """In a process of its own, so that a crash or a runaway is a failure, too."""
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[4])\n"
        f"from {__name__.partition('tests.')[1]}features.test_fuzz import fuzz\n"
        "fuzz(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))\n"
    )
    root = Path(__file__).parents[2]

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (1024**3, 1024**3))

    words = [sys.executable, "-c", script, str(tmp_path), str(seed), str(CASES // 2), str(root)]
    run = subprocess.run(words, preexec_fn=limited, capture_output=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr.decode()[-2_000:]


def test_whole_packs_are_mutated(story: Path, tmp_path: Path) -> None:
    """Flip bits anywhere in a real pack, its index, and the other files of a repository."""
    import shutil

    chance = random.Random(7)
    outcomes = {"read": 0, "refused": 0}
    for case in range(60):
        path = tmp_path / str(case)
        shutil.copytree(story, path)
        files = sorted(file for file in path.rglob("*") if file.is_file() and file.stat().st_size)
        file = chance.choice(files)
        file.chmod(0o600)
        file.write_bytes(mutated(file.read_bytes(), chance))
        try:
            mine(path, key=KEY, bounds=BOUNDS)
            outcomes["read"] += 1
        except SourceError:
            outcomes["refused"] += 1
        shutil.rmtree(path)
    assert min(outcomes.values()) > 0
