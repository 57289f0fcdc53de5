"""Keeps rows that outgrow memory in files that have no name and end with who wrote them."""

import mmap
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import ConfigurationError
from ..history import ROWS_IN_GROUP
from .store import MEGABYTE

Places = Callable[[slice], np.ndarray]
"""Gives where each of a stretch of rows is to stand."""

HELD = 32 * MEGABYTE  # bytes of one array that may be in memory


class Scratch:
    """Room for large arrays: in files beside a folder, or in memory alone where there is none."""

    def __init__(self, folder: Path | None = None) -> None:
        places = () if folder is None else (folder, *folder.absolute().parents)
        self._place = next((str(place) for place in places if place.is_dir()), None)

    def empty(self, count: int, kind: npt.DTypeLike) -> np.ndarray:
        """Give an array to be filled.

        Raises
        ------
        ConfigurationError
            If there is no room for it.
        """
        kind = np.dtype(kind)
        size = count * kind.itemsize
        if self._place is None or size <= HELD:
            return np.empty(count, kind)
        with _room_in(self._place), tempfile.TemporaryFile(dir=self._place) as file:
            for start in range(0, size, MEGABYTE):  # a full disk is told now, in words
                file.write(bytes(min(MEGABYTE, size - start)))
            file.flush()
            return _mapped(file.fileno(), size, kind)

    @contextmanager
    def spool(self, kind: npt.DTypeLike) -> Iterator["Spool"]:
        """Give an array that grows until it is asked for."""
        held = HELD if self._place is not None else 0  # 0: whatever comes
        with tempfile.SpooledTemporaryFile(held, dir=self._place) as file:
            yield Spool(np.dtype(kind), file, self._place)


@dataclass(frozen=True)
class Spool:
    """Rows of one type, as they come."""

    kind: np.dtype
    file: "tempfile.SpooledTemporaryFile[bytes]"
    place: str | None
    """Where the file will be if it is to be; None if it stays in memory."""

    def add(self, rows: np.ndarray) -> None:
        """Put some more rows behind those that are there.

        Raises
        ------
        ConfigurationError
            If there is no room for them.
        """
        with _room_in(self.place):
            self.file.write(rows.tobytes())

    def rows(self) -> np.ndarray:
        """Give all rows; none can be added after it."""
        size = self.file.tell()
        if self.place is not None and size > HELD:
            with _room_in(self.place):
                self.file.flush()
            return _mapped(self.file.fileno(), size, self.kind)
        self.file.seek(0)
        return np.frombuffer(bytearray(self.file.read()), self.kind)


def scattered(
    parts: Sequence[tuple[np.ndarray, Places]], count: int, scratch: Scratch
) -> np.ndarray:
    """Put the rows of several arrays into one.

    Parameters
    ----------
    parts
        Rows of one type, and what gives the places of a stretch of them; those with a place below
        0 are left out.
    count
        Places that there are; each gets a row.
    """
    found = scratch.empty(count, parts[0][0].dtype)
    for rows, places in parts:
        for stretch in stretches(len(rows)):
            at = places(stretch)
            found[at[at >= 0]] = rows[stretch][at >= 0]
            release(rows, found)
    return found


def among(rows: np.ndarray, name: str, values: Sequence[int]) -> np.ndarray:
    """Give the indices of the rows in whose column there is one of some whole numbers."""
    found = [np.empty(0, np.int64)]
    for start, part in shown(rows):
        found.append(start + np.flatnonzero(np.isin(part[name], values)))
    return np.concatenate(found)


def shown(rows: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Show rows a stretch at a time, with the number of its first; only that is in memory."""
    for stretch in stretches(len(rows)):
        yield stretch.start, rows[stretch]
        release(rows)


def stretches(rows: int) -> Iterator[slice]:
    """Part some rows into stretches of a row group each."""
    for start in range(0, rows, ROWS_IN_GROUP):
        yield slice(start, min(start + ROWS_IN_GROUP, rows))


def release(*arrays: np.ndarray) -> None:
    """Let go of the memory in which arrays show what they have in files; nothing is lost."""
    for array in arrays:
        base = array
        while isinstance(base, np.ndarray):
            base = base.base
        if isinstance(base, memoryview) and isinstance(base.obj, mmap.mmap):
            base.obj.madvise(mmap.MADV_DONTNEED)


def _mapped(file: int, size: int, kind: np.dtype) -> np.ndarray:
    return np.frombuffer(mmap.mmap(file, size), kind)


@contextmanager
def _room_in(place: str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"{place} cannot hold what is mined meanwhile: {error.strerror or error}",
            hint="choose a place with more room",
        ) from error
