"""Reads tags: lightweight ones name a commit, annotated ones say who tagged it and when."""

from dataclasses import dataclass

import pygit2
from pygit2.enums import ObjectType

from .commits import Stamp, parse_stamp
from .repository import reference_commit, reference_target
from .store import store_of


@dataclass(frozen=True, slots=True)
class RawTag:
    """One tag reference, before its tagger is resolved to a person."""

    name: str
    sha: str
    """The commit that the tag leads to."""
    tagger: Stamp | None
    signed: bool


def read_tags(repository: pygit2.Repository) -> list[RawTag]:
    """List all tags that lead to a commit, by name; what cannot be read is passed over."""
    tags = []
    for name in sorted(repository.references):
        if name.startswith("refs/tags/") and (tag := _read_tag(repository, name)) is not None:
            tags.append(tag)
    return tags


def _read_tag(repository: pygit2.Repository, name: str) -> RawTag | None:
    target, commit = reference_target(repository, name), reference_commit(repository, name)
    if target is None or commit is None:
        return None
    tagger, signed = None, False
    found = store_of(repository).read(target)
    if found is not None and found[0] == ObjectType.TAG:
        head, _, message = found[1].partition(b"\n\n")
        line = next((line for line in head.split(b"\n") if line.startswith(b"tagger ")), None)
        tagger = parse_stamp(line.removeprefix(b"tagger ")) if line else None
        signed = b"-----BEGIN " in message
    return RawTag(name.removeprefix("refs/tags/"), str(commit), tagger, signed)
