"""Lines, held against `git diff --numstat`, where git's heuristics matter."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustdrift.features.mining import merged
from trustdrift.features.mining.lines import line_difference
from trustdrift.features.mining.merged import added_by_all
from trustdrift.features.mining.patches import Content

from ..repositories import git

LINES = st.lists(
    st.sampled_from([b"", b"}", b"x", b"a = 1", b"end", b"\r", b"y" * 50]), max_size=40
)
ENDS = st.sampled_from([b"", b"\n"])
TEXTS = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, ENDS)


@given(old=TEXTS, new=TEXTS)
def test_what_is_added_and_deleted_adds_up(old: bytes, new: bytes) -> None:
    found = line_difference(Content(old), Content(new))
    assert found is not None
    before, after = (len(text.splitlines()) if b"\r" not in text else None for text in (old, new))
    if before is not None and after is not None:
        assert after - before == found.added - found.deleted
    assert found.text.count(b"\n") <= found.added


def numstat(folder: Path, old: bytes, new: bytes) -> tuple[int, int]:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    words = ("-c", "core.safecrlf=false", "hash-object", "-w", "--no-filters")
    one, other = (git(folder, *words, name).decode().strip() for name in ("old", "new"))
    said = git(folder, "diff", "--numstat", one, other).split(b"\t")
    return (int(said[0]), int(said[1])) if len(said) > 1 else (0, 0)


@pytest.mark.parametrize("seed", range(12))
def test_large_files_with_frequent_lines_agree_with_git(tmp_path: Path, seed: int) -> None:
    """Blank lines and braces are frequent enough for git to discard some of them."""
    git(tmp_path, "init", "--quiet", ".")
    chance = random.Random(seed)
    frequent = [b"", b"}", b"  return 0;", b"#endif"]
    old = [
        chance.choice(frequent) if chance.random() < 0.4 else b"line %d" % chance.randrange(10**6)
        for _ in range(900)
    ]
    new = list(old)
    for _ in range(chance.randrange(1, 12)):
        start = chance.randrange(len(new))
        new[start : start + chance.randrange(20)] = [
            chance.choice([*frequent, b"new %d" % chance.randrange(99)])
            for _ in range(chance.randrange(20))
        ]
    texts = b"\n".join(old) + b"\n", b"\n".join(new)
    found = line_difference(*map(Content, texts))
    assert found is not None
    assert (found.added, found.deleted) == numstat(tmp_path, *texts)


def test_the_text_is_that_of_the_added_lines() -> None:
    found = line_difference(Content(b"a\nb\nc\nd\n"), Content(b"a\nB\nc\nd\ne\n"))
    assert found is not None
    assert sorted(found.text.split(b"\n")) == [b"B", b"e"]


def bare(text: bytes) -> set[bytes]:
    return {b"".join(line.split()) for line in text.split(b"\n")} - {b""}


@given(old=TEXTS, new=TEXTS)
def test_no_new_line_was_deleted(old: bytes, new: bytes) -> None:
    found = line_difference(Content(old), Content(new))
    assert found is not None
    assert found.text.count(b"\n") <= found.new <= found.added
    if found.deleted == old.count(b"\n") + (not old.endswith(b"\n")):
        assert not bare(found.text) & bare(old)


@pytest.mark.parametrize(
    "old", [b"  a b\n\tc\n", b"a b\r\nc\r\n", b"c\na b\n"], ids=["indented", "ended", "moved"]
)
def test_one_line_among_rewritten_ones_is_told_alone(old: bytes) -> None:
    found = line_difference(
        Content(old * 400), Content(b"a b\n" * 400 + b"c\n" * 400 + b"evil()\n")
    )
    assert found is not None
    assert found.added > 400
    assert (found.new, found.text) == (1, b"evil()")


def test_what_is_left_of_a_merge_rewritten_whole_is_told_alone() -> None:
    ours, theirs = b"a\r\nb\r\nours\r\n", b"a\r\nb\r\ntheirs\r\n"
    found = added_by_all([Content(ours), Content(theirs)], Content(b"a\nb\nours\ntheirs\nevil\n"))
    assert found is not None
    assert (found.added, found.new, found.text) == (5, 1, b"evil")


def test_a_newline_at_the_end_is_a_difference() -> None:
    found = line_difference(Content(b"a\nb"), Content(b"a\nb\n"))
    assert found is not None
    assert (found.added, found.deleted) == (1, 1)


def test_only_what_no_parent_has_is_a_merges_own() -> None:
    ours, theirs = b"a\nours\nb\n", b"a\nb\ntheirs\n"
    clean = added_by_all([Content(ours), Content(theirs)], Content(b"a\nours\nb\ntheirs\n"))
    evil = added_by_all([Content(ours), Content(theirs)], Content(b"a\nours\nb\ntheirs\nevil\n"))
    assert clean is not None
    assert evil is not None
    assert (clean.added, evil.added, evil.text) == (0, 1, b"evil")


def test_what_no_parent_has_is_a_merges_own_where_all_parents_have_the_same() -> None:
    found = added_by_all([Content(b"a\n")], Content(b"a\nown\n"))
    assert found is not None
    assert (found.added, found.text) == (1, b"own")


def test_what_a_slid_hunk_takes_away_is_told_though_changes_lie_apart() -> None:
    ours = b"a\nx\na\nx\n}\na\n{\nb\nb\na\na\n{\n"
    theirs = b"a\n{\nx\na\n\na\n{\nb\nb\na\na\n{\n"
    merge = b"a\nx\na\nx\n}\na\n\na\n{\nb\nb\na\na\n{\n"
    found = added_by_all([Content(ours), Content(theirs)], Content(merge))
    assert found is not None
    assert (found.added, found.text) == (1, b"a")


def test_what_each_parent_brings_alike_is_nobodys_own() -> None:
    ours, theirs = b"one {\n}\nmiddle\n", b"middle\ntwo {\n}\n"
    found = added_by_all([Content(ours), Content(theirs)], Content(ours + b"two {\n}\n"))
    assert found is not None
    assert (found.added, found.deleted) == (0, 0)


def without_proofs(patch: pytest.MonkeyPatch) -> None:
    """Have all pairs compared in full."""
    patch.setattr(merged, "_apart", lambda olds, new, parts: False)
    patch.setattr(merged, "hunks_of_part", lambda old, new, part: None)
    patch.setattr(merged, "_some_apart", lambda places: False)


def _lines(letters: str) -> st.SearchStrategy[list[bytes]]:
    return st.lists(st.sampled_from([letter.encode() for letter in letters]), max_size=6)


@settings(max_examples=400, deadline=None)
@given(
    head=_lines("ab{}"),
    between=_lines("abcdef{}"),
    tail=_lines("ab{}"),
    changed=st.tuples(*[_lines("xyab{}")] * 4),
    end=st.booleans(),
)
def test_changes_that_lie_apart_are_told_without_comparing(
    head: list[bytes],
    between: list[bytes],
    tail: list[bytes],
    changed: tuple[list[bytes], ...],
    end: bool,
) -> None:
    def text(one: list[bytes], other: list[bytes]) -> Content:
        rows = [*head, *one, *between, *other, *tail]
        return Content(b"\n".join(rows) + b"\n" * end)

    ours, theirs, ours_before, theirs_before = changed
    parents, merge = [text(ours, theirs_before), text(ours_before, theirs)], text(ours, theirs)
    found = added_by_all(parents, merge)
    with pytest.MonkeyPatch.context() as patch:
        without_proofs(patch)
        assert found == added_by_all(parents, merge)


@settings(max_examples=30, deadline=None)
@given(old=st.binary(max_size=200), new=st.binary(max_size=200))
def test_any_bytes_are_compared(old: bytes, new: bytes) -> None:
    assert line_difference(Content(old), Content(new)) is not None
