"""Names of objects by the million: 20 bytes each, where texts in a list take five times as much."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

LENGTH = 20
"""Bytes of a SHA-1."""


@dataclass(frozen=True, eq=False)
class Names:
    """SHA-1 names of n objects."""

    rows: np.ndarray
    """Their bytes, n by 20."""

    @classmethod
    def of(cls, names: Iterable[bytes]) -> "Names":
        """Put names of 20 bytes each together."""
        return cls(np.frombuffer(b"".join(names), np.uint8).reshape(-1, LENGTH))

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


def binary(name: str) -> bytes | None:
    """Give the bytes of a name in hexadecimal digits; None if it is no SHA-1."""
    try:
        found = bytes.fromhex(name)
    except ValueError:
        return None
    return found if len(name) == 2 * len(found) == 2 * LENGTH else None
