"""What window features are computed from: who did what in which window, and before it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from .commit_facts import CommitFacts
from .history import History, days
from .past import count_between, earlier_count, previous, smallest
from .support import Support, merged_heads
from .windows import Windows, members

YEAR = 365
NEWCOMER_DAYS = 365  # people whose first commit is younger count as newcomers
FEWEST_ACTS = 5  # in a window; a share of fewer says nothing


@dataclass(frozen=True)
class Acts:
    """Events of one kind, by whom and when (days since 1970), bots and forges left out."""

    person: np.ndarray
    time: np.ndarray

    def first(self, people: int) -> np.ndarray:
        """Time of each person's first act; infinite if there is none."""
        return smallest(self.time, self.person, people)


class WindowFacts:
    """Contributor-windows (`rows`) and project-windows (`ends`) of one history.

    Windows end between the first commit and the last: one that ends later is not over yet.

    What merges change themselves is left out: who resolves a conflict has not written the file.

    A row is a person and a window in which that person, not a bot, authored a commit, committed
    somebody else's, merged a request or tagged. `of_rows` arrays have one entry a row, `of_ends`
    arrays one a window.
    """

    def __init__(self, history: History, windows: Windows) -> None:
        without = history.merge_changes.iloc[:0]
        self.by_commit = CommitFacts(replace(history, merge_changes=without))
        self.windows = windows
        self.length = float(windows.length_days)
        self.begin = float(self.by_commit.time[0])
        self.ends = windows.ends(self.begin, float(self.by_commit.time[-1]))
        self._index_people(history)

    def _index_people(self, history: History) -> None:
        facts = self.by_commit
        commits = facts.commits
        is_person = (commits["author_kind"] == "person").to_numpy()
        commits_others = (commits["committer_kind"] == "person").to_numpy() & (
            facts.author != facts.committer
        )
        requests = commits["request_merge"].to_numpy() & ~facts.plain & is_person
        self.authored_rows = np.flatnonzero(is_person & facts.plain)
        self.committed_rows = np.flatnonzero(commits_others & facts.plain)
        tags = history.tags[history.tags["tagger"] != ""]
        names = pd.concat([commits["author"], commits["committer"], tags["tagger"]])
        codes, self.people = pd.factorize(names)
        self.author, self.committer = codes[: facts.n], codes[facts.n : 2 * facts.n]
        self.person_count = len(self.people)
        self.authored = self._acts(self.author, self.authored_rows)
        self.committed = self._acts(self.committer, self.committed_rows)
        self.merged_rows = np.flatnonzero(requests)
        self.merged = self._acts(self.author, self.merged_rows)
        self.tagged = Acts(codes[2 * facts.n :], days(tags["known_time"].to_numpy()))

    def _acts(self, people: np.ndarray, at: np.ndarray) -> Acts:
        return Acts(people[at], self.by_commit.time[at])

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row per window and active person: `window` (index into ends) and `person` (code)."""
        parts = []
        for acts in (self.authored, self.committed, self.merged, self.tagged):
            event, window = members(acts.time, self.ends, self.length)
            parts.append(np.stack([window, acts.person[event]], axis=1))
        pairs = np.unique(np.concatenate(parts), axis=0)
        return pd.DataFrame({"window": pairs[:, 0], "person": pairs[:, 1]})

    @cached_property
    def row_end(self) -> np.ndarray:
        """End of each row's window, in days."""
        return self.ends[self.row_window]

    @cached_property
    def row_window(self) -> np.ndarray:
        """Index of each row's window."""
        return self.rows["window"].to_numpy()

    @cached_property
    def row_person(self) -> np.ndarray:
        """Code of each row's person."""
        return self.rows["person"].to_numpy()

    def count(self, acts: Acts, back: float = 0.0, length: float | None = None) -> np.ndarray:
        """Count each row's person's acts in the window, or in one that ends `back` days earlier."""
        stop = self.row_end - back
        return count_between(
            acts.person, acts.time, self.row_person, stop - (length or self.length), stop
        )

    def count_all(self, acts: Acts, back: float = 0.0, length: float | None = None) -> np.ndarray:
        """Count everybody's acts per window, or in one that ends `back` days earlier."""
        stop = self.ends - back
        nobody = np.zeros(len(acts.time), dtype=int)
        asked = np.zeros(len(self.ends), dtype=int)
        return count_between(nobody, acts.time, asked, stop - (length or self.length), stop)

    def share(self, acts: Acts, back: float = 0.0, length: float | None = None) -> np.ndarray:
        """Share of each row's person in everybody's acts; NaN where there were fewer than five."""
        total = self.count_all(acts, back, length)[self.row_window]
        return ratio(self.count(acts, back, length), total, FEWEST_ACTS)

    def share_before(self, acts: Acts, length: float) -> np.ndarray:
        """Share over `length` days before the window; 0 if nothing happened, NaN if nothing could.

        That is, NaN only where the history begins with the window.
        """
        existed = self.row_end - self.length > self.begin
        total = self.count_all(acts, self.length, length)[self.row_window]
        share = ratio(self.count(acts, self.length, length), total)
        return np.where(existed, np.nan_to_num(share), np.nan)

    @cached_property
    def young(self) -> np.ndarray:
        """Tell which rows' windows end in the project's first two years: nobody is old there."""
        return self.row_end < self.begin + 2 * YEAR

    def age(self, acts: Acts) -> np.ndarray:
        """Days from each row's person's first act to the window's end; NaN without one by then."""
        return self.since(acts.first(self.person_count)[self.row_person])

    def since(self, first: np.ndarray) -> np.ndarray:
        """Give the days from a time, one a row, to the window's end; NaN if it lies after."""
        return np.where(first <= self.row_end, self.row_end - first, np.nan)

    @cached_property
    def first_push(self) -> np.ndarray:
        """When each person first showed the right to push: others' commits, merges or tags."""
        return np.minimum.reduce(
            [acts.first(self.person_count) for acts in (self.committed, self.merged, self.tagged)]
        )

    @cached_property
    def first_commit(self) -> np.ndarray:
        """When each person first authored a commit; infinite if never."""
        return self.authored.first(self.person_count)

    # Who lets whose work in.

    @cached_property
    def support(self) -> Support:
        """Commits that another person committed, and requests of others that somebody merged.

        Whose a request is, is taken from the head of the branch that was merged.
        """
        facts = self.by_commit
        merges, heads = merged_heads(facts.commits, self.merged_rows)
        at = np.r_[self.committed_rows, merges]
        whose = np.r_[self.committed_rows, heads]
        by = np.r_[self.committer[self.committed_rows], self.author[merges]]
        of = self.author[whose]
        is_person = (facts.commits["author_kind"] == "person").to_numpy()
        support = Support(by, of, facts.time[at])
        return support.where(is_person[whose] & (by != of))

    @cached_property
    def first_act(self) -> np.ndarray:
        """When each person first did anything here."""
        return np.minimum(self.first_commit, self.first_push)

    def rows_of(self, window: np.ndarray, person: np.ndarray) -> np.ndarray:
        """Give the row of each window and person; one past the last for those who have none."""
        keys = self.row_window.astype(np.int64) * self.person_count + self.row_person
        asked = window.astype(np.int64) * self.person_count + person
        at = np.searchsorted(keys, asked)
        return np.where(np.append(keys, -1)[at] == asked, at, len(keys))

    # Sums over the authored, non-merge commits and their changes.

    @cached_property
    def commit_members(self) -> tuple[np.ndarray, np.ndarray]:
        """Commit rows and the contributor row each falls in, once per window."""
        event, window = members(self.authored.time, self.ends, self.length)
        return self.authored_rows[event], self.rows_of(window, self.authored.person[event])

    @cached_property
    def _change_members(self) -> tuple[np.ndarray, np.ndarray]:
        """Change rows and the contributor row each falls in."""
        commit, row = self.commit_members
        start = np.searchsorted(self.by_commit.owner, commit, side="left")
        stop = np.searchsorted(self.by_commit.owner, commit, side="right")
        count = stop - start
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        return np.repeat(start, count) + offset, np.repeat(row, count)

    def sum_commits(self, of_commit: np.ndarray) -> np.ndarray:
        """Add up a number of commits per row; NaN counts as nothing."""
        commit, row = self.commit_members
        return np.bincount(row, np.nan_to_num(of_commit.astype(float))[commit], len(self.rows))

    def mean_commits(self, of_commit: np.ndarray) -> np.ndarray:
        """Average a number of commits per row, NaN left out; NaN where nothing is known."""
        known = ~np.isnan(of_commit.astype(float))
        return ratio(self.sum_commits(of_commit), self.sum_commits(known))

    def sum_changes(self, of_change: np.ndarray) -> np.ndarray:
        """Add up a number of changes per row; NaN counts as nothing."""
        change, row = self._change_members
        return np.bincount(row, np.nan_to_num(of_change.astype(float))[change], len(self.rows))

    def share_changes(self, of_change: np.ndarray) -> np.ndarray:
        """Share of a row's changes; NaN for rows without."""
        return ratio(
            self.sum_changes(of_change), self.sum_changes(np.ones(len(self.by_commit.owner)))
        )

    def distinct_changes(self, codes: np.ndarray) -> np.ndarray:
        """Count the distinct codes of a row's changes."""
        change, row = self._change_members
        pairs = np.unique(np.stack([row, codes[change]]), axis=1)
        return np.bincount(pairs[0], minlength=len(self.rows)).astype(float)

    def sum_windows(self, of_commit: np.ndarray) -> np.ndarray:
        """Add up a number of everybody's authored commits per window."""
        event, window = members(self.authored.time, self.ends, self.length)
        values = np.nan_to_num(of_commit.astype(float))[self.authored_rows[event]]
        return np.bincount(window, values, len(self.ends))

    # Who carried the project, over the year up to a time before each window's end.

    @cached_property
    def _yearly(self) -> dict[float, pd.DataFrame]:
        return {}

    def yearly(self, back: float) -> pd.DataFrame:
        """Commits per window and person over the year that ended `back` days before its end.

        Returns
        -------
        Columns `window`, `person`, `commits`, `share`, by window and falling share.
        """
        if back not in self._yearly:
            event, window = members(self.authored.time + back, self.ends, YEAR)
            keys = window.astype(np.int64) * self.person_count + self.authored.person[event]
            distinct, commits = np.unique(keys, return_counts=True)
            table = pd.DataFrame(
                {
                    "window": distinct // self.person_count,
                    "person": distinct % self.person_count,
                    "commits": commits,
                }
            )
            table["share"] = table["commits"] / table.groupby("window")["commits"].transform("sum")
            order = ["window", "commits", "person"]
            self._yearly[back] = table.sort_values(order, ascending=[True, False, True])
        return self._yearly[back]

    @cached_property
    def incumbent(self) -> pd.DataFrame:
        """The person with most commits in the year before each window: columns person, share.

        After a year of fewer than five commits it is still whoever led the last year that had
        more: somebody may take up a project that lay dormant.
        """
        year = self.yearly(self.length)
        enough = year.groupby("window")["commits"].transform("sum") >= FEWEST_ACTS
        top = year[enough].groupby("window").first()
        return top.reindex(range(len(self.ends)))[["person", "share"]].ffill()

    @cached_property
    def incumbent_share_now(self) -> np.ndarray:
        """The incumbent's share of each window's commits; NaN if they are fewer than five."""
        person = self.incumbent["person"].to_numpy()
        asked = np.nan_to_num(person, nan=-1)
        own = count_between(
            self.authored.person, self.authored.time, asked, self.ends - self.length, self.ends
        )
        return np.where(
            np.isnan(person), np.nan, ratio(own, self.count_all(self.authored), FEWEST_ACTS)
        )

    # What a person touches for the first time, and whose it was.

    @cached_property
    def former_toucher(self) -> np.ndarray:
        """Author code of the change before on the same path; NaN for its first."""
        return previous(self.by_commit.author_of_change, self.by_commit.path_of_change)

    @cached_property
    def taken_over(self) -> np.ndarray:
        """Tell which changes bring their author to half of a path's changes, held by others before.

        The path must have been changed three times or more: the ownership of Bird et al. 2011,
        share of a component's commits, with its threshold for a major contributor.
        """
        path = self.by_commit.path_of_change.astype(np.int64)
        pair = (
            path * (int(self.by_commit.author.max(initial=0)) + 1) + self.by_commit.author_of_change
        )
        before, own = earlier_count(path), earlier_count(pair)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (before >= 3) & (own / before < 0.5) & ((own + 1) / (before + 1) >= 0.5)


def ratio(part: np.ndarray, whole: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Divide; NaN where the whole is nothing, or less than `least`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((whole > 0) & (whole >= least), part / whole, np.nan)
