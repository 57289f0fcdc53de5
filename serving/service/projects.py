"""Watched repositories: registered, mined again in the background, their leads kept."""

import hashlib
import json
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...features.feature import Level
from ...models.baseline import Baseline
from ...models.leads import Limits
from ..reports.as_json import lead_document
from ..scan import judge
from ..stewardship import stewardship
from .champion import Champion
from .database import Lead, Project, Task, now
from .histories import Histories
from .mining import Leads, Miner, without_erased
from .outgoing import tell
from .problems import Problem
from .reranking import rerank_all
from .settings import Settings
from .work import Outcome, Report

KEPT = Limits(top=50, level=0.05)
"""Leads of each level that are kept of a project."""


def register(session: Session, settings: Settings, name: str, source: str) -> Project:
    """Add a project, or give the one of that name if its source is the same.

    Raises
    ------
    Problem
        403 if the source is not one that may be read, 409 if the name is taken.
    """
    require_allowed(settings, source)
    project = session.scalar(select(Project).where(Project.name == name))
    if project is not None and project.source != source:
        raise Problem(409, f"{name} is registered with another source")
    if project is None:
        project = Project(
            id=secrets.token_hex(8), name=name, source=source, state="waiting", detail="",
            registered=now(), commits=0, baseline="", stewardship={},
        )  # fmt: skip
        session.add(project)
        session.flush()
    return project


def require_allowed(settings: Settings, source: str) -> None:
    """Let through https URLs of allowed hosts, and folders below the mirror.

    Raises
    ------
    Problem
        403.
    """
    if "://" in source:
        parts = urlsplit(source)
        plain = parts.username is None and parts.password is None and parts.port is None
        if parts.scheme == "https" and parts.hostname in settings.allowed_hosts and plain:
            return
        raise Problem(403, "only https URLs of the allowed hosts may be registered")
    if settings.mirror:
        root = Path(settings.mirror).resolve()
        if "\0" not in source and (root / source).resolve().is_relative_to(root):
            if (root / source).is_dir():
                return
            raise Problem(422, f"the mirror has no folder {source}")
    raise Problem(403, "only folders below the service's mirror may be registered")


class Refresh:
    """The job that mines a project again and judges it."""

    def __init__(self, miner: Miner, histories: Histories, champion: Champion) -> None:
        self._miner, self._histories, self._champion = miner, histories, champion
        self._database = miner.database

    def __call__(self, task: Task, report: Report) -> Outcome:
        """Do it.

        Raises
        ------
        SourceError, ConfigurationError
        """
        project_id = str(task.project_id)
        with self._database.session() as session:
            project = session.get_one(Project, project_id)
        with self._histories.workplace(project_id) as folder:
            history = self._miner.mined(folder, project.source, project.name, report)
        report("scoring", 0.0)
        baseline = self._champion.current
        leads = without_erased(judge(history, baseline, since=None, limits=KEPT).leads)
        with self._database.session() as session:
            _keep(session, project_id, leads, baseline, now())
            project = session.get_one(Project, project_id)
            project.state, project.detail, project.refreshed = "ready", "", now()
            project.commits, project.baseline = len(history.commits), baseline.version
            project.stewardship = asdict(stewardship(history))
        return Outcome(f"{len(history.commits):,} commits")


def _keep(
    session: Session,
    project_id: str,
    leads: Leads,
    baseline: Baseline,
    at: datetime,
) -> None:
    """Add new leads and renew those that are there; labels and replies stay with them."""
    session.execute(update(Lead).where(Lead.project_id == project_id).values(current=False))
    kept = []
    for level, found in leads.items():
        for one in found:
            identity = lead_id(project_id, level, one.subject)
            lead = session.get(Lead, identity)
            if lead is None:
                lead = Lead(
                    id=identity, project_id=project_id, level=level, first_seen=at, standing=0.0,
                    person=one.subject.get("person", ""),
                )  # fmt: skip
                session.add(lead)
            lead.p_value, lead.document, lead.weights = (
                one.p_value, lead_document(one), one.weights,
            )  # fmt: skip
            lead.baseline, lead.last_seen, lead.current = baseline.version, at, True
            kept.append(lead)
    session.flush()
    rerank_all(session)
    for lead in kept:
        tell(session, lead)


def lead_id(project_id: str, level: Level, subject: dict[str, str]) -> str:
    """Name a lead by what it is about: a person has one, and a project one a month."""
    stable = {
        "commit": lambda: subject["sha"],
        "contributor": lambda: subject["person"],
        "project": lambda: subject["window_end"][:7],
    }[level]()
    text = json.dumps([project_id, level, stable], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
