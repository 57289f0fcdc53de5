"""Reads the entries of raw tree objects, and finds those in which two trees differ."""

import re

from .compiled import raw_trees

Entry = tuple[bytes, bytes, bytes]
"""Mode in octal digits, name and object id, as a tree object has them."""

_ENTRY = re.compile(rb"([0-7]{1,7}) ([^\0/]+)\0(.{20})", re.DOTALL)
_FIXED = 22  # bytes of an entry beside mode and name


class MalformedTree(Exception):
    """Bytes that are no tree's."""


def parsed(raw: bytes) -> list[Entry]:
    """Give all entries of a raw tree.

    Raises
    ------
    MalformedTree
    """
    entries = _ENTRY.findall(raw)
    if sum([len(mode) + len(name) for mode, name, _ in entries]) + _FIXED * len(entries) != len(
        raw
    ):
        raise MalformedTree
    return entries


def entry_of(raw: bytes, name: bytes) -> tuple[bytes, bytes] | None:
    """Give mode and object id of a name in a well-formed tree; None if it is not there."""
    if raw_trees is not None:
        return raw_trees.entry_of(raw, name)
    return next(((mode, oid) for mode, found, oid in parsed(raw) if found == name), None)


def differing(before: bytes, after: bytes) -> tuple[list[Entry], list[Entry]]:
    """Give the entries in which two raw trees differ; more of them where nothing is compiled.

    Parameters
    ----------
    before
        A tree that is well-formed.

    Returns
    -------
    Entries of `before` and of `after`, some of which both may have.

    Raises
    ------
    MalformedTree
        If `after` is none.
    """
    if raw_trees is None:
        return parsed(before), parsed(after)
    try:
        return raw_trees.differing(before, after)
    except ValueError as error:
        raise MalformedTree from error
