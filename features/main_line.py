"""Who can know what a commit holds: those who build on it, and all once it is let in."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class MainLine:
    """Where the n commits of a history stand to its main line: the head and its first parents.

    A request that nobody merged teaches a project nothing, and neither does a branch until it is
    merged. So what a commit holds is known to a later one only if it had been let in by then, or if
    the later one goes on from it.
    """

    let_in: np.ndarray
    """Position of the first commit of the main line that goes back to each: its own for those of
    the line, n for what was never let in."""
    enters: np.ndarray
    """When a walk down from the roots, along first parents alone, meets each commit, n."""
    leaves: np.ndarray
    """When that walk has met the last that goes on from each, n."""

    def first(self, codes: np.ndarray, commits: np.ndarray) -> np.ndarray:
        """Tell which of some commits hold something of which they could not know.

        Parameters
        ----------
        codes
            k things as whole numbers.
        commits
            The positions of those that hold them, k. A pair may be there several times.

        Returns
        -------
        Booleans, k.
        """
        if not len(codes):
            return np.zeros(0, dtype=bool)
        let_in = self.let_in[commits]
        order = np.lexsort((commits, let_in, codes))
        groups, starts = np.unique(codes[order], return_index=True)
        soonest = order[starts][np.searchsorted(groups, codes)]
        earliest, by = let_in[soonest], commits[soonest]
        new = ~((earliest < commits) | ((earliest == commits) & (by != commits)))
        self._pass_on(new, codes, commits)
        return new

    def _pass_on(self, new: np.ndarray, codes: np.ndarray, commits: np.ndarray) -> None:
        """Take from what is new that which a first parent, its own and so on, holds already.

        If an ancestor holds it, so does one to whom it was new.
        """
        asked = np.flatnonzero(new)
        enters, leaves = self.enters[commits[asked]], self.leaves[commits[asked]]
        order = np.lexsort((enters, codes[asked]))
        code, end, holder = -1, -1, -1
        for at, its, start, stop in zip(
            asked[order].tolist(), codes[asked][order].tolist(),
            enters[order].tolist(), leaves[order].tolist(), strict=True,
        ):  # fmt: skip
            if its != code or start > end:
                code, end, holder = its, stop, start
            elif start != holder:
                new[at] = False


def main_line(commits: pd.DataFrame, head: str) -> MainLine:
    """Find the main line of a history, and where each commit stands to it.

    Parameters
    ----------
    commits
        The table, n rows.
    head
        SHA of the newest commit of the line. If it is not among them, nothing tells what was let
        in, and all is from the start.
    """
    above = parents_of(commits)
    tip = np.flatnonzero(commits["sha"].to_numpy() == head)
    let_in = _let_in(above, int(tip[0])) if len(tip) else np.arange(len(above))
    return MainLine(let_in, *_walk([each[0] if each else -1 for each in above]))


def parents_of(commits: pd.DataFrame) -> list[list[int]]:
    """Give the positions of each commit's parents, as far as they stand above it in the table.

    What was mined has all of them there; facts from elsewhere may go round in a circle.
    """
    place = {sha: at for at, sha in enumerate(commits["sha"].tolist())}
    return [
        [place[p] for p in text.split() if place.get(p, at) < at]
        for at, text in enumerate(commits["parents"].tolist())
    ]


def _let_in(above: list[list[int]], tip: int) -> np.ndarray:
    line = [tip]
    while above[line[-1]]:
        line.append(above[line[-1]][0])
    let_in = [len(above)] * len(above)
    for by in reversed(line):
        pending = [by]
        while pending:
            at = pending.pop()
            if let_in[at] == len(above):
                let_in[at] = by
                pending += above[at]
    return np.array(let_in)


def _walk(parent: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Number a forest, parents before children, so that what comes from each is one stretch."""
    size = [1] * len(parent)
    for at in range(len(parent) - 1, -1, -1):
        if parent[at] >= 0:
            size[parent[at]] += size[at]
    enters, free, roots = [], [], 0
    for at, above in enumerate(parent):
        if above < 0:
            start, roots = roots, roots + size[at]
        else:
            start, free[above] = free[above], free[above] + size[at]
        enters.append(start)
        free.append(start + 1)
    numbers = np.array(enters, dtype=np.int64)
    return numbers, numbers + np.array(size, dtype=np.int64) - 1
