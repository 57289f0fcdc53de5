"""`/v1/projects`: register a repository, renew it, look at it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit
from .access import Held, Reader, Writer
from .database import Project, Task
from .problems import RESPONSES, Problem
from .projects import register, require_allowed
from .schemas import ProjectIn, ProjectOut, ScanIn, TaskOut
from .work import add_task, ask

router = APIRouter(prefix="/v1", tags=["projects"], responses=RESPONSES)

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="As given at registration.")]


def shown(project: Project) -> ProjectOut:
    """Give a project's public form."""
    return ProjectOut.model_validate(project, from_attributes=True)


def task_shown(task: Task) -> TaskOut:
    """Give a task's public form."""
    return TaskOut.model_validate(task, from_attributes=True)


def project_of(session: Session, project_id: str) -> Project:
    """Find a project.

    Raises
    ------
    Problem
        404.
    """
    project = session.get(Project, project_id)
    if project is None:
        raise Problem(404, f"there is no project {project_id}")
    return project


@router.post("/projects", status_code=202)
def register_project(request: Request, asked: ProjectIn, held: Held, caller: Writer) -> TaskOut:
    """Watch a repository from now on. It is mined in the background: see the task."""
    with held.database.session() as session:
        project = register(session, held.settings, asked.name, asked.source)
        task = ask(session, "refresh", project)
    audit.note(held.database, request, caller, "register", asked.name)
    held.work.wake()
    return task_shown(task)


@router.get("/projects")
def list_projects(held: Held, caller: Reader) -> list[ProjectOut]:
    """Give all watched repositories, by name."""
    with held.database.session() as session:
        found = session.scalars(select(Project).order_by(Project.name))
        return [shown(project) for project in found]


@router.get("/projects/{project_id}")
def show_project(project_id: Id, held: Held, caller: Reader) -> ProjectOut:
    """Give one, with who carried it over time."""
    with held.database.session() as session:
        return shown(project_of(session, project_id))


@router.post("/projects/{project_id}/refresh", status_code=202)
def refresh_project(request: Request, project_id: Id, held: Held, caller: Writer) -> TaskOut:
    """Mine what is new and judge it, in the background."""
    with held.database.session() as session:
        project = project_of(session, project_id)
        task = ask(session, "refresh", project)
    audit.note(held.database, request, caller, "refresh", project.name)
    held.work.wake()
    return task_shown(task)


@router.post("/scans", status_code=202)
def scan_once(request: Request, asked: ScanIn, held: Held, caller: Writer) -> TaskOut:
    """Look at a repository once, in the background; the task's `result` is the report."""
    require_allowed(held.settings, asked.source)
    with held.database.session() as session:
        task = add_task(session, "scan", **asked.model_dump())
    audit.note(held.database, request, caller, "scan", asked.name)
    held.work.wake()
    return task_shown(task)


@router.get("/tasks/{task_id}")
def show_task(task_id: Id, held: Held, caller: Reader) -> TaskOut:
    """Tell how far a task is."""
    with held.database.session() as session:
        task = session.get(Task, task_id)
    if task is None:
        raise Problem(404, f"there is no task {task_id}")
    return task_shown(task)
