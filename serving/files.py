"""Writes what a user asked for: whole or not at all."""

import os
import tempfile
from pathlib import Path

from ..features.errors import ConfigurationError


def write_whole(path: Path, text: str) -> None:
    """Write a text file by way of a temporary one beside it.

    Raises
    ------
    ConfigurationError
        If the place cannot be written to.
    """
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(part).chmod(0o666 & ~mask)
        Path(part).replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}", hint="choose another place with -o"
        ) from error
