"""Raw trees compared entry by entry, against sets of all their entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.mining import entries as module
from trustdrift.features.mining.entries import (
    Entry,
    MalformedTree,
    differing,
    entry_of,
    parsed,
)

NAMES = st.binary(min_size=1, max_size=4).filter(lambda name: not set(name) & set(b"\0/"))
ENTRIES = st.tuples(st.sampled_from([b"40000", b"100644", b"100755", b"120000", b"160000"]),
                    NAMES, st.integers(0, 3).map(lambda n: bytes([n]) * 20))  # fmt: skip


def in_order(entries: list[Entry]) -> list[Entry]:
    """Sort as git does, a name once."""
    each = {name: (mode, name, oid) for mode, name, oid in entries}
    return sorted(each.values(), key=lambda e: e[1] + (b"/" if e[0] == b"40000" else b""))


TREES = st.lists(ENTRIES, max_size=40).map(in_order)


def raw(entries: list[Entry]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + oid for mode, name, oid in entries)


@given(TREES, TREES)
def test_differing_entries_are_those_of_the_sets(old: list[Entry], new: list[Entry]) -> None:
    removed, added = differing(raw(old), raw(new))
    assert set(removed) - set(added) == set(old) - set(new)
    assert set(added) - set(removed) == set(new) - set(old)


@given(TREES, st.lists(ENTRIES, max_size=3), st.integers(0, 40))
def test_few_changes_in_a_large_tree_are_found(
    old: list[Entry], more: list[Entry], dropped: int
) -> None:
    new = in_order([*old[:dropped], *old[dropped + 1 :], *more])
    removed, added = differing(raw(old), raw(new))
    assert set(removed) - set(added) == set(old) - set(new)
    assert set(added) - set(removed) == set(new) - set(old)


@given(TREES, NAMES)
def test_an_entry_is_found_by_name(entries: list[Entry], name: bytes) -> None:
    known = {found: (mode, oid) for mode, found, oid in entries}
    assert entry_of(raw(entries), name) == known.get(name)


def test_a_name_within_another_name_or_an_id_is_not_taken_for_it() -> None:
    oid = b" x\0" + bytes(17)
    entries = [(b"100644", b"a 100644 x", oid), (b"100644", b"z", oid)]
    assert entry_of(raw(entries), b"x") is None
    assert entry_of(raw(entries), b"z") == (b"100644", oid)


@given(TREES, st.binary(max_size=60))
def test_malformed_bytes_are_refused_or_read_as_parsing_reads_them(
    old: list[Entry], new: bytes
) -> None:
    try:
        expected = set(parsed(new))
    except MalformedTree:
        with pytest.raises(MalformedTree):
            differing(raw(old), new)
        return
    removed, added = differing(raw(old), new)
    assert set(added) - set(removed) == expected - set(old)


@given(TREES, TREES, NAMES)
def test_without_what_is_compiled_all_is_parsed(
    old: list[Entry], new: list[Entry], name: bytes
) -> None:
    found, entry = differing(raw(old), raw(new)), entry_of(raw(new), name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "raw_trees", None)
        removed, added = map(set, differing(raw(old), raw(new)))
        assert entry_of(raw(new), name) == entry
    assert set(found[0]) - set(found[1]) == removed - added
    assert set(found[1]) - set(found[0]) == added - removed
