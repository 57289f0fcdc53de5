"""The command line as a user meets it: in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trustdrift.features.files import parquet_frame
from trustdrift.features.history import TABLES

from ..repositories import START, Repository, git

COMMAND = (sys.executable, "-c", "from trustdrift.serving.cli import main; main()")


def trustdrift(*words: str | Path, code: int = 0, columns: int = 100) -> str:
    """Run it; the output if all went well, else what it said on stderr."""
    run = subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"COLUMNS": str(columns), "NO_COLOR": "1"},
    )
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr if code == 2 else run.stdout


def test_text_says_who_what_and_why(story: Path) -> None:
    text = " ".join(trustdrift("scan", story).split())
    assert "Nora Newcomer" in text
    assert "“Add a few test files”, Nora Newcomer" in text
    assert "adds or changes 5 binary files among the tests" in text
    assert "A lead is a question, not an accusation" in text
    for word in ("attacker", "malicious", "suspicious"):
        assert word not in text.lower()


def test_json_holds_to_the_contract_and_names_nobody(story: Path) -> None:
    raw = trustdrift("scan", story, "--format", "json", "--top", "3")
    assert "Nora" not in raw
    assert "@" not in raw
    report = json.loads(raw)
    assert set(report) == {"schema", "project", "baseline", "leads"}
    assert report["schema"] == 1
    assert set(report["leads"]) == {"commits", "contributors", "project"}
    assert 0 < len(report["leads"]["commits"]) <= 3
    for level, keys in (
        ("commits", {"sha"}),
        ("contributors", {"person", "window_end"}),
        ("project", {"window_end"}),
    ):
        for lead in report["leads"][level]:
            assert set(lead) == {
                "rank", "subject", "p_value", "percentile", "detectors", "signals", "reasons",
                "in_favour", "evidence", "evidence_signals", "named_first",
            }  # fmt: skip
            assert set(lead["evidence_signals"]) | set(lead["named_first"]) <= set(lead["evidence"])
            assert set(lead["subject"]) == keys
            assert set(lead["reasons"][0]) == {
                "feature", "value", "unit", "typical", "expected", "compared_with", "text",
            }  # fmt: skip
            assert all(re.fullmatch("[0-9a-f]{40}", sha) for sha in lead["evidence"])


def test_pseudonyms_leave_names_and_messages_out(story: Path) -> None:
    for form in ("text", "md", "html"):
        text = trustdrift("scan", story, "--pseudonyms", "--format", form)
        assert "Nora" not in text
        assert "Add a few test files" not in text
        assert "person " in text


def test_until_answers_as_of_that_date(story: Path) -> None:
    report = json.loads(trustdrift("scan", story, "--format", "json", "--until", "2021-06-30"))
    assert report["project"]["until"] <= "2021-06-30"
    assert report["leads"]["contributors"] == []


def test_since_widens_the_stretch(story: Path) -> None:
    wide = json.loads(trustdrift("scan", story, "--format", "json", "--since", "2018-01-01"))
    assert wide["project"]["scored"]["commits"]["subjects"] > 700


def test_output_is_written_whole(story: Path, tmp_path: Path) -> None:
    trustdrift("scan", story, "--format", "html", "-o", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().rstrip().endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_mode & 0o044


def test_fail_on_ends_with_1_when_a_lead_reaches_it(story: Path) -> None:
    trustdrift("scan", story, "--fail-on", "0.01", code=1)
    trustdrift("scan", story, "--fail-on", "0.0000001")


def test_a_single_commit_can_be_scanned(repository: Repository) -> None:
    repository.commit({"a": b"1\n"})
    assert "1 commit by 1 person" in trustdrift("scan", repository.write())


@pytest.mark.parametrize(
    ("author", "files", "step"),
    [
        ("dependabot[bot] <d@x.org>", True, 1),
        ("Ada Lovelace <ada@x.org>", False, 1),
        ("Ada Lovelace <ada@x.org>", True, 0),
        ("<>", True, 1),
        ("\x1b[31mRed <r@x.org>", True, 1),
        ("Ada Lovelace <ada@x.org>", True, 400),
        ("Ada Lovelace <ada@x.org>", True, 10**9),
    ],
    ids=["robots", "no files", "one instant", "no name", "control", "long gaps", "far future"],
)
@pytest.mark.parametrize("form", ["text", "html", "md", "json"])
def test_odd_histories_can_be_scanned(
    repository: Repository, author: str, files: bool, step: int, form: str
) -> None:
    for day in range(25):
        repository.commit(
            {f"f{day}": b"%d\n" % day} if files else {},
            author=author,
            time=START + day * step * 86_400,
        )
    report = trustdrift("scan", repository.write(), "--format", form)
    assert "\x1b" not in report


def test_a_work_tree_can_be_scanned(story: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(story), "tree")
    assert "tree" in trustdrift("scan", tmp_path / "tree")


def test_names_and_messages_cannot_bring_markup(repository: Repository) -> None:
    evil = "<script>alert(1)</script> [red]x[/red] [a](http://b) @all"
    for day in range(40):
        repository.commit(
            {f"tests/{day}.bin": b"\0%d" % day},
            author=f"{evil.replace('<', '').replace('>', '')} <e@x.org>",
            message=evil,
            time=START + day * 86_400,
        )
    path = repository.write()
    page = trustdrift("scan", path, "--format", "html")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "[a](http" not in trustdrift("scan", path, "--format", "md")
    assert "[red]x[/red]" in trustdrift("scan", path, columns=300)


def test_mine_writes_the_tables_under_pseudonyms(story: Path, tmp_path: Path) -> None:
    said = trustdrift("mine", story, "-o", tmp_path / "mined")
    assert "commits" in said
    tables = {file.name for file in (tmp_path / "mined" / "story").iterdir()}
    assert tables == {f"{name}.parquet" for name in TABLES}
    commits = parquet_frame(tmp_path / "mined" / "story" / "commits.parquet")
    assert commits["author"].str.fullmatch("[0-9a-f]{16}").all()


def test_features_lists_the_catalog() -> None:
    listed = json.loads(trustdrift("features", "--format", "json"))["features"]
    assert len(listed) >= 100
    assert "binary_fixtures" in trustdrift("features")


def test_baseline_show_tells_where_it_comes_from() -> None:
    assert json.loads(trustdrift("baseline", "show"))["projects"] >= 150


def test_help_answers_without_loading_what_scans() -> None:
    script = (
        "import sys; sys.argv = ['trustdrift', '--help']\n"
        "from trustdrift.serving.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'pygit2', 'pyarrow', 'sklearn', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_a_scan_needs_no_extra() -> None:
    script = (
        "import sys\n"
        "for name in ('sklearn', 'scipy', 'torch', 'mlflow', 'bentoml', 'ray', 'pyod'):\n"
        "    sys.modules[name] = None\n"
        "sys.argv = ['trustdrift', 'scan', sys.argv[1]]\n"
        "from trustdrift.serving.cli import main\n"
        "main()\n"
    )
    checkout = Path(__file__).parents[2]
    if (checkout / ".git").is_dir():
        subprocess.run([sys.executable, "-c", script, checkout], check=True, capture_output=True)


class TestMistakes:
    """Each is one line that helps, and exit code 2."""

    @pytest.fixture
    def empty(self, tmp_path: Path) -> Path:
        return Repository(tmp_path / "empty").path

    def line(self, *words: str | Path) -> str:
        said = trustdrift(*words, code=2)
        assert said.count("\n") == 1, said
        assert said.startswith("trustdrift: ")
        return said

    def test_no_such_path(self, tmp_path: Path) -> None:
        assert "does not exist" in self.line("scan", tmp_path / "none")

    def test_not_a_repository(self, tmp_path: Path) -> None:
        assert "not a git repository" in self.line("scan", tmp_path)

    def test_empty_repository(self, empty: Path) -> None:
        assert "committed yet?" in self.line("scan", empty)

    def test_unborn_branch(self, repository: Repository) -> None:
        repository.commit({"a": b"1\n"}, branch="work")
        assert "--ref work" in self.line("scan", repository.write())

    def test_shallow_clone(self, story: Path, tmp_path: Path) -> None:
        git(tmp_path, "clone", "--quiet", "--bare", "--depth=3", f"file://{story}", "shallow")
        assert "git fetch --unshallow" in self.line("scan", tmp_path / "shallow")

    def test_wrong_date(self, story: Path) -> None:
        assert "2024-03-28" in self.line("scan", story, "--until", "yesterday")

    def test_no_commit_in_the_stretch(self, story: Path) -> None:
        assert "--since" in self.line("scan", story, "--since", "2050-01-01")
        assert "--until" in self.line("scan", story, "--until", "1999-01-01")

    def test_wrong_reference(self, story: Path) -> None:
        assert "for-each-ref" in self.line("scan", story, "--ref", "none")

    def test_two_starts(self, story: Path) -> None:
        assert "exclude each other" in self.line("scan", story, "--ref", "main", "--all-refs")

    def test_wrong_baseline(self, story: Path, tmp_path: Path) -> None:
        assert "no baseline" in self.line("scan", story, "--baseline", tmp_path)

    def test_a_place_that_cannot_be_written(self, story: Path, tmp_path: Path) -> None:
        place = tmp_path / "no" / "such" / "folder.txt"
        assert "cannot be written" in self.line("scan", story, "-o", place)

    def test_a_url_that_cannot_be_cloned(self) -> None:
        assert "may be cloned" in self.line("scan", "ext::sh -c true")
        assert "may be cloned" in self.line("scan", "file:///tmp")
        assert "not public" in self.line("mine", "https://127.0.0.1/a/b", "-o", "never")

    def test_two_repositories_of_one_name(self, story: Path, tmp_path: Path) -> None:
        assert "two repositories" in self.line("mine", story, story, "-o", tmp_path / "x")

    def test_a_wrong_corpus(self, tmp_path: Path) -> None:
        said = self.line(
            "train", "--corpus", tmp_path / "c", "--histories", tmp_path, "-o", tmp_path
        )
        assert "does not exist" in said


def test_keys_are_made_listed_exchanged_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTDRIFT_DATA", str(tmp_path / "data"))
    key = trustdrift("keys", "create", "ci", "--scope", "score", "--days", "9").strip()
    listed = trustdrift("keys", "list")
    assert key not in listed
    assert re.search(r"^[0-9a-f]{16}  ci  score  until \d{4}-\d\d-\d\d$", listed, re.MULTILINE)
    key_id = listed.split()[0]
    assert trustdrift("keys", "rotate", key_id, "--grace-hours", "0").strip() != key
    assert trustdrift("keys", "list").count("ended") == 1
    trustdrift("keys", "revoke", key_id)
    assert "is no scope" in trustdrift("keys", "create", "x", "--scope", "all", code=2)
    assert "there is no key" in trustdrift("keys", "revoke", "none", code=2)


def test_a_person_can_be_asked_for_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTDRIFT_DATA", str(tmp_path / "data"))
    for word in ("export", "erase"):
        kept = json.loads(trustdrift("person", word, "nobody@example.org"))
        assert (kept["leads"], kept["commits"], kept["log"]) == ([], {}, 0)


@pytest.mark.parametrize(
    ("name", "value", "words", "told"),
    [
        ("TRUSTDRIFT_OPEN", "true", ["serve", "--host", "0.0.0.0"], "lets everybody in"),
        ("TRUSTDRIFT_DATABASE", "nosuch://x", ["keys", "list"], "the database cannot be used"),
        ("TRUSTDRIFT_ITEMS", "many", ["serve"], "TRUSTDRIFT_ITEMS is 'many'"),
    ],
)
def test_a_service_that_is_set_up_wrongly_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: list[str],
    told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("TRUSTDRIFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv(name, value)
    assert told in trustdrift(*words, code=2)
