"""The compiled comparison, held against libgit2's: it gives the same."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygit2.enums import DiffOption

from trustdrift.features.mining import parts
from trustdrift.features.mining.compiled import comparer
from trustdrift.features.mining.lines import line_difference
from trustdrift.features.mining.merged import added_by_all
from trustdrift.features.mining.parts import differing_part, hunks_of_part, lines_of_part
from trustdrift.features.mining.patches import (
    Content,
    added_in,
    deleted_in,
    hunks_of,
    patch_of,
)

FREQUENT = (b"", b"}", b"\treturn 0;", b"#endif")
LINES = st.lists(
    st.sampled_from([*FREQUENT, b"a = 1", b"b = 2", b"\r", b"\0", b"y" * 50, b"y" * 49]),
    max_size=40,
)
TEXTS = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, st.sampled_from([b"", b"\n"]))


def written(chance: random.Random, count: int) -> list[bytes]:
    """Make up a file of which two lines in five stand in many places."""
    return [
        chance.choice(FREQUENT) if chance.random() < 0.4 else b"line %d" % chance.randrange(10**4)
        for _ in range(count)
    ]


def edited(chance: random.Random, lines: list[bytes]) -> list[bytes]:
    """Put in, take out, move and copy some lines."""
    lines = list(lines)
    for _ in range(chance.randrange(1, 9)):
        start, other = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
        count = chance.choice((0, 1, 2, 5, 20))
        come = chance.choice((written(chance, chance.randrange(9)), lines[other : other + count]))
        lines[start : start + chance.choice((0, 1, 3, count))] = come
    return lines


def text(chance: random.Random, lines: list[bytes]) -> bytes:
    return b"\n".join(lines) + chance.choice((b"\n", b"\n", b""))


def by_libgit2(old: bytes, new: bytes) -> tuple[Counter[bytes], Counter[bytes]]:
    patch = patch_of(Content(old), Content(new))
    return Counter(added_in(patch)), Counter(deleted_in(patch))


def agrees(old: bytes, new: bytes) -> None:
    """Hold a comparison against libgit2's."""
    found = lines_of_part(old, new, differing_part(old, new))
    assert found is not None
    assert (Counter(found[0]), Counter(found[1])) == by_libgit2(old, new)


