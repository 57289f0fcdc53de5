"""Finds the lines that a merge itself has added to a file, and those that it took away."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import combinations, pairwise

from pygit2.enums import DiffOption

from .lines import KEPT, LineDifference, new_among, too_many_lines
from .parts import Part, Place, differing_part, hunks_of_part
from .patches import Content, Hunk, hunks_of, patch_of


def added_by_all(olds: Sequence[Content], new: Content) -> LineDifference | None:
    """Give the lines that were added to, and those deleted from, each of several earlier files.

    A line counts by where it stands, as `git diff-tree -c -p` marks those of a merge that all
    parents lack, or that all have had there: two that only look alike, such as two closing
    brackets that one parent each brings, are nobody's own. New is what no earlier file lost.

    Returns
    -------
    None if a pair has more lines than `MOST_LINES` allows to compare.
    """
    if any(too_many_lines(old.data, new.data) for old in olds):
        return None
    every = _hunks_of_all(olds, new)
    if every is None:
        return LineDifference(0, 0, 0, b"")
    own = set.intersection(*({i for hunk in hunks for i in hunk.added} for hunks in every))
    lines = new.data.split(b"\n") if own else []
    gone = [line for hunks in every for hunk in hunks for line in hunk.gone]
    fresh = new_among([lines[i] for i in sorted(own)], gone)
    text = b"\n".join(fresh)[:KEPT]
    return LineDifference(len(own), _deleted_from_all(every), len(fresh), text)


def _deleted_from_all(every: Sequence[Sequence[Hunk]]) -> int:
    """Count the lines that stood in one place and order in all of several files, and are gone."""
    gone = [{hunk.added.start: hunk.gone for hunk in hunks} for hunks in every]
    return sum(
        len(reduce(_in_both, (lines[place] for lines in gone)))
        for place in set.intersection(*map(set, gone))
    )


def _in_both(one: list[bytes], other: list[bytes]) -> list[bytes]:
    """Give the longest common subsequence of lines."""
    before, after = (Content(b"".join([line + b"\n" for line in some])) for some in (other, one))
    added = {i for hunk in _hunks(before, after) for i in hunk.added}
    return [line for i, line in enumerate(one) if i not in added]


def _hunks(old: Content, new: Content) -> list[Hunk]:
    return hunks_of(patch_of(old, new, DiffOption.INDENT_HEURISTIC))


def _hunks_of_all(olds: Sequence[Content], new: Content) -> list[list[Hunk]] | None:
    """Compare each of several files with a later one; None if hunks of two cannot touch.

    Nothing is a merge's own then. Where that is known without, or with some of them, the others
    are not compared.
    """
    parts = [differing_part(old.data, new.data) for old in olds]
    if len(olds) > 1 and _apart([old.data for old in olds], new.data, parts):
        return None
    places = [
        hunks_of_part(old.data, new.data, part) for old, part in zip(olds, parts, strict=True)
    ]
    known = [some for some in places if some is not None]
    if _some_apart(known):
        return None
    if len(known) == len(olds) and _fixed(known):
        return [
            [place.hunk(old.data) for place in some] for old, some in zip(olds, known, strict=True)
        ]
    found: dict[int, list[Hunk]] = {}
    for i in sorted(range(len(olds)), key=lambda i: places[i] is not None):
        found[i] = _hunks(olds[i], new)
        places[i] = [_exact(hunk) for hunk in found[i]]
        if _some_apart([some for some in places if some is not None]):
            return None
    return [found[i] for i in range(len(olds))]


def _apart(olds: Sequence[bytes], new: bytes, parts: Sequence[Part]) -> bool:
    """Tell whether hunks lie apart by the lines that files have in common at head and tail."""
    spans = sorted((part.head, part.new_stop) for part in parts)
    return all(stop < head for (_, stop), (head, _) in pairwise(spans)) and all(
        _stays(old, new, part) for old, part in zip(olds, parts, strict=True)
    )


def _stays(old: bytes, new: bytes, part: Part) -> bool:
    """Tell whether all hunks lie between the lines that both files have at the head and the tail.

    git slides a hunk along lines that are alike, past such an end only if the line there stands
    between the ends, too (`xdl_change_compact` in git's xdiff).
    """
    head, stop = part.head, part.new_stop
    above = new[new.rfind(b"\n", 0, max(head - 1, 0)) + 1 : head]
    below = new[stop : (new.find(b"\n", stop) + 1) or len(new)]
    between = old[head : part.old_stop], new[head:stop]
    return not any(_has_line(text, line) for text in between for line in (above, below) if line)


def _has_line(part: bytes, line: bytes) -> bool:
    """Tell whether whole lines of a file have one like another, the newline at the end aside."""
    sought = b"\n%b\n" % line.removesuffix(b"\n")
    return bool(part) and sought in b"\n%b\n" % part.removesuffix(b"\n")


def _exact(hunk: Hunk) -> Place:
    start, stop = hunk.added.start, hunk.added.stop
    return Place(start, start, stop, stop, 0, 0)


def _some_apart(every: Sequence[list[Place]]) -> bool:
    return any(not any(_touching(one, other)) for one, other in combinations(every, 2))


def _fixed(every: Sequence[list[Place]]) -> bool:
    """Tell whether all hunks that touch one of another comparison lie where they are."""
    return all(
        place.fixed and there.fixed
        for one, other in combinations(every, 2)
        for place, there in _touching(one, other)
    )


def _touching(some: list[Place], others: list[Place]) -> Iterator[tuple[Place, Place]]:
    """Give which of two lists' places touch each other; both are in order.

    Places of one list lie apart, or among the same gaps: of the latter, one is given.
    """
    i = j = 0
    while i < len(some) and j < len(others):
        if max(some[i].first, others[j].first) <= min(some[i].last, others[j].last):
            yield some[i], others[j]
        if some[i].last < others[j].last:
            i += 1
        else:
            j += 1
