"""Criticality, fragility and anomaly in one list; what would be without its support."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from trustdrift.features.errors import ConfigurationError
from trustdrift.features.files import parquet_frame
from trustdrift.models.hazard import COVARIATES, LOGGED, PLAIN, Hazard
from trustdrift.serving.batch.run import run_batch
from trustdrift.serving.batch.targets import Target
from trustdrift.serving.batch.task import Plan
from trustdrift.serving.cli import app
from trustdrift.serving.ranking.aggregate import aggregated
from trustdrift.serving.ranking.cascade import cascade
from trustdrift.serving.ranking.fragility import anomaly, carriers, fragility, seen_together
from trustdrift.serving.ranking.graph import Graph
from trustdrift.serving.ranking.joint import Carried, joint, match

from ...conftest import KEY
from ...repositories import ordinary_story


def figures(**more: float) -> dict[str, float]:
    middle = dict.fromkeys((*LOGGED, *PLAIN), 0.2)
    return {**middle, "truck_factor": 3.0, "concentration": 0.3, **more}


def projects(**named: dict[str, float]) -> pd.DataFrame:
    levels = {f"{kind}_{level}": value for level in ("commit", "contributor", "project")
              for kind, value in (("p", 0.5), ("scored", 10.0))}  # fmt: skip
    rows = [{"project": name, **levels, **figures(**own)} for name, own in named.items()]
    return pd.DataFrame(rows)


NOBODY = pd.DataFrame({"project": [], "person": [], "year_share": []})


def test_silence_and_one_person_make_a_project_fragile() -> None:
    table = projects(
        lone={"truck_factor": 1.0, "top_share": 1.0, "silence": 200.0, "commits": 2.0},
        many={"truck_factor": 9.0, "top_share": 0.1, "silence": 1.0, "commits": 900.0},
    )
    found = fragility(table, NOBODY, Hazard.load())
    lone, many = found["abandonment"].tolist()
    assert lone > 3 * many
    assert found["few_people"].tolist() == [1.0, pytest.approx(1 / 9)]
    assert ((found["abandonment"] > 0) & (found["abandonment"] < 1)).all()


def test_silence_is_told_by_the_others() -> None:
    table = projects(gone={"silence": 0.0}, there={"silence": 0.0})
    table["known_time"] = [0, 500 * 86_400]
    found = seen_together(table)
    assert found["silence"].tolist() == [500.0, 0.0]
    told = fragility(found, NOBODY, Hazard.load())["abandonment"].tolist()
    assert told[0] == 1.0 > told[1]


def test_the_survival_model_knows_its_covariates() -> None:
    assert set(Hazard.load().coefficients) == set(COVARIATES) == set(Hazard.load().middle)
    unknown = pd.DataFrame([dict.fromkeys((*LOGGED, *PLAIN), np.nan)])
    hazard = Hazard.load()
    assert hazard.probability(unknown)[0] == pytest.approx(1 - hazard.year_survival)


def test_whoever_carries_several_projects_is_seen() -> None:
    people = pd.DataFrame({
        "project": ["a", "a", "b", "c"], "person": ["x", "y", "x", "y"],
        "year_share": [0.9, 0.1, 0.6, 0.4],
    })  # fmt: skip
    assert carriers(people).to_dict() == {"a": "x", "b": "x"}
    found = fragility(projects(a={}, b={}, c={}), people, Hazard.load())
    assert found["carried_elsewhere"].tolist() == [1.0, 1.0, 0.0]


def test_a_large_project_is_not_unusual_by_its_size() -> None:
    table = projects(
        large={"p_commit": 0.001, "scored_commit": 2_000.0},
        small={"p_commit": 0.001, "scored_commit": 20.0},
    )
    found = anomaly(table)
    assert found["large"] > 0.8
    assert found["small"] < 0.1


def listed(view: str = "look") -> pd.DataFrame:
    criticality = aggregated(pd.DataFrame({"all": [9.0, 5.0, 1.0]}, index=["liba", "b", "c"]))
    table = projects(**{
        "o/a": {"truck_factor": 1.0, "p_commit": 1e-4}, "o/b": {}, "o/c": {"top_share": 0.9},
    })  # fmt: skip
    carried = Carried(
        fragility(table, NOBODY, Hazard.load()), anomaly(table), table.set_index("project")
    )
    packages = match(["liba", "b", "c"], table["project"].tolist(), {"liba": "o/a"})
    return joint(criticality, carried, packages, view)


def test_the_list_hides_none_of_its_parts() -> None:
    found = listed()
    assert found.index[0] == "o/a"
    assert found["rank"].tolist() == sorted(found["rank"])
    assert {"criticality", "fragility", "anomaly", "package", "words"} <= set(found.columns)
    assert {c for c in map(str, found) if c.startswith("rank_without_")} == {
        "rank_without_criticality", "rank_without_fragility", "rank_without_anomaly",
    }  # fmt: skip
    assert "half of the year's commits" in found["words"].to_dict()["o/a"]


def test_money_is_asked_for_where_nothing_is_unusual() -> None:
    found = listed("fund")
    assert "o/a" not in found.index
    assert "rank_without_anomaly" not in found.columns
    assert all("nothing in its history is unusual" in words for words in found["words"])


def test_packages_find_projects_by_name_only_where_it_is_one() -> None:
    known = ["x/zlib", "y/zlib", "z/curl"]
    assert match(["zlib", "Curl", "none"], known, {}) == {"Curl": "z/curl"}
    assert match(["zlib"], known, {"zlib": "y/zlib"}) == {"zlib": "y/zlib"}


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.integers(0, 7))
def test_a_cascade_reaches_all_that_need_it(edges: set[tuple[int, int]], gone: int) -> None:
    graph = Graph.of(((str(a), str(b)) for a, b in edges), map(str, range(8)))
    found = cascade(graph, [str(gone)], None)
    reached, front = set(), {gone}
    while front:
        front = {a for a, b in edges if b in front and a != b} - reached - {gone}
        reached |= front
    assert found.affected == len(reached)
    weights = pd.Series({str(n): float(n) for n in range(8)})
    assert cascade(graph, [str(gone)], weights).weight == sum(reached)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory, story: Path) -> Path:
    place = tmp_path_factory.mktemp("batch")
    ordinary = ordinary_story(place / "ordinary")
    targets = [Target("o/ordinary", str(ordinary)), Target("o/story", str(story))]
    run_batch(Plan(output=str(place / "out"), key=KEY), targets, workers=2)
    return place / "out"


@pytest.fixture
def edges(tmp_path: Path) -> Path:
    path = tmp_path / "edges.csv"
    path.write_text("dependent,dependency\napp,story\nshop,story\nshop,ordinary\nbig,shop\n")
    return path


@pytest.mark.parametrize("suffix", [".json", ".csv", ".parquet", ".html"])
def test_the_command_writes_one_list(batch: Path, edges: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"list{suffix}"
    words = ["rank", "edges", str(edges), "--batch", str(batch), "-o", str(output)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    if suffix == ".json":
        rows = json.loads(output.read_text())["projects"]
        assert {row["project"] for row in rows} == {"o/story", "o/ordinary"}
        assert rows[0]["rank"] == 1
        assert set(rows[0]["fragility_measures"])
    else:
        assert b"o/story" in output.read_bytes()


def test_the_command_says_what_would_fall(batch: Path, edges: Path) -> None:
    words = ["rank", "edges", str(edges), "--without", "story"]
    said = CliRunner().invoke(app, words).output
    assert "3 packages lose something" in said
    people = parquet_frame(batch / "people")
    carrier = carriers(people)["o/story"]
    by_person = CliRunner().invoke(app, [*words[:-1], carrier, "--batch", str(batch)]).output
    assert "without story" in by_person
    assert carrier[:8] not in by_person
    nobody = CliRunner().invoke(app, [*words[:-1], "nobody"])
    assert isinstance(nobody.exception, ConfigurationError)
