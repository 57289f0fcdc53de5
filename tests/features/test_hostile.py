"""What anyone can push or hand over: each repository has a right result or a named error.

All are mined in a process of their own, under a gigabyte and a minute, which must leave nothing
half-written behind.
"""

import hashlib
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from trustdrift.features.errors import (
    EmptyRepository,
    IncompleteRepository,
    LimitExceeded,
    NotARepository,
    SourceError,
    UnsupportedRepository,
)
from trustdrift.features.history import History, read_history
from trustdrift.features.mining import Bounds, Outcome, mine_confined

from ..conftest import KEY
from ..hostile import FILE, FOLDER, LINK, MODULE, Forge, bomb, chain, inflating, link
from ..repositories import START, git

BOUNDS = Bounds(seconds=60, memory=1024**3)
NOBODY = "0" * 39 + "1"

Build = Callable[[Forge], object]


def mined(path: Path, bounds: Bounds = BOUNDS) -> tuple[History, Outcome]:
    folder = path.parent / "mined"
    written = mine_confined(folder, path, key=KEY, bounds=bounds)
    assert not list(folder.glob(".*"))
    return read_history(folder), written


def built(tmp_path: Path, build: Build) -> Forge:
    forge = Forge(tmp_path / "hostile")
    build(forge)
    return forge


def two(forge: Forge, tree: str) -> None:
    """An ordinary commit, then one with the tree in question."""
    first = forge.commit(forge.files(b"ordinary"))
    forge.commit(tree, first)


def stamped(stamp: bytes) -> Build:
    def build(forge: Forge) -> None:
        first = forge.commit(forge.files(b"a"))
        forge.commit(forge.files(b"a", b"b"), first, author=stamp)

    return build


# Each gives all commits, and as many changes as the number says.
def odd_file(mode: bytes, make: Callable[[Forge], str]) -> Build:
    """A tree whose one file is odd takes the place of an ordinary one."""
    return lambda forge: two(forge, forge.tree([(mode, b"a", make(forge))]))


def false_blob(sha: str, raw: bytes) -> Build:
    return odd_file(FILE, lambda forge: forge.store(b"blob", b"", sha=sha * 40, raw=raw))


def say_again(extra: bytes) -> Build:
    who = b"A <a@x> 1514808000 +0000"
    return lambda forge: forge.commit(forge.files(b"a"), author=who, committer=who + extra)


