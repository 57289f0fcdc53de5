"""A bento serves without the source tree; what else is deployed names what exists."""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
import yaml

from trustdrift import __version__
from trustdrift.serving.service.settings import PREFIX, Settings

from ...documents import ROOT
from .conftest import free_port, wait_until_ready

DEPLOY = ROOT / "docs" / "deploy"


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Variables for programs that must not see the source tree."""
    return {
        **os.environ, "BENTOML_HOME": str(tmp_path / "bentoml"), "BENTOML_DO_NOT_TRACK": "True",
        "TRUSTDRIFT_DATA": str(tmp_path / "data"), "TRUSTDRIFT_OPEN": "true",
    }  # fmt: skip


def test_a_bento_serves_without_the_source_tree(
    tmp_path: Path, wheel: zipfile.ZipFile, outside: dict[str, str]
) -> None:
    context = tmp_path / "context"
    (context / "wheels").mkdir(parents=True)
    for name in ("bentofile.yaml", "service.py"):
        (context / name).write_bytes((DEPLOY / name).read_bytes())
    built = Path(str(wheel.filename))
    (context / "wheels" / built.name).write_bytes(built.read_bytes())
    bentoml = [sys.executable, "-m", "bentoml"]
    subprocess.run(
        [*bentoml, "build", str(context)], check=True, cwd=tmp_path, env=outside,
        capture_output=True,
    )  # fmt: skip
    packed = next((tmp_path / "bentoml").rglob("*.whl"))
    installed = tmp_path / "installed"
    zipfile.ZipFile(packed).extractall(installed)
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*bentoml, "serve", "trustdrift:latest", "--port", str(port)],
            cwd=tmp_path, env={**outside, "PYTHONPATH": str(installed)},
            stdout=written, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        assert httpx.get(f"{url}/v1/health").json()["ready"]
        where = subprocess.run(
            [sys.executable, "-c", "import trustdrift; print(trustdrift.__file__)"],
            cwd=tmp_path, env={**outside, "PYTHONPATH": str(installed)}, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        assert Path(where.stdout.strip()).is_relative_to(installed)
    finally:
        process.terminate()
        process.wait(30)


def test_the_bentos_wheel_is_of_this_version() -> None:
    document = yaml.safe_load((DEPLOY / "bentofile.yaml").read_text())
    (named,) = document["python"]["wheels"]
    assert named.startswith(f"wheels/trustdrift-{__version__}-cp311-")


def test_files_name_settings_and_files_that_exist() -> None:
    known = {PREFIX + own.name.upper() for own in fields(Settings)} | {f"{PREFIX}PSEUDONYM_KEY"}
    pages = [*DEPLOY.iterdir(), ROOT / "docs" / "deploy.md"]
    text = "\n".join(page.read_text() for page in pages if page.is_file())
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", text))
    assert named <= known
    assert len(named) >= 5
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    build = compose["services"]["trustdrift"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(compose["volumes"])
        ports = [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        assert ports == []
