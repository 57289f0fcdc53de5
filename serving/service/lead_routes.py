"""`/v1/leads`: what is worth a look, what those who looked made of it, what maintainers say."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ...features.feature import Level
from . import audit
from .access import Held, Reader, Writer
from .database import Label, Lead, Project, Reply, now
from .problems import RESPONSES, Problem
from .project_routes import Id
from .reranking import rerank
from .schemas import LabelIn, LeadOut, NoteOut, Page, ReplyIn, StoredLead
from .state import State

router = APIRouter(prefix="/v1/leads", tags=["leads"], responses=RESPONSES)


def stored_lead(session: Session, lead: Lead, project: str) -> StoredLead:
    """Give a lead with all that was said to it."""
    labels = session.scalars(select(Label).where(Label.lead_id == lead.id).order_by(Label.at))
    replies = session.scalars(select(Reply).where(Reply.lead_id == lead.id).order_by(Reply.at))
    return StoredLead(
        id=lead.id, project=project, level=lead.level,  # pyright: ignore[reportArgumentType]
        lead=LeadOut.model_validate(lead.document),
        baseline=lead.baseline, first_seen=lead.first_seen, last_seen=lead.last_seen,
        current=lead.current, standing=lead.standing,
        labels=[NoteOut(text=n.why, label=n.label, who=n.who, at=n.at) for n in labels],
        replies=[NoteOut(text=n.text, who=n.who, at=n.at) for n in replies],
    )  # fmt: skip


@router.get("")
def list_leads(
    held: Held,
    caller: Reader,
    project: Annotated[str | None, Query(max_length=300, description="A project's name.")] = None,
    level: Level | None = None,
    at_most: Annotated[float, Query(gt=0, le=1, description="Highest p-value.")] = 0.02,
    label: Annotated[
        str | None, Query(max_length=30, description="Only those so labelled.")
    ] = None,
    unlabelled: Annotated[bool, Query(description="Only those that nobody has labelled.")] = False,
    limit: Annotated[int, Query(ge=1, le=200, description="A reader's budget.")] = 20,
    after: Annotated[
        str | None, Query(max_length=60, description="`next` of the page before.")
    ] = None,
) -> Page:
    """List leads of all watched projects, the most unusual first, as labels have moved them."""
    query = (
        select(Lead, Project.name)
        .join(Project)
        .where(Lead.current, Lead.p_value <= at_most)
        .order_by(Lead.standing.desc(), Lead.id.desc())
    )
    if project is not None:
        query = query.where(Project.name == project)
    if level is not None:
        query = query.where(Lead.level == level)
    if unlabelled:
        query = query.where(~select(Label.id).where(Label.lead_id == Lead.id).exists())
    if label is not None:
        given = select(Label.id).where(Label.lead_id == Lead.id, Label.label == label)
        query = query.where(given.exists())
    if after is not None:
        query = query.where(tuple_(Lead.standing, Lead.id) < _place(after))
    with held.database.session() as session:
        found = session.execute(query.limit(limit + 1)).all()
        leads = [stored_lead(session, lead, name) for lead, name in found[:limit]]
    more = len(found) > limit
    last = found[limit - 1][0] if more else None
    return Page(leads=leads, next=None if last is None else f"{last.standing!r}_{last.id}")


def _place(after: str) -> tuple[float, str]:
    number, _, identity = after.partition("_")
    try:
        return float(number), identity
    except ValueError as error:
        raise Problem(422, "`after` is not what a page gave as `next`") from error


def lead_of(session: Session, lead_id: str) -> tuple[Lead, str]:
    """Find a lead and its project's name.

    Raises
    ------
    Problem
        404.
    """
    row = session.execute(
        select(Lead, Project.name).join(Project).where(Lead.id == lead_id)
    ).one_or_none()
    if row is None:
        raise Problem(404, f"there is no lead {lead_id}")
    return row[0], row[1]


@router.get("/{lead_id}")
def show_lead(request: Request, lead_id: Id, held: Held, caller: Reader) -> StoredLead:
    """Give one lead."""
    with held.database.session() as session:
        lead, project = lead_of(session, lead_id)
        found = stored_lead(session, lead, project)
    audit.note(held.database, request, caller, "show lead", lead_id, lead.baseline)
    return found


@router.post("/{lead_id}/label", status_code=201)
def label_lead(
    request: Request, lead_id: Id, given: LabelIn, held: Held, caller: Writer
) -> StoredLead:
    """Keep what was made of a lead, by whom and why. Earlier labels stay; such leads move."""
    said = Label(lead_id=lead_id, label=given.label, why=given.why, who=caller.name, at=now())
    found = _said(held, lead_id, said)
    with held.database.session() as session:
        rerank(session, found.level)
    answer = {"label": given.label}
    audit.note(held.database, request, caller, "label", lead_id, found.baseline, answer)
    return found


@router.post("/{lead_id}/reply", status_code=201)
def reply_to_lead(
    request: Request, lead_id: Id, given: ReplyIn, held: Held, caller: Writer
) -> StoredLead:
    """Let a maintainer's answer stand beside the lead."""
    said = Reply(lead_id=lead_id, text=given.text, who=caller.name, at=now())
    found = _said(held, lead_id, said)
    audit.note(held.database, request, caller, "reply", lead_id, found.baseline)
    return found


def _said(held: State, lead_id: str, said: Label | Reply) -> StoredLead:
    """Keep what somebody says to a lead, and give the lead with it."""
    with held.database.session() as session:
        lead, project = lead_of(session, lead_id)
        session.add(said)
        session.flush()
        return stored_lead(session, lead, project)
