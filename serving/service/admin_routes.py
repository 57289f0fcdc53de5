"""`/v1/people`, `/v1/audit`: what is kept of somebody, forgetting them, and the log."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from . import audit
from .access import Admin, Held
from .database import Audit
from .people import erase, export, forget_project, pseudonyms_of
from .problems import RESPONSES
from .project_routes import Id, project_of
from .schemas import Form

router = APIRouter(prefix="/v1", tags=["administration"], responses=RESPONSES)


class PersonIn(Form):
    """Somebody, by an address of theirs or by pseudonym."""

    person: str = Field(min_length=3, max_length=320, examples=["0123456789abcdef"])


class KeptOut(BaseModel):
    """What is, or was, kept of a person."""

    people: list[str]
    leads: list[dict[str, Any]]
    commits: dict[str, int]
    log: int


class AuditLine(BaseModel):
    """Who asked what about whom, and what was answered."""

    id: int
    at: datetime
    request_id: str
    who: str
    action: str
    about: str
    baseline: str
    answer: dict[str, Any]


@router.post("/people/export")
def export_person(request: Request, asked: PersonIn, held: Held, caller: Admin) -> KeptOut:
    """Give all that is kept of a person."""
    people = pseudonyms_of(held.database, held.histories, held.key, asked.person)
    kept = export(held.database, held.histories, people)
    audit.note(held.database, request, caller, "export person", "")
    return KeptOut(**vars(kept))


@router.post("/people/erase")
def erase_person(request: Request, asked: PersonIn, held: Held, caller: Admin) -> KeptOut:
    """Forget a person in every store, and tell once more what was kept."""
    people = pseudonyms_of(held.database, held.histories, held.key, asked.person)
    kept = erase(held.database, held.histories, people)
    audit.note(held.database, request, caller, "erase person", "erased")
    return KeptOut(**vars(kept))


@router.delete("/projects/{project_id}", status_code=204)
def delete_project(request: Request, project_id: Id, held: Held, caller: Admin) -> None:
    """Watch a project no more, and delete what was kept of it."""
    with held.database.session() as session:
        name = project_of(session, project_id).name
    forget_project(held.database, held.histories, project_id)
    audit.note(held.database, request, caller, "delete project", name)


@router.get("/audit")
def read_log(
    held: Held,
    caller: Admin,
    about: Annotated[str | None, Query(max_length=320)] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Lines before this id.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[AuditLine]:
    """Read the log, the newest lines first."""
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if about is not None:
        query = query.where(Audit.about == about)
    if before is not None:
        query = query.where(Audit.id < before)
    with held.database.session() as session:
        found = session.scalars(query)
        return [AuditLine.model_validate(line, from_attributes=True) for line in found]
