"""Where else an address has been at work: a compact index of the corpus, without names."""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..features.errors import BaselineDamaged, BaselineMissing
from ..features.files import replacing
from ..features.people import address_sketch
from ..features.windows import DAY

SHIPPED = Path(__file__).parent / "pretrained" / "presence.safetensors"
LEAST = 5  # commits in a project below which nobody is indexed

Authorship = tuple[str, str, int]
"""As `commit_authors` gives it: SHA of a root or nothing, address, seconds since 1970 UTC."""


@dataclass(frozen=True)
class Elsewhere:
    """What somebody had done in other projects of the corpus."""

    projects: int
    since: int
    """Day, since 1970 UTC, of the first commit in the oldest of them."""


@dataclass(frozen=True)
class Presence:
    """Who was at work where: e entries by rising `who`, and r root commits of the projects."""

    who: np.ndarray
    """e, uint32: `address_sketch`."""
    project: np.ndarray
    """e, uint16."""
    since: np.ndarray
    """e, uint16: day since 1970 of the `LEAST`th commit there, from when on it counts."""
    began: np.ndarray
    """e, uint16: day of the first."""
    root: np.ndarray
    """r, uint32: first eight digits of a root commit's SHA; projects that share one are one."""
    root_project: np.ndarray
    """r, uint16."""

    @classmethod
    def of(cls, projects: Iterable[Iterable[Authorship]], without: Set[int] = frozenset()) -> Self:
        """Index projects, each by its commits in the order in which they became known.

        Parameters
        ----------
        without
            Sketches of addresses whose owners want to be left out.
        """
        entries, roots = [], []
        for number, commits in enumerate(projects):
            first: dict[int, int] = {}
            count: Counter[int] = Counter()
            for root, address, time in commits:
                if root:
                    roots.append((int(root[:8], 16), number))
                who = address_sketch(address)
                if who is None or who in without:
                    continue
                first.setdefault(who, time)
                count[who] += 1
                if count[who] == LEAST:
                    entries.append((who, number, time // DAY, first[who] // DAY))
        table = np.array(sorted(entries), dtype=np.uint32).reshape(-1, 4)
        origin = np.array(sorted(roots), dtype=np.uint32).reshape(-1, 2)
        small = table[:, 1:].astype(np.uint16)
        return cls(
            who=table[:, 0].copy(),
            project=small[:, 0].copy(),
            since=small[:, 1].copy(),
            began=small[:, 2].copy(),
            root=origin[:, 0].copy(),
            root_project=origin[:, 1].astype(np.uint16),
        )

    def elsewhere(
        self, addresses: Iterable[str], roots: Iterable[str], time: int
    ) -> Elsewhere | None:
        """Tell in how many other projects somebody had made `LEAST` commits or more.

        Parameters
        ----------
        addresses
            All that one person uses.
        roots
            SHAs of the root commits of the project that is looked at: it does not count.
        time
            What came later than this, in seconds since 1970 UTC, was not known.

        Returns
        -------
        None if there is no other project.
        """
        who = {sketch for each in addresses if (sketch := address_sketch(each)) is not None}
        here = self.root_project[np.isin(self.root, [int(root[:8], 16) for root in roots])]
        found = np.isin(self.who, list(who)) & (self.since < time // DAY)
        found &= ~np.isin(self.project, here)
        if not found.any():
            return None
        return Elsewhere(len(np.unique(self.project[found])), int(self.began[found].min()))

    def save(self, path: Path) -> None:
        """Write the index, whole or not at all."""
        with replacing(path) as part:
            part.write_bytes(save({f.name: getattr(self, f.name) for f in fields(self)}))

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Self:
        """Load an index; the one that comes with the program if none is named.

        Raises
        ------
        BaselineMissing, BaselineDamaged
        """
        try:
            return cls(**load(path.read_bytes()))
        except FileNotFoundError as error:
            raise BaselineMissing(f"there is no index of presence {path}") from error
        except (OSError, SafetensorError, TypeError) as error:
            raise BaselineDamaged(f"{path} holds no index of presence") from error
