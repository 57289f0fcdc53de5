"""Finds any of several short byte strings in a text, in one pass for all of them."""

from collections.abc import Iterable, Iterator

import numpy as np

from .compiled import words

_ANCHOR = 3  # bytes by which a phrase is looked for
_COMMON = (
    b" etaoinsrhldcu\nmfpgwybvk_\t(),.;-*/=0\"x1>'ETSARINOCLDPFMUBGHVWK:<{}2&[]|+%\\#QXYZJzjq"
    b"3456789@!?$^~`"
)
"""Bytes of source text, the most common ones first."""


class Phrases:
    """Byte strings to look for, at least three bytes each.

    Each is looked for by the rarest three bytes in a row that it has: two tables tell, for all
    positions at once, where two bytes and the next two may belong to one of these.
    """

    def __init__(self, phrases: Iterable[bytes]) -> None:
        self._first = np.zeros(1 << 16, np.uint8)
        self._second = np.zeros(1 << 16, np.uint8)
        self._by_anchor: dict[bytes, list[tuple[bytes, int]]] = {}
        for phrase in phrases:
            at = min(
                range(len(phrase) - _ANCHOR + 1),
                key=lambda at: _commonness(phrase[at : at + _ANCHOR]),
            )
            anchor = phrase[at : at + _ANCHOR]
            self._first[int.from_bytes(anchor[:2])] = True
            self._second[int.from_bytes(anchor[1:])] = True
            self._by_anchor.setdefault(anchor, []).append((phrase, at))

    def find(self, text: bytes) -> Iterator[tuple[bytes, int]]:
        """Give each occurrence of a phrase, and where it is."""
        for at in self._may_be_at(text):
            for phrase, before in self._by_anchor.get(text[at : at + _ANCHOR], ()):
                if at >= before and text.startswith(phrase, at - before):
                    yield phrase, at - before

    def _may_be_at(self, text: bytes) -> list[int]:
        if words is not None:
            return words.pairs(text, self._first, self._second)
        if len(text) < _ANCHOR:
            return []
        raw = np.frombuffer(text, np.uint8)
        pairs = raw[:-1].astype(np.uint16)
        pairs <<= 8
        pairs |= raw[1:]
        return np.flatnonzero(self._first[pairs[:-1]] & self._second[pairs[1:]]).tolist()


def _commonness(anchor: bytes) -> int:
    return sum(len(_COMMON) - _COMMON.find(byte) if byte in _COMMON else 0 for byte in anchor)
