"""Opens exactly the repository that was named and resolves what to mine from it."""

import re
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, RepositoryOpenFlag

from ..errors import (
    EmptyRepository,
    IncompleteRepository,
    NotARepository,
    ReferenceMissing,
    ShallowRepository,
    SourceError,
    SourceMissing,
    UnsupportedRepository,
)
from .places import require_own_places
from .store import store_of

_SHA = re.compile("[0-9a-f]{40}")
_LONGEST_TAG_CHAIN = 10


def open_repository(path: Path) -> pygit2.Repository:
    """Open the git directory or work tree at `path`, never one above or elsewhere.

    libgit2 searches parent folders and follows a `.git` file to any place on the machine; both
    would let a folder that a stranger made show us another repository.

    Raises
    ------
    SourceMissing, NotARepository, UnsupportedRepository, ShallowRepository, SourceError
    """
    _require_readable(path)
    require_own_places(path)
    try:
        repository = pygit2.Repository(str(path), RepositoryOpenFlag.NO_SEARCH)
    except (pygit2.GitError, KeyError, ValueError, OSError) as error:
        raise _opening_error(path, str(error)) from error
    if repository.is_shallow:
        raise ShallowRepository(
            f"{path} is a shallow clone: the past that we compare with is absent",
            hint="run `git fetch --unshallow` in it, or clone without --depth",
        )
    return repository


def _require_readable(path: Path) -> None:
    try:
        if not path.exists():
            raise SourceMissing(f"{path} does not exist", hint="check the path")
        if path.is_dir():
            next(path.iterdir(), None)
    except PermissionError as error:
        raise SourceMissing(
            f"{path} may not be read by this user", hint="check its permissions"
        ) from error


def _opening_error(path: Path, reason: str) -> SourceError:
    if "not owned by current user" in reason:
        return SourceError(
            f"{path} belongs to another user, and git refuses such repositories",
            hint=f"if you trust it: git config --global --add safe.directory {path.resolve()}",
        )
    if "unsupported extension" in reason or "object format" in reason:
        return UnsupportedRepository(
            f"{path} is kept in a form that cannot be read yet: {reason}",
            hint="clone it without --object-format and --ref-format",
        )
    if path.is_dir() and not (path / ".git").exists():
        inside = next((up for up in path.resolve().parents if (up / ".git").exists()), None)
        if inside is not None:
            return NotARepository(
                f"{path} is a folder inside a repository", hint=f"name its top folder: {inside}"
            )
    return NotARepository(
        f"{path} is not a git repository", hint="name a git directory or a work tree"
    )


def resolve_tips(
    repository: pygit2.Repository, ref: str | None, *, all_refs: bool
) -> list[pygit2.Oid]:
    """Find the commits whose ancestors are to be mined, in a stable order.

    Parameters
    ----------
    ref
        Anything `git rev-parse` takes; HEAD if None.
    all_refs
        Branches, tags, pull-request refs and HEAD alike; `ref` must be None then.

    Raises
    ------
    EmptyRepository, IncompleteRepository, ReferenceMissing
    """
    if all_refs:
        tips = _all_tips(repository)
        if not tips:
            raise EmptyRepository(
                f"{repository.path} has no commit under any reference",
                hint="was anything pushed to it yet?",
            )
        return tips
    head = head_of(repository, ref)
    if not head and ref is None:
        raise _headless_error(repository)
    if not head:
        raise ReferenceMissing(
            f"{repository.path} has no branch, tag or commit {ref!r}",
            hint="`git for-each-ref` lists what there is",
        )
    return [pygit2.Oid(hex=head)]


def head_of(repository: pygit2.Repository, ref: str | None) -> str:
    """Give the SHA that a reference, or HEAD if None, leads to; empty if it leads to no commit."""
    found = reference_commit(repository, "HEAD") if ref is None else _named_commit(repository, ref)
    return "" if found is None else str(found)


def require_commits(path: Path, missing: int) -> None:
    """Refuse a history that lacks commits: the past behind them is cut off.

    Raises
    ------
    IncompleteRepository
    """
    if missing:
        raise IncompleteRepository(
            f"{missing:,} commits of {path} are referred to but absent or damaged",
            hint="fetch them, or clone again; `git fsck` tells which",
        )


def require_trees(path: Path, commits: int, unreadable: int) -> None:
    """Refuse a history of which most trees are unreadable: nothing is known of its changes.

    Raises
    ------
    IncompleteRepository
    """
    if 2 * unreadable > commits:
        raise IncompleteRepository(
            f"the trees of {unreadable:,} of {commits:,} commits of {path} are absent or damaged",
            hint="a partial clone? run `git fetch --refetch --filter=blob:none`",
        )


def reference_commit(repository: pygit2.Repository, name: str) -> pygit2.Oid | None:
    """Give the commit that a reference's full name leads to; None if it leads to none."""
    target = reference_target(repository, name)
    return None if target is None else _commit_of(repository, target)


def reference_target(repository: pygit2.Repository, name: str) -> pygit2.Oid | None:
    """Give the object that a reference names, a tag object not yet followed."""
    try:
        target = repository.lookup_reference(name).resolve().target
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return target if isinstance(target, pygit2.Oid) else None


def _named_commit(repository: pygit2.Repository, ref: str) -> pygit2.Oid | None:
    if _SHA.fullmatch(ref):
        return _commit_of(repository, pygit2.Oid(hex=ref))
    for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/remotes/{ref}"):
        if (found := reference_commit(repository, name)) is not None:
            return found
    try:
        return _commit_of(repository, repository.revparse_single(ref).id)
    except (KeyError, ValueError, pygit2.GitError):
        return None


def _commit_of(repository: pygit2.Repository, oid: pygit2.Oid) -> pygit2.Oid | None:
    """Follow tags of tags to a commit, by raw objects: libgit2 gives up on a malformed author."""
    for _ in range(_LONGEST_TAG_CHAIN):
        found = store_of(repository).read(oid)
        if found is None or found[0] not in (ObjectType.COMMIT, ObjectType.TAG):
            return None
        if found[0] == ObjectType.COMMIT:
            return oid
        try:
            oid = pygit2.Oid(hex=found[1].removeprefix(b"object ")[:40].decode("ascii"))
        except ValueError:
            return None
    return None


def _headless_error(repository: pygit2.Repository) -> SourceError:
    target = reference_target(repository, "HEAD")
    if target is not None:
        return IncompleteRepository(
            f"the commit that HEAD of {repository.path} names, {target}, is absent or damaged",
            hint="clone again; `git fsck` tells more",
        )
    branches = sorted(name for name in repository.references if name.startswith("refs/heads/"))
    if branches:
        return EmptyRepository(
            f"HEAD of {repository.path} points to a branch that has no commit",
            hint=f"try --ref {branches[0].removeprefix('refs/heads/')} or --all-refs",
        )
    return EmptyRepository(
        f"{repository.path} has no commit on its current branch", hint="was anything committed yet?"
    )


def _all_tips(repository: pygit2.Repository) -> list[pygit2.Oid]:
    tips: dict[pygit2.Oid, None] = {}
    names = sorted(repository.references)
    for name in ["HEAD", *names]:
        if (commit := reference_commit(repository, name)) is not None:
            tips[commit] = None
    return list(tips)
