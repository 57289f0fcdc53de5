"""The documents, and the commands and programs in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def blocks(path: Path, kind: str) -> list[str]:
    """Give the fenced blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