@pytest.mark.parametrize("size", [9, 60, 300, 1_500])
def test_lines_are_those_that_git_finds(size: int) -> None:
    chance = random.Random(size)
    for _ in range(300_000 // (size + 300)):
        lines = written(chance, size)
        agrees(text(chance, lines), text(chance, edited(chance, lines)))


@pytest.mark.parametrize("kinds", [3, 60, 2_000])
def test_a_search_is_cut_short_where_git_does_so(kinds: int) -> None:
    """Files that have little in common, and that in another order."""
    chance = random.Random(kinds)
    for _ in range(12):
        one, other = (
            [b"line %d" % chance.randrange(kinds) for _ in range(1_500)] for _ in range(2)
        )
        agrees(text(chance, one), text(chance, other))


@settings(max_examples=400, deadline=None)
@given(old=TEXTS, new=TEXTS)
def test_files_of_few_kinds_of_lines_agree(old: bytes, new: bytes) -> None:
    agrees(old, new)


@settings(max_examples=200, deadline=None)
@given(old=st.binary(max_size=300), new=st.binary(max_size=300))
def test_any_bytes_agree(old: bytes, new: bytes) -> None:
    agrees(old, new)


@pytest.mark.parametrize("size", [9, 60, 300])
@pytest.mark.parametrize("how", [DiffOption.NORMAL, DiffOption.INDENT_HEURISTIC])
def test_gits_hunks_lie_where_they_may(size: int, how: DiffOption) -> None:
    chance, fixed = random.Random(size), 0
    for _ in range(50_000 // (size + 100)):
        lines = written(chance, size)
        old, new = text(chance, lines), text(chance, edited(chance, lines))
        places = hunks_of_part(old, new, differing_part(old, new))
        assert places is not None
        found = hunks_of(patch_of(Content(old), Content(new), how))
        for hunk in found:
            start, stop = hunk.added.start, hunk.added.stop
            assert any(place.first <= start and stop <= place.last for place in places)
        for place in places:
            assert not place.fixed or place.hunk(old) in found
            fixed += place.fixed
    assert fixed > 100


def test_what_only_frequent_lines_keep_apart_is_left_out() -> None:
    """git leaves out the bracket between the two, and so has it added and deleted."""
    head, tail = [b"}" if i % 2 else b"line %d" % i for i in range(200)], [b"end"]
    gone, come = ([b"%b %d" % (word, i) for i in range(14)] for word in (b"old", b"new"))
    old = b"\n".join([*head, *gone[:7], b"}", *gone[7:], *tail])
    new = b"\n".join([*head, *come[:7], b"}", *come[7:], *tail])
    added, deleted = by_libgit2(old, new)
    assert (added[b"}"], deleted[b"}"]) == (1, 1)
    agrees(old, new)


def test_a_search_is_cut_short_by_what_stands_elsewhere() -> None:
    """Lines that what differs of the other file lacks, and its head has, are not left out."""
    head, both = ([b"%b %d" % (word, i) for i in range(900)] for word in (b"head", b"both"))
    come = head[:400], head[400:800]
    old = b"\n".join([*head, b"old", *head[5:75], *both[:80], b"old"])
    new = b"\n".join([*head, b"new", *come[0], *both[:80], *come[1], b"new"])
    assert by_libgit2(old, new)[0][both[0]] == 1
    agrees(old, new)


def test_more_lines_than_are_compared_are_left_to_libgit2() -> None:
    old, new = (b"\n".join(b"%d" % i for i in range(n, n + 70_000)) for n in (0, 35_000))
    assert lines_of_part(old, new, differing_part(old, new)) is None


def test_other_limits_than_those_built_are_left_to_libgit2() -> None:
    """Among so many lines git searches on for more than 256 steps."""
    chance = random.Random(1)
    lines = [b"line %d" % i for i in range(40_000)]
    old, new = (b"\n".join(chance.sample(lines, len(lines))) for _ in range(2))
    assert lines_of_part(old, new, differing_part(old, new)) is None


@settings(max_examples=300, deadline=None)
@given(old=TEXTS, new=TEXTS)
def test_the_part_is_that_of_the_way_without_it(old: bytes, new: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found = differing_part(old, new)
        patch.setattr(parts, "comparer", lambda: None)
        assert differing_part(old, new) == found


def test_results_are_the_same_without_it() -> None:
    chance = random.Random(1)
    for _ in range(150):
        base = written(chance, chance.choice((20, 200)))
        ours, theirs = edited(chance, base), edited(chance, base)
        merge = chance.choice((edited(chance, ours), ours[:100] + theirs[100:], ours))
        one, other, new = (Content(text(chance, lines)) for lines in (ours, theirs, merge))
        change, own = line_difference(one, new), added_by_all([one, other], new)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parts, "comparer", lambda: None)
            assert added_by_all([one, other], new) == own
            same = line_difference(one, new)
        assert same is not None
        assert change is not None
        assert (change.added, change.deleted, change.new) == (same.added, same.deleted, same.new)
        assert sorted(change.text.split(b"\n")) == sorted(same.text.split(b"\n"))


@pytest.mark.parametrize("part", [(-1, 2, 2), (0, 3, 2), (0, 2, 3), (2, 1, 2), (1 << 40, 2, 2)])
def test_nothing_outside_of_a_file_is_read(part: tuple[int, int, int]) -> None:
    compiled = comparer()
    assert compiled is not None
    for ask in (compiled.lines, compiled.hunks):
        with pytest.raises(ValueError, match="not within"):
            ask(b"a\n", b"b\n", *part)
