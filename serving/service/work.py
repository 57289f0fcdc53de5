"""Background tasks: kept in the database, done by a few threads, taken up again after a crash."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ...features.errors import TrustdriftError
from .database import Database, Outgoing, Project, Task, now
from .metrics import Metrics
from .repeating import Repeating

SILENCE = timedelta(minutes=5)
"""After which a running task whose process says nothing is taken for dead."""

_IDLE_SECONDS = 1.0
_UNFORESEEN = "something unforeseen happened; the log has the reason"
_log = logging.getLogger("trustdrift.service")

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Outcome:
    """What came of a task."""

    detail: str
    """In a line."""
    result: dict[str, Any] | None = None


Job = Callable[[Task, Report], Outcome]


class Work:
    """One thread that takes waiting tasks, oldest first."""

    def __init__(self, database: Database, metrics: Metrics, jobs: dict[str, Job]) -> None:
        self._database = database
        self._metrics = metrics
        self._jobs = jobs
        self._thread = Repeating(self._do_all, _IDLE_SECONDS)
        self._stopped = False

    def start(self) -> None:
        """Begin to take tasks."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more tasks."""
        self._stopped = True
        self._thread.stop()

    def wake(self) -> None:
        """Look for tasks now."""
        self._thread.wake()

    def _do_all(self) -> None:
        while not self._stopped and (task := self._take()) is not None:
            self._do(task)

    def _take(self) -> Task | None:
        """Claim a task; of several processes that want it one gets it."""
        dead = now() - SILENCE
        free = (Task.state == "waiting") | ((Task.state == "running") & (Task.seen_alive < dead))
        with self._database.session() as session:
            task = session.scalar(select(Task).where(free).order_by(Task.created).limit(1))
            if task is None:
                return None
            claim = (
                update(Task)
                .where(Task.id == task.id, free)
                .values(state="running", seen_alive=now())
                .execution_options(synchronize_session=False)
            )
            return task if session.execute(claim).rowcount == 1 else None  # pyright: ignore[reportAttributeAccessIssue]

    def _do(self, task: Task) -> None:
        def report(stage: str, share: float) -> None:
            self._say(task, stage=stage, progress=min(1.0, share), seen_alive=now())

        try:
            outcome, state = self._jobs[task.kind](task, report), "done"
        except TrustdriftError as error:
            outcome, state = Outcome(str(error)), "failed"
        except Exception:  # a task's failure is a row, never the end of the service
            _log.exception("task %s failed", task.id)
            outcome, state = Outcome(_UNFORESEEN), "failed"
        if state == "failed" and task.project_id is not None:
            with self._database.session() as session:
                project = session.get(Project, task.project_id)
                if project is not None:
                    project.state, project.detail = "failed", outcome.detail
        self._say(
            task, state=state, detail=outcome.detail, result=outcome.result, progress=1.0,
            seen_alive=now(),
        )  # fmt: skip
        self._metrics.tasks.labels(task.kind, state).inc()

    def _say(self, task: Task, **values: object) -> None:
        with self._database.session() as session:
            session.execute(update(Task).where(Task.id == task.id).values(**values))


def ask(session: Session, kind: str, project: Project) -> Task:
    """Add a task, or give the one that waits for the same already."""
    waiting = select(Task).where(
        Task.kind == kind, Task.project_id == project.id, Task.state == "waiting"
    )
    task = session.scalar(waiting)
    return task or add_task(session, kind, project_id=project.id)


def add_task(
    session: Session, kind: str, *, project_id: str | None = None, **asked: object
) -> Task:
    """Add a task, with what its job has to know."""
    task = Task(
        id=secrets.token_hex(8), kind=kind, project_id=project_id, asked=asked, result=None,
        state="waiting", stage="", progress=0.0, detail="", created=now(), seen_alive=now(),
    )  # fmt: skip
    session.add(task)
    return task


def queued(database: Database) -> dict[str, int]:
    """Count what waits: tasks by kind, and leads to be told to hooks."""
    with database.session() as session:
        counted = session.execute(
            select(Task.kind, func.count()).where(Task.state == "waiting").group_by(Task.kind)
        )
        waiting = {"refresh": 0, "scan": 0} | dict(counted.tuples().all())
        hooks = select(func.count()).select_from(Outgoing).where(Outgoing.state == "waiting")
        return waiting | {"hook": session.scalar(hooks) or 0}
