"""Pairs the files that a commit moves: what only has another name says nothing new."""

from collections.abc import Iterator, Sequence

from .trees import Difference, Side

_LONGEST_END = 4  # parts of a path that are compared

_KIND = 0o170000
_REGULAR = 0o100000


def moved_from(differences: Sequence[Difference]) -> dict[bytes, bytes]:
    """Name the content that an added file had elsewhere, where one of the deleted files is it.

    That is one with the same content, or else the only one whose path ends like no other's: in
    the same name at least (as git's own search for renames begins, diffcore-rename.c), and in
    the same folders if several have that name. How much two of them have in common is not asked,
    as only what they have in common is taken for old.

    Returns
    -------
    Object id (20 bytes) of the deleted file, by the path of the added one.
    """
    came = [(path, _file(new)) for path, old, new in differences if old is None]
    gone = [(path, _file(old)) for path, old, new in differences if new is None]
    if not came or not gone:
        return {}
    contents = {oid for _, oid in gone}
    ending: dict[bytes, bytes | None] = {}
    for path, oid in gone:
        for end in _ends(path):
            ending[end] = oid if ending.setdefault(end, oid) == oid else None
    found = {}
    for path, oid in came:
        nearest = next((ending[end] for end in _ends(path) if end in ending), None)
        origin = oid if oid in contents else nearest
        if oid is not None and origin is not None:
            found[path] = origin
    return found


def _file(side: Side) -> bytes | None:
    """Give the content of a regular file; links and submodules are not looked for."""
    return side[1] if side is not None and side[0] & _KIND == _REGULAR else None


def _ends(path: bytes) -> Iterator[bytes]:
    """Give the last parts of a path, the most of them first."""
    parts = path.rsplit(b"/", _LONGEST_END)[-_LONGEST_END:]
    return (b"/".join(parts[start:]) for start in range(len(parts)))
