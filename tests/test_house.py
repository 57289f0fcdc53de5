"""The house: what is shipped, what imports what, and that the documents are true."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from trustdrift import __version__
from trustdrift.features.catalog import catalog
from trustdrift.serving.reports.catalog import as_markdown

from .documents import ROOT, blocks


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"trustdrift", f"trustdrift-{__version__}.dist-info"}
    inside = {name.split("/")[1] for name in names if name.startswith("trustdrift/")}
    assert inside == {"__init__.py", "py.typed", "features", "models", "training", "serving"}
    shipped = {name.removeprefix("trustdrift/") for name in names}
    for source in (p for top in ("features", "models", "training", "serving")
                   for p in (ROOT / top).rglob("*") if p.is_file()):  # fmt: skip
        if "__pycache__" not in source.parts:
            assert str(source.relative_to(ROOT)) in shipped


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert wheel.filename is not None
    assert Path(wheel.filename).stat().st_size < 10_000_000


def test_the_version_stands_in_one_place_and_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dynamic"] == ["version"]
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_no_python_file_strays_into_the_root() -> None:
    assert [p.name for p in ROOT.glob("*.py")] == ["__init__.py"]


def test_imports_run_down() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


BENTO = ROOT / "serving" / "service" / "bento.py"
"""What BentoML loads, and nothing else does."""


@pytest.mark.parametrize("module", ["features", "models", "serving"])
def test_training_alone_needs_scikit_learn(module: str) -> None:
    """Heavy packages are imported where they are used, never at the top of a module."""
    for source in (ROOT / module).rglob("*.py"):
        if source == BENTO:
            continue
        top = [
            line for line in source.read_text().splitlines() if line.startswith(("import", "from"))
        ]
        assert not [
            line
            for line in top
            if re.search(r"\b(sklearn|pyod|mlflow|torch|matplotlib|ray|bentoml)\b", line)
        ]


def test_mining_does_without_pandas() -> None:
    """It takes longer to load than a small history to mine."""
    script = (
        "import sys; import trustdrift.features.mining.miner; sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_each_heavy_package_has_few_homes() -> None:
    learning = {f"{name}.py" for name in ("autoencoder", "learning", "sequence", "surprise")}
    homes = {
        "mlflow": {f"training/{name}.py" for name in ("promote", "registered_model", "tracking")},
        "torch": {f"models/detectors/{name}" for name in learning},
        "pyod": {"models/detectors/ecod.py"},
        "bentoml": {str(BENTO.relative_to(ROOT))},
    }
    for package, allowed in homes.items():
        pattern = re.compile(rf"^\s*(import|from) {package}\b", re.MULTILINE)
        met = {
            str(source.relative_to(ROOT))
            for folder in ("features", "models", "training", "serving")
            for source in (ROOT / folder).rglob("*.py")
            if pattern.search(source.read_text())
        }
        assert met == allowed


def test_the_reference_of_features_is_current() -> None:
    written = (ROOT / "docs" / "features.md").read_text("utf-8")
    assert written == as_markdown(catalog()), (
        "run: trustdrift features --format md > docs/features.md"
    )


def test_the_readmes_commands_are_the_ones_that_ci_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    shells = [block.strip() for block in blocks(ROOT / "README.md", "sh")]
    assert len(shells) >= 2
    for command in shells[:2]:
        assert command in script


def test_the_readmes_help_is_the_real_one() -> None:
    shown = next(b for b in blocks(ROOT / "README.md", "text") if "trustdrift scan [OPTIONS]" in b)
    script = "from trustdrift.serving.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", script, "scan", "--help"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"COLUMNS": "88", "TERMINAL_WIDTH": "88", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"},
    )
    real = [line.rstrip() for line in run.stdout.replace("-c scan", "trustdrift scan").splitlines()]
    assert shown.split() == " ".join(real).split()


def test_the_readmes_python_runs(story: Path, tmp_path: Path) -> None:
    for block in blocks(ROOT / "README.md", "python"):
        script = block.replace('"path/to/repository"', repr(str(story)))
        subprocess.run(
            [sys.executable, "-c", script], check=True, cwd=tmp_path, capture_output=True
        )


def test_documents_link_to_what_exists() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_address_of_a_machine_or_person_is_committed() -> None:
    if not (ROOT / ".git").exists():
        return  # an sdist has no list of committed files
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    home = str(Path.home())
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_symlink() or path.suffix in (".safetensors", ".png") or not path.is_file():
            continue
        text = path.read_text("utf-8")
        assert f"{home}/" not in text, name
        assert not re.search(r"index-[u]rl|python[h]osted", text), name
