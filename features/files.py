"""Writes files whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ConfigurationError


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
