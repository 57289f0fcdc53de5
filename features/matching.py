"""Matches of patterns that begin with some bytes, most of them rare."""

import re
from collections.abc import Iterator


def matches(start: bytes, pattern: re.Pattern[bytes], text: bytes) -> Iterator[re.Match[bytes]]:
    """Give what `finditer` does for a pattern that begins with `start`, and sooner.

    Bytes are searched for faster than patterns are, whose matches are tried only where they are.
    """
    at = text.find(start)
    while at >= 0:
        match = pattern.match(text, at)
        if match is not None:
            yield match
        at = text.find(start, at + 1 if match is None else match.end())
