"""Builds repositories that no honest git would make, object by object."""

import hashlib
import os
import zlib
from collections.abc import Iterable
from pathlib import Path

from .repositories import START, git

MEGABYTE = 1024 * 1024
WHO = b"Ada <ada@x.org>"
FILE, FOLDER, LINK, MODULE = b"100644", b"40000", b"120000", b"160000"


class Forge:
    """A bare repository whose objects are written as given, well formed or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        git(path, "init", "--quiet", "--bare", "--initial-branch=main", ".")

    def store(self, kind: bytes, data: bytes, *, sha: str = "", raw: bytes | None = None) -> str:
        """Write a loose object, under another name or with other bytes if asked to."""
        whole = b"%s %d\0%s" % (kind, len(data), data)
        sha = sha or hashlib.sha1(whole).hexdigest()
        file = self.path / "objects" / sha[:2] / sha[2:]
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(zlib.compress(whole, 1) if raw is None else raw)
        return sha

    def blob(self, data: bytes) -> str:
        return self.store(b"blob", data)

    def tree(self, entries: Iterable[tuple[bytes, bytes, str]]) -> str:
        return self.store(
            b"tree", b"".join(b"%s %s\0%s" % (m, n, bytes.fromhex(s)) for m, n, s in entries)
        )

    def files(self, *names: bytes) -> str:
        blob = self.blob(b"text\n")
        return self.tree((FILE, name, blob) for name in sorted(names or (b"a",)))

    def commit(
        self,
        tree: str,
        *parents: str,
        author: bytes = b"%s %d +0000" % (WHO, START),
        committer: bytes | None = None,
        message: bytes = b"Change",
        head: bool = True,
    ) -> str:
        lines = [f"tree {tree}".encode(), *(f"parent {parent}".encode() for parent in parents)]
        lines += [b"author " + author, b"committer " + (committer or author)]
        sha = self.store(b"commit", b"\n".join(lines) + b"\n\n" + message)
        if head:
            self.point(sha)
        return sha

    def point(self, sha: str, ref: str = "refs/heads/main") -> None:
        file = self.path / ref
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{sha}\n")

    def lose(self, sha: str) -> None:
        (self.path / "objects" / sha[:2] / sha[2:]).unlink()

    def packed(self, *objects: tuple[int, bytes, bytes]) -> Path:
        """Write a pack of (type, base name or nothing, data), without an index."""
        body = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big")
        for kind, base, data in objects:
            body += _pack_header(kind, len(data)) + base + zlib.compress(data)
        body += hashlib.sha1(body).digest()
        folder = self.path / "objects" / "pack"
        folder.mkdir(exist_ok=True)
        name = folder / f"pack-{hashlib.sha1(body).hexdigest()}.pack"
        name.write_bytes(body)
        return name


def _pack_header(kind: int, size: int) -> bytes:
    first, size = (kind << 4) | (size & 15), size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)


def bomb(forge: Forge, leaf: str, mode: bytes, deep: int = 10, wide: int = 10) -> str:
    """Nest trees so that a few kilobytes name `wide ** deep` paths."""
    for level in range(deep):
        leaf = forge.tree((mode if level == 0 else FOLDER, b"%d" % i, leaf) for i in range(wide))
    return leaf


def chain(forge: Forge, deep: int, name: bytes = b"d") -> str:
    """Put a folder into a folder, `deep` times."""
    inner = forge.files(b"a")
    for _ in range(deep):
        inner = forge.tree([(FOLDER, name, inner)])
    return inner


def inflating(megabytes: int) -> bytes:
    """Give a small stream that inflates to a large blob."""
    size = megabytes * MEGABYTE
    packer = zlib.compressobj(9)
    stream = packer.compress(b"blob %d\0" % size)
    for _ in range(megabytes):
        stream += packer.compress(b"a" * MEGABYTE)
    return stream + packer.flush()


def link(place: Path, target: Path) -> None:
    place.unlink() if place.is_file() else None
    os.symlink(target, place)
