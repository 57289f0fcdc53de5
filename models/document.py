"""Reads and writes small JSON files that come with the program."""

import json
from pathlib import Path
from typing import Any

from ..features.errors import BaselineDamaged, BaselineMissing
from ..features.files import replacing


def read_document(path: Path, what: str) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    what
        What it holds, for messages.

    Raises
    ------
    BaselineMissing, BaselineDamaged
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BaselineMissing(f"there is no {what} {path}") from error
    except (OSError, ValueError) as error:
        raise BaselineDamaged(f"{path} holds no {what}") from error
    if not isinstance(found, dict):
        raise BaselineDamaged(f"{path} holds no {what}")
    return found


def write_document(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON object, whole or not at all."""
    with replacing(path) as part:
        part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
