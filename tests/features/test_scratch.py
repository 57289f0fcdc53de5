"""What a large history needs while it is mined lies in files, and is the same as in memory."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.errors import ConfigurationError
from trustdrift.features.history import TABLES, read_table
from trustdrift.features.mining import mine_into, reading, scratch

from ..conftest import KEY
from ..repositories import Repository

KIND = np.dtype([("commit", "i4"), ("old", "V20")])


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let this process write no larger file, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def rows_of(numbers: list[int]) -> np.ndarray:
    rows = np.zeros(len(numbers), KIND)
    rows["commit"] = numbers
    return rows


@given(parts=st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=5), held=st.booleans())
def test_rows_come_back_as_they_were_put(
    parts: list[list[int]], held: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratch, "HELD", 1_000 if held else 1)
        place = scratch.Scratch(tmp_path_factory.getbasetemp())
        every = [number for part in parts for number in part]
        with place.spool(KIND) as spool:
            for part in parts:
                spool.add(rows_of(part))
            rows = spool.rows()
        copy = place.empty(len(rows), KIND)
        copy[:] = rows
        scratch.release(rows, copy)
        for found in (rows, copy):
            assert found["commit"].tolist() == every


@pytest.mark.parametrize("upto", ["HEAD", "HEAD~2"])
def test_tables_are_the_same_with_files_and_in_parts_as_in_memory(
    story: Path, tmp_path: Path, upto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for held, ordered in ((scratch.HELD, reading.SORTED), (1, 3)):
        monkeypatch.setattr(scratch, "HELD", held)
        monkeypatch.setattr(reading, "SORTED", ordered)
        for ref in (upto, "HEAD"):
            mine_into(tmp_path / str(held), story, key=KEY, project="story", ref=ref)
    kept, filed = sorted(tmp_path.iterdir())
    assert sorted(file.stem for file in filed.iterdir()) == sorted(TABLES)
    for name in TABLES:
        assert read_table(filed, name).equals(read_table(kept, name), check_metadata=True)


def test_no_room_is_said_and_leaves_nothing(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "HELD", 1)
    repository.commit({f"{number}": b"x\n" for number in range(1_000)})
    path = repository.write()
    with files_of_at_most(50_000), pytest.raises(ConfigurationError, match="cannot hold"):
        mine_into(tmp_path / "mined", path, key=KEY)
    assert not (tmp_path / "mined").exists()
