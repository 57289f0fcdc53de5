"""Writes files whole or not at all, and reads tables out of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place if the block ends well.

    Folders above are made. Whatever goes wrong, no temporary file stays behind.

    Raises
    ------
    ConfigurationError
        If the place cannot be written to.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror or error}", hint="choose another place"
        ) from error
    finally:
        if part.is_file():
            part.unlink()


def writable_folder(path: Path) -> Path:
    """Make a folder, and find out now rather than after an hour's work that it is read-only.

    Raises
    ------
    ConfigurationError
    """
    with replacing(path / "writable") as part:
        part.touch()
    (path / "writable").unlink()
    return path


def parquet_frame(path: Path) -> "pd.DataFrame":
    """Read a Parquet file as `pandas.read_parquet` does, but for how the process ends.

    That opens the file in Python, and Arrow's threads, which read on from it, now and then abort
    a process at its end or keep it from ending (apache/arrow issues 34314 and 50482). What Arrow
    opens itself does no such thing.

    Raises
    ------
    OSError, ValueError
        If there is none, or it is damaged.
    """
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas()
