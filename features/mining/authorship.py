"""Resolves who authored, committed and tagged, in the order in which it could be known."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pygit2

from ..people import Identities, Mailmap, People, Person
from .changes import Written
from .commits import tree_of
from .graph import ABSENT, Ordered
from .names import Names
from .scratch import among, stretches
from .store import Store
from .tables import Authorship, ChangeTable, KnownTag
from .tags import read_tags
from .trees import DIRECTORY, Trees, UnreadableTree

MAILMAP = ".mailmap"
LARGEST_MAILMAP = 4 * 1024 * 1024  # bytes


def mailmaps_in_force(commits: int, changes: ChangeTable, numbers: Mapping[str, int]) -> np.ndarray:
    """Give for each commit the position of the one whose `.mailmap` holds; −1 before the first.

    A deleted `.mailmap` holds on: what was learned of people is not unlearned.
    """
    rows = changes.rows[among(changes.rows, "path", [numbers.get(MAILMAP, -1)])]
    at = np.unique(rows["commit"][rows["status"] != b"D"])
    return np.repeat(np.r_[np.int32(-1), at], np.diff(np.r_[0, at, commits]))


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
    in_force: np.ndarray,
    mailmaps: Mapping[int, Mailmap],
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
    in_force
        As `mailmaps_in_force` gives it; `mailmaps` has those that it names.
    known
        Numbers by position, two columns, of all others.
    """
    numbers = known.copy()

    @cache
    def numbered(held: int, people: tuple[Written, Written]) -> list[int]:
        return [identities.number(*person, mailmaps[held]) for person in people]

    for part in stretches(len(positions)):
        held = in_force[positions[part]].tolist()
        found = [numbered(*each) for each in zip(held, written[part], strict=True)]
        numbers[positions[part]] = np.array(found, numbers.dtype).reshape(-1, 2)
    return numbers


def _as_met(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the distinct ones of many small numbers in the order of appearance.

    Returns
    -------
    The numbers, where each is first, and how often it is there.
    """
    size = int(numbers.max(initial=-1)) + 1
    first, count = np.full(size, len(numbers)), np.zeros(size, np.int64)
    for part in stretches(len(numbers)):
        here, at, times = np.unique(numbers[part], return_index=True, return_counts=True)
        first[here] = np.minimum(first[here], part.start + at)
        count[here] += times
    met = np.flatnonzero(count)
    met = met[np.argsort(first[met])]
    return met, first[met], count[met]


def known_tags(repository: pygit2.Repository, order: Ordered, until: int | None) -> list[KnownTag]:
    """List the tags that lead to mined commits and were known by `until`."""
    tags = read_tags(repository)
    places = order.names.places(Names.of(bytes.fromhex(tag.sha) for tag in tags)).tolist()
    known = []
    for tag, at in zip(tags, places, strict=True):
        if at != ABSENT:
            own = tag.tagger.time if tag.tagger is not None else None
            time = max(int(order.times[at]), own or 0)
            if until is None or time <= until:
                known.append(KnownTag(tag, at, time))
    return known


def resolve_people(
    numbers: np.ndarray,
    times: np.ndarray,
    tags: Sequence[KnownTag],
    in_force: np.ndarray,
    mailmaps: Mapping[int, Mailmap],
    identities: Identities,
) -> tuple[Authorship, dict[str, str], People]:
    """Meet authors, committers and taggers in the order in which they were known.

    Parameters
    ----------
    numbers
        Of each commit's author and committer, n by 2.
    times
        Known time of each commit.
    in_force
        As `mailmaps_in_force` gives it; `mailmaps` has those that it names.

    Returns
    -------
    Each commit's people, each annotated tag's tagger (a pseudonym) by the tag's name, and all
    people.
    """
    people = People(identities)
    waiting = sorted((t for t in tags if t.tag.tagger), key=lambda t: (-t.time, t.tag.name))
    taggers: dict[str, str] = {}

    def resolve_tags_before(time: float) -> None:
        while waiting and waiting[-1].time < time:
            known = waiting.pop()
            if known.tag.tagger is not None:
                latest = int(times.searchsorted(known.time, side="right")) - 1
                mailmap = mailmaps[int(in_force[latest])]
                who = known.tag.tagger
                number = identities.number(who.name, who.address, mailmap)
                taggers[known.tag.name] = people.resolve(number)[0].pseudonym

    met, first, count = _as_met(numbers.ravel())
    new_alias = np.zeros(numbers.size, bool)
    persons: list[Person] = []
    for number, at in zip(met.tolist(), first.tolist(), strict=True):
        resolve_tags_before(float(times[at // 2]))
        person, new_alias[at] = people.resolve(number)
        persons.append(person)
    resolve_tags_before(float("inf"))
    for number, times_met in zip(met.tolist(), count.tolist(), strict=True):
        people.note(number, times_met - 1)
    code = np.zeros(int(met.max(initial=-1)) + 1, np.int32)
    code[met] = np.arange(len(met))
    authorship = Authorship(met, persons, code[numbers], new_alias[::2])
    return authorship, taggers, people
