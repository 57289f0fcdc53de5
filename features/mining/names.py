"""Names of objects by the million: 20 bytes each, where texts in a list take five times as much."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

LENGTH = 20
"""Bytes of a SHA-1."""

LATEST = 262_144  # names that are kept in a set at least

_HASHED = (0, 4, 8)
"""Where in a name the three hashes of the filter begin."""


@dataclass(frozen=True, eq=False)
class Names:
    """SHA-1 names of n objects."""

    rows: np.ndarray
    """Their bytes, n by 20."""

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "Names":
        """Put names of 20 bytes each together."""
        return cls.within(b"".join(names))

    @classmethod
    def within(cls, names: bytes | bytearray) -> "Names":
        """Give names that stand one behind the other."""
        return cls(np.frombuffer(names, np.uint8).reshape(-1, LENGTH))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int) -> str:
        """Give a name in hexadecimal digits."""
        return self.rows[at].tobytes().hex()

    def texts(self, part: slice | np.ndarray = slice(None)) -> list[str]:
        """Give some names in hexadecimal digits."""
        digits = self.rows[part].tobytes().hex()
        return [digits[i : i + 2 * LENGTH] for i in range(0, len(digits), 2 * LENGTH)]

    def take(self, order: np.ndarray) -> "Names":
        """Take some names, in an order."""
        return Names(self.rows[order])

    def and_then(self, more: "Names") -> "Names":
        """Put more names behind these."""
        return Names(np.concatenate((self.rows, more.rows)))

    def places(self, asked: "Names") -> np.ndarray:
        """Give where each of some names stands, the last place if in several; −1 if nowhere."""
        order, keys = self._sorted
        at = np.searchsorted(keys, asked._keys, side="right") - 1
        found = np.full(len(asked), -1, np.int32)
        there = at >= 0
        there[there] = keys[at[there]] == asked._keys[there]
        found[there] = order[at[there]]
        return found

    @property
    def _keys(self) -> np.ndarray:
        return np.ascontiguousarray(self.rows).reshape(-1).view(f"S{LENGTH}")

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self._keys, kind="stable").astype(np.int32)
        return order, self._keys[order]


class Seen:
    """Names that were met: the latest in a set, the older in order, of 20 bytes each.

    A filter (Bloom 1970, CACM) says of most names that they are not among the older; the bits are
    taken from the name, which is a hash already.
    """

    def __init__(self) -> None:
        self._latest: set[bytes] = set()
        self._older = np.empty(0, f"S{LENGTH}")
        self._filter = bytearray(1)

    def add(self, name: bytes) -> None:
        """Note a name."""
        self._latest.add(name)
        if len(self._latest) >= max(LATEST, len(self._older) // 4):
            self._put_in_order()

    def __contains__(self, name: bytes) -> bool:
        if name in self._latest:
            return True
        most = 8 * len(self._filter) - 1
        for start in _HASHED:
            bit = int.from_bytes(name[start : start + 4], "little") & most
            if not self._filter[bit >> 3] >> (bit & 7) & 1:
                return False
        at = int(np.searchsorted(self._older, name))
        return at < len(self._older) and bytes(self._older[at : at + 1].data) == name

    def _put_in_order(self) -> None:
        latest = np.frombuffer(b"".join(self._latest), self._older.dtype)
        self._latest.clear()
        self._older = np.concatenate((self._older, latest))
        self._older.sort()
        size = 1 << (2 * len(self._older)).bit_length()  # bytes; 16 to 32 bits a name
        self._filter = bytearray(size)
        table = np.frombuffer(self._filter, np.uint8)
        words = self._older.view(np.uint8).reshape(-1, LENGTH)
        for start in _HASHED:
            hashed = np.ascontiguousarray(words[:, start : start + 4]).view("<u4").ravel()
            bit = hashed & (8 * size - 1)
            np.bitwise_or.at(table, bit >> 3, np.left_shift(1, bit & 7, dtype=np.uint8))


def binary(name: str) -> bytes | None:
    """Give the bytes of a name in hexadecimal digits; None if it is no SHA-1."""
    try:
        found = bytes.fromhex(name)
    except ValueError:
        return None
    return found if len(name) == 2 * len(found) == 2 * LENGTH else None
