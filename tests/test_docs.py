"""The documentation: its commands and programs run, its templates work, its site builds."""

import json
import lzma
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer
import yaml

from trustdrift.serving.cli import app

from .documents import ROOT, blocks
from .repositories import git, ordinary_story
from .serving.ranking.test_ranking import CYCLONEDX, SPDX

PROGRAMS = str(Path(sys.executable).parent)
ENVIRONMENT = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
INTEGRATIONS = ROOT / "docs" / "integrations"


def run(command: list[str], folder: Path, **more: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture
def desk(story: Path, tmp_path: Path) -> Path:
    """A folder in which the history that the pages talk of is at hand."""
    shutil.copytree(story, tmp_path / "xz")
    return tmp_path


@pytest.mark.parametrize("page", ["tutorial.md", "integrate.md"])
def test_the_commands_of_a_page_run_in_order(desk: Path, page: str) -> None:
    found = blocks(ROOT / "docs" / page, "sh")
    assert len(found) >= 2
    for block in found:
        run(["bash", "-euc", block], desk)


PACKAGES = b"""Package: xz-utils
Version: 5.4.1-0.2
Provides: lzma

Package: dpkg
Version: 1.21
Pre-Depends: xz-utils

Package: quiet
Version: 1
Depends: dpkg (>= 1.20) | xz-utils
"""


@pytest.fixture
def office(desk: Path) -> Path:
    """A folder in which lists of repositories and of dependencies are at hand, too."""
    ordinary_story(desk / "quiet")
    (desk / "repositories.txt").write_text("xz\nquiet\n")
    (desk / "Packages.xz").write_bytes(lzma.compress(PACKAGES))
    (desk / "projects.csv").write_text("name,project\nxz-utils,xz\nquiet,quiet\n")
    pairs = pd.DataFrame({"dependent": ["a", "b", "c"], "dependency": ["b", "c", "d"]})
    pairs.to_parquet(desk / "dependencies.parquet")
    (desk / "installations.csv").write_text("name,weight\na,10\nd,1000\n")
    (desk / "product.cdx.json").write_text(json.dumps(CYCLONEDX))
    (desk / "other.spdx.json").write_text(json.dumps(SPDX))
    return desk


def test_the_commands_of_batches_and_rankings_run_in_order(office: Path) -> None:
    for page in ("batch.md", "ranking.md"):
        for block in blocks(ROOT / "docs" / page, "sh"):
            run(["bash", "-euc", block], office)
    assert "xz" in (office / "where-to-look.html").read_text()


def test_every_command_in_the_documents_is_one_that_there_is() -> None:
    root = typer.main.get_command(app)
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    lines = [
        line.strip()
        for page in pages
        for kind in ("sh", "text")
        for block in blocks(page, kind)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    commands = [line.removeprefix("$ ") for line in lines]
    commands = [line for line in commands if line.startswith("trustdrift ")]
    assert len(commands) > 20
    for line in commands:
        words = shlex.split(line, comments=True)[1:]
        command, context = root, None
        while subcommands := getattr(command, "commands", None):
            if words[0].startswith("-"):
                break
            assert words[0] in subcommands, line
            command = subcommands[words.pop(0)]
        context = command.context_class(command, info_name=line)
        command.make_parser(context).parse_args(list(words))


@pytest.mark.parametrize("page", ["tutorial.md", "extend.md"])
def test_the_programs_of_a_page_run(desk: Path, page: str) -> None:
    found = blocks(ROOT / "docs" / page, "python")
    assert found
    for block in found:
        run([sys.executable, "-c", block], desk)


def test_the_notebook_runs(desk: Path) -> None:
    notebook = json.loads((INTEGRATIONS / "vectors.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert "p_value" in "".join(cells)
    run([sys.executable, "-c", "\n".join(cells)], desk)


def test_the_github_action_writes_a_comment(desk: Path) -> None:
    action = yaml.safe_load((INTEGRATIONS / "github-action" / "action.yml").read_text())
    steps = action["runs"]["steps"]
    git(desk, "clone", "--quiet", str(desk / "xz"), str(desk / "work"))
    base, head = (git(desk / "work", "rev-parse", name).decode().strip()
                  for name in ("HEAD~20", "HEAD"))  # fmt: skip
    wanted = {"BASE": base, "HEAD": head, "TOP": "3", "SARIF": "out.sarif",
              "GITHUB_STEP_SUMMARY": str(desk / "summary.md")}  # fmt: skip
    assert set(steps[1]["env"]) < set(wanted)
    run(["bash", "-euo", "pipefail", "-c", steps[1]["run"]], desk / "work", **wanted)
    comment = (desk / "work" / "trustdrift.md").read_text()
    assert comment.startswith("trustdrift compared 20 commits")
    assert "- **" in comment
    assert json.loads((desk / "work" / "out.sarif").read_text())["version"] == "2.1.0"
    assert (desk / "summary.md").read_text() == comment
    for step in steps:
        run(["bash", "-n", "-c", step["run"]], desk)


def test_the_workflow_never_checks_out_what_it_judges() -> None:
    workflow = yaml.safe_load((INTEGRATIONS / "github-workflow.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    checkout = next(step for step in job["steps"] if "checkout" in step.get("uses", ""))
    assert "ref" not in checkout["with"]
    assert checkout["with"]["fetch-depth"] == 0


def test_the_gitlab_template_runs_its_scan(desk: Path) -> None:
    template = yaml.safe_load((INTEGRATIONS / "gitlab-ci.yml").read_text())
    (job,) = template.values()
    scan = next(line for line in job["script"] if line.startswith("trustdrift scan"))
    base = git(desk / "xz", "rev-parse", "HEAD~20").decode().strip()
    run(["bash", "-euc", scan], desk / "xz", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert "20 commits" in (desk / "xz" / "trustdrift.md").read_text()


@pytest.fixture
def pushing(desk: Path) -> Path:
    """A clone with twenty commits that its server, which has the hook, lacks altogether."""
    git(desk, "clone", "--quiet", str(desk / "xz"), str(desk / "work"))
    git(desk, "init", "--quiet", "--bare", str(desk / "server.git"))
    git(desk / "work", "push", "--quiet", str(desk / "server.git"), "HEAD~20:refs/heads/main")
    shutil.copy(INTEGRATIONS / "pre-receive", desk / "server.git" / "hooks" / "pre-receive")
    return desk


PUSH = ["git", "push", "--quiet", "../server.git", "HEAD:refs/heads/main"]


def test_a_push_is_answered(pushing: Path) -> None:
    said = run(PUSH, pushing / "work")
    assert "trustdrift compared 20 commits" in said
    head = git(pushing / "work", "rev-parse", "HEAD")
    assert git(pushing / "server.git", "rev-parse", "main") == head


def test_a_push_can_be_held_back(pushing: Path) -> None:
    before = git(pushing / "server.git", "rev-parse", "main")
    with pytest.raises(AssertionError, match="Ask the maintainers"):
        run(PUSH, pushing / "work", FAIL_ON="0.02")
    assert git(pushing / "server.git", "rev-parse", "main") == before


@pytest.mark.filterwarnings("default")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    run(["sphinx-build", "-q", "-W", "--keep-going", "-c", "docs", ".", str(tmp_path)], ROOT)
    page = (tmp_path / "docs" / "reference" / "generated" / "commands.html").read_text()
    assert "trustdrift export" in page
    assert "/v1/" in (tmp_path / "docs" / "reference" / "generated" / "paths.html").read_text()
    assert (
        "trustdrift.serving.scan.scan"
        in (tmp_path / "docs" / "reference" / "python.html").read_text()
    )
