"""What a commit can know of the others: what it goes on from, and what was let in by then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustdrift.features.history import History, read_history
from trustdrift.features.main_line import main_line
from trustdrift.features.mining import mine, mine_into
from trustdrift.features.vectors import describe_commits

from ..conftest import KEY
from ..repositories import DAY, START, Repository, git

ANSWER = b"import urllib\nurllib.open('https://collects.example-host.net/x')\n"


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], int]:
    """Parents of each commit, parents first, and the head."""
    count = draw(st.integers(1, 14))
    parents: list[list[int]] = []
    for at in range(count):
        most = min(at, 3)
        parents.append(
            draw(st.lists(st.integers(0, at - 1), max_size=most, unique=True)) if at else []
        )
    return parents, draw(st.integers(-1, count - 1))


def table(parents: list[list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sha": [f"c{at}" for at in range(len(parents))],
            "parents": [" ".join(f"c{p}" for p in each) for each in parents],
        }
    )


def ancestors(parents: list[list[int]], at: int) -> set[int]:
    found, pending = set(), [at]
    while pending:
        if (now := pending.pop()) not in found:
            found.add(now)
            pending += parents[now]
    return found


def first_parents(parents: list[list[int]], at: int) -> list[int]:
    line = [at]
    while parents[line[-1]]:
        line.append(parents[line[-1]][0])
    return line


@given(histories(), st.data())
def test_the_first_are_those_who_could_not_know(
    history: tuple[list[list[int]], int], data: st.DataObject
) -> None:
    parents, head = history
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, len(parents) - 1)), max_size=30)
    )
    line = first_parents(parents, head)[::-1] if head >= 0 else []

    def let_in(at: int) -> int:
        if head < 0:
            return at
        return next((m for m in line if at in ancestors(parents, m)), len(parents))

    def knows(at: int, other: int) -> bool:
        return other != at and (let_in(other) <= at or other in first_parents(parents, at))

    wanted = [not any(code == c and knows(at, other) for c, other in pairs) for code, at in pairs]
    codes, commits = np.array(pairs, dtype=int).reshape(-1, 2).T
    found = main_line(table(parents), f"c{head}").first(codes, commits)
    assert found.tolist() == wanted


def test_parents_that_go_round_in_a_circle_end(story_history: History) -> None:
    circle = table([[1], [2], [0], [3]])
    found = main_line(circle, "c2").first(np.zeros(4, dtype=int), np.arange(4))
    assert found.tolist() == [True, False, False, False]
    commits = circle.assign(known_time=[1, 2, 3, 4])
    assert replace(story_history, commits=commits, head="c2").until(0).head == "c2"


@pytest.fixture
def asked_twice(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A request that nobody merged, another that names the same host, and a third that got in."""
    repository = Repository(tmp_path / "asked")
    first = repository.commit({"a.py": b"1\n"}, time=START)
    for number, branch in enumerate(("one", "two", "three"), 1):
        repository.commit(
            {f"{branch}.py": ANSWER}, time=START + number * DAY, branch=branch, after=first,
            message=branch,
        )  # fmt: skip
    again = repository.commit(
        {"two.py": ANSWER * 2}, time=START + 5 * DAY, branch="two", message="two again"
    )
    assert again
    path = repository.write()
    names = ("one", "two~", "two", "three")
    return path, {name: sha(path, name) for name in names}


def sha(path: Path, name: str) -> str:
    return git(path, "rev-parse", name).decode().strip()


def hosts(path: Path, shas: dict[str, str]) -> dict[str, float]:
    commits = describe_commits(mine(path, key=KEY, all_refs=True))
    new = dict(zip(commits.subjects["sha"], commits.values["new_hosts"], strict=True))
    return {name: new[sha] for name, sha in shas.items()}


def test_what_nobody_let_in_is_known_to_nobody(asked_twice: tuple[Path, dict[str, str]]) -> None:
    path, shas = asked_twice
    assert hosts(path, shas) == {"one": 1, "two~": 1, "two": 0, "three": 1}


def test_what_was_let_in_is_known_to_all(asked_twice: tuple[Path, dict[str, str]]) -> None:
    path, shas = asked_twice
    git(path, "update-ref", "refs/heads/main", shas["one"])
    assert hosts(path, shas) == {"one": 1, "two~": 0, "two": 0, "three": 0}


def test_without_a_head_whatever_came_earlier_is_known(
    asked_twice: tuple[Path, dict[str, str]],
) -> None:
    path, shas = asked_twice
    git(path, "symbolic-ref", "HEAD", "refs/heads/nowhere")
    assert hosts(path, shas) == {"one": 1, "two~": 0, "two": 0, "three": 0}


def test_the_head_is_kept_beside_the_tables(
    asked_twice: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    path, shas = asked_twice
    for _ in range(2):
        mine_into(tmp_path / "tables", path, key=KEY, all_refs=True)
        assert read_history(tmp_path / "tables").head == sha(path, "main")
        git(path, "update-ref", "refs/heads/main", shas["two"])
        mine_into(tmp_path / "tables", path, key=KEY, all_refs=True)
        assert read_history(tmp_path / "tables").head == shas["two"]
        git(path, "update-ref", "refs/heads/main", f"{shas['two']}~2")


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 5, 6])
def test_the_head_at_a_date_is_the_newest_of_the_line_then(
    asked_twice: tuple[Path, dict[str, str]], cut: int
) -> None:
    path, shas = asked_twice
    git(path, "update-ref", "refs/heads/main", shas["two"])
    line = {0: "two~2", 1: "two~2", 2: "two~", 3: "two~", 5: "two", 6: "two"}
    wanted = sha(path, line[cut])
    until = START + cut * DAY
    assert mine(path, key=KEY, all_refs=True, until=until).head == wanted
    assert mine(path, key=KEY, all_refs=True).until(until).head == wanted
    assert mine(path, key=KEY, ref="two").until(until).head == wanted


def test_a_persons_own_past_is_what_they_did_let_in_or_not(repository: Repository) -> None:
    last = [
        repository.commit({"a.py": b"x = %d\n" % day}, time=START + day * DAY) for day in range(21)
    ][-1]
    for day, branch in enumerate(("one", "two"), 30):
        repository.commit({"a.py": ANSWER}, time=START + day * DAY, branch=branch, after=last)
    path = repository.write()
    commits = describe_commits(mine(path, key=KEY, all_refs=True))
    place = commits.subjects["sha"].tolist().index
    for branch, new_to_author in (("one", 1), ("two", 0)):
        row = place(sha(path, branch))
        assert commits.values["capabilities_new_to_project"].iloc[row] == 1
        assert commits.values["capabilities_new_to_author"].iloc[row] == new_to_author
