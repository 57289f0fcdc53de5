"""Mining by several processes, apart from the one that asks for it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from trustdrift.features.errors import LimitExceeded
from trustdrift.features.history import TABLES, read_table
from trustdrift.features.mining import Bounds, mine_confined, mine_into

from ..conftest import KEY
from ..repositories import DAY, START, Repository

HIDDEN = """
import os
from trustdrift.features.mining.workers import forked_crew
reading, writing = os.pipe()
with forked_crew(2, lambda: os.close(writing)) as crew:
    names = sorted(crew.executor.map(os.getpgid, [0, 0]))
    os.close(writing)
    print(os.read(reading, 1), names == [os.getpgid(0)] * 2)
"""


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that is long enough to be shared."""
    repository = Repository(tmp_path_factory.mktemp("hundred") / "repo")
    for i in range(100):
        content = b"".join(b"%d\n" % (i * j) for j in range(i))
        repository.commit({f"folder/{i % 7}.py": content}, time=START + i * DAY)
    return repository.write()


def test_a_crew_of_its_own_writes_what_one_process_writes(hundred: Path, tmp_path: Path) -> None:
    mine_into(tmp_path / "one", hundred, key=KEY)
    mine_confined(tmp_path / "two", hundred, key=KEY, workers=2)
    for name in TABLES:
        assert read_table(tmp_path / "one", name).equals(read_table(tmp_path / "two", name))


def test_few_new_commits_are_shared_as_well(hundred: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mined"
    mine_confined(folder, hundred, key=KEY, workers=2, project="hundred", ref="HEAD~70")
    written = mine_confined(folder, hundred, key=KEY, workers=2, project="hundred")
    assert (written.read, written.commits) == (70, 100)
    mine_into(tmp_path / "afresh", hundred, key=KEY, project="hundred")
    for name in TABLES:
        assert read_table(folder, name).equals(read_table(tmp_path / "afresh", name))


def test_forked_processes_do_not_hold_what_their_starter_writes_to() -> None:
    done = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, timeout=60)
    assert done.stdout.split() == [b"b''", b"True"], done.stderr


def test_a_run_whose_main_process_dies_is_over_at_once(hundred: Path, tmp_path: Path) -> None:
    def kill(stage: str, share: float) -> None:
        for child in psutil.Process().children():
            if "confined" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(LimitExceeded, match="ended unexpectedly"):
        mine_confined(
            tmp_path / "mined", hundred, key=KEY, workers=2, bounds=Bounds(seconds=3_600),
            progress=kill,
        )  # fmt: skip
    assert not list(tmp_path.glob("mined/*"))


def test_a_process_of_the_crew_that_needs_too_much_memory_ends_the_run(
    hundred: Path, tmp_path: Path
) -> None:
    with pytest.raises(LimitExceeded):
        mine_confined(
            tmp_path / "mined", hundred, key=KEY, workers=2, bounds=Bounds(memory=50 * 1024**2)
        )
    assert not list(tmp_path.glob("mined/*"))
