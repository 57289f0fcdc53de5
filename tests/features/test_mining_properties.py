"""Mining any history, held against git, and mining on, held against mining afresh."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trustdrift.features.errors import SourceError
from trustdrift.features.history import TABLES, History, read_history
from trustdrift.features.mining import mine, mine_into

from ..conftest import KEY
from ..repositories import DAY, START, Repository, git, loosened
from .test_mining import mined, numstat

PEOPLE = [
    "Ada Lovelace <ada@x.org>",
    "Ada Lovelace <ada@y.org>",
    "Grace Hopper <grace@x.org>",
    "someone <none@none>",
]
PATHS = ["a", "b.c", "d/e", "d/f.bin", "d", "tests/x/y", "ü", ".mailmap"]
MODES = ["100644", "100755", "120000", "160000"]
LINES = [b"x\n", b"y\n", b"z\r\n", b"\n", b"Ada <ada@x.org> <grace@x.org>\n", b"end", b"\0\1"]
CONTENTS = st.one_of(
    st.none(), st.lists(st.sampled_from(LINES), max_size=8).map(b"".join), st.binary(max_size=30)
)
CHANGE = st.tuples(CONTENTS, st.sampled_from(MODES))


@dataclass(frozen=True)
class Step:
    changes: dict[str, tuple[bytes | None, str]]
    days: int
    person: str
    branch: str
    merges: frozenset[int]


STEPS = st.lists(
    st.builds(
        Step,
        changes=st.dictionaries(st.sampled_from(PATHS), CHANGE, max_size=4),
        days=st.integers(-3, 3),
        person=st.sampled_from(PEOPLE),
        branch=st.sampled_from(["main", "main", "side", "third"]),
        merges=st.frozensets(st.integers(0, 12), max_size=3),
    ),
    min_size=2,
    max_size=14,
)
ANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # each step runs git: shrinking would take minutes
)


def plan(repository: Repository, steps: list[Step], marks: list[int]) -> None:
    for step in steps:
        number = len(marks)
        files: dict[str, bytes | None] = {}
        for path, (content, mode) in step.changes.items():
            files[path] = content
            if mode == "160000" and content is not None:
                files[path] = b"%040x" % (1 + len(content))
        marks.append(
            repository.commit(
                files,
                modes={path: mode for path, (_, mode) in step.changes.items()},
                time=START + (number + step.days) * DAY,
                author=step.person,
                branch=step.branch,
                merge=sorted({marks[i] for i in step.merges if i < number}),
            )
        )


def own_paths(path: Path) -> set[tuple[str, str]]:
    """Ask git what each merge changes against all its parents."""
    found, sha = set(), ""
    text = git(path, "log", "--all", "--merges", "-c", "--no-renames", "--name-only", "-z",
               "--format=%x01%H")  # fmt: skip
    for token in text.split(b"\0"):
        for part in token.split(b"\n"):
            if part.startswith(b"\x01"):
                sha = part[1:].decode()
            elif part:
                found.add((sha, part.decode()))
    return found


@ANY
@given(steps=STEPS)
def test_any_history_agrees_with_git(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    repository = Repository(tmp_path_factory.mktemp("any") / "project")
    plan(repository, steps, [])
    path = repository.write()
    history = mine(path, key=KEY, all_refs=True)
    assert mined(history) == numstat(path, "--all")
    shas = history.commits["sha"].to_numpy()
    merges = history.merge_changes
    own = set(zip(shas[merges["commit"]], merges["path"], strict=True))
    assert own == own_paths(path)


def own_lines(path: Path, sha: str, parents: int) -> tuple[int, int]:
    """Count the lines that git marks as added against all parents of a merge, or gone from all."""
    patch = git(path, "diff-tree", "-c", "-p", "--no-commit-id", "--no-renames", sha)
    hunks = re.split(rb"(?m)^@@@+ .*\n", patch.partition(b"\n@@@")[2])
    lines = [line for hunk in hunks for line in hunk.split(b"\n")]
    added, deleted = (
        sum(line.startswith(mark * parents) for line in lines) for mark in (b"+", b"-")
    )
    return added, deleted


TEXTS = st.lists(st.sampled_from([b"{\n", b"}\n", b"x\n", b"y\n", b"\n", b"end"]), max_size=12)


@ANY
@given(merges=st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_a_merges_own_lines_are_those_that_git_marks(
    tmp_path_factory: pytest.TempPathFactory, merges: list[tuple[list[bytes], ...]]
) -> None:
    repository = Repository(tmp_path_factory.mktemp("own") / "project")
    for number, (*olds, merged) in enumerate(merges):
        marks = [
            repository.commit({"f": b"".join(old)}, branch=f"{number}-{rank}")
            for rank, old in enumerate(olds[: 2 + number % 2])
        ]
        repository.commit({"f": b"".join(merged)}, branch=f"{number}-0", merge=marks[1:])
    path = repository.write()
    history = mine(path, key=KEY, all_refs=True)
    own = history.merge_changes.groupby("commit")[["added", "deleted"]].sum()
    for commit, (sha, parents) in enumerate(history.commits[["sha", "parents"]].to_numpy()):
        count = len(parents.split())
        if count > 1:
            found = tuple(own.loc[commit]) if commit in own.index else (0, 0)
            expected = own_lines(path, sha, count)
            assert found[0] == expected[0]
            assert found[1] == expected[1] or count > 2  # git joins lost lines in another way


def same(one: History, other: History) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@ANY
@given(first=STEPS, later=STEPS)
def test_mining_on_gives_what_mining_afresh_gives(
    tmp_path_factory: pytest.TempPathFactory, first: list[Step], later: list[Step]
) -> None:
    """New commits may be dated before old ones, join people, or bring a mailmap."""
    folder = tmp_path_factory.mktemp("on")
    repository, marks = Repository(folder / "project"), []
    plan(repository, [*first, *later], marks)
    path = repository.write()
    tips = git(path, "for-each-ref", "--format=%(objectname) %(refname)").decode().split("\n")
    listed = git(path, "rev-list", "--all", "--topo-order", "--reverse").decode().split()
    early = listed[: max(1, len(listed) // 2)]
    for tip in filter(None, tips):
        git(path, "update-ref", "-d", tip.split()[1])
    git(path, "update-ref", "refs/heads/early", early[-1])
    before = mine_into(folder / "mined", path, key=KEY, all_refs=True)
    git(path, "update-ref", "-d", "refs/heads/early")
    for tip in filter(None, tips):
        git(path, "update-ref", *reversed(tip.split()))
    after = mine_into(folder / "mined", path, key=KEY, all_refs=True)
    same(read_history(folder / "mined"), mine(path, key=KEY, all_refs=True))
    assert before.read == before.commits
    assert after.commits == len(listed)


def test_only_new_commits_are_read(story: Path, tmp_path: Path) -> None:
    path = tmp_path / "story"
    git(tmp_path, "clone", "--quiet", "--bare", str(story), str(path))
    head = git(path, "rev-parse", "main").decode().strip()
    git(path, "update-ref", "refs/heads/main", "main~5")
    first = mine_into(tmp_path / "mined", path, key=KEY)
    assert first.read == first.commits
    git(path, "update-ref", "refs/heads/main", head)
    second = mine_into(tmp_path / "mined", path, key=KEY)
    assert second.read == second.commits - first.commits
    same(read_history(tmp_path / "mined"), mine(path, key=KEY))


def test_a_rewritten_history_loses_what_is_no_longer_reachable(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    root = repository.commit({"a": b"1\n"})
    repository.commit({"secret": b"2\n"}, author=PEOPLE[2], time=START + DAY)
    path = repository.write()
    mine_into(tmp_path / "mined", path, key=KEY)
    again = Repository(tmp_path / "again")
    again.commit({"a": b"1\n"})
    again.commit({"b": b"3\n"}, time=START + 2 * DAY)
    git(path, "fetch", "--quiet", "--force", str(again.write()), "main:main", "--update-head-ok")
    written = mine_into(tmp_path / "mined", path, key=KEY)
    history = read_history(tmp_path / "mined")
    assert root
    assert (written.commits, written.read) == (2, 1)
    assert "secret" not in set(history.changes["path"])
    same(history, mine(path, key=KEY))


def test_another_key_or_an_absent_blob_is_mined_again(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    repository.commit({"a": b"1\n"})
    path = repository.write()
    mine_into(tmp_path / "mined", path, key=KEY)
    other = mine_into(tmp_path / "mined", path, key=bytes(32))
    assert other.read == 1
    loose = loosened(path, "HEAD:a")
    content = loose.read_bytes()
    loose.unlink()
    third = mine_into(tmp_path / "third", path, key=KEY)
    assert third.coverage.blobs_unreadable == 1
    loose.write_bytes(content)
    fourth = mine_into(tmp_path / "third", path, key=KEY)
    assert (fourth.read, fourth.coverage.blobs_unreadable) == (1, 0)


def test_a_damaged_table_is_mined_again(story: Path, tmp_path: Path) -> None:
    mine_into(tmp_path / "mined", story, key=KEY)
    (tmp_path / "mined" / "tags.parquet").write_bytes(b"PAR1")
    written = mine_into(tmp_path / "mined", story, key=KEY)
    assert written.read == written.commits


def test_tables_of_two_runs_are_told_and_mined_again(story: Path, tmp_path: Path) -> None:
    mined_before, folder = tmp_path / "before", tmp_path / "mined"
    mine_into(mined_before, story, key=KEY, ref="HEAD~3", project="story")
    mine_into(folder, story, key=KEY, project="story")
    (mined_before / "changes.parquet").replace(folder / "changes.parquet")
    with pytest.raises(SourceError, match="of several runs"):
        read_history(folder)
    written = mine_into(folder, story, key=KEY, project="story")
    assert written.read == written.commits
    assert len(read_history(folder).commits) == written.commits


def test_a_table_that_lacks_a_parent_is_mined_again(story: Path, tmp_path: Path) -> None:
    mine_into(tmp_path, story, key=KEY, project="story")
    stored = pq.ParquetFile(tmp_path / "commits.parquet").read()
    parents = pa.array(["" if not text else "f" * 40 for text in stored["parents"].to_pylist()])
    place = stored.schema.get_field_index("parents")
    pq.write_table(stored.set_column(place, stored.schema.field(place), parents), tmp_path / "x")
    (tmp_path / "x").replace(tmp_path / "commits.parquet")
    written = mine_into(tmp_path, story, key=KEY, project="story")
    assert written.read == written.commits
