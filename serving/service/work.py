"""Background tasks: kept in the database, done by a few threads, taken up again after a crash."""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...features.errors import TrustdriftError
from .database import Database, Project, Task, now
from .metrics import Metrics

SILENCE = timedelta(minutes=5)
"""After which a running task whose process says nothing is taken for dead."""

_IDLE_SECONDS = 1.0
_log = logging.getLogger("trustdrift.service")

Report = Callable[[str, float], None]
Job = Callable[[str, Report], str]
"""From a project's id to a line that says what came of it."""


class Work:
    """One thread that takes waiting tasks, oldest first."""

    def __init__(self, database: Database, metrics: Metrics, jobs: dict[str, Job]) -> None:
        self._database = database
        self._metrics = metrics
        self._jobs = jobs
        self._stop = threading.Event()
        self._new = threading.Event()

    def start(self) -> None:
        """Begin to take tasks."""
        threading.Thread(target=self._loop, daemon=True).start()

    def stop(self) -> None:
        """Take no more tasks."""
        self._stop.set()
        self._new.set()

    def wake(self) -> None:
        """Look for tasks now."""
        self._new.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            task = self._take()
            if task is None:
                self._new.wait(_IDLE_SECONDS)
                self._new.clear()
            else:
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
            detail = self._jobs[task.kind](task.project_id, report)
            state = "done"
        except TrustdriftError as error:
            state, detail = "failed", str(error)
        except Exception:  # a task's failure is a row, never the end of the service
            _log.exception("task %s failed", task.id)
            state, detail = "failed", "something unforeseen happened; the log has the reason"
        if state == "failed":
            with self._database.session() as session:
                project = session.get(Project, task.project_id)
                if project is not None:
                    project.state, project.detail = "failed", detail
        self._say(task, state=state, detail=detail, progress=1.0, seen_alive=now())
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
    if task is None:
        task = Task(
            id=secrets.token_hex(8), kind=kind, project_id=project.id, state="waiting",
            stage="", progress=0.0, detail="", created=now(), seen_alive=now(),
        )  # fmt: skip
        session.add(task)
    return task
