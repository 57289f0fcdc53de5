"""Turns what was read into the tables of a history, people resolved in the order of knowing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pygit2

from ..history import CHANGES, COMMITS, TAGS, table
from ..people import People, Person
from .changes import Count
from .commits import RawCommit, message_shape
from .repository import read_object
from .tags import RawTag, read_tags


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag of a mined commit, and when it could be known."""

    tag: RawTag
    commit: int
    """Position of the commit that it leads to."""
    time: int
    """The tag's own time, never before its commit's."""


def known_tags(
    repository: pygit2.Repository,
    ordered: Sequence[RawCommit],
    times: dict[str, int],
    until: int | None,
) -> list[KnownTag]:
    """List the tags that lead to mined commits and were known by `until`."""
    position = {commit.sha: i for i, commit in enumerate(ordered)}
    known = []
    for tag in read_tags(repository):
        if tag.sha in position:
            own = tag.tagger.time if tag.tagger is not None else None
            time = max(times[tag.sha], own or 0)
            if until is None or time <= until:
                known.append(KnownTag(tag, position[tag.sha], time))
    return known


Authorship = tuple[Person, bool, Person]
"""Author, whether under a new alias, and committer."""


def resolve_people(
    repository: pygit2.Repository,
    ordered: Sequence[RawCommit],
    times: dict[str, int],
    tags: Sequence[KnownTag],
    changed: pd.DataFrame,
    people: People,
) -> tuple[list[Authorship], dict[str, str]]:
    """Meet authors, committers, taggers and mailmaps in the order in which they were known.

    Returns
    -------
    Each commit's people, and each annotated tag's tagger (a pseudonym) by the tag's name.
    """
    mailmaps = changed[(changed["path"] == ".mailmap") & (changed["new"] != "")]
    mailmap_at = dict(zip(mailmaps["commit"], mailmaps["new"], strict=True))
    waiting = sorted((t for t in tags if t.tag.tagger), key=lambda t: (-t.time, t.tag.name))
    taggers: dict[str, str] = {}

    def resolve_tags_before(time: float) -> None:
        while waiting and waiting[-1].time < time:
            tag = waiting.pop().tag
            if tag.tagger is not None:
                person, _ = people.resolve(tag.tagger.name, tag.tagger.address)
                taggers[tag.name] = person.pseudonym

    authorship: list[Authorship] = []
    for position, commit in enumerate(ordered):
        resolve_tags_before(times[commit.sha])
        if position in mailmap_at:
            found = read_object(repository, pygit2.Oid(hex=mailmap_at[position]))
            if found is not None:
                people.adopt_mailmap(found[1])
        author, new_alias = people.resolve(commit.author.name, commit.author.address)
        committer, _ = people.resolve(commit.committer.name, commit.committer.address)
        authorship.append((author, new_alias, committer))
    resolve_tags_before(float("inf"))
    return authorship, taggers


def commits_table(
    ordered: Sequence[RawCommit], times: dict[str, int], authorship: Sequence[Authorship]
) -> pd.DataFrame:
    """Make the table of commits."""
    rows: dict[str, list] = {name: [] for name in COMMITS}
    for commit, (author, new_alias, committer) in zip(ordered, authorship, strict=True):
        row = {
            "sha": commit.sha,
            "parents": " ".join(commit.parents),
            "known_time": times[commit.sha],
            "author": author.pseudonym,
            "author_kind": author.kind,
            "author_time": commit.author.time,
            "author_offset": commit.author.offset,
            "author_new_alias": new_alias,
            "committer": committer.pseudonym,
            "committer_kind": committer.kind,
            "commit_time": commit.committer.time,
            "commit_offset": commit.committer.offset,
            "signature": commit.signature,
            **message_shape(commit.message),
        }
        for name, value in row.items():
            rows[name].append(value)
    return table(rows, COMMITS)


def changes_table(changed: pd.DataFrame, counts: list[Count]) -> pd.DataFrame:
    """Make the table of changes from the changed paths and each one's counts."""
    numbers = np.array([(a, d, s) for a, d, _, s in counts], dtype=float).reshape(-1, 3)
    numbers[numbers < 0] = np.nan
    rows = {name: changed[name].tolist() for name in changed.columns if name in CHANGES}
    rows["added"], rows["deleted"], rows["size"] = numbers.T.tolist()
    rows["binary"] = [binary for _, _, binary, _ in counts]
    return table(rows, CHANGES)


def tags_table(tags: Sequence[KnownTag], taggers: dict[str, str]) -> pd.DataFrame:
    """Make the table of tags."""
    rows: dict[str, list] = {name: [] for name in TAGS}
    for known in tags:
        tag = known.tag
        tagger = taggers.get(tag.name, "")
        values = (tag.name, tag.sha, known.commit, known.time, tagger, tag.signed)
        for name, value in zip(TAGS, values, strict=True):
            rows[name].append(value)
    return table(rows, TAGS)
