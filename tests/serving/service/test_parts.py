"""Parts of the service by themselves: baselines, background work, people forgotten, settings."""

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect, select, text

from trustdrift.features.errors import BaselineError, ConfigurationError
from trustdrift.features.feature import Level
from trustdrift.features.history import History
from trustdrift.models.baseline import SHIPPED, Baseline, LevelBaseline
from trustdrift.serving.service.access import Rate
from trustdrift.serving.service.champion import Champion
from trustdrift.serving.service.database import Audit, Database, Lead, Project, Table, Task, now
from trustdrift.serving.service.facts import history_of, on_top_of
from trustdrift.serving.service.forgetting import ERASED
from trustdrift.serving.service.histories import Histories, open_histories
from trustdrift.serving.service.limits import _too_deep
from trustdrift.serving.service.metrics import Metrics
from trustdrift.serving.service.mining import Miner
from trustdrift.serving.service.people import erase, export, forget_old, pseudonyms_of
from trustdrift.serving.service.projects import Refresh, register
from trustdrift.serving.service.schemas import Facts, Row
from trustdrift.serving.service.settings import Settings, from_environment
from trustdrift.serving.service.work import SILENCE, Outcome, Work, add_task, ask

from ...conftest import KEY


@pytest.fixture
def settings(tmp_path: Path, story: Path) -> Settings:
    return Settings(data=tmp_path / "data", mirror=str(story.parent))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    settings.data.mkdir()
    url = settings.database_url
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    opened = Database(url)
    opened.upgrade()
    yield opened
    with opened.engine.begin() as connection:
        Table.metadata.drop_all(connection)
        connection.execute(text("drop table if exists alembic_version"))
    opened.engine.dispose()


def another_baseline(folder: Path) -> Baseline:
    """Write a baseline that differs from the shipped one, and tell which."""
    shipped = Baseline.load()
    level = shipped.levels["project"]
    known = replace(level.reference, coverage=level.reference.coverage / 2)
    panel = replace(level.panel, scores=level.panel.scores + 0.3)
    other = replace(level, reference=known, panel=panel)
    levels: dict[Level, LevelBaseline] = {**shipped.levels, "project": other}
    baseline = Baseline(levels, shipped.provenance, shipped.digest)
    baseline.save(folder)
    return Baseline.load(folder)


def covered(baseline: Baseline) -> float:
    return float(baseline.levels["project"].reference.coverage.sum())