# Each gives all commits, and as many changes as the number says.
READ: dict[str, tuple[Build, int]] = {
    "an author line without an address": (stamped(b"nobody at all"), 2),
    "an author line without anything": (stamped(b""), 2),
    "an author line of brackets": (stamped(b"<" * 5_000 + b"> 1 +0000"), 2),
    "an author line of a megabyte": (stamped(b"A" * 1_000_000 + b" <a@x> 1 +0000"), 2),
    "two addresses": (stamped(b"A <a@x> <b@y> 1514808000 +0000"), 2),
    "a date before 1970": (stamped(b"A <a@x> -86400 +0000"), 2),
    "a date after 2106": (stamped(b"A <a@x> 4294967296123 +0000"), 2),
    "a date beyond 64 bits": (stamped(b"A <a@x> 99999999999999999999999 +0000"), 2),
    "an offset of +9999": (stamped(b"A <a@x> 1514808000 +9999"), 2),
    "an offset of letters": (stamped(b"A <a@x> 1514808000 east"), 2),
    "control characters in a name": (stamped(b"\x1b[31mA\x07\r <a\x7f@x> 1514808000 +0000"), 2),
    "a name that is not UTF-8": (stamped(b"\xff\xfe <\xc3@x> 1514808000 +0000"), 2),
    "a path that is not UTF-8": (lambda f: two(f, f.files(b"ordinary", b"\xff\xfe")), 2),
    "control characters in a path": (lambda f: two(f, f.files(b"ordinary", b"\x1b[2J\n")), 2),
    "a path that leads to .git": (
        lambda f: two(f, f.tree([(FOLDER, b".git", f.files(b"config", b"hooks"))])),
        4,
    ),
    "paths that lead upwards": (
        lambda f: two(f, f.tree([(FOLDER, b"..", f.files(b"etc")), (FILE, b".", f.blob(b"x"))])),
        4,
    ),
    "a very long name": (lambda f: two(f, f.files(b"n" * 70_000)), 3),
    "names twice in a tree": (
        lambda f: two(f, f.tree([(FILE, b"a", f.blob(b"1")), (FILE, b"a", f.blob(b"2"))])),
        3,
    ),
    "names in no order": (
        lambda f: two(f, f.tree([(FILE, n, f.blob(b"1")) for n in (b"z", b"a", b"m")])),
        5,
    ),
    "an unknown mode": (odd_file(b"170000", lambda f: f.blob(b"1")), 3),
    "a mode of zeros": (odd_file(b"0", lambda f: f.blob(b"1")), 3),
    "a link to a password file": (odd_file(LINK, lambda f: f.blob(b"/etc/passwd")), 3),
    "a submodule of nothing": (odd_file(MODULE, lambda f: NOBODY), 3),
    "an absent blob": (odd_file(FILE, lambda f: NOBODY), 3),
    "a file that is a commit": (
        odd_file(FILE, lambda f: f.commit(f.files(b"x"), head=False)),
        3,
    ),
    "a line of 200 MB": (false_blob("a", inflating(200)), 3),
    "a blob that inflates to a gigabyte": (false_blob("a", inflating(1_024)), 3),
    "a blob that lies about its size": (
        false_blob("b", zlib.compress(b"blob 9999999999999\0x")),
        3,
    ),
    "a blob cut short": (false_blob("c", zlib.compress(b"blob 5\0text\n")[:9]), 3),
    "a blob of no kind": (false_blob("d", zlib.compress(b"blub 1\0x")), 3),
    "three million empty lines": (
        lambda f: two(f, f.tree([(FILE, b"ordinary", f.blob(b"\n" * 3_000_000))])),
        2,
    ),
    "a message of ten megabytes": (
        lambda f: f.commit(f.files(b"a"), message=b"word " * 2_000_000),
        1,
    ),
    "a message of white space": (
        lambda f: f.commit(f.files(b"a"), message=b"x\n" + b" \n" * 300_000),
        1,
    ),
    "a message with NULs": (lambda f: f.commit(f.files(b"a"), message=b"a\0b"), 1),
    "a message that says it is zlib": (say_again(b"\nencoding zlib"), 1),
    "a message in punycode": (say_again(b"\nencoding punycode"), 1),
    "a signature without end": (say_again(b"\ngpgsig -----BEGIN" + b"\n x" * 10_000), 1),
    "the same parent twice": (
        lambda f: f.commit(f.files(b"a"), *[f.commit(f.files(b"a"))] * 2),
        1,
    ),
    "a mailmap of nonsense": (
        lambda f: two(f, f.tree([(FILE, b".mailmap", f.blob(b"<<>> \xff < <\0" * 1_000))])),
        3,
    ),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read(tmp_path: Path, name: str) -> None:
    build, changes = READ[name]
    forge = built(tmp_path, build)
    history, written = mined(forge.path)
    assert written.coverage.trees_unreadable == 0
    assert len(history.commits) == int(git(forge.path, "rev-list", "--count", "HEAD"))
    assert len(history.changes) == changes


# Each has one commit whose tree is beyond reading: it is counted, and the others are read.
BEYOND: dict[str, Build] = {
    "a bomb of files": lambda f: two(f, bomb(f, f.blob(b"x"), FILE)),
    "a bomb of empty folders": lambda f: two(f, bomb(f, f.tree([]), FOLDER)),
    "folders 1,000 deep": lambda f: two(f, chain(f, 1_000)),
    "folders whose path is too long": lambda f: two(f, chain(f, 200, b"n" * 60)),
    "an absent tree": lambda f: two(f, f.tree([(FOLDER, b"d", NOBODY)])),
    "a folder that is a blob": lambda f: two(f, f.tree([(FOLDER, b"d", f.blob(b"x"))])),
    "a tree that is a blob": lambda f: two(f, f.blob(b"x")),
    "a tree cut short": lambda f: two(f, f.store(b"tree", b"100644 a\0short")),
    "a tree of noise": lambda f: two(f, f.store(b"tree", bytes(range(256)))),
    "a tree with a slash in a name": lambda f: two(f, f.files(b"a/b")),
    "a tree with an empty name": lambda f: two(f, f.files(b"")),
}


@pytest.mark.parametrize("name", BEYOND)
def test_it_is_counted_as_unreadable(tmp_path: Path, name: str) -> None:
    history, written = mined(built(tmp_path, BEYOND[name]).path)
    assert written.coverage.trees_unreadable == 1
    assert len(history.commits) == 2
    assert history.changes["path"].tolist() == ["ordinary"]


def _cycle_of_tags(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    one, other = "e" * 40, "f" * 40
    for sha, target in ((one, other), (other, one)):
        tag = f"object {target}\ntype tag\ntag t\ntagger A <a@x> 1 +0000\n\nt".encode()
        forge.store(b"tag", b"", sha=sha, raw=zlib.compress(b"tag %d\0%s" % (len(tag), tag)))
    forge.point(one, "refs/tags/t")


def test_a_cycle_of_tags_leads_nowhere(tmp_path: Path) -> None:
    history, _ = mined(built(tmp_path, _cycle_of_tags).path)
    assert len(history.tags) == 0


def test_a_merge_of_ten_thousand_parents(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "hostile")
    tree = forge.files(b"a")
    root = forge.commit(tree)
    stamps = [b"A <a@x> %d +0000" % (START + i) for i in range(10_000)]
    parents = [forge.commit(tree, root, author=stamp, head=False) for stamp in stamps]
    forge.commit(forge.files(b"a", b"own"), *parents)
    history, _ = mined(forge.path)
    assert len(history.commits) == 10_002
    assert history.merge_changes["path"].tolist() == ["own"]
    assert history.merge_changes["cut"].tolist() == [True]


def test_a_hundred_thousand_files_in_one_commit(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "hostile")
    names = [b"%06d" % i for i in range(100_000)]
    two(forge, forge.files(*names))
    history, _ = mined(forge.path)
    assert len(history.changes) == 100_002
    assert (history.changes["added"] + history.changes["deleted"] == 1).all()
    assert history.changes["cut"].sum() == 100_001 - 5_000


def _dangling(forge: Forge) -> None:
    (forge.path / "HEAD").write_text("ref: refs/heads/nowhere\n")


def _noise_for_head(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path / "HEAD").write_bytes(bytes(range(256)))


def _lost_parent(forge: Forge) -> None:
    forge.commit(forge.files(b"a"), NOBODY)


def _parent_that_is_a_blob(forge: Forge) -> None:
    forge.commit(forge.files(b"a"), forge.blob(b"x"))


def _parent_of_letters(forge: Forge) -> None:
    forge.commit(forge.files(b"a"), "not a name at all")


def _commit_cycle(forge: Forge) -> None:
    tree, one, other = forge.files(b"a"), "e" * 40, "f" * 40
    for sha, parent in ((one, other), (other, one)):
        commit = f"tree {tree}\nparent {parent}\nauthor A <a@x> 1 +0000\n\nm".encode()
        forge.store(
            b"commit", b"", sha=sha, raw=zlib.compress(b"commit %d\0%s" % (len(commit), commit))
        )
    forge.point(one)


def _noise_for_a_pack(forge: Forge) -> None:
    _lost_parent(forge)
    folder = forge.path / "objects" / "pack"
    (folder / "pack-1.pack").write_bytes(b"PACK" + bytes(200))
    (folder / "pack-1.idx").write_bytes(b"\xfftOc" + bytes(2_000))


def _delta_of_itself(forge: Forge) -> None:
    _lost_parent(forge)
    pack = forge.packed((7, bytes.fromhex(NOBODY), b"\x04\x04\x90\x04"))
    pack.with_suffix(".idx").write_bytes(_index_of(NOBODY))


def _index_of(sha: str) -> bytes:
    """Give an index (version 2) of a pack that holds one object, right after its header."""
    fan = b"".join(((i >= int(sha[:2], 16)).to_bytes(4, "big")) for i in range(256))
    body = b"\xfftOc" + (2).to_bytes(4, "big") + fan + bytes.fromhex(sha) + bytes(4)
    body += (12).to_bytes(4, "big") + bytes(20)
    return body + hashlib.sha1(body).digest()


def _reference_tables(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    git(forge.path, "config", "core.repositoryformatversion", "1")
    git(forge.path, "config", "extensions.refstorage", "reftable")
    (forge.path / "reftable").mkdir()


def _unknown_extension(forge: Forge) -> None:
    git(forge.path, "config", "core.repositoryformatversion", "1")
    git(forge.path, "config", "extensions.ownidea", "true")


def _borrowed_objects(forge: Forge) -> None:
    other = Forge(forge.path.parent / "secret")
    forge.commit(other.commit(other.files(b"secret")))
    info = forge.path / "objects" / "info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_text(f"{other.path}/objects\n")


def _borrowed_twice(forge: Forge) -> None:
    _borrowed_objects(forge)
    inner = forge.path / "inner" / "objects"
    shutil.copytree(forge.path / "objects" / "info", inner / "info")
    (forge.path / "objects" / "info" / "alternates").write_text("../inner/objects\n")


def _linked_objects(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path / "objects").rename(forge.path.parent / "elsewhere")
    link(forge.path / "objects", forge.path.parent / "elsewhere")


def _linked_pack(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path.parent / "secret.pack").write_bytes(b"PACK")
    link(forge.path / "objects" / "pack" / "pack-1.pack", forge.path.parent / "secret.pack")


def _linked_head(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path.parent / "secret").write_text("ref: refs/heads/main\n")
    link(forge.path / "HEAD", forge.path.parent / "secret")


def _circle_of_links(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    link(forge.path / "refs" / "circle", forge.path / "refs" / "circle")


def _common_folder(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path / "commondir").write_text("../elsewhere\n")


def _noise_for_configuration(forge: Forge) -> None:
    forge.commit(forge.files(b"a"))
    (forge.path / "config").write_bytes(b"[[[\0" * 100)


def _sha256(forge: Forge) -> None:
    shutil.rmtree(forge.path)
    forge.path.mkdir()
    git(forge.path, "init", "--quiet", "--bare", "--object-format=sha256", ".")


REFUSED: dict[str, tuple[Build, type[SourceError]]] = {
    "no commit": (lambda f: None, EmptyRepository),
    "a dangling HEAD": (_dangling, EmptyRepository),
    "noise for a HEAD": (_noise_for_head, SourceError),
    "a lost parent": (_lost_parent, IncompleteRepository),
    "a parent that is a blob": (_parent_that_is_a_blob, IncompleteRepository),
    "commits in a circle": (_commit_cycle, IncompleteRepository),
    "a parent of letters": (_parent_of_letters, IncompleteRepository),
    "noise for a pack": (_noise_for_a_pack, IncompleteRepository),
    "a delta of itself": (_delta_of_itself, IncompleteRepository),
    "reference tables": (_reference_tables, UnsupportedRepository),
    "an unknown extension": (_unknown_extension, UnsupportedRepository),
    "SHA-256": (_sha256, UnsupportedRepository),
    "objects borrowed from elsewhere": (_borrowed_objects, SourceError),
    "objects borrowed by what it borrows from": (_borrowed_twice, SourceError),
    "objects linked to elsewhere": (_linked_objects, SourceError),
    "a pack linked to elsewhere": (_linked_pack, SourceError),
    "a HEAD linked to elsewhere": (_linked_head, SourceError),
    "a circle of links": (_circle_of_links, SourceError),
    "a common folder elsewhere": (_common_folder, SourceError),
    "noise for a configuration": (_noise_for_configuration, NotARepository),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_by_name(tmp_path: Path, name: str) -> None:
    build, error = REFUSED[name]
    forge = built(tmp_path, build)
    with pytest.raises(error):
        mined(forge.path)
    assert not (tmp_path / "mined").exists()


def test_nothing_of_a_repository_is_run(tmp_path: Path) -> None:
    """Hooks, filters, textconv and file-system monitors are all told to leave a trace."""
    trace = tmp_path / "trace"
    script = f"#!/bin/sh\ntouch {trace}\n"
    forge = Forge(tmp_path / "hostile")
    attributes = forge.blob(b"* filter=evil diff=evil\n")
    two(forge, forge.tree([(FILE, b".gitattributes", attributes), (FILE, b"a", forge.blob(b"1"))]))
    for name in ("post-checkout", "pre-auto-gc", "reference-transaction", "fsmonitor"):
        hook = forge.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script)
        hook.chmod(0o755)
    for name in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.external",
                 "core.fsmonitor", "core.sshCommand", "gc.recentObjectsHook"):  # fmt: skip
        git(forge.path, "config", name, str(forge.path / "hooks" / "fsmonitor"))
    assert len(mined(forge.path)[0].commits) == 2
    assert not trace.exists()


def test_a_linked_work_tree_names_the_main_one(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "hostile")
    forge.commit(forge.files(b"a"))
    git(forge.path, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    with pytest.raises(SourceError, match="elsewhere"):
        mined(tmp_path / "tree")


def test_a_git_folder_linked_to_elsewhere(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "secret")
    forge.commit(forge.files(b"a"))
    (tmp_path / "tree").mkdir()
    link(tmp_path / "tree" / ".git", forge.path)
    with pytest.raises(SourceError, match="elsewhere"):
        mined(tmp_path / "tree")


def test_replacements_and_grafts_change_nothing(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "hostile")
    first = forge.commit(forge.files(b"a"))
    second = forge.commit(forge.files(b"a", b"b"), first)
    other = forge.commit(forge.files(b"z"), head=False)
    forge.point(other, f"refs/replace/{second}")
    (forge.path / "info").mkdir(exist_ok=True)
    (forge.path / "info" / "grafts").write_text(f"{second}\n")
    history, _ = mined(forge.path)
    assert history.commits["sha"].tolist() == [first, second]
    assert history.changes["path"].tolist() == ["a", "b"]


@pytest.mark.parametrize("bounds", [Bounds(commits=1), Bounds(changes=1)])
def test_more_rows_than_allowed(tmp_path: Path, bounds: Bounds) -> None:
    forge = built(tmp_path, lambda f: two(f, f.files(b"a", b"b")))
    with pytest.raises(LimitExceeded, match="more than 1"):
        mined(forge.path, bounds)
    assert not (tmp_path / "mined").exists()


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    """Reading a pipe that nobody writes to never ends by itself."""
    forge = Forge(tmp_path / "hostile")
    forge.commit(forge.files(b"a"))
    (forge.path / "packed-refs").unlink(missing_ok=True)
    os.mkfifo(forge.path / "packed-refs")
    earlier = tmp_path / "mined"
    earlier.mkdir()
    (earlier / "commits.parquet").write_bytes(b"as it was")
    with pytest.raises(SourceError):
        mine_confined(earlier, forge.path, key=KEY, bounds=Bounds(seconds=-8))
    assert [file.name for file in earlier.iterdir()] == ["commits.parquet"]
    assert (earlier / "commits.parquet").read_bytes() == b"as it was"


def test_a_process_that_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    forge = Forge(tmp_path / "hostile")
    noise = bytes(range(10)) + os.urandom(1024) * 40_000
    two(forge, forge.tree([(FILE, b"a", forge.blob(noise.replace(b"\0", b"\1")))]))
    with pytest.raises(LimitExceeded):
        mined(forge.path, Bounds(seconds=60, memory=60 * 1024**2))
    assert not list((tmp_path / "mined").glob("*"))
