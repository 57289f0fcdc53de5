"""What is kept of one person, and how to give it out or forget it."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import delete, or_, select

from ...features.errors import ConfigurationError
from ...features.people import address_tokens
from .database import Audit, Database, Delivery, Erased, Label, Lead, Project, Reply, Task, now
from .forgetting import has_people, without_people
from .histories import Histories
from .settings import Settings


def pseudonyms_of(
    database: Database, histories: Histories, key: bytes, address_or_pseudonym: str
) -> set[str]:
    """Give all pseudonyms of a person: of an address, those under which it appears anywhere.

    Raises
    ------
    ConfigurationError
        If it is neither.
    """
    text = address_or_pseudonym.strip()
    if "@" not in text:
        if not re.fullmatch(r"[0-9a-f]{16}", text):
            raise ConfigurationError(
                "that is neither an address nor a pseudonym", hint="pseudonyms have 16 digits"
            )
        return {text}
    person, address = address_tokens(key, text)
    found = {person}
    with database.session() as session:
        projects = list(session.scalars(select(Project.id)))
    for project_id in projects:
        history = histories.read(project_id)
        if history is not None:
            rows = np.flatnonzero(history.identities["address"] == address)
            for role in ("author", "committer"):
                theirs = history.commits[f"{role}_identity"].isin(rows)
                found |= set(history.commits[role][theirs])
    return found


@dataclass(frozen=True)
class Kept:
    """What the service keeps of a person."""

    people: list[str]
    """Their pseudonyms."""
    leads: list[dict[str, Any]]
    commits: dict[str, int]
    """By project."""
    log: int
    """Lines of the log about their leads."""


def export(database: Database, histories: Histories, people: set[str]) -> Kept:
    """Collect all that is kept of a person."""
    with database.session() as session:
        leads = list(session.scalars(select(Lead).where(Lead.person.in_(people))))
        projects = list(session.scalars(select(Project)))
        about = [lead.id for lead in leads] + sorted(people)
        log = session.scalars(select(Audit.id).where(Audit.about.in_(about))).all()
    commits = {}
    for project in projects:
        history = histories.read(project.id)
        own = 0 if history is None else int(history.commits["author"].isin(people).sum())
        if own:
            commits[project.name] = own
    return Kept(sorted(people), [lead.document for lead in leads], commits, len(log))


def erase(database: Database, histories: Histories, people: set[str]) -> Kept:
    """Forget a person in every store; what was kept is told once more.

    Their leads go, with labels and replies, and so do the reports of scans that name them; in the
    stored facts their commits become nobody's; lines of the log about them lose whom they were
    about. Their pseudonyms are kept for one purpose: later refreshes, which mine public history
    anew, leave them out.
    """
    kept = export(database, histories, people)
    with database.session() as session:
        leads = select(Lead.id).where(Lead.person.in_(people))
        session.execute(
            Audit.__table__.update()  # pyright: ignore[reportAttributeAccessIssue]
            .where(or_(Audit.about.in_(people), Audit.about.in_(leads)))
            .values(about="erased")
        )
        for table in (Label, Reply):
            session.execute(delete(table).where(table.lead_id.in_(leads)))
        session.execute(delete(Lead).where(Lead.person.in_(people)))
        known = set(session.scalars(select(Erased.person)))
        session.add_all(Erased(person=person, at=now()) for person in sorted(people - known))
        for task in session.scalars(select(Task).where(Task.kind == "scan")):
            if any(person in json.dumps(task.result) for person in people):
                session.delete(task)
        projects = list(session.scalars(select(Project)))
    for project in projects:
        history = histories.read(project.id)
        if history is not None and has_people(history, people):
            histories.write(project.id, without_people(history, people))
    return kept


def forget_old(database: Database, settings: Settings) -> int:
    """Delete what is older than the retention: log lines, deliveries, tasks, leads no longer seen.

    Returns
    -------
    Rows deleted.
    """
    before = now() - timedelta(days=settings.retention_days)
    gone = 0
    with database.session() as session:
        for statement in (
            delete(Audit).where(Audit.at < before),
            delete(Delivery).where(Delivery.at < before),
            delete(Lead).where(~Lead.current, Lead.last_seen < before),
            delete(Task).where(Task.state.in_(("done", "failed")), Task.created < before),
        ):
            gone += session.execute(statement).rowcount  # pyright: ignore[reportAttributeAccessIssue]
    return gone


def forget_project(database: Database, histories: Histories, project_id: str) -> None:
    """Watch a project no more, and delete what was kept of it."""
    with database.session() as session:
        session.execute(delete(Project).where(Project.id == project_id))
    histories.delete(project_id)
