"""Replays on generated histories whose right answer is known by construction."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trustdrift.features.errors import ConfigurationError
from trustdrift.training.corpus import repositories
from trustdrift.training.replay.cases import read_cases
from trustdrift.training.replay.peers import (
    COMMIT_PEERS,
    CONTRIBUTOR_PEERS,
    Seen,
    judged_by,
    random,
)
from trustdrift.training.replay.population import (
    ALL_REFS,
    CORPUS,
    HEAD,
    Subjects,
    corpus_entries,
    gather_population,
)
from trustdrift.training.replay.replay import Course, IncidentSeen, Plan, plan, see
from trustdrift.training.replay.standing import (
    Standing,
    best,
    first_within,
    found_share,
    in_month,
    in_own_project,
    in_year_before,
)
from trustdrift.training.replay.summary import (
    campaigns_found,
    commits_at_home_by_lot,
    commits_found,
    commits_found_at_home,
    commits_found_by_campaign,
)
from trustdrift.training.replay.yearly import _place_in_group, start_of

from ..documents import ROOT
from ..repositories import DAY, NEWCOMER, Repository, git, ordinary_story, succession_story
from .conftest import surroundings

COMMAND = (sys.executable, "-c", "from trustdrift.serving.cli import main; main()")


@dataclass(frozen=True)
class World:
    folder: Path
    harm: str
    beside: str
    """A harmful commit that only a side branch leads to."""

    def evaluate(self, *words: str | Path, code: int = 0) -> str:
        done = subprocess.run(
            [*COMMAND, "evaluate", "--histories", self.folder / "mirror", "--vectors",
             self.folder / "vectors", "--config", self.folder / "settings.toml", *map(str, words)],
            capture_output=True, encoding="utf-8", check=False, cwd=self.folder,
            env=surroundings(NO_COLOR="1"),
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if code else done.stdout


def side_commit(path: Path) -> str:
    """Bring a harmful commit that was never merged."""
    when = int(git(path, "log", "-1", "--format=%ct"))
    repository = Repository(path)
    repository.commit(
        {f"tests/files/more{i}.bin": bytes([0, i]) * 400 for i in range(5)},
        author=NEWCOMER, time=when + DAY, message="Add more test files", branch="aside",
    )  # fmt: skip
    repository.write()
    return git(path, "rev-parse", "aside").decode().strip()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    mirror = folder / "mirror"
    for seed, form in enumerate(("a+one/repo", "b/two", "c/three.git", "d+four/repo", "e/five")):
        ordinary_story(mirror / form, seed)
    succession_story(mirror / "h+anded/repo", seed=20)
    taken = succession_story(mirror / "t" / "aken.git", seed=30)
    (mirror / "x" / "broken.git").mkdir(parents=True)
    (mirror / "x" / "broken.git" / "HEAD").write_text("ref: refs/heads/main\n")
    harm = git(taken, "rev-parse", "HEAD").decode().strip()
    beside = side_commit(taken)
    successor = git(mirror / "h+anded/repo", "rev-parse", "HEAD").decode().strip()
    (folder / "settings.toml").write_text(
        "\n".join(f'panel.{level} = ["directional_tails"]'
                  for level in ("commit", "contributor", "project"))
    )  # fmt: skip
    (folder / "cases.toml").write_text(f"""
[[incident]]
id = "taken"
repo = "t/aken"
kind = "insider_takeover"
severity = "malicious"
actor_commit = "{harm}"
push_rights = ""
disclosed = "2023-02"
malicious = [
  {{ sha = "{harm}", date = "2022-12-30" }},
  {{ sha = "{beside}", date = 2022-12-31 }},
  {{ sha = "{"0" * 40}", date = "2022-12-31" }},
]

[[incident]]
id = "gone"
repo = "n/owhere"
kind = "protestware"
severity = "message"
actor_commit = "{harm}"
disclosed = ""
malicious = [{{ sha = "{harm}", date = "2022-12-30" }}]

