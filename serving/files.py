"""Writes what a user asked for: whole or not at all."""

from pathlib import Path

from ..features.errors import ConfigurationError
from ..features.files import replacing


def write_whole(path: Path, text: str) -> None:
    """Write a text file by way of a temporary one beside it, into a folder that is there.

    Raises
    ------
    ConfigurationError
        If the place cannot be written to.
    """
    if not path.parent.is_dir():
        raise ConfigurationError(
            f"{path} cannot be written: there is no folder {path.parent}", hint="make it first"
        )
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
