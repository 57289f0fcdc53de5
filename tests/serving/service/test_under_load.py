"""Baselines exchanged, too many callers, a worker killed: no wrong answer, no lost label."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest

from trustdrift.features.catalog import digest, features
from trustdrift.models.baseline import SHIPPED, Baseline
from trustdrift.serving.service.database import Database, Label, Lead, Project, now
from trustdrift.serving.service.schemas import VectorBatch
from trustdrift.serving.service.scoring import _given
from trustdrift.serving.service.settings import Settings

from .conftest import running
from .test_parts import another_baseline

LEAD = "2" * 16
ROWS = 20
SECONDS = float(os.environ.get("TRUSTDRIFT_OVERLOAD_SECONDS", "8"))
"""Of overload; ten minutes by hand."""


@dataclass
class Heard:
    """What callers were told."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[httpx.Response] = field(default_factory=list)
    broken: int = 0
    """Connections that ended without an answer."""
    labels: list[str] = field(default_factory=list)
    """Those that the service said it kept."""


def batch() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    names = [feature.name for feature in features("project")]
    quantiles = Baseline.load().levels["project"].reference.quantiles
    drawn = [rng.choice(own, ROWS) for own in quantiles]
    vectors = [
        {"subject": {"window_end": "2024-01-31"}, "values": dict(zip(names, row, strict=True))}
        for row in np.transpose(drawn).round(3).tolist()
    ]
    return {"vectors": {"catalog": digest(), "vectors": vectors}, "top": ROWS}


def expected(baseline: Baseline) -> list[float]:
    given = _given("project", VectorBatch.model_validate(batch()["vectors"]))
    return sorted(baseline.levels["project"].score(given).p_value.tolist())


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    shutil.copytree(SHIPPED, tmp_path / "baseline")
    return Settings(
        data=tmp_path / "data", baseline=str(tmp_path / "baseline"), open=True, waiting=4,
        requests_per_minute=1_000_000, poll_seconds=0.1, database=database_url,
    )  # fmt: skip


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    settings.data.mkdir()
    opened = Database(settings.database_url)
    opened.upgrade()
    with opened.session() as session:
        session.add(
            Project(
                id="1" * 16, name="under/load", source="x", state="ready", detail="",
                registered=now(), commits=1, baseline="", stewardship={},
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Lead(
                id=LEAD, project_id="1" * 16, level="project", person="", p_value=0.01,
                standing=2.0, weights={}, baseline="b", first_seen=now(), last_seen=now(),
                current=True, document={
                    "rank": 1, "subject": {"window_end": "2024-01-31"}, "p_value": 0.01,
                    "percentile": 99.0, "detectors": {}, "signals": [], "reasons": [],
                    "in_favour": [], "evidence": [],
                },
            )
        )  # fmt: skip
    yield opened
    with opened.session() as session:
        session.delete(session.get_one(Project, "1" * 16))
    opened.engine.dispose()


def ask(url: str, heard: Heard, stop: threading.Event, number: int) -> None:
    asked = batch()
    with httpx.Client(base_url=url, timeout=30) as http:
        while not stop.is_set():
            try:
                answer = http.post("/v1/score/projects", json=asked)
            except httpx.TransportError:
                heard.broken += 1
                continue
            _note(heard, answer)


def label(url: str, heard: Heard, stop: threading.Event, number: int) -> None:
    count = 0
    with httpx.Client(base_url=url, timeout=30) as http:
        while not stop.is_set():
            text = f"{number}-{count}"
            try:
                answer = http.post(
                    f"/v1/leads/{LEAD}/label", json={"label": "ordinary", "why": text}
                )
            except httpx.TransportError:
                heard.broken += 1
                continue
            count += 1
            if answer.status_code == 201:
                heard.labels.append(text)
            else:
                heard.refusals.append(answer)


def _note(heard: Heard, answer: httpx.Response) -> None:
    if answer.status_code == 200:
        heard.answers.append(answer.json())
    else:
        heard.refusals.append(answer)


def require_right(heard: Heard, known: dict[str, list[float]]) -> None:
    for answer in heard.answers:
        told = sorted(lead["p_value"] for lead in answer["leads"])
        assert told == pytest.approx(known[answer["baseline"]["version"]])


def test_baselines_are_exchanged_under_load_without_a_failed_or_mixed_answer(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    place = Path(settings.baseline)
    other = another_baseline(tmp_path / "other")
    first = Baseline.load(place)
    known = {one.version: expected(one) for one in (first, other)}
    assert known[first.version] != pytest.approx(known[other.version])
    heard, stop = Heard(), threading.Event()
    with running(settings, tmp_path / "log", workers=2) as (url, _), ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask, url, heard, stop, n) for n in range(3)]
        for baseline in (other, first, other):
            time.sleep(1.0)
            baseline.save(place)
        time.sleep(1.5)
        stop.set()
        for one in asking:
            one.result()
    assert (heard.refusals, heard.broken) == ([], 0)
    assert {answer["baseline"]["version"] for answer in heard.answers} == set(known)
    require_right(heard, known)


def test_overload_is_refused_and_a_killed_worker_replaced(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    known = {one.version: expected(one) for one in (Baseline.load(Path(settings.baseline)),)}
    heard, stop = Heard(), threading.Event()
    with (
        running(settings, tmp_path / "log", workers=2) as (url, process),
        ThreadPoolExecutor(24) as pool,
    ):
        asking = [pool.submit(ask, url, heard, stop, n) for n in range(20)]
        asking += [pool.submit(label, url, heard, stop, n) for n in range(4)]
        time.sleep(SECONDS / 2)
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        time.sleep(SECONDS / 2)
        stop.set()
        for one in asking:
            one.result()
        assert httpx.get(f"{url}/v1/health", timeout=30).json()["ready"]
        recovered, calm = Heard(), threading.Event()
        threading.Timer(2, calm.set).start()
        ask(url, recovered, calm, 0)
    assert heard.refusals
    assert {answer.status_code for answer in heard.refusals} == {503}
    assert all(answer.headers["retry-after"] for answer in heard.refusals)
    assert heard.answers
    require_right(heard, known)
    assert recovered.answers
    assert recovered.refusals == []
    with database.session() as session:
        kept = {row.why for row in session.query(Label).filter(Label.lead_id == LEAD)}
    assert set(heard.labels) <= kept
    assert heard.labels
    print(
        f"{len(heard.answers):,} right answers, {len(heard.refusals):,} refused, {heard.broken} "
        f"connections broken by the kill, {len(heard.labels):,} labels kept"
    )


def workers_of(pid: int) -> list[int]:
    """Find the processes that answer, of a BentoML server."""
    return [
        child.pid for child in psutil.Process(pid).children(recursive=True)
        if any("worker" in word for word in child.cmdline())
    ]  # fmt: skip
