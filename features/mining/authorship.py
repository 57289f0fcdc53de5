"""Resolves who authored, committed and tagged, in the order in which it could be known."""

from collections.abc import Mapping, Sequence

import numpy as np
import pygit2

from ..people import Identities, Mailmap, People
from .changes import Written
from .commits import tree_of
from .store import Store
from .tables import Authorship, ChangeTable, KnownTag
from .tags import read_tags
from .trees import DIRECTORY, Trees, UnreadableTree

MAILMAP = ".mailmap"
LARGEST_MAILMAP = 4 * 1024 * 1024  # bytes


def mailmaps_in_force(
    order: Sequence[str], changes: ChangeTable, numbers: Mapping[str, int]
) -> list[str]:
    """Give for each commit the SHA of the one whose `.mailmap` holds; empty before the first.

    A deleted `.mailmap` holds on: what was learned of people is not unlearned.
    """
    rows = changes.rows
    brings = (rows["path"] == numbers.get(MAILMAP, -1)) & (rows["status"] != b"D")
    at = set(rows["commit"][brings].tolist())
    held, in_force = "", []
    for position, sha in enumerate(order):
        held = sha if position in at else held
        in_force.append(held)
    return in_force


def read_mailmap(store: Store, sha: str) -> Mailmap:
    """Read the `.mailmap` of a commit; an absent or unreadable one maps nothing."""
    found = store.read(pygit2.Oid(hex=sha))
    try:
        entries = Trees(store).entries(tree_of(found[1] if found is not None else b""))
    except (UnreadableTree, ValueError):
        return Mailmap()
    for mode, name, oid in entries:
        if name == MAILMAP.encode() and int(mode, 8) != DIRECTORY:
            found = store.read(pygit2.Oid(raw=oid), LARGEST_MAILMAP)
            return Mailmap(b"" if found is None else found[1])
    return Mailmap()


def number_identities(
    written: Mapping[int, tuple[Written, Written]],
    in_force: Sequence[str],
    mailmaps: Mapping[str, Mailmap],
    identities: Identities,
    known: np.ndarray,
) -> np.ndarray:
    """Number the author and committer of each commit.

    Parameters
    ----------
    written
        Their names and addresses, by the commit's position.
    known
        Numbers by position, two columns, of those that are not among `written`.
    """
    numbers = known.copy()
    for position, people in written.items():
        mailmap = mailmaps[in_force[position]]
        numbers[position] = [identities.number(*person, mailmap) for person in people]
    return numbers


def known_tags(
    repository: pygit2.Repository, times: Mapping[str, int], order: Sequence[str], until: int | None
) -> list[KnownTag]:
    """List the tags that lead to mined commits and were known by `until`."""
    position = {sha: i for i, sha in enumerate(order)}
    known = []
    for tag in read_tags(repository):
        if tag.sha in position:
            own = tag.tagger.time if tag.tagger is not None else None
            time = max(times[tag.sha], own or 0)
            if until is None or time <= until:
                known.append(KnownTag(tag, position[tag.sha], time))
    return known


def resolve_people(
    numbers: np.ndarray,
    times: Sequence[int],
    tags: Sequence[KnownTag],
    mailmap_at: Sequence[Mailmap],
    identities: Identities,
) -> tuple[list[Authorship], dict[str, str], People]:
    """Meet authors, committers and taggers in the order in which they were known.

    Parameters
    ----------
    numbers
        Of each commit's author and committer.
    times
        Known time of each commit.
    mailmap_at
        The mailmap in force at each commit.

    Returns
    -------
    Each commit's people, each annotated tag's tagger (a pseudonym) by the tag's name, and all
    people.
    """
    people = People(identities)
    waiting = sorted((t for t in tags if t.tag.tagger), key=lambda t: (-t.time, t.tag.name))
    taggers: dict[str, str] = {}

    def resolve_tags_before(time: float, mailmap: Mailmap) -> None:
        while waiting and waiting[-1].time < time:
            tag = waiting.pop().tag
            if tag.tagger is not None:
                number = identities.number(tag.tagger.name, tag.tagger.address, mailmap)
                taggers[tag.name] = people.resolve(number)[0].pseudonym

    authorship: list[Authorship] = []
    mailmap = Mailmap()
    for (author, committer), time, held in zip(numbers.tolist(), times, mailmap_at, strict=True):
        resolve_tags_before(time, mailmap)
        mailmap = held
        authorship.append((*people.resolve(author), people.resolve(committer)[0]))
    resolve_tags_before(float("inf"), mailmap)
    return authorship, taggers, people