def test_a_new_champion_takes_over_under_load_without_a_mixed_answer(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    shutil.copytree(SHIPPED, one)
    other = another_baseline(two)
    place = tmp_path / "champion"
    shutil.copytree(one, place)
    champion = Champion(str(place), 0.01)
    known = {baseline.version: covered(baseline) for baseline in (champion.current, other)}
    assert len(known) == 2
    stop, seen = threading.Event(), []

    def ask_all_the_time() -> None:
        while not stop.is_set():
            baseline = champion.current
            assert known[baseline.version] == covered(baseline)
            seen.append(baseline.version)

    with ThreadPoolExecutor(4) as executor:
        asking = [executor.submit(ask_all_the_time) for _ in range(4)]
        champion.start()
        for source in (two, one, two):
            time.sleep(0.1)
            shutil.copytree(source, tmp_path / "next")
            place.rename(tmp_path / "last")
            (tmp_path / "next").rename(place)
            shutil.rmtree(tmp_path / "last")
            (place / "baseline.json").touch()
            wanted = Baseline.load(place).version
            deadline = time.monotonic() + 20
            while champion.current.version != wanted and time.monotonic() < deadline:
                time.sleep(0.01)
            assert champion.current.version == wanted, champion.refused
        stop.set()
        for asked in asking:
            asked.result()
    champion.stop()
    assert set(seen) == set(known)


def test_a_broken_baseline_is_refused_and_the_old_one_kept(tmp_path: Path) -> None:
    place = tmp_path / "champion"
    shutil.copytree(SHIPPED, place)
    champion = Champion(str(place), 60)
    version = champion.current.version
    content = (place / "commit.safetensors").read_bytes()
    (place / "commit.safetensors").write_bytes(content[:-9])
    (place / "baseline.json").touch()
    assert not champion.renew()
    assert champion.current.version == version
    assert "commit.safetensors" in champion.refused
    (place / "commit.safetensors").write_bytes(content)
    assert not champion.renew()
    assert champion.refused == ""
    (place / "baseline.json").unlink()
    champion.renew()
    assert champion.current.version == version


def test_a_service_without_a_sound_baseline_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(BaselineError):
        Champion(str(tmp_path / "absent"), 60)


def waiting(database: Database, settings: Settings) -> str:
    with database.session() as session:
        project = register(session, settings, "told", "story")
        return ask(session, "refresh", project).id


def state_of(database: Database, task_id: str) -> str:
    with database.session() as session:
        return session.get_one(Task, task_id).state


def until_ended(database: Database, task_id: str) -> str:
    deadline = time.monotonic() + 60
    while (state := state_of(database, task_id)) in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return state


def test_a_task_is_done_once_however_many_want_it(database: Database, settings: Settings) -> None:
    done = []

    def job(task: Task, report: object) -> Outcome:
        done.append(task.id)
        time.sleep(0.05)
        return Outcome("done")

    workers = [Work(database, Metrics(), {"refresh": job}) for _ in range(4)]
    tasks = []
    for worker in workers:
        worker.start()
    for _ in range(5):
        tasks.append(waiting(database, settings))
        assert until_ended(database, tasks[-1]) == "done"
    for worker in workers:
        worker.stop()
    assert len(done) == len(set(tasks)) == 5


def test_work_of_a_process_that_died_is_taken_up_again(
    database: Database, settings: Settings
) -> None:
    task_id = waiting(database, settings)
    with database.session() as session:
        task = session.get_one(Task, task_id)
        task.state, task.seen_alive = "running", now() - 2 * SILENCE
    done: list[str] = []

    def job(task: Task, report: object) -> Outcome:
        done.append(task.id)
        return Outcome("")

    work = Work(database, Metrics(), {"refresh": job})
    work.start()
    assert until_ended(database, task_id) == "done"
    work.stop()
    assert len(done) == 1


def test_what_nobody_foresaw_ends_a_task_and_not_the_service(
    database: Database, settings: Settings
) -> None:
    def job(task: Task, report: object) -> Outcome:
        raise ZeroDivisionError

    work = Work(database, Metrics(), {"refresh": job})
    work.start()
    first = waiting(database, settings)
    assert until_ended(database, first) == "failed"
    second = waiting(database, settings)
    assert second != first
    assert until_ended(database, second) == "failed"
    work.stop()


@pytest.fixture(params=["folder", "object store"])
def histories(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Histories:
    store = "" if request.param == "folder" else f"file://{tmp_path / 'store'}"
    return open_histories(replace(settings, histories=store))


def renew(database: Database, settings: Settings, histories: Histories, project_id: str) -> None:
    """Do what a refresh's task does."""
    refresh = Refresh(Miner(settings, database, KEY), histories, Champion("", 60))
    refresh(Task(project_id=project_id), lambda stage, share: None)


@pytest.fixture
def judged(database: Database, settings: Settings, histories: Histories) -> str:
    """A project that was mined and judged."""
    with database.session() as session:
        project_id = register(session, settings, "told", "story").id
    renew(database, settings, histories, project_id)
    return project_id


def test_a_person_is_given_out_and_forgotten_everywhere(
    database: Database, settings: Settings, histories: Histories, judged: str
) -> None:
    people = pseudonyms_of(database, histories, KEY, "Nora@elsewhere.net")
    kept = export(database, histories, people)
    assert kept.commits["told"] > 50
    assert len(kept.leads) == 1
    before = histories.read(judged)
    assert before is not None
    with database.session() as session:
        lead = session.scalars(select(Lead).where(Lead.person.in_(people))).one()
        session.add(Audit(at=now(), request_id="", who="x", action="show lead", about=lead.id))
        scanned = add_task(session, "scan", name="told", source="story", top=10)
        scanned.result = {"leads": [{"subject": {"person": lead.person}}]}
    assert erase(database, histories, people).commits == kept.commits
    assert export(database, histories, people) == replace(kept, leads=[], commits={}, log=0)
    after = histories.read(judged)
    assert after is not None
    assert (after.commits["author"] == ERASED).sum() == kept.commits["told"]
    assert (after.commits["sha"] == before.commits["sha"]).all()
    renew(database, settings, histories, judged)
    assert export(database, histories, people) == replace(kept, leads=[], commits={}, log=0)
    again = histories.read(judged)
    assert again is not None
    assert again.commits["author"].tolist() == after.commits["author"].tolist()
    with database.session() as session:
        assert session.scalars(select(Task).where(Task.kind == "scan")).all() == []
        assert ERASED not in session.scalars(select(Lead.person)).all()


def test_what_is_old_is_forgotten(database: Database, settings: Settings, judged: str) -> None:
    with database.session() as session:
        lead = session.scalars(select(Lead)).first()
        assert lead is not None
        lead.current, lead.last_seen = False, now().replace(year=2001)
        for at in (now(), now().replace(year=2001)):
            session.add(Audit(at=at, request_id="", who="x", action="x", about="x"))
    assert forget_old(database, settings) == 2
    assert forget_old(database, settings) == 0


def test_the_migrations_make_the_tables_that_the_program_has(database: Database) -> None:
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from trustdrift.serving.service.database import alembic_config

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Table.metadata) == []
    command.downgrade(alembic_config(database.engine), "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    database.upgrade()
    with database.session() as session:
        assert session.scalars(select(Project)).all() == []


def test_a_callers_minute_can_be_spent_at_once_and_comes_back() -> None:
    rate = Rate(600)
    waits = [rate.wait("one") for _ in range(601)]
    assert waits[:600] == [0.0] * 600
    assert 0 < waits[600] <= 0.1
    assert rate.wait("other") == 0
    time.sleep(0.15)
    assert rate.wait("one") == 0


@pytest.mark.parametrize(("named", "kept"), [(None, "c" * 40), ("a" * 40, "a" * 40)])
def test_a_request_may_name_the_head(story_history: History, named: str | None, kept: str) -> None:
    commit: Row = {
        "sha": "a" * 40, "parents": "", "known_time": 1_700_000_000, "author": "p" * 16,
        "author_kind": "person", "committer": "p" * 16, "committer_kind": "person",
    }  # fmt: skip
    asked = history_of(Facts(project="x", commits=[commit], head=named))
    assert asked.head == (named or "")
    assert on_top_of(replace(story_history, head="c" * 40), asked).head == kept


def test_depth_is_told_from_width() -> None:
    assert not _too_deep(b"[[1], [2]]" * 10_000)
    assert _too_deep(b"[" * 33)
    assert not _too_deep(b'"' + b"x" * 10**6 + b'"')


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("POLL_SECONDS", "often", "TRUSTDRIFT_POLL_SECONDS is 'often'"),
        ("ITEMS", "-1", "TRUSTDRIFT_ITEMS is '-1'"),
        ("OPEN", "perhaps", "TRUSTDRIFT_OPEN is 'perhaps'"),
    ],
)
def test_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"TRUSTDRIFT_{name}", value)
    with pytest.raises(ConfigurationError, match=message):
        from_environment()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"OPEN": "true", "ITEMS": "7", "HOSTS": "a.org, b.org", "DATA": "x"}.items():
        monkeypatch.setenv(f"TRUSTDRIFT_{name}", value)
    settings = from_environment()
    assert (settings.open, settings.items, settings.data) == (True, 7, Path("x"))
    assert settings.allowed_hosts == {"a.org", "b.org"}
    assert np.isfinite(settings.poll_seconds)
