"""What commit features are computed from: columns and sums shared by several of them."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from .capabilities import CAPABILITIES
from .history import History, days
from .known import HOSTS, PACKAGES, Known, listed, packages_among, token
from .main_line import MainLine, main_line
from .past import count_between, earlier, earlier_count, smallest, surprise
from .paths import ROLES, STEERING, directories, has_role, kinds, named_as_binary

GITLINK = 0o160000
SYMLINK = 0o120000
EXECUTABLE = 0o111
DISGUISE = 1_000  # bytes of text in what is named as no text; a pointer of Git LFS has 130
HABIT = 10  # commits below which nobody has a habit to depart from


class CommitFacts:
    """The history in columns of numpy arrays; n commits (merges included), m changes.

    Changes are those of a commit against its first parent, and of a merge those that it has from
    none of its parents: what was resolved in it, or slipped into it.

    Arrays are aligned with the commits unless the name says `of_change`. People and paths are
    codes from 0 that have no meaning outside.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.commits = history.commits.reset_index(drop=True)
        both = pd.concat([history.changes, history.merge_changes])
        self.changes = both.sort_values("commit", kind="stable").reset_index(drop=True)
        self.n = len(self.commits)
        self.owner = self.changes["commit"].to_numpy()
        self.time = days(self.commits["known_time"].to_numpy())
        people = pd.concat([self.commits["author"], self.commits["committer"]])
        codes = pd.factorize(people)[0]
        self.author, self.committer = codes[: self.n], codes[self.n :]

    def column(self, name: str) -> np.ndarray:
        """Give a column of `commits` as floats."""
        return self.commits[name].to_numpy(dtype=float)

    def total(self, of_change: np.ndarray) -> np.ndarray:
        """Add up per commit; NaN counts as nothing."""
        return np.bincount(self.owner, np.nan_to_num(of_change.astype(float)), self.n)

    def largest(self, of_change: np.ndarray) -> np.ndarray:
        """Give the largest per commit; NaN where there is none."""
        result = np.full(self.n, -np.inf)
        there = ~np.isnan(of_change)
        np.maximum.at(result, self.owner[there], of_change[there])
        return np.where(np.isinf(result), np.nan, result)

    def share(self, of_change: np.ndarray) -> np.ndarray:
        """Give the share of a commit's changed paths; NaN for commits that change none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.total(of_change) / self.files

    def distinct(self, codes: np.ndarray) -> np.ndarray:
        """Count the distinct codes per commit."""
        pairs = np.unique(np.stack([self.owner, codes]), axis=1) if len(codes) else codes
        return np.bincount(pairs[0], minlength=self.n).astype(float) if len(codes) else self.none

    def highest(self, of_change: np.ndarray) -> np.ndarray:
        """Give the largest per commit; 0 where there is none."""
        return np.nan_to_num(self.largest(of_change))

    def role(self, name: str) -> np.ndarray:
        """Tell for each change whether its path has the role."""
        if name not in self._roles:
            self._roles[name] = has_role(self.changes["path"], name)
        return self._roles[name]

    @cached_property
    def _roles(self) -> dict[str, np.ndarray]:
        return {}

    @property
    def none(self) -> np.ndarray:
        """N zeros."""
        return np.zeros(self.n)

    @cached_property
    def plain(self) -> np.ndarray:
        """Tell which commits have at most one parent, and so have changes of their own."""
        return ~self.commits["parents"].str.contains(" ", regex=False).to_numpy(dtype=bool)

    @cached_property
    def changing(self) -> np.ndarray:
        """Tell which commits have at most one parent, or change what no parent has."""
        return self.plain | (self.files > 0)

    @cached_property
    def code_of_change(self) -> np.ndarray:
        """Tell which changes are to what is run when the project is built, installed or used.

        What steers a build counts in examples, too: whoever tries one runs it. So does what runs by
        itself when others are tested, as pytest's `conftest.py`.
        """
        executable = (self.changes["new_mode"].to_numpy() & EXECUTABLE) > 0
        runs = self.role("source") | self.role("program") | executable | self.disguised
        steers = self.steering_of_change
        aside = self.role("test") & ~self.role("autorun")
        return (steers | runs & ~self.role("documentation")) & ~aside

    @cached_property
    def program_of_change(self) -> np.ndarray:
        """Tell which changes are to a program, a test or an example among them."""
        return self.code_of_change | self.role("source") | self.role("program")

    @cached_property
    def disguised(self) -> np.ndarray:
        """Tell which changes add text to a file that is named as a picture, font or archive.

        Pointers to large files kept elsewhere (Git LFS) are shorter.
        """
        return named_as_binary(self.changes["path"]) & (self.content("added_bytes") >= DISGUISE)

    @cached_property
    def steering_of_change(self) -> np.ndarray:
        """Tell which changes are to what runs at build, at installation or on a server."""
        return np.logical_or.reduce([self.role(role) for role in STEERING])

    def content(self, name: str) -> np.ndarray:
        """Give what was measured of the added lines of each change; 0 where nothing was."""
        return np.nan_to_num(self.changes[name].to_numpy(dtype=float))

    @cached_property
    def names_of_change(self) -> np.ndarray:
        """Count the names of any capability in the added lines of each change."""
        return np.sum([self.content(name) for name in CAPABILITIES], axis=0)

    @cached_property
    def main_role_of_change(self) -> np.ndarray:
        """Position of the first role of each path in `ROLES`; their number for none."""
        has = np.array([self.role(role) for role in ROLES])
        return np.where(has.any(axis=0), has.argmax(axis=0), len(ROLES))

    @cached_property
    def files(self) -> np.ndarray:
        """Changed paths."""
        return np.bincount(self.owner, minlength=self.n).astype(float)

    @cached_property
    def churn_of_change(self) -> np.ndarray:
        """Lines added and deleted; NaN for binary and unreadable files."""
        return (self.changes["added"] + self.changes["deleted"]).to_numpy()

    @cached_property
    def churn(self) -> np.ndarray:
        """Lines added and deleted, NaN where no text changed."""
        known = np.bincount(self.owner, ~np.isnan(self.churn_of_change), self.n)
        return np.where(known > 0, self.total(self.churn_of_change), np.nan)

    @cached_property
    def path_of_change(self) -> np.ndarray:
        """Code of the path."""
        return pd.factorize(self.changes["path"])[0]

    @cached_property
    def folder_of_change(self) -> np.ndarray:
        """Code of the folder."""
        return pd.factorize(directories(self.changes["path"]))[0]

    @cached_property
    def kind_of_change(self) -> np.ndarray:
        """Code of the file name's ending."""
        return pd.factorize(kinds(self.changes["path"]))[0]

    @cached_property
    def binary_of_change(self) -> np.ndarray:
        """Tell which changes touch a binary file."""
        return self.changes["binary"].to_numpy()

    @cached_property
    def author_of_change(self) -> np.ndarray:
        """Code of the commit's author."""
        return self.author[self.owner]

    @cached_property
    def time_of_change(self) -> np.ndarray:
        """Known time in days since 1970."""
        return self.time[self.owner]

    def first_by_author(self, codes: np.ndarray) -> np.ndarray:
        """Tell for each change whether its author meets this code for the first time.

        Several changes of one commit that share a new code all count as new.
        """
        pair = self.author_of_change.astype(np.int64) * (int(codes.max(initial=0)) + 1) + codes
        return self.first_ever(np.ones(len(codes), dtype=bool), pair)

    def first_ever(self, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Tell which of the marked changes belong to the first commit that marks their code."""
        table = pd.DataFrame({"code": codes[rows], "commit": self.owner[rows]})
        first = table.groupby("code")["commit"].transform("min") == table["commit"]
        result = np.zeros(len(codes), dtype=bool)
        result[rows] = first.to_numpy()
        return result

    @cached_property
    def main_line(self) -> MainLine:
        """What each commit can know of the others."""
        return main_line(self.commits, self.history.head)

    def first_in_project(self, codes: np.ndarray) -> np.ndarray:
        """Tell for each change whether its code is new to the project as its commit knows it."""
        return self.first_among(np.ones(len(codes), dtype=bool), codes)

    def first_among(self, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
        """Tell which of the marked changes mark a code that their commit cannot know as marked."""
        result = np.zeros(len(codes), dtype=bool)
        result[rows] = self.main_line.first(codes[rows], self.owner[rows])
        return result

    @cached_property
    def declared(self) -> pd.DataFrame:
        """List all that changes come to declare, as `listed` does."""
        return listed(self.changes, "declares")

    def declared_for_the_first_time(self, kind: str) -> pd.DataFrame:
        """List what of a kind (a prefix, see `manifests`) nobody had declared here before."""
        return self._first(self.declared[self.declared["name"].str.startswith(kind)])

    def declared_anew(self, kind: str) -> np.ndarray:
        """Count per commit the names of a kind, as in `name@version`, that change their version.

        Counted are versions that the project never had, of names that an earlier commit declared.
        """
        versions = self.declared_for_the_first_time(kind)
        name = versions["name"].str.extract("^(.*)@", expand=False)
        named = versions.assign(name=name)
        return self.count_of(named[~self._is_first(named)])

    def _is_first(self, named: pd.DataFrame) -> np.ndarray:
        """Tell which rows of a list have a name that their commit cannot know."""
        codes = pd.factorize(named["name"])[0]
        return self.main_line.first(codes, named["commit"].to_numpy(dtype=int))

    def _first(self, named: pd.DataFrame) -> pd.DataFrame:
        """Keep each name once at each commit to which it is new."""
        first = named[self._is_first(named)]
        return first.drop_duplicates(["commit", "name"], ignore_index=True)

    def count_of(self, named: pd.DataFrame) -> np.ndarray:
        """Count the distinct names of a list, as `listed` makes it, per commit."""
        commits = named[["commit", "name"]].drop_duplicates()["commit"].to_numpy(dtype=int)
        return np.bincount(commits, minlength=self.n).astype(float)

    @cached_property
    def new_packages(self) -> pd.DataFrame:
        """List the packages that nobody had declared here, as `listed` does, with `spread`.

        That is how many projects of the corpus had declared them before the commit's day.
        """
        new = self._first(packages_among(self.declared))
        return self._with_spread(new, PACKAGES, new["name"])

    @cached_property
    def new_hosts(self) -> pd.DataFrame:
        """List the hosts in code of which nobody had spoken here, as `new_packages` has packages.

        One that several files of a commit name is there for each.
        """
        every = listed(self.changes, "hosts")
        first = every[self._is_first(every)]
        code = first[self.code_of_change[first["change"].to_numpy(dtype=int)]]
        return self._with_spread(code.reset_index(drop=True), HOSTS, map(token, code["name"]))

    def _with_spread(self, named: pd.DataFrame, table: Path, keys: Iterable[str]) -> pd.DataFrame:
        """Look each row of a list up under its key in a table."""
        known, day = Known.load(table), self.time[named["commit"].to_numpy(dtype=int)]
        by = [known.known_by(key, when) for key, when in zip(keys, day.tolist(), strict=True)]
        return named.assign(spread=np.array(by, dtype=float))

    def least_spread(self, named: pd.DataFrame) -> np.ndarray:
        """Give the smallest `spread` of a list per commit; infinite without any."""
        return smallest(named["spread"].to_numpy(), named["commit"].to_numpy(dtype=int), self.n)

    def first_by_regular(self, does: np.ndarray) -> np.ndarray:
        """1 for the first commit by which an author of `HABIT` commits does something, else 0."""
        apart = self.author.max(initial=0) + 1 + np.arange(self.n)
        before = earlier_count(np.where(does, self.author, apart))
        return (does & (self.past_commits >= HABIT) & (before == 0)).astype(float)

    @cached_property
    def past_commits(self) -> np.ndarray:
        """Earlier commits of the author in this project."""
        return earlier_count(self.author)

    @cached_property
    def tenure(self) -> np.ndarray:
        """Days since the author's first commit."""
        first = smallest(self.time, self.author, int(self.author.max(initial=0)) + 1)
        return self.time - first[self.author]

    @cached_property
    def share_of_year(self) -> np.ndarray:
        """The author's share of the commits of the year before, this one aside."""
        own = count_between(self.author, self.time, self.author, self.time - 365, self.time)
        everybody = np.zeros(self.n)
        total = count_between(everybody, self.time, everybody, self.time - 365, self.time)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(total > 1, (own - 1) / (total - 1), np.nan)

    def deviation(self, values: np.ndarray, group: np.ndarray, at_least: int = HABIT) -> np.ndarray:
        """Give how many standard deviations a value lies above the group's past mean.

        Half a unit is added to the deviation, so that a person of firm habits is not unusual at
        the first small step aside. NaN with fewer than `at_least` earlier values.
        """
        count, mean, spread = earlier(values, group)
        return np.where(count >= at_least, (values - mean) / (spread + 0.5), np.nan)

    @property
    def project(self) -> np.ndarray:
        """One group for all commits."""
        return np.zeros(self.n, dtype=int)

    @cached_property
    def local_seconds(self) -> np.ndarray:
        """The author's local time as seconds since 1970; NaN if unknown."""
        return self.column("author_time") + 60 * self.column("author_offset")

    @cached_property
    def hour_surprise(self) -> np.ndarray:
        """Surprise of the local hour under the author's past hours, smoothed over ±2 hours."""
        hour = self.local_seconds // 3_600 % 24
        return surprise(hour, self.author, 24, (1.0, 2.0, 3.0, 2.0, 1.0), HABIT)

    @cached_property
    def offset_surprise(self) -> np.ndarray:
        """Surprise of the UTC offset under the author's past ones, ±1 hour counting as one."""
        hours = np.round(self.column("author_offset") / 60) % 24
        return surprise(hours, self.author, 24, (1.0, 1.0, 1.0), HABIT)

    @cached_property
    def size_against_own(self) -> np.ndarray:
        """Logarithm of the changed lines, in deviations from the author's past."""
        return self.deviation(np.log1p(self.churn), self.author)

    @cached_property
    def message_against_own(self) -> np.ndarray:
        """Logarithm of the message's length, in deviations from the author's past."""
        return self.deviation(np.log1p(self.column("message_length")), self.author)
