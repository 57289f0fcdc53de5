"""Resolves who authored, committed and tagged, in the order in which it could be known."""

from collections.abc import Mapping, Sequence

import numpy as np
import pygit2

from ..people import Identities, Mailmap, People
from .changes import Written
from .commits import tree_of
from .graph import Ordered
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
    positions: np.ndarray,
    written: Sequence[tuple[Written, Written]],
    in_force: Sequence[str],
    mailmaps: Mapping[str, Mailmap],
    identities: Identities,
    known: np.ndarray,
) -> np.ndarray:
    """Number the author and committer of each commit.

    Parameters
    ----------
    positions
        Of commits whose people have no number yet.
    written
        Names and addresses of author and committer of each of these.
    known
        Numbers by position, two columns, of all others.
    """
    numbers = known.copy()
    unnumbered: list[int] = positions.tolist()
    for position, people in zip(unnumbered, written, strict=True):
        mailmap = mailmaps[in_force[position]]
        numbers[position] = [identities.number(*person, mailmap) for person in people]
    return numbers


def known_tags(repository: pygit2.Repository, order: Ordered, until: int | None) -> list[KnownTag]:
    """List the tags that lead to mined commits and were known by `until`."""
    tags = read_tags(repository)
    tagged = {tag.sha for tag in tags}
    position = {sha: i for i, sha in enumerate(order.shas) if sha in tagged}
    known = []
    for tag in tags:
        if (at := position.get(tag.sha)) is not None:
            own = tag.tagger.time if tag.tagger is not None else None
            time = max(int(order.times[at]), own or 0)
            if until is None or time <= until:
                known.append(KnownTag(tag, at, time))
    return known


def resolve_people(
    numbers: np.ndarray,
    times: np.ndarray,
    tags: Sequence[KnownTag],
    mailmap_at: Sequence[Mailmap],
    identities: Identities,
) -> tuple[Authorship, dict[str, str], People]:
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

    authorship = Authorship([], [], [])
    mailmap = Mailmap()
    every = zip(*(column.tolist() for column in (*numbers.T, times)), mailmap_at, strict=True)
    for author, committer, time, held in every:
        resolve_tags_before(time, mailmap)
        mailmap = held
        person, new_alias = people.resolve(author)
        authorship.authors.append(person)
        authorship.new_aliases.append(new_alias)
        authorship.committers.append(people.resolve(committer)[0])
    resolve_tags_before(float("inf"), mailmap)
    return authorship, taggers, people
