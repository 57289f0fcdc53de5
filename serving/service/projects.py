"""Watched repositories: registered, mined again in the background, their leads kept."""

import hashlib
import json
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ...features.errors import SourceError
from ...features.feature import LEVELS, Level
from ...features.history import History, read_history, write_history
from ...features.mining import Bounds, Reach, local_repository, mine_confined
from ...models.baseline import Baseline
from ...models.leads import Limits
from ..reports.as_json import lead_document
from ..scan import judge
from ..stewardship import stewardship
from .champion import Champion
from .database import Database, Erased, Lead, Project, now
from .forgetting import ERASED, has_people, without_people
from .problems import Problem
from .settings import Settings
from .work import Report

KEPT = Limits(top=50, level=0.05)
"""Leads of each level that are kept of a project."""

GIGABYTE = 1024**3

Documents = dict[Level, list[dict[str, Any]]]
"""Leads in the form of the JSON contract."""


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


def folder_of(settings: Settings, project_id: str) -> Path:
    """Give where a project's facts are kept."""
    return settings.data / "histories" / project_id


def stored_history(settings: Settings, project: Project | None) -> History | None:
    """Read what is kept of a project; None if nothing is."""
    if project is None or project.refreshed is None:
        return None
    try:
        return read_history(folder_of(settings, project.id))
    except SourceError:
        return None


class Refresh:
    """The job that mines a project again and judges it."""

    def __init__(
        self, settings: Settings, database: Database, champion: Champion, key: bytes
    ) -> None:
        self._settings, self._database = settings, database
        self._champion, self._key = champion, key

    def __call__(self, project_id: str, report: Report) -> str:
        """Do it.

        Raises
        ------
        SourceError
        """
        with self._database.session() as session:
            project = session.get_one(Project, project_id)
        folder = folder_of(self._settings, project_id)
        written = self._mine(project, folder, report)
        report("scoring", 0.0)
        baseline = self._champion.current
        history = self._without_erased(folder)
        leads = judge(history, baseline, since=None, limits=KEPT).leads
        documents: Documents = {
            level: [
                lead_document(lead) for lead in leads[level] if lead.subject.get("person") != ERASED
            ]
            for level in LEVELS
        }
        with self._database.session() as session:
            _keep(session, project_id, documents, baseline, now())
            project = session.get_one(Project, project_id)
            project.state, project.detail, project.refreshed = "ready", "", now()
            project.commits, project.baseline = written, baseline.version
            project.stewardship = asdict(stewardship(history))
        return f"{written:,} commits"

    def _without_erased(self, folder: Path) -> History:
        """Read what was mined, and keep it without those who asked to be forgotten."""
        history = read_history(folder)
        with self._database.session() as session:
            people = set(session.scalars(select(Erased.person)))
        if has_people(history, people):
            history = without_people(history, people)
            write_history(history, folder)
        return history

    def _mine(self, project: Project, folder: Path, report: Report) -> int:
        settings = self._settings
        source = project.source
        if "://" not in source:
            source = str(Path(settings.mirror) / source)
        bounds = Bounds(
            seconds=60 * settings.mine_minutes, memory=int(settings.mine_gigabytes * GIGABYTE)
        )
        try:
            with local_repository(source, Reach()) as path:
                return mine_confined(
                    folder, path, key=self._key, project=project.name, bounds=bounds,
                    progress=report,
                ).commits  # fmt: skip
        except SourceError as error:  # where the mirror lies is nobody's business
            raise SourceError(str(error).replace(source, project.source)) from error


def _keep(
    session: Session,
    project_id: str,
    documents: Documents,
    baseline: Baseline,
    at: datetime,
) -> None:
    """Add new leads and renew those that are there; labels and replies stay with them."""
    session.execute(update(Lead).where(Lead.project_id == project_id).values(current=False))
    for level, found in documents.items():
        for document in found:
            identity = lead_id(project_id, level, document["subject"])
            lead = session.get(Lead, identity)
            if lead is None:
                lead = Lead(
                    id=identity, project_id=project_id, level=level, first_seen=at,
                    person=document["subject"].get("person", ""),
                )  # fmt: skip
                session.add(lead)
            lead.p_value, lead.document = document["p_value"], document
            lead.baseline, lead.last_seen, lead.current = baseline.version, at, True


def lead_id(project_id: str, level: Level, subject: dict[str, str]) -> str:
    """Name a lead by what it is about: a person has one, and a project one a month."""
    stable = {
        "commit": lambda: subject["sha"],
        "contributor": lambda: subject["person"],
        "project": lambda: subject["window_end"][:7],
    }[level]()
    text = json.dumps([project_id, level, stable], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
