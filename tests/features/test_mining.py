"""Mining, held against the git command line."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from trustdrift.features.errors import (
    EmptyRepository,
    IncompleteRepository,
    NotARepository,
    ReferenceMissing,
    ShallowRepository,
    SourceError,
    SourceMissing,
)
from trustdrift.features.history import History, read_history, write_history
from trustdrift.features.mining import Reach, local_repository, mine, read_subjects, store
from trustdrift.features.mining.places import object_folders

from ..conftest import KEY
from ..repositories import DAY, START, Repository, git, loosened

Counts = dict[tuple[str, str], tuple[str, str]]


def numstat(path: Path, *refs: str) -> Counts:
    """Ask git for the same facts."""
    found: Counts = {}
    sha = ""
    text = git(path, "log", "--no-renames", "--numstat", "-z", "--format=%x01%H", *refs)
    for token in text.split(b"\0"):
        rest = token.lstrip(b"\n")
        if rest.startswith(b"\x01"):
            head, _, rest = rest[1:].partition(b"\n")
            sha, rest = head.decode(), rest.lstrip(b"\n")
        if rest.count(b"\t") >= 2:
            added, deleted, name = rest.split(b"\t", 2)
            found[sha, name.decode("utf-8", "backslashreplace")] = (
                added.decode(),
                deleted.decode(),
            )
    return found


def mined(history: History) -> Counts:
    changes = history.changes
    shas = history.commits["sha"].to_numpy()[changes["commit"]]
    numbers = changes[["added", "deleted"]].map(lambda n: "-" if n != n else str(int(n)))
    keys = zip(shas, changes["path"], strict=True)
    return dict(zip(keys, numbers.itertuples(index=False, name=None), strict=True))


def test_a_history_of_every_kind_of_change_agrees_with_git(repository: Repository) -> None:
    symlink, executable, submodule = "120000", "100755", "160000"
    first = repository.commit(
        {
            "a.c": b"one\ntwo\nthree\n",
            "crlf.txt": b"one\r\ntwo\r\n",
            "bare": b"no newline",
            "data.bin": b"\0\1\2",
            "dir/x": b"x\n",
            "link": b"a.c",
            "run.sh": b"echo\n",
            "empty": b"",
        },
        modes={"link": symlink},
    )
    repository.commit({})
    repository.commit(
        {
            "a.c": b"two\nthree\nthree\nfour\n",
            "crlf.txt": b"one\ntwo\r\n",
            "bare": b"no newline\n",
            "data.bin": b"\0\1\2\3",
            "dir/x": None,
            "dir/x/y": b"now a folder\n",
            "link": b"bare",
            "run.sh": b"echo\n",
            "sub": b"1" * 40,
            "empty": b"filled\n",
        },
        modes={"link": symlink, "run.sh": executable, "sub": submodule},
    )
    repository.commit(
        {"sub": b"2" * 40, "link": b"a file now\n", "data.bin": b"text\n"},
        modes={"sub": submodule},
    )
    side = repository.commit({"side": b"s\n"}, branch="side", after=first)
    repository.commit({"side": b"s\n"}, merge=side, message="Merge branch 'side'")
    repository.commit({"other root": b"r\n"}, branch="orphan")
    path = repository.write()
    history = mine(path, key=KEY, all_refs=True)
    assert mined(history) == numstat(path, "--all")
    assert history.changes["binary"].sum() == 3


PATHS = ["a", "b.c", "d/e", "d/f.bin", "tests/x", "ü"]
CONTENTS = st.one_of(
    st.none(),
    st.lists(
        st.sampled_from([b"x\n", b"y\n", b"z\r\n", b"\n", b"long line of words\n", b"end"]),
        max_size=12,
    ).map(b"".join),
    st.binary(max_size=40),
)
STEPS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(PATHS), CONTENTS, max_size=4),
        st.integers(-3, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # each step runs git: shrinking would take minutes
)
@given(steps=STEPS)
def test_any_history_agrees_with_git(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[dict, int, bool]]
) -> None:
    repository = Repository(tmp_path_factory.mktemp("any") / "project")
    marks: list[int] = []
    for number, (files, days, branches) in enumerate(steps):
        merge = marks[0] if branches and len(marks) > 2 else None
        marks.append(repository.commit(files, time=START + (number + days) * DAY, merge=merge))
    path = repository.write()
    history = mine(path, key=KEY)
    assert mined(history) == numstat(path, "HEAD")
    listed = git(path, "rev-list", "HEAD").decode().split()
    assert sorted(history.commits["sha"]) == sorted(listed)
    times = history.commits["known_time"].to_numpy()
    assert (times[1:] >= times[:-1]).all()
    position = {sha: i for i, sha in enumerate(history.commits["sha"])}
    for i, parents in enumerate(history.commits["parents"]):
        assert all(position[parent] < i for parent in parents.split())


def test_two_processes_find_what_one_finds(story: Path, story_history: History) -> None:
    shared = mine(story, key=KEY, workers=2)
    assert shared.commits.equals(story_history.commits)
    assert shared.changes.equals(story_history.changes)
    assert mined(shared) == numstat(story, "HEAD")


def test_large_packs_are_read_through_small_windows(
    story: Path, story_history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("MAPPED_WHOLE", 0), ("WINDOW", 16_384), ("MAPPED_COMMITS", 65_536)):
        monkeypatch.setattr(store, name, size)
    assert mine(story, key=KEY).changes.equals(story_history.changes)


def test_this_projects_own_history_agrees_with_git() -> None:
    checkout = Path(__file__).parents[2]
    if not (checkout / ".git").is_dir():
        return  # an sdist has no history
    history = mine(checkout, key=KEY)
    assert mined(history) == numstat(checkout, "HEAD")


def test_mode_bits_that_git_does_not_know_change_nothing(repository: Repository) -> None:
    repository.commit({"a": b"1\n"})
    path = repository.write()
    blob = git(path, "rev-parse", "HEAD:a").decode().strip()
    parent = ["-p", git(path, "rev-parse", "HEAD").decode().strip()]
    for mode in (b"100664", b"100744", b"100755"):
        tree = mode + b" a\0" + bytes.fromhex(blob)
        stored = git(path, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=tree)
        who = ["-c", "user.name=A", "-c", "user.email=a@b.org"]
        sha = git(path, *who, "commit-tree", stored.decode().strip(), *parent, data=b"m")
        parent = ["-p", sha.decode().strip()]
    git(path, "update-ref", "refs/heads/main", parent[1])
    history = mine(path, key=KEY)
    assert mined(history) == numstat(path, "HEAD")
    assert len(history.changes) == 2


def test_merge_commits_have_a_row_and_no_changes(repository: Repository) -> None:
    first = repository.commit({"a": b"1\n"})
    side = repository.commit({"b": b"1\n"}, branch="side", after=first)
    repository.commit({"b": b"1\n"}, merge=side, message="Merge pull request #3 from x/y")
    history = mine(repository.write(), key=KEY)
    merge = history.commits.iloc[-1]
    assert len(merge["parents"].split()) == 2
    assert merge["request_merge"]
    assert len(history.commits) - 1 not in set(history.changes["commit"])


def test_until_leaves_out_what_came_later(repository: Repository) -> None:
    for day in range(5):
        repository.commit({"a": b"%d\n" % day}, time=START + day * DAY)
    history = mine(repository.write(), key=KEY, until=START + 2 * DAY)
    assert len(history.commits) == 3


def test_a_wrong_clock_never_puts_a_child_before_its_parent(repository: Repository) -> None:
    repository.commit({"a": b"1\n"}, time=START + 10 * DAY)
    repository.commit({"a": b"2\n"}, time=START)
    repository.commit({"a": b"3\n"}, time=99_999_999_999)
    repository.commit({"a": b"4\n"}, time=-5)
    repository.commit({"a": b"5\n"}, time=START + 11 * DAY, zone="+9999")
    history = mine(repository.write(), key=KEY)
    assert history.commits["known_time"].tolist() == [
        START + 10 * DAY, START + 10 * DAY, START + 10 * DAY, START + 10 * DAY, START + 11 * DAY,
    ]  # fmt: skip
    assert history.commits["author_offset"].isna().tolist() == [False] * 4 + [True]


def test_trailers_and_signature_are_seen(repository: Repository) -> None:
    repository.commit(
        {"a": b"1\n"},
        message="Fix it\n\nBecause of #7 and PROJ-12.\n\n"
        "Signed-off-by: A <a@b.org>\nReviewed-by: C <c@d.org>\nCo-authored-by: E <e@f.org>\n",
    )
    row = mine(repository.write(), key=KEY).commits.iloc[0]
    assert (row["signed_off"], row["reviews"], row["co_authored"]) == (1, 1, 1)
    assert (row["trailers"], row["body_lines"], row["references"]) == (3, 1, 2)
    assert row["signature"] == ""


def test_an_absent_blob_makes_counts_unknown_and_is_counted(repository: Repository) -> None:
    repository.commit({"a": b"1\n", "b": b"first\n"})
    repository.commit({"b": b"second\n"})
    path = repository.write()
    loosened(path, "HEAD:b").unlink()
    history = mine(path, key=KEY)
    lost = history.changes[history.changes["commit"] == 1]
    assert lost["added"].isna().all()
    assert not lost["binary"].any()
    assert history.coverage.blobs_unreadable == 1


def test_a_malformed_author_line_does_not_stop_the_walk(repository: Repository) -> None:
    repository.commit({"a": b"1\n"})
    path = repository.write()
    tree = git(path, "rev-parse", "HEAD^{tree}").decode().strip()
    parent = git(path, "rev-parse", "HEAD").decode().strip()
    raw = f"tree {tree}\nparent {parent}\nauthor nobody at all\ncommitter <> never\n\nOdd\n"
    odd = git(
        path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", data=raw.encode()
    )
    git(path, "update-ref", "refs/heads/main", odd.decode().strip())
    history = mine(path, key=KEY)
    assert len(history.commits) == 2
    assert history.commits["author_time"].isna().tolist() == [False, True]


def test_tags_say_who_and_when(repository: Repository) -> None:
    mark = repository.commit({"a": b"1\n"})
    repository.tag("v1", mark, tagger="Ada Lovelace <ada@example.org>", time=START + DAY)
    path = repository.write()
    git(path, "tag", "light", "main")
    tags = mine(path, key=KEY).tags.set_index("name")
    assert tags.loc["v1", "known_time"] == START + DAY
    assert tags.loc["v1", "tagger"] == mine(path, key=KEY).commits["author"].iloc[0]
    assert tags.loc["light", "tagger"] == ""


def test_what_is_written_is_read_again_and_holds_no_names(
    story_history: History, tmp_path: Path
) -> None:
    write_history(story_history, tmp_path / "mined")
    again = read_history(tmp_path / "mined")
    assert again.project == story_history.project
    assert again.commits.equals(story_history.commits)
    assert again.changes.equals(story_history.changes)
    assert again.tags.equals(story_history.tags)
    for file in (tmp_path / "mined").iterdir():
        content = file.read_bytes()
        assert b"Newcomer" not in content
        assert b"nora@" not in content


def test_subjects_cannot_steer_a_terminal(repository: Repository) -> None:
    repository.commit({"a": b"1\n"}, message="Red \x1b[31m alert \u202e\nbody")
    path = repository.write()
    sha = git(path, "rev-parse", "HEAD").decode().strip()
    assert read_subjects(path, [sha]) == {sha: "Red [31m alert "}


def test_an_url_is_cloned_for_the_time_of_the_scan(story: Path) -> None:
    with local_repository(f"file://{story}", Reach(local_files=True)) as path:
        assert len(mine(path, key=KEY).commits) > 100
    assert not path.exists()


def test_only_allowed_transports_clone(story: Path) -> None:
    with (
        pytest.raises(SourceError, match="not a URL that may be cloned"),
        local_repository(f"file://{story}"),
    ):
        pass


class TestWhatCannotBeMined:
    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(SourceMissing, match="does not exist"):
            mine(tmp_path / "none", key=KEY)

    def test_not_a_repository(self, tmp_path: Path) -> None:
        with pytest.raises(NotARepository, match="not a git repository"):
            mine(tmp_path, key=KEY)

    def test_a_folder_inside_a_work_tree(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "--quiet", ".")
        (tmp_path / "inner").mkdir()
        with pytest.raises(NotARepository, match="name its top folder"):
            mine(tmp_path / "inner", key=KEY)

    def test_no_commit_yet(self, repository: Repository) -> None:
        with pytest.raises(EmptyRepository, match="no commit"):
            mine(repository.path, key=KEY)
        with pytest.raises(EmptyRepository, match="no commit"):
            mine(repository.path, key=KEY, all_refs=True)

    def test_head_on_an_unborn_branch(self, repository: Repository) -> None:
        repository.commit({"a": b"1\n"}, branch="work")
        with pytest.raises(EmptyRepository, match="--ref work"):
            mine(repository.write(), key=KEY)

    def test_a_shallow_clone(self, story: Path, tmp_path: Path) -> None:
        git(tmp_path, "clone", "--quiet", "--bare", "--depth=3", f"file://{story}", "shallow")
        with pytest.raises(ShallowRepository, match="--unshallow"):
            mine(tmp_path / "shallow", key=KEY)

    def test_a_lost_commit(self, story: Path, tmp_path: Path) -> None:
        for back, message in ((0, "HEAD"), (3, "1 commits of .* absent or damaged")):
            path = tmp_path / f"lost{back}"
            git(tmp_path, "clone", "--quiet", "--bare", str(story), str(path))
            lost = git(path, "rev-parse", f"HEAD~{back}").decode().strip()
            git(path, "config", "gc.auto", "0")
            pack = next((path / "objects" / "pack").glob("*.pack"))
            content = pack.read_bytes()
            for file in (path / "objects" / "pack").iterdir():
                file.unlink()
            git(path, "unpack-objects", "-q", data=content)
            (path / "objects" / lost[:2] / lost[2:]).unlink()
            with pytest.raises(IncompleteRepository, match=message):
                mine(path, key=KEY)

    def test_a_partial_clone_without_trees(self, story: Path, tmp_path: Path) -> None:
        git(story, "config", "uploadpack.allowFilter", "true")
        words = ("clone", "--quiet", "--bare", "--filter=tree:0", f"file://{story}", "partial")
        git(tmp_path, *words)
        with pytest.raises(IncompleteRepository, match="partial clone"):
            mine(tmp_path / "partial", key=KEY)

    def test_no_such_reference(self, story: Path) -> None:
        with pytest.raises(ReferenceMissing, match="'nowhere'"):
            mine(story, key=KEY, ref="nowhere")

    def test_nothing_before_the_date(self, story: Path) -> None:
        with pytest.raises(EmptyRepository, match="--until"):
            mine(story, key=KEY, until=START - DAY)

    def test_a_git_file_that_points_elsewhere(self, story: Path, tmp_path: Path) -> None:
        (tmp_path / ".git").write_text(f"gitdir: {story}\n")
        with pytest.raises(SourceError, match="elsewhere"):
            mine(tmp_path, key=KEY)

    def test_a_folder_that_may_not_be_read(self, tmp_path: Path) -> None:
        locked = tmp_path / "locked"
        Repository(locked)
        script = (
            "import sys; from pathlib import Path; from trustdrift.features.mining import mine\n"
            "from trustdrift.features.errors import SourceMissing\n"
            "try: mine(Path(sys.argv[1]), key=bytes(32))\n"
            "except SourceMissing as error: print(error)\n"
        )
        if os.geteuid() == 0:  # root reads everything: drop to nobody for this one
            tmp_path.chmod(0o755)
            drop = "import os; os.setgid(65534); os.setuid(65534)\n"
            preload = "from trustdrift.features.mining import mine\n"
            script = preload + drop + script
        locked.chmod(0)
        import sys

        run = subprocess.run(
            [sys.executable, "-c", script, str(locked)], capture_output=True, check=False
        )
        locked.chmod(0o700)
        assert b"may not be read" in run.stdout, run.stderr


def test_objects_in_quarantine_are_read_only_where_git_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "x.git" / "objects"
    kept = own / "incoming-1"
    kept.mkdir(parents=True)
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(kept))
    assert object_folders(tmp_path / "x.git") == [own, kept]
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(tmp_path))
    assert object_folders(tmp_path / "x.git") == [own]
