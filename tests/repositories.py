"""Builds real git repositories that tell a story, by `git fast-import`."""

import os
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DAY = 86_400
START = int(datetime(2018, 1, 1, 12, tzinfo=UTC).timestamp())


def git(folder: Path, *words: str, data: bytes | None = None) -> bytes:
    """Run git without any configuration of the machine."""
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    run = subprocess.run(
        ["git", "-C", str(folder), *words],
        input=data,
        capture_output=True,
        check=True,
        env=variables,
    )
    return run.stdout


def loosened(folder: Path, name: str) -> Path:
    """Make all objects loose, and give the file of one."""
    sha = git(folder, "rev-parse", name).decode().strip()
    objects = git(folder, "pack-objects", "--all", "--stdout", "-q")
    for file in list((folder / "objects" / "pack").iterdir()):
        file.unlink()
    git(folder, "unpack-objects", "-q", data=objects)
    return folder / "objects" / sha[:2] / sha[2:]


@dataclass
class Repository:
    """A bare repository under construction; `write()` brings what was planned into it."""

    path: Path
    _stream: list[bytes] = field(default_factory=list)
    _marks: int = 0

    def __post_init__(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        git(self.path, "init", "--quiet", "--bare", "--initial-branch=main", ".")

    def commit(
        self,
        files: dict[str, bytes | None] | None = None,
        *,
        author: str = "Ada Lovelace <ada@example.org>",
        committer: str | None = None,
        time: int = START,
        later: int = 0,
        zone: str = "+0000",
        message: str = "Change something",
        branch: str = "main",
        merge: int | Sequence[int] | None = None,
        after: int | None = None,
        modes: dict[str, str] | None = None,
    ) -> int:
        """Plan a commit; None as content deletes. Gives a mark, for `merge`, `after`, `tag`.

        The committer's clock is `later` seconds after the author's.
        """
        self._marks += 1
        text = message.encode()
        lines = [
            f"commit refs/heads/{branch}\nmark :{self._marks}\n".encode(),
            f"author {author} {time} {zone}\n".encode(),
            f"committer {committer or author} {time + later} {zone}\n".encode(),
            b"data %d\n%s\n" % (len(text), text),
        ]
        if after is not None:
            lines.append(b"from :%d\n" % after)
        merged = [merge] if isinstance(merge, int) else merge or []
        lines += [b"merge :%d\n" % mark for mark in merged]
        for path, content in (files or {}).items():
            if content is None:
                lines.append(f"D {path}\n".encode())
                continue
            mode = (modes or {}).get(path, "100644")
            if mode == "160000":
                lines.append(f"M {mode} {content.decode()} {path}\n".encode())
            else:
                lines.append(f"M {mode} inline {path}\n".encode())
                lines.append(b"data %d\n%s\n" % (len(content), content))
        self._stream += [*lines, b"\n"]
        return self._marks

    def tag(self, name: str, mark: int, *, tagger: str, time: int) -> None:
        """Plan an annotated tag."""
        self._stream.append(
            f"tag {name}\nfrom :{mark}\ntagger {tagger} {time} +0000\ndata 4\nrel\n\n".encode()
        )

    def write(self) -> Path:
        """Import what was planned."""
        git(self.path, "fast-import", "--quiet", "--date-format=raw-permissive", "--force",
            data=b"".join(self._stream))  # fmt: skip
        self._stream.clear()
        return self.path


FOUNDER = "Frida Founder <frida@project.org>"
NEWCOMER = "Nora Newcomer <nora@elsewhere.net>"
HELPERS = [f"Helper Number{i} <helper{i}@people.org>" for i in range(6)]


def succession_story(path: Path, seed: int = 7) -> Path:
    """Four years of a founder's work, then a newcomer takes over within months.

    In the fifth year the newcomer makes nearly all commits, commits what others send, makes the
    releases, and in the last month brings binary test files.
    """
    repository, time = _five_years(path, seed, newcomer=True)
    repository.commit(
        {f"tests/files/case{i}.bin": bytes([0, i]) * 400 for i in range(5)},
        author=NEWCOMER,
        time=time + 3_600,
        message="Add a few test files",
    )
    return repository.write()


def ordinary_story(path: Path, seed: int = 7) -> Path:
    """Five years of a founder's work, with help now and then."""
    return _five_years(path, seed, newcomer=False)[0].write()


def _five_years(path: Path, seed: int, *, newcomer: bool) -> tuple[Repository, int]:
    chance = random.Random(seed)
    repository = Repository(path)
    time, mark = START, 0
    for week in range(5 * 52):
        late = newcomer and week >= 4 * 52 + 8
        for second in sorted(chance.randrange(7 * DAY) for _ in range(3)):
            time = START + week * 7 * DAY + second
            theirs = late and chance.random() < min(0.95, (week - 4 * 52) / 20)
            author = NEWCOMER if theirs else FOUNDER
            mark = repository.commit(
                {f"src/part{chance.randrange(12)}.c": _text(chance)},
                author=author,
                time=time,
                message=f"Improve part, week {week}",
            )
        if week % 5 == 0:
            mark = repository.commit(
                {f"doc/page{chance.randrange(4)}.md": _text(chance)},
                author=HELPERS[week // 5 % len(HELPERS)],
                committer=NEWCOMER if late else FOUNDER,
                time=time + 60,
                message="Mend a page\n\nSee #12.",
            )
        if week % 26 == 25:
            who = NEWCOMER if late else FOUNDER
            repository.tag(f"v{week // 26}", mark, tagger=who, time=time + 120)
    return repository, time


def _text(chance: random.Random) -> bytes:
    return "".join(
        f"line {chance.randrange(400)}\n" for _ in range(chance.randrange(5, 60))
    ).encode()