[[succession]]
id = "handed"
repo = "h/anded"
actor_commit = "{successor}"
ahead = "2022"
""")
    return World(folder, harm, beside)


@pytest.fixture(scope="module")
def report(world: World) -> dict:
    return json.loads(world.evaluate("--incidents", "cases.toml", "--format", "json"))


def test_the_harmful_commit_is_found_and_counted_once_in_each_view(report: dict) -> None:
    incident = next(case for case in report["incidents"] if case["id"] == "taken")
    merged, aside, absent = incident["commits"]
    assert merged["head"]["rank"] <= 3
    assert merged["head"]["of"] > 500
    assert aside["head"] is None
    assert aside["all_refs"]["rank"] <= 3
    assert absent["all_refs"] is None
    assert report["commits"]["found"]["0.01"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 2}
    assert report["commits_from_head"]["found"]["0.01"]["n"] == 1


def test_the_actor_is_listed_before_disclosure_and_so_is_the_honest_successor(
    report: dict,
) -> None:
    incident = next(case for case in report["incidents"] if case["id"] == "taken")
    assert report["contributors"]["listed"]["0.05"]["value"] == 1.0
    assert report["contributors"]["listed"]["0.05"]["n"] == 1
    assert incident["best_rank"] <= 2
    assert "2022-02-25" < incident["first_listed"]["0.05"] < "2023-02-01"
    assert incident["reasons"]
    assert report["successions"]["listed"]["0.05"]["n"] == 1
    assert report["anybody"]["listed"]["0.05"]["value"] < 0.6


def test_what_could_not_be_evaluated_is_said(report: dict) -> None:
    gone = next(case for case in report["incidents"] if case["id"] == "gone")
    assert gone["absent"].startswith("not in ")
    assert gone["best_rank"] is None
    assert gone["commits"][0]["all_refs"] is None


def test_nothing_leaks(report: dict) -> None:
    assert report["leaks"]["recomputed"] == 2
    assert report["leaks"]["changed"] == []
    assert report["leaks"]["shuffled"]["0.01"]["value"] < 0.1


def test_years_and_projects_are_those_that_were_replayed(report: dict) -> None:
    assert report["years"] == [2020, 2021, 2022]
    assert report["projects"] == 6
    assert report["baseline"] == "replayed"


def test_the_report_for_people_holds_the_same(world: World) -> None:
    text = world.evaluate("--incidents", "cases.toml", "-o", "replay.md")
    assert text == ""
    written = (world.folder / "replay.md").read_text()
    assert "| taken | insider takeover | " in written
    assert "| handed | " in written
    assert "not in " in written
    assert "100% [100%, 100%] n=2" in written
    assert "\n- taken: " in written


def test_a_baseline_that_may_know_the_future_is_named(world: World) -> None:
    text = world.evaluate("--incidents", "cases.toml", "--baseline", ROOT / "models" / "pretrained")
    assert "which may know what came later" in text


def test_a_file_that_is_no_list_of_cases_is_refused_before_the_work(world: World) -> None:
    (world.folder / "wrong.toml").write_text('[[incident]]\nid = "x"\nrepo = "a/b"\n')
    line = world.evaluate("--incidents", "wrong.toml", code=2)
    assert "`malicious` of incident x is absent or wrong" in line


def test_what_one_attacker_did_is_one_case(tmp_path: Path) -> None:
    text = """
