"""A batch writes the same datasets however it was interrupted, and wherever it ran."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from trustdrift.features.errors import LimitExceeded, SourceError
from trustdrift.features.files import parquet_frame
from trustdrift.features.history import History
from trustdrift.models.baseline import Baseline
from trustdrift.serving.batch.bounded import call
from trustdrift.serving.batch.run import run_batch
from trustdrift.serving.batch.targets import Target, read_targets
from trustdrift.serving.batch.task import GIGABYTE, Plan, process
from trustdrift.serving.scan import judge

from ...conftest import KEY
from ...repositories import DAY, START, Repository, git, ordinary_story

DATASETS = ("leads", "projects", "people", "presence", "arrivals", "vectors_commit",
            "vectors_contributor", "vectors_project")  # fmt: skip
MANY = 12


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory, story: Path) -> list[Target]:
    """The story, an ordinary project, one that is no repository, and a dozen small ones."""
    place = tmp_path_factory.mktemp("repositories")
    ordinary_story(place / "ordinary")
    (place / "broken").mkdir()
    small = Repository(place / "small-00")
    for day in range(8):
        small.commit({f"src/{day}.py": b"print()\n"}, time=START + day * DAY)
    small.write()
    for number in range(1, MANY):
        shutil.copytree(place / "small-00", place / f"small-{number:02}")
    names = ["broken", "ordinary", *(f"small-{number:02}" for number in range(MANY))]
    targets = [Target(name, str(place / name)) for name in names]
    return sorted([*targets, Target("story", str(story))], key=lambda target: target.name)


def plan_for(place: Path, **more: object) -> Plan:
    return Plan(output=str(place), key=KEY, histories=str(place / "histories"), **more)  # pyright: ignore[reportArgumentType]


def content(place: Path) -> dict[str, bytes]:
    """Give all that the datasets say, byte by byte."""
    return {
        f"{name}/{file.name}": file.read_bytes()
        for name in DATASETS
        for file in sorted((place / name).iterdir())
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, repositories: list[Target]) -> Path:
    """The output of a run that nobody interrupted."""
    place = tmp_path_factory.mktemp("whole")
    progress = run_batch(plan_for(place), repositories, workers=2)
    assert dict(progress.states) == {"done": MANY + 2, "failed": 1}
    return place


def test_the_datasets_say_what_the_library_says(
    whole: Path, story_history: History, shipped: Baseline
) -> None:
    leads = parquet_frame(whole / "leads")
    mine = leads[(leads["project"] == "story") & (leads["level"] == "contributor")]
    told = judge(story_history, shipped, since=None).leads["contributor"]
    assert mine["person"].tolist() == [lead.subject["person"] for lead in told]
    assert mine["p_value"].tolist() == pytest.approx([lead.p_value for lead in told])
    assert [list(texts) for texts in mine["in_favour"]] == [list(lead.in_favour) for lead in told]
    projects = parquet_frame(whole / "projects")
    assert len(projects) == MANY + 2
    assert projects["project"].is_monotonic_increasing
    people = parquet_frame(whole / "people").query("project == 'story'")
    assert people["commits"].sum() == (story_history.commits["author_kind"] == "person").sum()
    failures = parquet_frame(whole / "failures.parquet")
    assert failures["project"].tolist() == ["broken"]
    assert str(whole) not in (whole / "summary.html").read_text()


def test_what_is_unchanged_is_kept_and_what_is_new_is_added(
    whole: Path, repositories: list[Target], tmp_path: Path
) -> None:
    place = shutil.copytree(whole, tmp_path / "again")
    again = run_batch(plan_for(place), repositories, workers=2)
    assert dict(again.states) == {"unchanged": MANY + 2, "failed": 1}
    assert content(place) == content(whole)
    fewer = [target for target in repositories if target.name != "story"]
    run_batch(plan_for(place), fewer, workers=2)
    assert "story" not in set(parquet_frame(place / "projects")["project"])


def test_a_damaged_result_is_made_anew(
    whole: Path, repositories: list[Target], tmp_path: Path
) -> None:
    place = shutil.copytree(whole, tmp_path / "again")
    (place / "results" / "story.zip").write_bytes(b"PK half of a")
    (place / "results" / "ordinary.zip").unlink()
    again = run_batch(plan_for(place), repositories, workers=2)
    assert again.states["done"] == 2
    assert content(place) == content(whole)


def test_a_reference_that_moves_costs_a_result(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "one")
    for day in range(8):
        repository.commit({"a.py": b"%d\n" % day}, time=START + day * DAY)
    repository.write()
    target, plan = Target("one", str(tmp_path / "one")), plan_for(tmp_path / "out")
    assert process(plan, target).state == "done"
    assert process(plan, target).state == "unchanged"
    git(repository.path, "update-ref", "refs/heads/other", "main~3")
    assert process(plan, target).state == "done", "any reference counts"
    git(repository.path, "update-ref", "refs/heads/main", "main~1")
    result = process(plan, target)
    assert (result.state, result.commits) == ("done", 7)


def test_what_takes_too_long_fails_alone(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trustdrift.serving.batch.task.GRACE_SECONDS", 0.0)
    result = process(plan_for(tmp_path, minutes=0.0), Target("story", str(story)))
    assert (result.state, result.error) == ("failed", "LimitExceeded")
    assert list(tmp_path.rglob("*.part")) == []
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [(bytearray, 2 * GIGABYTE, LimitExceeded), (time.sleep, 60, LimitExceeded),
     (os._exit, 3, SourceError), (int, "x", SourceError)],
)  # fmt: skip
def test_nothing_that_a_call_does_ends_the_caller(
    function: Callable[..., object], argument: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(function, argument, what="it", seconds=3.0, memory=GIGABYTE)
    assert call(len, "abc", what="it", seconds=30.0, memory=GIGABYTE) == 3


@pytest.fixture
def listed(tmp_path: Path, repositories: list[Target]) -> Path:
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{target.name}\t{target.source}\n" for target in repositories))
    return path


def started(listed: Path, output: Path, *more: str) -> subprocess.Popen:
    words = [sys.executable, "-m", "trustdrift.serving", "batch", str(listed), "-o", str(output)]
    return subprocess.Popen(
        [*words, "--json-progress", *more], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def until_results(output: Path, number: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 300
    while len(list((output / "results").glob("*.zip"))) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("victim", ["worker", "driver"])
def test_a_killed_run_ends_like_an_uninterrupted_one(
    whole: Path, listed: Path, tmp_path: Path, victim: str
) -> None:
    output = tmp_path / "out"
    running = started(listed, output)
    until_results(output, 3, running)
    if victim == "worker":
        deadline = time.monotonic() + 60
        while not (workers := workers_of(running.pid)):
            assert time.monotonic() < deadline
        os.kill(workers[0], signal.SIGKILL)
    else:
        os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=120)
    again = started(listed, output)
    _, said = again.communicate(timeout=120)
    last = json.loads(said.strip().splitlines()[-1])
    assert again.returncode == 0, said
    assert last["ended"] == last["total"] == MANY + 3
    assert last["unchanged"] >= 3
    assert last["failed"] == 1
    assert content(output) == content(whole)


def workers_of(pid: int) -> list[int]:
    """Find processes that judge a repository: forked from the server that the run has started."""
    try:
        servers = [
            child for child in psutil.Process(pid).children()
            if "forkserver" in " ".join(child.cmdline())
        ]  # fmt: skip
        return [worker.pid for server in servers for worker in server.children()]
    except psutil.NoSuchProcess:
        return []


@pytest.fixture(scope="module")
def ray_cluster() -> Iterator[str]:
    """A cluster of two nodes on this machine."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    yield str(cluster.address)
    cluster.shutdown()


def test_ray_writes_the_same_though_a_node_dies(
    whole: Path, listed: Path, tmp_path: Path, ray_cluster: str
) -> None:
    output = tmp_path / "out"
    running = started(listed, output, "--engine", "ray", "--address", ray_cluster)
    until_results(output, 3, running)
    raylets = [p for p in psutil.process_iter() if p.name() == "raylet"]
    raylets[-1].kill()
    _, said = running.communicate(timeout=240)
    assert running.returncode == 0, said
    assert content(output) == content(whole)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", "# ours\nx/one\nhttps://example.org/o/two.git\nthird\t/abs/x\n",
         ["o/two", "one", "third"]),
        ("a.csv", "name,repository_url\np,https://example.org/o/p\nq,https://example.org/o/p\nr,\n",
         ["p"]),
        ("a.json", '[{"name": "left-pad", "repository_url": "https://example.org/l/p"}]',
         ["left-pad"]),
        ("a.jsonl", '{"url": "https://example.org/l/p"}\n{"url": "https://example.org/m/n.git"}\n',
         ["l/p", "m/n"]),
    ],
)  # fmt: skip
def test_lists_are_read(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    (tmp_path / name).write_text(text)
    assert [target.name for target in read_targets(tmp_path / name)] == expected
