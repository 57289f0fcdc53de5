"""A BentoML server on loopback, as `trustdrift serve` starts it, once for all tests."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from trustdrift.models.baseline import SHIPPED
from trustdrift.serving.service.client import Client
from trustdrift.serving.service.database import Database
from trustdrift.serving.service.keys import SCOPES, create
from trustdrift.serving.service.projects import register
from trustdrift.serving.service.settings import Settings

from ...conftest import KEY
from ...repositories import ordinary_story

SECRET = "a webhook's secret"


@dataclass(frozen=True)
class Server:
    """A running server, and keys to it."""

    url: str
    settings: Settings
    log: Path
    database: Database
    keys: dict[str, str]
    """By scope; `all` has every one."""

    def client(self, key: str = "all") -> Client:
        return Client(self.url, self.keys.get(key, key))

    def http(self, key: str = "all") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.keys[key]}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def pg_ctl() -> Path | None:
    """Find PostgreSQL's programs, wherever Debian or somebody else put them."""
    found = shutil.which("pg_ctl")
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return Path(found).resolve() if found else next(iter(packaged), None)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> str:
    """Where the server keeps its state: PostgreSQL where it is installed, else SQLite."""
    if pg_ctl() is None:
        return ""
    url = make_url(request.getfixturevalue("postgresql"))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("create database service"))
    engine.dispose()
    return url.set(database="service").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, story: Path, database_url: str
) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("service")
    mirror = place / "mirror"
    shutil.copytree(story, mirror / "story")
    ordinary_story(mirror / "ordinary")
    shutil.copytree(SHIPPED, place / "baseline")
    settings = Settings(
        data=place / "data", mirror=str(mirror), baseline=str(place / "baseline"),
        poll_seconds=0.2, webhook_secret=SECRET, body_megabytes=8, items=5_000,
        requests_per_minute=100_000, database=database_url,
    )  # fmt: skip
    settings.data.mkdir()
    database = Database(settings.database_url)
    database.upgrade()
    with database.session() as session:
        keys = {scope: create(session, scope, [scope])[0] for scope in SCOPES}
        keys["all"] = create(session, "tester", SCOPES)[0]
        register(session, settings, "told/before", "story")
    try:
        with running(settings, place / "log") as (url, _):
            yield Server(url, settings, place / "log", database, keys)
    finally:
        database.engine.dispose()


@contextmanager
def running(
    settings: Settings, log: Path, workers: int = 1
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a server as `trustdrift serve` does, and end it."""
    given = {
        f"TRUSTDRIFT_{own.name.upper()}": str(getattr(settings, own.name))
        for own in fields(Settings)
        if getattr(settings, own.name) != own.default
    }
    port = free_port()
    words = ["serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "trustdrift.serving", *words],
            env={**os.environ, **given, "TRUSTDRIFT_PSEUDONYM_KEY": KEY.hex()},
            stdout=written, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process, log)
        yield url, process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own on a free port; the URL of an empty database."""
    found = pg_ctl()
    if found is None:
        pytest.skip("PostgreSQL is not installed; .ci/run installs it where it may")
    programs = found.parent
    place = Path(tempfile.mkdtemp(prefix="trustdrift-"))
    port = free_port()
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(place, "postgres", "postgres")
        owner = {"user": "postgres", "group": "postgres"}
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
    cluster = str(place / "cluster")
    for words in (
        ["initdb", "-D", cluster, "-U", "tester", "--auth=trust", "--no-sync"],
        ["pg_ctl", "-D", cluster, "-w", "-o", options, "-l", str(place / "log"), "start"],
    ):
        subprocess.run(
            [str(programs / words[0]), *words[1:]], check=True, cwd=place,
            stdout=subprocess.DEVNULL, **owner,
        )  # fmt: skip
    try:
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    finally:
        stop = ["-D", cluster, "-m", "immediate", "stop"]
        subprocess.run(
            [str(programs / "pg_ctl"), *stop], check=True, cwd=place,
            stdout=subprocess.DEVNULL, **owner,
        )  # fmt: skip
        shutil.rmtree(place)


@dataclass(frozen=True)
class Watched:
    """A project that the server has mined."""

    id: str
    name: str


@pytest.fixture(scope="session")
def watched(server: Server) -> Watched:
    with server.client() as client:
        task = client.wait(client.register("a/story", "story"))
        assert task.state == "done", task
    return Watched(str(task.project_id), "a/story")