[[incident]]
id = "{0}"
{1}
repo = "a/{0}"
kind = "account_compromise"
severity = "malicious"
actor_commit = "1"
disclosed = ""
malicious = [{{ sha = "1", date = "2022-12-30" }}]
"""
    path = tmp_path / "cases.toml"
    same = 'campaign = "worm"'
    path.write_text("".join(text.format(*each) for each in (("a", same), ("b", same), ("c", ""))))
    incidents = read_cases(path).incidents
    assert [incident.campaign for incident in incidents] == ["worm", "worm", "c"]
    nobody = Course(())
    seen = [
        IncidentSeen(
            incident, "", nobody, nobody, ((incident.malicious[0], Standing(0, 0, rank, 1_000)),),
            (Standing(0, 0, 1, few),),
        )
        for incident, rank, few in zip(incidents, (1, 900, 900), (2, 10, 200), strict=True)
    ]  # fmt: skip
    assert commits_found(seen)[0.01].value == pytest.approx(1 / 3)
    assert commits_found_by_campaign(seen)[0.01].value == pytest.approx(1 / 4)
    assert campaigns_found(seen)[0.01].value == pytest.approx(1 / 2)
    assert campaigns_found(seen)[0.01].n == 2
    assert commits_found_at_home(seen)[0.01].value == pytest.approx(1 / 3)
    assert commits_at_home_by_lot(seen)[0.01].value == pytest.approx((0 + 0 + 2 / 200) / 3)
    assert commits_at_home_by_lot(seen)[5].value == pytest.approx((1 + 5 / 10 + 5 / 200) / 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no"),
        ("incident = 3", "must be a list of tables"),
        ("[[succession]]\nid = 'a'\nrepo = 'b/c'\nactor_commit = 'd'", "`ahead` of succession a"),
        ("[[incident]]\nid = 'a'\nmalicious = [3]\nrepo = 'b'\nkind = 'c'\nseverity = 'd'\n"
         "actor_commit = 'e'", "`malicious` of incident a"),
        ("[[incident]]\nid = 'a'\nmalicious = [{sha='1', date='soon'}]\nrepo = 'b'\nkind = 'c'\n"
         "severity = 'd'\nactor_commit = 'e'", "`date` of incident a, commit"),
    ],
)  # fmt: skip
def test_a_wrong_case_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_cases(path)


def test_incidents_found_later_are_others_and_can_be_read() -> None:
    known = read_cases(ROOT / "experiments" / "incidents.toml")
    unseen = read_cases(ROOT / "experiments" / "unseen" / "incidents.toml")
    assert len(unseen.incidents) >= 26
    assert not unseen.repositories & known.repositories
    shared = {i.campaign for i in unseen.incidents} & {i.campaign for i in known.incidents}
    assert shared == {"ghostaction", "megalodon", "worm"}


def test_the_known_cases_can_be_read() -> None:
    cases = read_cases(ROOT / "experiments" / "incidents.toml")
    assert len(cases.incidents) >= 16
    assert len(cases.successions) >= 18
    kite = next(case for case in cases.incidents if case.id.startswith("autocomplete"))
    assert kite.disclosed == date(2017, 7, 1)


def test_a_mirror_is_listed_whatever_its_form(world: World) -> None:
    found = repositories(world.folder / "mirror")
    assert found == ["a/one", "b/two", "c/three", "d/four", "e/five", "h/anded", "t/aken",
                     "x/broken"]  # fmt: skip


def month(*views_and_projects: tuple[int, str]) -> Subjects:
    table = pd.DataFrame(
        [{"view": view, "project": project, "time": 100} for view, project in views_and_projects]
    )
    return Subjects(np.zeros((len(table), 1)), None, table)


def test_a_window_is_ranked_once_with_its_own_project() -> None:
    rows = month((CORPUS, "a"), (HEAD, "b"), (ALL_REFS, "b"), (ALL_REFS, "b"), (HEAD, "c"))
    scores = np.array([1.0, 9.0, 2.0, 3.0, 2.0])
    found = in_month(rows, scores, 2)
    assert found is not None
    assert (found.rank, found.of) == (3, 4)  # above: the other of its view, and a tie; not its head
    assert in_month(rows, np.full(5, np.nan), 2) is None


def test_a_commit_is_ranked_in_the_year_up_to_it_alone() -> None:
    year = 365 * DAY
    table = pd.DataFrame(
        {"view": [CORPUS, CORPUS, CORPUS, HEAD, HEAD], "project": "a",
         "time": [10, year, year + 11, year, year + 9]}
    )  # fmt: skip
    scores = np.array([5.0, 5.0, 9.0, 9.0, 3.0])
    found = in_year_before(Subjects(np.zeros((5, 1)), None, table), scores, 4)
    assert found is not None
    assert (found.rank, found.of) == (3, 3)


def test_a_commit_is_ranked_in_its_own_project_as_well() -> None:
    year = 365 * DAY
    table = pd.DataFrame(
        {"view": [HEAD, HEAD, HEAD, CORPUS, ALL_REFS, HEAD], "project": [*"aaabaa"],
         "time": [10, year, year + 11, year, year, year + 9]}
    )  # fmt: skip
    scores = np.array([5.0, 5.0, 9.0, 9.0, 9.0, 3.0])
    found = in_own_project(Subjects(np.zeros((6, 1)), None, table), scores, 5)
    assert found is not None
    assert (found.rank, found.of) == (3, 3)  # its own year and view, and nothing later


def test_lists_are_shares_or_lengths() -> None:
    standings = [Standing(0, 30, 4, 100), Standing(1, 10, 9, 1_000), Standing(2, 20, 9, 1_000)]
    first = first_within(standings, 0.01)
    assert first is not None
    assert first.time == 10
    assert first_within(standings, 5) == standings[0]
    assert first_within(standings, 0.001) is None
    assert best(standings) == standings[1]
    assert best([]) is None


def test_a_share_says_its_n_and_what_is_empty_is_no_share() -> None:
    found = found_share([True, False, True, True], ["a", "a", "b", "c"])
    assert (found.value, found.n) == (0.75, 4)
    assert found.low <= 0.75 <= found.high
    assert np.isnan(found_share([], []).value)


def test_members_are_numbered_within_their_group() -> None:
    assert _place_in_group(np.array([2, 1, 2, 2, 1])).tolist() == [0, 0, 1, 2, 1]


def test_years_begin_in_utc() -> None:
    assert datetime.fromtimestamp(start_of(2020), UTC).isoformat() == "2020-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def planned(world: World, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    cases = read_cases(world.folder / "cases.toml")
    mirror = world.folder / "mirror"
    gathered = gather_population(
        corpus_entries(mirror, cases), cases, mirror, world.folder / "own",
        tmp_path_factory.mktemp("rows") / "rows", key=bytes(range(32)),
    )  # fmt: skip
    return plan(gathered, cases)


@pytest.mark.parametrize("name", COMMIT_PEERS)
def test_peers_judge_every_commit_of_the_years_that_are_replayed(planned: Plan, name: str) -> None:
    scores = judged_by(planned, COMMIT_PEERS[name], random)
    numbers = scores.by_level["commit"]
    year = pd.to_datetime(planned.rows["commit"].table["time"], unit="s").dt.year
    inside = year.isin(planned.years).to_numpy()
    assert np.isnan(numbers[~inside]).all()
    assert not np.isnan(numbers[inside]).any()
    standing = see(planned, scores).incidents["all_refs"][0].commits[0][1]
    assert standing is not None
    assert standing.of > 500


def test_a_binary_file_by_a_newcomer_is_what_one_peer_finds(planned: Plan) -> None:
    replay = see(planned, judged_by(planned, COMMIT_PEERS["binary file by a non-founder"], random))
    standing = replay.incidents["all_refs"][0].commits[0][1]
    assert standing is not None
    assert standing.rank <= 3


@pytest.mark.parametrize("name", CONTRIBUTOR_PEERS)
def test_peers_judge_people(planned: Plan, name: str) -> None:
    replay = see(planned, judged_by(planned, random, CONTRIBUTOR_PEERS[name]))
    course = replay.incidents["all_refs"][0].contributor
    assert course.standings
    if name != "random":
        top = best(course.standings)
        assert top is not None
        assert top.rank <= 5


def test_only_authors_with_a_past_have_a_machine_of_their_own(planned: Plan) -> None:
    seen = Seen(planned.rows["commit"], "commit")
    scores = COMMIT_PEERS["per-author one-class SVM"](seen, (2020,))
    table = seen.rows.table.assign(known=np.isfinite(scores))
    year = pd.to_datetime(table["time"], unit="s").dt.year
    assert not table["known"][year != 2020].any()
    days = (
        table[year < 2020]
        .groupby(["project", "view", "person"])["time"]
        .agg(lambda times: (times // DAY).nunique())
    )
    people = table[year == 2020].groupby(["project", "view", "person"])["known"].all()
    for who, known in people.items():
        assert known == (days.get(who, 0) >= 20)
